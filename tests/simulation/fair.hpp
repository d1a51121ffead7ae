// The fair that every run is about: three exhibitors, nine products.
#pragma once
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/journal/entry.hpp"

namespace phien::simulation {

std::vector<catalogue::Exhibitor> exhibitors_of_fair();
std::vector<catalogue::Product> goods_of_fair();
journal::Body catalogue_item(const catalogue::Product& product);
// What the organizer writes before the first day: the catalogue and the opening stock.
std::vector<journal::Body> opening_of_fair();
inline constexpr const char* kSharedHolder = "QUAYCHUNG";

}  // namespace phien::simulation
