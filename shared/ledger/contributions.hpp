// What one entry does to the books: a pure function of the entry, its address and the time at which it counts.
// Nothing else is looked at (FORMAT.md, DESIGN "posting"), so it can be taken back by the same function.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/ledger/keys.hpp"
#include "shared/ledger/time.hpp"

namespace phien::ledger {

// Components of a stock row and the sign with which each counts in what is on hand.
struct StockComponent {
  std::string_view name;
  int sign;
};
inline constexpr std::array<StockComponent, 12> kStockComponents{{{"opening", 1},
                                                                  {"in", 1},
                                                                  {"sold", -1},
                                                                  {"returned", 1},
                                                                  {"moved_in", 1},
                                                                  {"moved_out", -1},
                                                                  {"sample", -1},
                                                                  {"gift", -1},
                                                                  {"damage", -1},
                                                                  {"loss", -1},
                                                                  {"return_to_exhibitor", -1},
                                                                  {"withdrawn", -1}}};

// The exhibitor an entry is about, "" if none.
std::string_view exhibitor_of(const journal::Body& body);
std::string_view method_name(journal::Method method);

// Goods that came (+) or went (−) at the entry's place in the order.
struct Movement {
  std::string_view exhibitor, product, place;
  Quantity qty = 0;
};
struct Counted {
  std::string_view exhibitor, product, place;
  Quantity qty = 0;
};
struct Fact {
  std::string key, value;
};

// Filled for entry after entry without allocating anew. Views point into the entry.
struct Contributions {
  struct Cell {
    std::size_t from = 0, length = 0;  // its key within `text`
    Sum sum;
  };
  std::string text;
  std::vector<Cell> cells;
  std::vector<Movement> movements;
  std::vector<Counted> counts;
  std::vector<Fact> facts;
  std::vector<std::string_view> pay_refs;  // payments whose claims or confirmations these facts change

  void clear();
  std::string_view key_of(const Cell& cell) const { return std::string_view(text).substr(cell.from, cell.length); }
  bool moves_figures() const { return !cells.empty() || !movements.empty() || !counts.empty(); }

  template <class... Parts>
  void add(const Sum& sum, std::string_view first, const Parts&... parts) {
    if (sum.zero()) return;
    const std::size_t from = text.size();
    keys::join(text, first, parts...);
    cells.push_back({from, text.size() - from, sum});
  }
};

struct Place {
  const std::string& terminal;
  journal::Head at;
  journal::Ref ref() const { return {terminal, at.seq, at.hash}; }
};

// `hour`: local hour of `when`, "" if it is not known.
void contribute(const journal::Entry& entry, const Place& place, const When& when, std::string_view hour, Contributions& out);

}  // namespace phien::ledger
