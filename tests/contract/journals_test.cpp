// What the contract says of journals: branches, entries, seals, personal data.
#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/contract/fixture.hpp"

namespace phien::tests {
namespace {

using db::Transaction;
using journal::Branch;
using journal::Standing;
using journal::StoredEntry;
using journal::TimeQuality;

std::vector<journal::Seq> scanned(const journal::JournalsReader& view, journal::BranchNo branch, journal::Seq from,
                                  journal::Seq to) {
  std::vector<journal::Seq> seqs;
  view.scan(branch, from, to, [&](const StoredEntry& entry) {
    seqs.push_back(entry.at.seq);
    return true;
  });
  return seqs;
}

TEST_CASE_TEMPLATE("I4: an entry comes back as it was given, also a missing one", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  StoredEntry present, missing;
  kind.store->run([&](Transaction& tx) {
    present = next_entry(no, tx.branch(no)->head, R"({"kind":"sale"})", -7);
    present.quality = TimeQuality::estimated;
    present.standing = Standing::quarantined;
    tx.append(present);
    missing = next_entry(no, present.at, "lost", 99);
    missing.bytes.clear();
    missing.quality = TimeQuality::unknown;
    missing.standing = Standing::missing;
    tx.append(missing);
  });
  const auto view = kind.store->snapshot();
  for (const StoredEntry& given : {present, missing}) {
    const auto found = view->entry(no, given.at.seq);
    REQUIRE(found);
    CHECK(found->branch == no);
    CHECK(found->at == given.at);
    CHECK(found->bytes == given.bytes);
    CHECK(found->digest == given.digest);
    CHECK(found->time == given.time);
    CHECK(found->quality == given.quality);
    CHECK(found->standing == given.standing);
  }
  CHECK(view->branch(no)->head == missing.at);
  CHECK_FALSE(view->entry(no, 0));
  CHECK_FALSE(view->entry(no, 3));
  CHECK_FALSE(view->entry(no, -1));
  CHECK_FALSE(view->entry(no + 1, 1));
}

TEST_CASE_TEMPLATE("I10: an entry of 64 KiB is kept whole", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  const std::string big(65'536, 'x');
  kind.store->run([&](Transaction& tx) { append(tx, no, big); });
  CHECK(kind.store->snapshot()->entry(no, 1)->bytes == big);
}

TEST_CASE_TEMPLATE("an append that is not the next one is a bug: that job fails and changes nothing", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) { append(tx, no, "one"); });
  const auto before = everything(*kind.store->snapshot());
  const auto wrong = [&](journal::Seq seq) {
    kind.store->run([&](Transaction& tx) {
      auto entry = next_entry(no, tx.branch(no)->head, "two");
      entry.at.seq = seq;
      tx.append(entry);
    });
  };
  CHECK_THROWS_AS(wrong(1), std::logic_error);
  CHECK_THROWS_AS(wrong(3), std::logic_error);
  CHECK_THROWS_AS(kind.store->run([&](Transaction& tx) { tx.append(next_entry(no + 1, {}, "x")); }), std::logic_error);
  CHECK(everything(*kind.store->snapshot()) == before);
  kind.store->run([&](Transaction& tx) { append(tx, no, "two"); });
  CHECK(kind.store->snapshot()->branch(no)->head.seq == 2);
}

TEST_CASE_TEMPLATE("a fork's branch holds its own entries alone", Kind, EVERY_STORE) {
  Kind kind;
  const auto id = journal_id();
  const auto trunk = add_journal(*kind.store, id);
  journal::BranchNo fork = 0;
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < 5; ++i) append(tx, trunk, "t" + std::to_string(i));
    fork = tx.add_branch(id, trunk, tx.entry(trunk, 3)->at);
    append(tx, fork, "f4");
    tx.set_state(fork, "state of the fork");
  });
  const auto view = kind.store->snapshot();
  CHECK(scanned(*view, trunk, 0, 100) == std::vector<journal::Seq>{1, 2, 3, 4, 5});
  CHECK(scanned(*view, trunk, 2, 3) == std::vector<journal::Seq>{2, 3});
  CHECK(scanned(*view, fork, -5, 100) == std::vector<journal::Seq>{4});
  CHECK_FALSE(view->entry(fork, 3));
  CHECK(view->branch(fork)->parent == trunk);
  CHECK(view->branch(fork)->base == view->entry(trunk, 3)->at);
  CHECK(view->branch(fork)->state == "state of the fork");
  CHECK(journal::entry_on_chain(*view, fork, 2)->bytes == "t1");
  CHECK(journal::find(*view, {id.terminal, 4, view->entry(fork, 4)->at.hash})->bytes == "f4");
}

