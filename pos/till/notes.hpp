// Banknotes: what a buyer is likely to hand over, and which notes make the change.
#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "shared/money.hpp"

namespace phien::till {

struct Notes {
  Dong value = 0;
  std::int64_t count = 0;
};
// The fewest notes and coins that make `amount`, largest first; what is below the smallest one is left out.
std::vector<Notes> notes_for(Dong amount);
// Amounts above `due` that people hand over for it: the next multiple of each larger note. Ascending, at most kMostSuggested.
inline constexpr std::size_t kMostSuggested = 5;
std::vector<Dong> likely_given(Dong due);

// [{"count","value"}…]
nlohmann::json notes_json(Dong amount);

}  // namespace phien::till
