// How long what is left will last, at the pace it has sold so far. An estimate for people; nothing else is made of it.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "shared/ledger/views.hpp"

namespace phien::ledger {

// Of the whole fair: a booth that stood idle while others sold has been selling slowly, not been shut.
struct Pace {
  std::int64_t open_hours = 0;     // in which something was sold anywhere, up to now
  std::int64_t open_today = 0;     // of them
  std::int64_t hours_a_day = 0;    // the most of any day before today; kUsualHours on the first
  std::int64_t hours_to_come = 0;  // until the fair ends
};
inline constexpr std::int64_t kUsualHours = 12;

// `today` and `last_day` as "2025-05-15"; a `last_day` that is over or not known leaves what today still has.
Pace pace_of(const std::vector<DealCell>& deals, std::string_view today, std::string_view last_day);

struct Forecast {
  std::int64_t days_left_tenths = 0;
  bool runs_out = false;  // before the fair ends
};
// `sold`: net of returns, since the fair opened. Nothing when none of it sells or none is left: there is nothing to estimate.
std::optional<Forecast> forecast(const Pace& pace, Quantity on_hand, Quantity sold);

}  // namespace phien::ledger
