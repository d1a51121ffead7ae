// What the contract says of jobs and snapshots.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/contract/fixture.hpp"

namespace phien::tests {
namespace {

using db::Transaction;
using ledger::Sum;

struct Undo : std::runtime_error {
  Undo() : runtime_error("undo") {}
};

// Touches everything a job can touch.
void change_all(Transaction& tx, journal::BranchNo no, const std::string& mark) {
  const auto entry = append(tx, no, "entry " + mark, 1);
  tx.put_seal(no, entry.at.seq, signature(3));
  tx.put_personal(no, entry.at.seq, {sha256(mark), R"({"name":"x"})"});
  tx.set_state(no, "state " + mark);
  tx.add("sum", {1, 10, 100});
  tx.add("sum of " + mark, {1, 1, 1});
  tx.put("fact", mark);
  tx.put("fact of " + mark, mark);
  tx.set_meta("meta", mark);
}

TEST_CASE_TEMPLATE("I2: a job that throws undoes its own writes also while somebody holds a snapshot", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) { change_all(tx, no, "a"); });
  for (int earlier = 0; earlier < 5; ++earlier) {  // whatever number this job has
    const auto held = kind.store->snapshot();
    const auto before = everything(*held);
    const auto bad_job = [&](Transaction& tx) {
      change_all(tx, no, "b");
      throw Undo();
    };
    CHECK_THROWS_AS(kind.store->run(bad_job), Undo);
    CHECK(everything(*held) == before);
    CHECK(everything(*kind.store->snapshot()) == before);
  }
}

TEST_CASE_TEMPLATE("I2: a job that throws undoes its own writes, all of them, and no other job's", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) { change_all(tx, no, "a"); });
  const auto before = everything(*kind.store->snapshot());
  const auto bad_job = [&](Transaction& tx) {
    change_all(tx, no, "b");
    tx.add_branch(journal_id("Z"), 0, {});
    auto first = *tx.entry(no, 1);
    first.time = 77;
    tx.restate(first);
    tx.erase_personal(no, 1);
    tx.erase("fact of a");
    tx.add("sum of a", {-1, -1, -1});
    tx.erase_meta("meta");
    throw Undo();
  };
  CHECK_THROWS_AS(kind.store->run(bad_job), Undo);
  CHECK(everything(*kind.store->snapshot()) == before);
  CHECK(kind.store->snapshot()->meta("meta") == "a");

  // The same within one group: many jobs in flight, every third of them throws.
  std::atomic<int> failed = 0, done = 0;
  for (int i = 0; i < 60; ++i) {
    const bool queued = kind.store->submit(
        [&, i](Transaction& tx) {
          if (i % 3 == 0) return bad_job(tx);
          CHECK(tx.sum("sum").count == tx.branch(no)->head.seq);  // nothing of the bad ones is seen
          change_all(tx, no, std::to_string(i));
        },
        [&](std::exception_ptr problem) { ++(problem ? failed : done); });
    CHECK(queued);
  }
  kind.store->run([](Transaction&) {});
  CHECK(failed == 20);
  CHECK(done == 40);
  const auto view = kind.store->snapshot();
  CHECK(view->branches().size() == 1);
  CHECK(view->branch(no)->head.seq == 41);
  CHECK(view->sum("sum") == Sum{41, 410, 4100});
  CHECK(view->entry(no, 1)->time == 1);
  CHECK(view->personal(no, 1));
}

TEST_CASE_TEMPLATE("jobs run in the order they were submitted, and `done` follows in that order", Kind, EVERY_STORE) {
  Kind kind;
  constexpr int kJobs = 1'000;
  std::vector<int> ran, reported;
  for (int i = 0; i < kJobs; ++i) {
    REQUIRE(kind.store->submit(
        [&ran, i](Transaction& tx) {
          ran.push_back(i), tx.add("n", {1, 0, 0});
        },
        [&reported, i](std::exception_ptr) { reported.push_back(i); }));
  }
  kind.store->run([](Transaction&) {});
  std::vector<int> expected;
  for (int i = 0; i < kJobs; ++i) expected.push_back(i);
  CHECK(ran == expected);
  CHECK(reported == expected);
  CHECK(kind.store->snapshot()->sum("n").count == kJobs);
}

TEST_CASE_TEMPLATE("run rethrows what the job threw", Kind, EVERY_STORE) {
  Kind kind;
  CHECK_THROWS_WITH_AS(kind.store->run([](Transaction&) { throw std::invalid_argument("this one"); }), "this one",
                       std::invalid_argument);
}

TEST_CASE_TEMPLATE("a snapshot sees the commits before it and nothing after, also one taken inside a job", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) { change_all(tx, no, "a"); });
  const auto early = kind.store->snapshot();
  const auto before = everything(*early);
  std::unique_ptr<db::Snapshot> inside;
  kind.store->run([&](Transaction& tx) {
    change_all(tx, no, "b");
    auto first = *tx.entry(no, 1);
    first.time = 77;
    tx.restate(first);
    inside = kind.store->snapshot();
    CHECK(everything(*inside) == before);
  });
  const auto late = kind.store->snapshot();
  CHECK(everything(*early) == before);
  CHECK(everything(*inside) == before);
  CHECK(everything(*late) != before);
  CHECK(late->sum("sum").count == 2);
  CHECK(late->entry(no, 1)->time == 77);
}

TEST_CASE("I3: snapshots of many threads see whole commits only, while the writer goes on") {
  Sqlite kind;
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0, looks = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto view = kind.store->snapshot();
        const auto left = view->sum("left").count;
        const auto right = view->sum("right").count;
        if (left != right || view->fact("n").value_or("0") != std::to_string(left)) ++torn;
        ++looks;
      }
    });
  }
  constexpr int kMaxRounds = 20'000;
  int rounds = 0;
  for (; rounds < 300 || (looks < 200 && rounds < kMaxRounds); ++rounds) {
    kind.store->run([&](Transaction& tx) {
      tx.add("left", {1, 0, 0});
      tx.add("right", {1, 0, 0});
      tx.put("n", std::to_string(rounds + 1));
    });
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(looks >= 200);
  CHECK(kind.store->snapshot()->sum("left").count == rounds);
}

TEST_CASE("I10: the queue has a bound; at it, submit says so and nothing is queued") {
  Sqlite kind;
  std::promise<void> started, go_on;
  REQUIRE(kind.store->submit(
      [&](Transaction&) {
        started.set_value();
        go_on.get_future().wait();
      },
      nullptr));
  started.get_future().wait();
  std::atomic<int> done = 0;
  const auto count = [&](std::exception_ptr problem) { done += problem ? 0 : 1; };
  for (std::size_t i = 0; i < db::kMaxQueuedJobs; ++i) {
    REQUIRE(kind.store->submit([](Transaction& tx) { tx.add("n", {1, 0, 0}); }, count));
  }
  bool ran = false;
  CHECK_FALSE(kind.store->submit([&](Transaction&) { ran = true; }, [&](std::exception_ptr) { ran = true; }));
  CHECK_THROWS_AS(kind.store->run([&](Transaction&) { ran = true; }), db::StoreFailed);
  go_on.set_value();
  kind.store.reset();  // finishes what was submitted
  CHECK(done == static_cast<int>(db::kMaxQueuedJobs));
  CHECK_FALSE(ran);
  const auto again = db::open_sqlite(kind.folder.file());
  CHECK(again->snapshot()->sum("n").count == static_cast<std::int64_t>(db::kMaxQueuedJobs));
}

}  // namespace
}  // namespace phien::tests
