#include "pos/till/notes.hpp"

#include <algorithm>
#include <set>

namespace phien::till {

namespace {
constexpr Dong kNotes[] = {500'000, 200'000, 100'000, 50'000, 20'000, 10'000, 5'000, 2'000, 1'000, 500, 200, 100};
constexpr Dong kSmallestHanded = 10'000;  // nobody is offered to pay 25,000 with thirteen notes of 2,000
}  // namespace

std::vector<Notes> notes_for(Dong amount) {
  std::vector<Notes> notes;
  for (Dong value : kNotes) {
    if (amount < value) continue;
    notes.push_back({value, amount / value});
    amount %= value;
  }
  return notes;
}

std::vector<Dong> likely_given(Dong due) {
  std::set<Dong> amounts;
  for (Dong value : kNotes)
    if (value >= kSmallestHanded)
      if (const Dong up = (due + value - 1) / value * value; up > due) amounts.insert(up);
  std::vector<Dong> likely(amounts.begin(), amounts.end());
  likely.resize(std::min(likely.size(), kMostSuggested));
  return likely;
}

nlohmann::json notes_json(Dong amount) {
  nlohmann::json shown = nlohmann::json::array();
  for (const auto& [value, count] : notes_for(amount)) shown.push_back({{"count", count}, {"value", value}});
  return shown;
}

}  // namespace phien::till