TEST_CASE_TEMPLATE("branches are found by number, journal and terminal, in a transaction and in a snapshot", Kind, EVERY_STORE) {
  Kind kind;
  const auto first = add_journal(*kind.store, journal_id("A-1"));
  const auto second = add_journal(*kind.store, journal_id("B-1"));
  auto other_key = journal_id("A-1");
  other_key.key.bytes.fill(9);
  const auto third = add_journal(*kind.store, other_key);
  const auto numbers = [](const std::vector<Branch>& branches) {
    std::vector<journal::BranchNo> found;
    for (const auto& branch : branches) found.push_back(branch.no);
    return found;
  };
  using Numbers = std::vector<journal::BranchNo>;
  const auto look = [&](const journal::JournalsReader& view) {
    CHECK(numbers(view.branches()) == Numbers{first, second, third});
    CHECK(numbers(view.branches_of(journal_id("A-1"))) == Numbers{first});
    CHECK(numbers(view.branches_of(other_key)) == Numbers{third});
    CHECK(numbers(view.branches_of_terminal("A-1")) == Numbers{first, third});
    CHECK(numbers(view.branches_of_terminal("C")).empty());
    CHECK(view.branch(second)->journal == journal_id("B-1"));
    CHECK_FALSE(view.branch(77));
  };
  look(*kind.store->snapshot());
  kind.store->run([&](Transaction& tx) { look(tx); });
}

TEST_CASE_TEMPLATE("restate changes time and standing, never the hash, and bytes only where they were missing", Kind,
                   EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  StoredEntry lost, kept;
  kind.store->run([&](Transaction& tx) {
    lost = next_entry(no, tx.branch(no)->head, "found again");
    const std::string bytes = std::exchange(lost.bytes, {});
    lost.standing = Standing::missing;
    tx.append(lost);
    kept = append(tx, no, "kept");
    lost.bytes = bytes;
  });
  kind.store->run([&](Transaction& tx) {
    lost.standing = Standing::posted;
    lost.time = 5;
    tx.restate(lost);
    StoredEntry other = kept;
    other.bytes = "something else";
    other.at.hash.bytes.fill(0);
    other.time = 6;
    other.quality = TimeQuality::estimated;
    other.standing = Standing::held;
    tx.restate(other);
  });
  const auto view = kind.store->snapshot();
  CHECK(view->entry(no, 1)->bytes == "found again");
  CHECK(view->entry(no, 1)->standing == Standing::posted);
  CHECK(view->entry(no, 1)->digest == lost.digest);
  CHECK(view->entry(no, 2)->bytes == "kept");
  CHECK(view->entry(no, 2)->at == kept.at);
  CHECK(view->entry(no, 2)->time == 6);
  CHECK(view->entry(no, 2)->quality == TimeQuality::estimated);
  CHECK(view->entry(no, 2)->standing == Standing::held);
  StoredEntry nowhere = kept;
  nowhere.at.seq = 3;
  CHECK_THROWS_AS(kind.store->run([&](Transaction& tx) { tx.restate(nowhere); }), std::logic_error);
}

