// What the contract says of sums, facts and named values.
#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

#include "tests/contract/fixture.hpp"

namespace phien::tests {
namespace {

using db::Transaction;
using ledger::Sum;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST_CASE_TEMPLATE("I3: what is added is seen at once and afterwards; a sum that is zero is not there", Kind, EVERY_STORE) {
  Kind kind;
  kind.store->run([&](Transaction& tx) {
    CHECK(tx.sum("a") == Sum{});
    tx.add("a", {1, 2000, 50'000});
    tx.add("a", {1, -500, 7});
    CHECK(tx.sum("a") == Sum{2, 1500, 50'007});
    tx.add("b", {1, 1, 1});
  });
  kind.store->run([&](Transaction& tx) {
    tx.add("a", {1, 0, 0});
    tx.add("b", {-1, -1, -1});
    CHECK(sums(tx) == Sums{{"a", {3, 1500, 50'007}}});
  });
  const auto view = kind.store->snapshot();
  CHECK(sums(*view) == Sums{{"a", {3, 1500, 50'007}}});
  CHECK(view->sum("b") == Sum{});
}

TEST_CASE_TEMPLATE("I3: a sum that would not fit 64 bits fails its job and stays what it was, to the last unit", Kind,
                   EVERY_STORE) {
  Kind kind;
  kind.store->run([&](Transaction& tx) { tx.add("edge", {kMax - 1, kMin + 1, kMax}); });
  const auto overflow = [&](const Sum& delta) {
    kind.store->run([&](Transaction& tx) {
      tx.add("other", {1, 1, 1});
      tx.add("edge", delta);
    });
  };
  CHECK_THROWS_AS(overflow({2, 0, 0}), std::overflow_error);
  CHECK_THROWS_AS(overflow({0, -2, 0}), std::overflow_error);
  CHECK_THROWS_AS(overflow({0, 0, 1}), std::overflow_error);
  CHECK(sums(*kind.store->snapshot()) == Sums{{"edge", {kMax - 1, kMin + 1, kMax}}});
  kind.store->run([&](Transaction& tx) { tx.add("edge", {1, -1, 0}); });
  CHECK(kind.store->snapshot()->sum("edge") == Sum{kMax, kMin, kMax});
}

TEST_CASE_TEMPLATE("facts are put, replaced and erased", Kind, EVERY_STORE) {
  Kind kind;
  kind.store->run([&](Transaction& tx) {
    tx.put("k", "one");
    tx.put("gone", "x");
    tx.put("empty", "");
    CHECK(tx.fact("k") == "one");
  });
  kind.store->run([&](Transaction& tx) {
    tx.put("k", std::string_view("t\0wo", 4));
    tx.erase("gone");
    tx.erase("never there");
    CHECK_FALSE(tx.fact("gone"));
    CHECK(facts(tx) == Facts{{"empty", ""}, {"k", std::string("t\0wo", 4)}});
  });
  const auto view = kind.store->snapshot();
  CHECK(view->fact("k") == std::string("t\0wo", 4));
  CHECK(view->fact("empty") == "");
  CHECK_FALSE(view->fact("gone"));
}

TEST_CASE_TEMPLATE("I10: a value of a megabyte is kept whole", Kind, EVERY_STORE) {
  Kind kind;
  const std::string big(1 << 20, '\xff');
  kind.store->run([&](Transaction& tx) { tx.put("big", big), tx.set_meta("big", big); });
  CHECK(kind.store->snapshot()->fact("big") == big);
  CHECK(kind.store->snapshot()->meta("big") == big);
}

TEST_CASE_TEMPLATE("I5: a prefix scan goes in byte order, over what is kept and what this transaction changed", Kind,
                   EVERY_STORE) {
  Kind kind;
  const std::string nul("p\0", 2), high = "p\xff", higher = "p\xff\xff", vietnamese = "pđ";
  kind.store->run([&](Transaction& tx) {
    for (const std::string& key : {std::string("o"), std::string("p"), std::string("pb"), high, vietnamese, std::string("q")}) {
      tx.put(key, "old"), tx.add(key, {1, 0, 0});
    }
  });
  const Facts expected{{"p", "old"}, {nul, "new"}, {"pa", "new"}, {vietnamese, "old"}, {high, "new"}, {higher, "new"}};
  kind.store->run([&](Transaction& tx) {
    tx.put(nul, "new"), tx.put("pa", "new"), tx.put(high, "new"), tx.put(higher, "new"), tx.erase("pb");
    tx.add(nul, {5, 0, 0}), tx.add("pb", {-1, 0, 0});
    CHECK(facts(tx, "p") == expected);
    CHECK(sums(tx, "p") == Sums{{"p", {1, 0, 0}}, {nul, {5, 0, 0}}, {vietnamese, {1, 0, 0}}, {high, {1, 0, 0}}});
  });
  const auto view = kind.store->snapshot();
  CHECK(facts(*view, "p") == expected);
  CHECK(facts(*view, high) == Facts{{high, "new"}, {higher, "new"}});
  CHECK(facts(*view, "px").empty());
  CHECK(sums(*view, "p") == Sums{{"p", {1, 0, 0}}, {nul, {5, 0, 0}}, {vietnamese, {1, 0, 0}}, {high, {1, 0, 0}}});
  CHECK(facts(*view).size() == 8);
}

TEST_CASE_TEMPLATE("I5: long scans are whole and ordered, may be stopped, and may write what they visit", Kind, EVERY_STORE) {
  Kind kind;
  const auto key = [](int i) { return "k" + std::to_string(10'000 + i); };
  kind.store->run([&](Transaction& tx) {
    for (int i = 0; i < 1'000; i += 2) tx.put(key(i), "kept"), tx.add(key(i), {i + 1, 0, 0});
  });
  kind.store->run([&](Transaction& tx) {
    for (int i = 1; i < 1'000; i += 2) tx.put(key(i), "new"), tx.add(key(i), {i + 1, 0, 0});
    int next = 0;
    tx.facts("k", [&](std::string_view at, std::string_view value) {
      CHECK(at == key(next));
      const std::string seen(value);
      tx.put(at, "changed");
      CHECK(value == seen);
      ++next;
      return true;
    });
    CHECK(next == 1'000);
    int stopped = 0;
    tx.sums("k", [&](std::string_view, const Sum&) { return ++stopped < 70; });
    CHECK(stopped == 70);
  });
  const auto view = kind.store->snapshot();
  const auto all = facts(*view, "k");
  REQUIRE(all.size() == 1'000);
  for (int i = 0; i < 1'000; ++i)
    CHECK(all[static_cast<std::size_t>(i)] == std::pair<std::string, std::string>(key(i), "changed"));
  CHECK(sums(*view, "k").size() == 1'000);
  int stopped = 0;
  view->facts("", [&](std::string_view, std::string_view) { return ++stopped < 130; });
  CHECK(stopped == 130);
}

TEST_CASE_TEMPLATE("I5: facts that were looked for in vain are found once they are there, and once a clearing is undone", Kind,
                   EVERY_STORE) {
  Kind kind;
  const Facts late{{"late|a", "x"}};
  const auto found = [&] {
    Facts there;
    kind.store->run([&](Transaction& tx) { there = facts(tx, "late|"); });
    return there;
  };
  CHECK(found().empty());
  kind.store->run([](Transaction& tx) { tx.put("late|a", "x"); });
  CHECK(found() == late);
  // So many others that a store which remembers what it wrote has to look again.
  kind.store->run([](Transaction& tx) {
    for (int i = 0; i < 2'000; ++i) tx.put("other|" + std::to_string(i), "y");
  });
  CHECK(found() == late);
  CHECK_THROWS_AS(kind.store->run([](Transaction& tx) {
    tx.clear_books();
    CHECK(facts(tx, "late|").empty());
    throw std::runtime_error("undone");
  }),
                  std::runtime_error);
  CHECK(found() == late);
}

TEST_CASE_TEMPLATE("I5: clear_books clears sums and facts, and nothing else; undone, all is as before", Kind, EVERY_STORE) {
  Kind kind;
  const auto no = add_journal(*kind.store);
  kind.store->run([&](Transaction& tx) {
    append(tx, no, "entry");
    for (int i = 0; i < 300; ++i) tx.put("f" + std::to_string(i), "x"), tx.add("s" + std::to_string(i), {1, 1, 1});
    tx.set_meta("cursor", "7");
  });
  const auto before = everything(*kind.store->snapshot());
  CHECK_THROWS_AS(kind.store->run([&](Transaction& tx) {
    tx.clear_books();
    CHECK(sums(tx).empty());
    CHECK_FALSE(tx.fact("f1"));
    CHECK(tx.sum("s299") == Sum{});
    tx.put("f1", "again");
    throw std::runtime_error("undo");
  }),
                  std::runtime_error);
  CHECK(everything(*kind.store->snapshot()) == before);
  kind.store->run([&](Transaction& tx) {
    CHECK(tx.fact("f1") == "x");
    CHECK(tx.sum("s299") == Sum{1, 1, 1});
    CHECK(sums(tx).size() == 300);
    tx.clear_books();
    tx.add("s5", {2, 2, 2});
    CHECK(sums(tx) == Sums{{"s5", {2, 2, 2}}});
  });
  const auto view = kind.store->snapshot();
  CHECK(facts(*view).empty());
  CHECK(sums(*view) == Sums{{"s5", {2, 2, 2}}});
  CHECK(view->entry(no, 1)->bytes == "entry");
  CHECK(view->meta("cursor") == "7");
}

TEST_CASE_TEMPLATE("named values of the device are kept apart from the books", Kind, EVERY_STORE) {
  Kind kind;
  kind.store->run([&](Transaction& tx) {
    tx.set_meta("draft", "1");
    tx.set_meta("draft", "2");
    tx.set_meta("gone", "x");
    CHECK(tx.meta("draft") == "2");
    tx.erase_meta("gone");
  });
  const auto view = kind.store->snapshot();
  CHECK(view->meta("draft") == "2");
  CHECK_FALSE(view->meta("gone"));
  CHECK_FALSE(view->fact("draft"));
}

}  // namespace
}  // namespace phien::tests
