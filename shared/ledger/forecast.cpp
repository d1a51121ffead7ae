#include "shared/ledger/forecast.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>

#include "shared/ledger/keys.hpp"
#include "shared/text.hpp"

namespace phien::ledger {
namespace {

constexpr std::size_t kHourLength = 13;         // characters of "2025-05-15T09"
constexpr std::int64_t kMostTenths = 10 * 365;  // further ahead nobody plans, and a product of this size cannot overflow
constexpr std::int64_t kMostOpenHours = 24 * 400;

std::chrono::sys_days date_of(std::string_view day) {
  const auto number = [day](std::size_t from, std::size_t length) {
    int n = 0;
    std::from_chars(day.data() + from, day.data() + from + length, n);
    return n;
  };
  return std::chrono::year(number(0, 4)) / number(5, 2) / number(8, 2);
}

}  // namespace

Pace pace_of(const std::vector<DealCell>& deals, std::string_view today, std::string_view last_day) {
  std::map<std::string, std::set<std::string>> hours;  // by day
  for (const DealCell& cell : deals)
    if (cell.hour.size() == kHourLength && cell.sales > 0 && cell.hour.substr(0, keys::kDayLength) <= today)
      hours[cell.hour.substr(0, keys::kDayLength)].insert(cell.hour);
  Pace pace;
  for (const auto& [day, open] : hours) {
    const auto count = static_cast<std::int64_t>(open.size());
    pace.open_hours += count;
    if (day == today)
      pace.open_today = count;
    else
      pace.hours_a_day = std::max(pace.hours_a_day, count);
  }
  if (pace.hours_a_day == 0) pace.hours_a_day = std::max(kUsualHours, pace.open_today);
  const std::int64_t days = is_day(today) && is_day(last_day) ? (date_of(last_day) - date_of(today)).count() : 0;
  pace.hours_to_come = days < 0 ? 0 : days * pace.hours_a_day + std::max<std::int64_t>(0, pace.hours_a_day - pace.open_today);
  return pace;
}

std::optional<Forecast> forecast(const Pace& pace, Quantity on_hand, Quantity sold) {
  if (on_hand <= 0 || sold <= 0 || pace.open_hours <= 0 || pace.open_hours > kMostOpenHours) return std::nullopt;
  // Hours left = on_hand · open_hours / sold. Both factors are bounded, so the product stays below 2^63.
  if (on_hand / sold > kMostTenths) return Forecast{kMostTenths, false};
  const std::int64_t tenths_of_an_hour = (on_hand / sold) * pace.open_hours * 10 + (on_hand % sold) * pace.open_hours * 10 / sold;
  return Forecast{std::min(kMostTenths, tenths_of_an_hour / pace.hours_a_day), tenths_of_an_hour < pace.hours_to_come * 10};
}

}  // namespace phien::ledger
