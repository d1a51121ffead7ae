#include "shared/ledger/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "shared/ledger/keys.hpp"
#include "shared/planted.hpp"

namespace phien::ledger {
namespace {

using journal::TimeQuality;

constexpr Milliseconds kZone = 7 * 3'600'000;       // Asia/Ho_Chi_Minh
constexpr Milliseconds kNeverSet = 24 * 3'600'000;  // a clock further behind was not set (FORMAT.md §9, rule 3)

std::string optional_text(std::optional<Milliseconds> n) { return n ? fmt::format("{}", *n) : std::string(); }

std::optional<Milliseconds> parse_optional(std::string_view text) {
  if (text.empty()) return {};
  Milliseconds n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

int digits(std::string_view text) {
  int n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

// The last millisecond of a day in the fair's zone.
Milliseconds end_of_day(std::string_view day) {
  using namespace std::chrono;
  const year_month_day date{year(digits(day.substr(0, 4))), month(static_cast<unsigned>(digits(day.substr(5, 2)))),
                            std::chrono::day(static_cast<unsigned>(digits(day.substr(8, 2))))};
  return duration_cast<milliseconds>((sys_days(date) + days(1)).time_since_epoch()).count() - kZone - 1;
}

}  // namespace

std::optional<Anchor> anchor_of(const journal::Entry& entry) {
  const auto* clock = std::get_if<journal::ClockReading>(&entry.body);
  if (!clock) return {};
  const Milliseconds server = clock->server + clock->round_trip / 2;
  return Anchor{server - clock->up, server - clock->wall, clock->reset};
}

Timed TimeState::step(const Reading& reading, const std::optional<Anchor>& anchor, journal::Seq seq, bool server,
                      std::optional<Milliseconds> later) {
  if (anchor && anchor->reset) floor.reset(), uneven_until = seq - 1;
  if (reading.boot != boot) boot = reading.boot, run_start = seq, from_up.reset(), waiting = false;
  // A reading of the clock is its own anchor.
  if (anchor) from_up = anchor->from_up, from_wall = anchor->from_wall, waiting = false;
  Timed timed{reading.wall, TimeQuality::exact};
  if (server) {
    // A server's clock is the fair's clock.
  } else if (planted(Fault::trust_the_device_clock)) {
    timed.time = reading.wall;
  } else if (from_up) {
    timed.time = *from_up + reading.up;
  } else {
    waiting = true;
    if (later) {
      timed.time = *later + reading.up;
    } else if (from_wall) {
      const bool was_set_since = *from_wall > kNeverSet && floor && reading.wall >= *floor;
      timed = {was_set_since ? reading.wall : *from_wall + reading.wall, TimeQuality::estimated};
    } else {
      timed = pass();
      uneven_until = seq;
    }
  }
  if (floor) timed.time = std::max(timed.time, *floor);
  floor = timed.time;
  return timed;
}

std::string TimeState::text() const {
  return fmt::format("{}|{}|{}|{}|{}|{:d}|{}|{:d}", optional_text(floor), boot, run_start, optional_text(from_up),
                     optional_text(from_wall), waiting, uneven_until, certified);
}

TimeState TimeState::parse(const std::string& text) {
  TimeState state;
  if (text.empty()) return state;
  const auto parts = keys::split(text);
  state.floor = parse_optional(parts.at(0));
  state.boot = parts.at(1);
  state.run_start = parse_optional(parts.at(2)).value_or(0);
  state.from_up = parse_optional(parts.at(3));
  state.from_wall = parse_optional(parts.at(4));
  state.waiting = parts.at(5) == "1";
  state.uneven_until = parse_optional(parts.at(6)).value_or(0);
  state.certified = parts.at(7) == "1";
  return state;
}

When counts_at(const journal::Entry& entry, const Timed& corrected) {
  const bool known = corrected.quality != TimeQuality::unknown;
  std::optional<Milliseconds> said = entry.happened;
  if (!said) {
    if (const auto* declared = std::get_if<journal::DeclaredSales>(&entry.body)) said = end_of_day(declared->day);
  }
  if (!said) return {corrected.time, known};
  return {known ? std::min(*said, corrected.time) : *said, true};
}

}  // namespace phien::ledger
