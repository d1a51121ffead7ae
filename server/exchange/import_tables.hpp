// The three lists of an import, each into the catalogue.
#pragma once
#include "server/exchange/cells.hpp"
#include "server/exchange/import.hpp"

namespace phien::exchange {

inline constexpr std::size_t kMaxPins = 2'000;  // each takes a slow hash when it is applied

// True when every row was read, so that what is not in the catalogue is truly not in the file.
bool read_exhibitors(Sheet sheet, Imported& into, Remarks& remarks);
void read_products(Sheet sheet, bool all_exhibitors_known, Imported& into, Remarks& remarks);
void read_cashiers(Sheet sheet, bool all_exhibitors_known, Imported& into, Remarks& remarks);

}  // namespace phien::exchange