TEST_CASE_TEMPLATE("a scan may be stopped, nested, and restate what it visits", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  constexpr int kEntries = 200;  // more than a store fetches at a time
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < kEntries; ++i) append(tx, no, std::to_string(i));
  });
  int visited = 0;
  kind.store->run([&](Transaction& tx) {
    tx.scan(no, 1, kEntries, [&](const StoredEntry& entry) {
      StoredEntry changed = entry;
      changed.time = entry.at.seq * 10;
      tx.restate(changed);
      int inner = 0;
      tx.scan(no, entry.at.seq, kEntries, [&](const StoredEntry&) { return ++inner < 3; });
      CHECK(inner == std::min<journal::Seq>(3, kEntries - entry.at.seq + 1));
      CHECK(entry.bytes == std::to_string(visited));
      ++visited;
      return true;
    });
  });
  CHECK(visited == kEntries);
  CHECK(kind.store->snapshot()->entry(no, 150)->time == 1500);
}

TEST_CASE_TEMPLATE("first_at_or_after finds the first entry of a time, within its bounds", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) {
    for (const Milliseconds time : {10, 20, 20, 20, 30, 40}) append(tx, no, "at " + std::to_string(time), time);
  });
  const auto look = [&](const journal::JournalsReader& view) {
    CHECK(view.first_at_or_after(no, 1, 6, 20) == 2);
    CHECK(view.first_at_or_after(no, 3, 6, 20) == 3);
    CHECK(view.first_at_or_after(no, 1, 6, 21) == 5);
    CHECK(view.first_at_or_after(no, 1, 6, 0) == 1);
    CHECK(view.first_at_or_after(no, 1, 6, 41) == 7);
    CHECK(view.first_at_or_after(no, 1, 3, 30) == 4);
    CHECK(view.first_at_or_after(no, 1, 50, 40) == 6);
    CHECK(view.first_at_or_after(no, 1, 50, 41) == 51);
    CHECK(view.first_at_or_after(no + 1, 1, 50, 0) == 51);
  };
  look(*kind.store->snapshot());
  kind.store->run([&](Transaction& tx) { look(tx); });
}

TEST_CASE_TEMPLATE("a seal is kept once, and the last one up to a place is found", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  const auto next = add_journal(*kind.store, journal_id("B-1"));
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < 6; ++i) append(tx, no, std::to_string(i)), append(tx, next, std::to_string(i));
    tx.put_seal(no, 2, signature(2));
    tx.put_seal(no, 5, signature(5));
    tx.put_seal(no, 2, signature(77));
    tx.put_seal(next, 1, signature(1));
  });
  const auto view = kind.store->snapshot();
  CHECK(view->seals(no, 1, 6) == std::vector<std::pair<journal::Seq, Signature>>{{2, signature(2)}, {5, signature(5)}});
  CHECK(view->seals(no, 3, 4).empty());
  CHECK(view->last_seal(no, 6) == 5);
  CHECK(view->last_seal(no, 4) == 2);
  CHECK(view->last_seal(no, 1) == 0);
  CHECK(view->last_seal(next, 6) == 1);
  CHECK(view->last_seal(next + 1, 6) == 0);
}

TEST_CASE_TEMPLATE("personal data is kept beside its entry and can be erased", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  const journal::PersonalData person{sha256("salt"), R"({"name":"Nông Thị Thắm"})"};
  kind.store->run([&](Transaction& tx) {
    append(tx, no, "lead");
    tx.put_personal(no, 1, person);
  });
  CHECK(kind.store->snapshot()->personal(no, 1) == person);
  CHECK_FALSE(kind.store->snapshot()->personal(no, 2));
  kind.store->run([&](Transaction& tx) {
    tx.erase_personal(no, 1);
    CHECK_FALSE(tx.personal(no, 1));
  });
  CHECK_FALSE(kind.store->snapshot()->personal(no, 1));
  CHECK(kind.store->snapshot()->entry(no, 1)->bytes == "lead");
}

}  // namespace
}  // namespace phien::tests
