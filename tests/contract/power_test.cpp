// What a disk does to a store: power loss, errors, no room.
#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <stdexcept>

#include "tests/contract/fixture.hpp"
#include "tests/contract/lossy_vfs.hpp"

namespace phien::tests {
namespace {

using db::StoreFailed;
using db::StoreFull;
using db::Transaction;

// One job's mark on everything that must stay together.
void write_round(Transaction& tx, journal::BranchNo no, std::int64_t round) {
  for (int line = 0; line < 3; ++line) append(tx, no, "round " + std::to_string(round) + " " + std::string(400, 'x'), round);
  tx.add("rounds", {1, 0, 0});
  tx.add("rounds of " + std::to_string(round % 7), {1, 0, 0});
  tx.put("last round", std::to_string(round));
  tx.set_meta("last round", std::to_string(round));
}

// What the file holds, if it is a whole number of rounds; nothing if half of one is there.
std::optional<std::int64_t> whole_rounds(const db::JournalStore& store, journal::BranchNo no) {
  const auto view = store.snapshot();
  const auto rounds = view->sum("rounds").count;
  std::int64_t parts = 0;
  for (const auto& [key, sum] : sums(*view, "rounds of ")) parts += sum.count;
  const auto branch = view->branch(no);
  const bool whole = branch && branch->head.seq == rounds * 3 && parts == rounds &&
                     view->fact("last round").value_or("0") == std::to_string(rounds) &&
                     view->meta("last round").value_or("0") == std::to_string(rounds);
  return whole ? std::optional(rounds) : std::nullopt;
}

struct Outcome {
  int cuts = 0;          // how often the power went while jobs were under way
  int cut_openings = 0;  // and while it was opened
  int broken = 0;        // the store could not be opened afterwards, was damaged, or held half a round
  int forgotten = 0;     // rounds that had been acknowledged and were gone
  std::int64_t dropped = 0;
};

// Jobs are committed, several at a time, until the power goes; then the disk forgets some of what was not synced. Again and
// again.
Outcome lose_power(int times, bool synchronous, std::uint64_t seed) {
  static int disks = 0;
  Folder folder;
  LossyDisk disk("lossy-" + std::to_string(++disks));
  db::SqliteOptions options;
  options.vfs = disk.name();
  options.synchronous = synchronous;
  std::mt19937_64 random(seed);
  Outcome outcome;
  auto store = db::open_sqlite(folder.file(), options);
  const auto no = add_journal(*store);
  std::int64_t round = 0;
  std::atomic<std::int64_t> acknowledged = 0;
  for (int i = 0; i < times; ++i) {
    disk.cut_power_at(disk.operations() + 1 + static_cast<std::int64_t>(random() % 120));
    constexpr int kMaxRounds = 1'000;
    for (int n = 0; n < kMaxRounds && disk.has_power(); ++n) {
      ++round;
      const bool queued = store->submit([no, round](Transaction& tx) { write_round(tx, no, round); },
                                        [&acknowledged, round](std::exception_ptr problem) {
                                          if (!problem) acknowledged = round;
                                        });
      if (!queued || random() % 4 == 0) {
        try {
          store->run([](Transaction&) {});
        } catch (const StoreFailed&) {
          break;
        }
      }
    }
    store.reset();
    outcome.cuts += disk.has_power() ? 0 : 1;
    disk.restore_power(random());
    if (i % 2 == 0) {
      // Again while the store is being opened: it reads the WAL and checkpoints.
      disk.cut_power_at(disk.operations() + static_cast<std::int64_t>(random() % 30));
      try {
        db::open_sqlite(folder.file(), options);
      } catch (const StoreFailed&) {
        ++outcome.cut_openings;
      }
      disk.restore_power(random());
    }
    try {
      store = db::open_sqlite(folder.file(), options);
      const auto rounds = whole_rounds(*store, no);
      if (!rounds || (i % 16 == 0 && !store->check().empty())) {
        ++outcome.broken;
        break;
      }
      if (*rounds < acknowledged) ++outcome.forgotten;
      round = *rounds;  // what was not acknowledged may be there or not
      acknowledged = *rounds;
    } catch (const std::exception&) {
      ++outcome.broken;
      break;
    }
  }
  store.reset();
  outcome.dropped = disk.lost_writes();
  return outcome;
}

TEST_CASE("I1, I4: what was acknowledged is there after a power loss at any moment, and nothing is there by half") {
  int cuts = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    const Outcome outcome = lose_power(100, true, seed);
    CHECK(outcome.broken == 0);
    CHECK(outcome.forgotten == 0);
    CHECK(outcome.dropped > 0);  // the disk did forget
    CHECK(outcome.cut_openings > 10);
    cuts += outcome.cuts;
  }
  CHECK(cuts >= 200);
}

TEST_CASE("I4: the same test finds a store that does not sync") {
  const Outcome outcome = lose_power(40, false, 1);
  CHECK(outcome.forgotten + outcome.broken > 0);
}

struct OnLossyDisk {
  Folder folder;
  LossyDisk disk;
  db::SqliteOptions options;
  std::unique_ptr<db::JournalStore> store;
  journal::BranchNo no = 0;

