// Days left are an estimate from the pace so far: hours in which the fair sold anything, not hours of the clock.
#include <doctest/doctest.h>

#include "shared/ledger/forecast.hpp"

using namespace phien;
using namespace phien::ledger;

namespace {

DealCell sold_in(const char* hour) {
  DealCell cell;
  cell.exhibitor = "EX01", cell.hour = hour, cell.how = "till", cell.sales = 1;
  return cell;
}

}  // namespace

TEST_CASE("the pace of the first morning takes a day of the usual length") {
  const Pace pace =
      pace_of({sold_in("2025-05-15T09"), sold_in("2025-05-15T10"), sold_in("2025-05-15T10")}, "2025-05-15", "2025-05-16");
  CHECK(pace.open_hours == 2);
  CHECK(pace.open_today == 2);
  CHECK(pace.hours_a_day == kUsualHours);
  CHECK(pace.hours_to_come == kUsualHours + kUsualHours - 2);
  // 4 of 40 sold in two hours: 36 last 18 hours, one day and a half, and the fair is open for 22 more.
  const auto left = forecast(pace, 36 * kOne, 4 * kOne);
  REQUIRE(left);
  CHECK(left->days_left_tenths == 15);
  CHECK(left->runs_out);
  CHECK_FALSE(forecast(pace, 60 * kOne, 4 * kOne)->runs_out);
}

TEST_CASE("a day that is over says how long a day is; hours not known and days declared say nothing") {
  const std::vector<DealCell> deals{sold_in("2025-05-15T09"), sold_in("2025-05-15T12"), sold_in("2025-05-15T20"), sold_in(""),
                                    sold_in("2025-05-15"),    sold_in("2025-05-16T09"), sold_in("2025-05-17T09")};
  const Pace pace = pace_of(deals, "2025-05-16", "2025-05-16");
  CHECK(pace.open_hours == 4);
  CHECK(pace.hours_a_day == 3);
  CHECK(pace.hours_to_come == 2);
  CHECK(pace_of(deals, "2025-05-16", "2025-05-15").hours_to_come == 0);
  CHECK(pace_of(deals, "2025-05-16", "").hours_to_come == 2);
}

TEST_CASE("there is nothing to estimate of what is gone, does not sell, or was never open") {
  const Pace pace{10, 2, 8, 20};
  CHECK_FALSE(forecast(pace, 0, kOne));
  CHECK_FALSE(forecast(pace, -kOne, kOne));
  CHECK_FALSE(forecast(pace, kOne, 0));
  CHECK_FALSE(forecast(pace, kOne, -kOne));
  CHECK_FALSE(forecast(Pace{0, 0, 12, 0}, kOne, kOne));
  // The largest figures there are do not overflow (I10).
  CHECK(forecast(pace, kMaxAmount, 1)->days_left_tenths == 3650);
  CHECK(forecast(pace, kMaxAmount, kMaxAmount)->days_left_tenths == 12);
}
