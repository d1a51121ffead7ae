// What a basket costs: list and wholesale prices, offers, agreed prices, gifts, discounts, VAT. Pure.
//
// Each piece of goods gets at most one offer, the one best for the buyer; ties go to the plain price, then to the smaller offer
// id. A combo takes its lines as a whole and is given when it saves more than what each line would get by itself. Goods at an
// agreed price, open prices and gifts get no offer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pos/till/state.hpp"
#include "shared/catalogue/catalogue.hpp"
#include "shared/journal/entry.hpp"

namespace phien::till {

struct Wanted {
  const catalogue::Product* product = nullptr;  // null: `_open`
  std::string exhibitor;
  std::string name, unit, vat;  // of an open line
  Quantity qty = 0;
  std::optional<Dong> agreed;  // price per unit; required for an open line
  Dong discount = 0;           // this line's own
  bool gift = false;
  std::optional<std::string> lot;
  std::string where;  // its place in the request
};

// One line per wanted one, in order. `offers` may be of any exhibitor and time; those that do not hold at `time` are passed over.
// Refuses (throws Refusal): overflow, a discount above what it is taken from.
std::vector<journal::Line> price_basket(const std::vector<Wanted>& basket, Dong basket_discount,
                                        const catalogue::Catalogue& catalogue, const std::vector<StandingOffer>& offers,
                                        Milliseconds time);

// Σ totals; refuses when it is beyond what an entry can carry.
Dong total_of(const std::vector<journal::Line>& lines);

}  // namespace phien::till