  explicit OnLossyDisk(const std::string& name) : disk(name) {
    options.vfs = disk.name();
    reopen();
    no = add_journal(*store);
  }
  void reopen() {
    store.reset();
    store = db::open_sqlite(folder.file(), options);
  }
  void write(std::int64_t round) {
    store->run([&](Transaction& tx) { write_round(tx, no, round); });
  }
};

TEST_CASE("I1: after a failed sync or write nothing is acknowledged until a restart, also when the disk works again") {
  for (const auto fault : {LossyDisk::Fault::sync_fails, LossyDisk::Fault::write_fails}) {
    CAPTURE(static_cast<int>(fault));
    OnLossyDisk on("failing");
    on.write(1);
    on.disk.set_fault(fault);
    CHECK_THROWS_AS(on.write(2), StoreFailed);
    on.disk.set_fault(LossyDisk::Fault::none);
    const auto operations = on.disk.operations();
    bool ran = false;
    CHECK_THROWS_AS(on.store->run([&](Transaction&) { ran = true; }), StoreFailed);
    CHECK_THROWS_WITH_AS(on.write(2), doctest::Contains("until a restart"), StoreFailed);
    CHECK_FALSE(ran);
    CHECK(on.store->snapshot()->sum("rounds").count == 1);  // reading goes on
    on.store.reset();
    CHECK(on.disk.operations() == operations);  // nothing was written, not even by closing
    on.disk.cut_power();
    on.disk.restore_power(5);
    on.reopen();
    const auto rounds = whole_rounds(*on.store, on.no);
    REQUIRE(rounds);
    CHECK(*rounds >= 1);
    on.write(*rounds + 1);
    CHECK(whole_rounds(*on.store, on.no) == *rounds + 1);
  }
}

TEST_CASE("I1: a job that swallows the disk's error is not acknowledged either") {
  OnLossyDisk on("swallowing");
  on.store->run([&](Transaction& tx) {
    for (int i = 0; i < 200; ++i) append(tx, on.no, std::string(60'000, 'x'));
  });
  on.reopen();
  on.disk.set_fault(LossyDisk::Fault::write_fails);
  // So much that pages must be written before the commit.
  const auto too_much = [&](Transaction& tx) {
    try {
      for (int i = 0; i < 2'000; ++i) append(tx, on.no, std::string(60'000, 'y'));
    } catch (const StoreFailed&) {}
  };
  CHECK_THROWS_AS(on.store->run(too_much), StoreFailed);
  CHECK(on.store->snapshot()->branch(on.no)->head.seq == 200);
}

TEST_CASE("I1, I10: a full disk is said, loses nothing that was acknowledged, and the store goes on when there is room") {
  OnLossyDisk on("full");
  std::int64_t acknowledged = 0;
  on.disk.set_quota(on.disk.used() + 600'000);
  constexpr int kMaxRounds = 2'000;
  bool full = false;
  for (int i = 0; i < kMaxRounds && !full; ++i) {
    try {
      on.write(acknowledged + 1);
      ++acknowledged;
    } catch (const StoreFull&) {
      full = true;
    }
  }
  REQUIRE(full);
  CHECK(acknowledged > 10);
  CHECK(whole_rounds(*on.store, on.no) == acknowledged);
  CHECK_THROWS_AS(on.write(acknowledged + 1), StoreFull);
  CHECK(whole_rounds(*on.store, on.no) == acknowledged);

  on.disk.set_quota(std::nullopt);
  on.write(acknowledged + 1);
  CHECK(whole_rounds(*on.store, on.no) == acknowledged + 1);
  CHECK(on.store->check().empty());

  // And full again, then the power goes.
  on.disk.set_quota(on.disk.used());
  bool full_again = false;
  std::int64_t last = acknowledged + 1;
  for (int i = 0; i < kMaxRounds && !full_again; ++i) {
    try {
      on.write(last + 1);
      ++last;
    } catch (const StoreFull&) {
      full_again = true;
    }
  }
  REQUIRE(full_again);
  on.disk.cut_power();
  on.store.reset();
  on.disk.restore_power(9);
  on.disk.set_quota(std::nullopt);
  on.reopen();
  CHECK(whole_rounds(*on.store, on.no) == last);
  CHECK(on.store->check().empty());
}

}  // namespace
}  // namespace phien::tests
