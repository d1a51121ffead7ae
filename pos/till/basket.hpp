// From the lines of a request to sales, one per exhibitor, and from written deals to receipts.
#pragma once
#include <vector>

#include "pos/till/pricing.hpp"
#include "pos/till/settle.hpp"
#include "pos/till/work.hpp"

namespace phien::till {

struct Basket {
  std::vector<Wanted> wanted;
  Dong discount = 0;           // over the whole
  std::optional<Dong> agreed;  // or: what the whole is to cost
  Dong less_odd = 0;           // or: what is beyond a multiple of this is let off
};
// "lines" (under `name`) and at most one of "discount", "agreed" and "less_odd" of a request. A discount or an agreed price needs
// the right to give one.
Basket read_basket(Work& work, Fields& request, const char* name, const std::string& by);

// One sale per exhibitor, in order of first appearance; without receipt number, payments and shift.
std::vector<journal::Sale> price_sales(Work& work, const Basket& basket, std::optional<Milliseconds> happened);

// Fills in number, shift, payments and rounding of a sale or refund once the unit is settled.
void finish(Work& work, journal::Deal& deal, const Settled::Part& part);

Dong cash_round(const Work& work);

// Has them printed where that is wanted, and answers
// {"receipts":[{number,exhibitor,hash,kind,rounding,text,total}…],"payments":[…],"entries":[…]}
json receipts_json(Work& work, const std::vector<Written>& written);

}  // namespace phien::till
