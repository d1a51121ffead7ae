// Corrected time (FORMAT.md §9), rule by rule.
#include <doctest/doctest.h>

#include "tests/unit/ledger/fair.hpp"

using namespace phien;
using namespace phien::journal;
using namespace phien::test;

TEST_CASE("I9: corrected time comes from the journal's own anchors") {
  Organizer organizer;
  Writer server = organizer.server(1, 2), till = organizer.terminal("T1", 3);
  server.write(enrol(till, {"ex1"}));
  Copy copy;
  copy.take(server);
  till.skew = -400 * kDay;  // a flat battery
  till.restart('b');
  till.now += kHour;
  const Ref early = till.write(sale(1, {line("P1", 1000, 10'000)}, {pay(Method::cash, 10'000)}));
  copy.take(till);
  CHECK(copy.find(early)->quality == TimeQuality::unknown);
  CHECK(ledger::deal_cells(*copy.books()).at(0).hour.empty());

  SUBCASE("rule 2: the first anchor after it in its boot") {
    till.now += kHour;
    till.read_clock();
    copy.take(till);
    CHECK(copy.find(early)->quality == TimeQuality::exact);
    CHECK(copy.find(early)->time == kOpening + kHour);
    CHECK(ledger::deal_cells(*copy.books()).at(0).hour == "2025-05-15T10");
  }
  SUBCASE("rules 3 and 1: estimated by the last anchor of an earlier boot, exact after the next") {
    till.read_clock();
    till.now += kHour;
    till.restart('c');
    till.skew += 3 * kMinute;  // the battery lost three minutes more
    const Ref later = till.write(sale(2, {line("P1", 1000, 10'000)}, {pay(Method::cash, 10'000)}));
    copy.take(till);
    CHECK(copy.find(later)->quality == TimeQuality::estimated);
    CHECK(copy.find(later)->time == kOpening + 2 * kHour + 3 * kMinute);
    till.read_clock();
    const Ref last = till.write(sale(3, {line("P1", 1000, 10'000)}, {pay(Method::cash, 10'000)}));
    copy.take(till);
    CHECK(copy.find(later)->quality == TimeQuality::exact);
    CHECK(copy.find(later)->time == kOpening + 2 * kHour);
    CHECK(copy.find(last)->time == kOpening + 2 * kHour);
  }
  SUBCASE("rule 3: a clock that woke up in 1970 and was set later does not push what follows years ahead") {
    till.skew = -till.now;
    till.read_clock();
    till.now += kHour;
    till.restart('c');
    const Ref still_1970 = till.write(Note{{}, "the clock starts anew", {}});
    till.now += kHour;
    till.restart('e');
    till.skew = 2 * kMinute;  // set by hand, two minutes fast
    const Ref set_since = till.write(Note{{}, "the clock was set", {}});
    till.read_clock();
    till.now += 5 * kMinute;
    till.restart('f');
    const Ref after = till.write(Note{{}, "by the newest anchor", {}});
    copy.take(till);
    CHECK(copy.find(still_1970)->time == kOpening + 2 * kHour);
    CHECK(copy.find(set_since)->time == kOpening + 3 * kHour);  // exact: the anchor of its boot came after it
    CHECK(copy.find(after)->time == kOpening + 3 * kHour + 5 * kMinute);

    till.skew = -till.now;
    till.restart('0');
    till.read_clock();
    till.now += kHour;
    till.skew = 2 * kMinute;
    till.restart('1');
    const Ref never_anchored = till.write(Note{{}, "set, and no server in this boot", {}});
    copy.take(till);
    CHECK(copy.find(never_anchored)->quality == TimeQuality::estimated);
    CHECK(copy.find(never_anchored)->time == kOpening + 4 * kHour + 7 * kMinute);
  }
  SUBCASE("time never decreases along a chain but at a reset") {
    till.read_clock();
    till.now -= 30 * kMinute;  // the server's clock was an hour fast and is set
    till.restart('d');
    const Ref held_up = till.write(Note{{}, "before", {}});
    const Ref reset = till.read_clock(true);
    copy.take(till);
    CHECK(copy.find(held_up)->time == kOpening + kHour);
    CHECK(copy.find(reset)->time == kOpening + 30 * kMinute);
  }
  copy.rebuild();
  const std::string rebuilt = copy.dump();
  Copy at_once;
  at_once.take(till), at_once.take(server);
  CHECK(at_once.dump() == rebuilt);
  CHECK(at_once.entries() == copy.entries());
}
