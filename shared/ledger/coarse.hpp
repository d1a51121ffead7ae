// Coarser sums beside the finest ones (cell, deal, taking), for what is asked again and again while the fair goes on: how many of
// them there are depends on booths and days, goods, or hours, never on booths × hours × goods.
//
// They are made of the finest where those are written (Posting::flush) and hold just their sum, so nothing can be in one and not
// in the other, and taking an entry back takes it out of both.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/ledger/books.hpp"

namespace phien::ledger {

struct CoarseSum {
  std::string key;
  Sum sum;
};
// What adding `sum` to `key` adds to coarser sums; appended to `out`. Nothing for keys that have none.
void add_coarser(std::string_view key, const Sum& sum, std::vector<CoarseSum>& out);

}  // namespace phien::ledger
