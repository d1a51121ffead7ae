// Random fairs: whatever the order in which journals come, the books are the same, and agree with two slow readers of the
// format's text that share nothing with the ledger but the contributions of a single entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "shared/ledger/contributions.hpp"
#include "tests/unit/ledger/fair.hpp"

using namespace phien;
using namespace phien::journal;
using namespace phien::test;

namespace {

using Random = std::mt19937_64;

std::int64_t pick(Random& random, std::int64_t from, std::int64_t to) {
  return std::uniform_int_distribution<std::int64_t>(from, to)(random);
}
bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }
std::string product(Random& random) { return "P" + std::to_string(pick(random, 1, 3)); }

struct RandomFair {
  std::vector<Writer> writers;                            // twins share the start of their journal
  std::vector<std::pair<std::size_t, std::size_t>> lost;  // (writer, index): bytes that some copies get late
};

struct TillPlan {
  std::vector<Ref> sales, moved;  // what may be refunded or voided
  std::vector<Ref> shifts;
  std::int64_t receipt = 0;
};

Payment some_payment(Random& random, Dong amount) {
  if (chance(random, 30)) return transfer("PH0000000" + std::to_string(pick(random, 0, 9)), amount);
  return pay(chance(random, 80) ? Method::cash : Method::card, amount);
}

void one_entry(Random& random, Writer& till, TillPlan& plan) {
  till.now += pick(random, 0, 40) * kMinute;
  std::optional<Milliseconds> happened;
  if (chance(random, 10)) happened = till.now - pick(random, -60, 600) * kMinute;
  const auto shift = [&]() -> std::optional<Hash> {
    return plan.shifts.empty() ? std::nullopt : std::optional<Hash>(plan.shifts.back().hash);
  };
  const std::int64_t kind = pick(random, 1, 100);
  if (kind <= 40) {
    Sale made = sale(++plan.receipt, {line(product(random), pick(random, 1, 9) * 500, 10'000)}, {});
    made.payments = {some_payment(random, made.total)};
    if (chance(random, 5)) made.payments[0].amount += 1000;  // does not add up
    if (chance(random, 10)) made.lines[0].gift = true, made.lines[0].discount = made.lines[0].total, made.lines[0].total = 0;
    made.shift = shift();
    plan.sales.push_back(till.write(made, happened));
    plan.moved.push_back(plan.sales.back());
  } else if (kind <= 50 && !plan.sales.empty()) {
    const Ref target = plan.sales[static_cast<std::size_t>(pick(random, 0, std::int64_t(plan.sales.size()) - 1))];
    Refund back;
    back.exhibitor = "ex1", back.booth = "B1", back.place = "booth", back.vat_method = "TRUC_TIEP", back.receipt = ++plan.receipt;
    back.sale = target;
    BackLine one;
    one.product = product(random), one.name = "Hàng", one.unit = "gói", one.vat = "8", one.qty = 500, one.total = 5000,
    one.of = 0;
    one.resaleable = chance(random, 70);
    back.lines = {one};
    back.total = 5000;
    back.payments = {some_payment(random, 5000)};
    plan.moved.push_back(till.write(back, happened));
  } else if (kind <= 58 && !plan.moved.empty()) {
    const Ref target = plan.moved[static_cast<std::size_t>(pick(random, 0, std::int64_t(plan.moved.size()) - 1))];
    till.write(void_of(target, till.entry(target).body), happened);
  } else if (kind <= 70) {
    StockCount count;
    count.exhibitor = "ex1", count.place = chance(random, 80) ? "booth" : "store";
    count.lines = {goods("P1", pick(random, 0, 50) * 1000), goods("P2", pick(random, 0, 50) * 1000)};
    plan.moved.push_back(till.write(count, happened));
  } else if (kind <= 76) {
    Transfer moved;
    moved.exhibitor = "ex1", moved.from = "store", moved.to = "booth";
    moved.lines = {goods(product(random), 7000)};
    plan.moved.push_back(till.write(moved, happened));
  } else if (kind <= 80) {
    till.write(PaymentConfirmed{
        "ex1", "PH0000000" + std::to_string(pick(random, 0, 9)), pick(random, 1, 9) * 5000, chance(random, 20), false, {}});
  } else if (kind <= 88) {
    till.read_clock(chance(random, 20));
  } else if (kind <= 94) {
    till.skew = pick(random, -3, 3) * kHour;
    till.restart(std::to_string(pick(random, 0, 1'000'000)));
  } else if (kind <= 96) {
    till.write_raw("{\"kind\":\"unheard of\"}");
  } else if (kind == 97) {
    DeclaredSales declared;
    declared.exhibitor = "ex1", declared.place = "booth", declared.day = "2025-05-15", declared.method = "sổ tay";
    declared.total = 90'000, declared.sales = 3, declared.payments = {pay(Method::cash, 90'000)};
    plan.moved.push_back(till.write(declared));
  } else {
    plan.shifts.push_back(till.write(ShiftOpen{"ex1", 100'000}));
  }
}

RandomFair random_fair(std::uint64_t seed) {
  Random random(seed);
  Organizer organizer;
  RandomFair fair;
  std::vector<Writer> tills;
  for (int i = 1; i <= 3; ++i) tills.push_back(organizer.terminal("T" + std::to_string(i), 10 + i));
  std::vector<Writer> twins;
  for (Writer& till : tills) {
    TillPlan plan;
    if (chance(random, 60)) till.read_clock();
    for (int n = 0; n < 40; ++n) one_entry(random, till, plan);
    if (chance(random, 60)) {
      Writer twin = till;
      TillPlan other = plan;
      twin.now += kMinute;
      for (int n = 0; n < 20; ++n) one_entry(random, twin, other);
      if (chance(random, 40)) {
        Writer third = twin;
        TillPlan its_own = other;
        third.now += 2 * kMinute;
        for (int n = 0; n < 8; ++n) one_entry(random, third, its_own);
        twins.push_back(third);
        one_entry(random, twin, other);
      }
      twins.push_back(twin);
    }
    for (int n = 0; n < 20; ++n) one_entry(random, till, plan);
  }
  Writer first = organizer.server(1, 2), second = organizer.server(2, 3);
  Opening opening;
  opening.exhibitor = "ex1", opening.place = "booth", opening.lines = {goods("P1", 100'000), goods("P3", 50'000)};
  first.write(opening);
  for (const Writer& till : tills) {
    if (chance(random, 90)) (chance(random, 70) ? first : second).write(enrol(till, {"ex1"}));
  }
  if (chance(random, 50)) {
    const std::size_t at = static_cast<std::size_t>(pick(random, 5, 50));
    second.write(TerminalRevoked{"T1", {static_cast<Seq>(at + 1), tills[0].items()[at].hash}, "mất máy"});
    second.write(Ruling{tills[0].ref(at + 3), Ruling::Decision::post, "được"});
    first.write(Ruling{tills[0].ref(2), Ruling::Decision::keep_out, "không"});
  }
  if (chance(random, 30)) second.write(TerminalRevoked{"_server.1", {3, first.items()[2].hash}, "thay máy chủ"});
  if (chance(random, 30)) first.write(TerminalRevoked{"_server.2", {1, second.items()[0].hash}, "không có hiệu lực"});
  for (int n = 0; n < 3; ++n) {
    first.now += pick(random, 1, 300) * kMinute;
    StockCount count;
    count.exhibitor = "ex1", count.place = "booth", count.lines = {goods("P3", pick(random, 0, 90) * 1000)};
    first.write(count);
  }
  fair.writers = {first, second};
  fair.writers.insert(fair.writers.end(), tills.begin(), tills.end());
  fair.writers.insert(fair.writers.end(), twins.begin(), twins.end());
  for (std::size_t w = 2; w < 5; ++w) {
    if (chance(random, 50)) fair.lost.emplace_back(w, static_cast<std::size_t>(pick(random, 0, 39)));
  }
  return fair;
}

// Takes every journal in pieces, in an order of its own.
void arrive(Random& random, const RandomFair& fair, Copy& copy, bool lose) {
  std::vector<std::size_t> done(fair.writers.size(), 0);
  std::vector<std::pair<std::size_t, std::size_t>> to_fill;
  for (;;) {
    std::vector<std::size_t> open;
    for (std::size_t w = 0; w < fair.writers.size(); ++w) {
      if (done[w] < fair.writers[w].items().size()) open.push_back(w);
    }
    if (open.empty()) break;
    const std::size_t w = open[static_cast<std::size_t>(pick(random, 0, std::int64_t(open.size()) - 1))];
    const std::size_t all = fair.writers[w].items().size();
    std::size_t to = std::min(all, done[w] + static_cast<std::size_t>(pick(random, 1, chance(random, 20) ? 200 : 12)));
    bool bytes = true;
    for (const auto& [writer, index] : fair.lost) {
      if (!lose || writer != w || index < done[w]) continue;
      if (index == done[w]) {
        bytes = false, to = index + 1;
        to_fill.emplace_back(w, index);
      } else {
        to = std::min(to, index);
      }
    }
    copy.take(fair.writers[w], done[w], to, bytes);
    done[w] = to;
  }
  std::shuffle(to_fill.begin(), to_fill.end(), random);
  for (const auto& [writer, index] : to_fill) copy.fill(fair.writers[writer], index);
}

// The first lines in which two texts differ, "" if they are equal: failures one can read.
std::string difference(const std::string& a, const std::string& b) {
  if (a == b) return {};
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto line_at = [](const std::string& text, std::size_t at) {
    const std::size_t from = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
    return text.substr(from, text.find('\n', at) - from);
  };
  return line_at(a, static_cast<std::size_t>(in_a - a.begin())) + "\n" + line_at(b, static_cast<std::size_t>(in_b - b.begin()));
}

// FORMAT.md §9 read literally and slowly: one chain, all the chains that share it.
struct Told {
  Milliseconds time = 0;
  TimeQuality quality{};
};
struct Written {
  Head at;
  std::optional<Entry> entry;  // absent: cannot be interpreted
};
std::vector<Written> chain_of(const Writer& writer) {
  std::vector<Written> chain;
  for (std::size_t i = 0; i < writer.items().size(); ++i) {
    const auto decoded = decode(std::string_view(writer.items()[i].bytes));
    Written one{{static_cast<Seq>(i + 1), writer.items()[i].hash}, {}};
    if (decoded) one.entry = *decoded;
    chain.push_back(std::move(one));
  }
  return chain;
}
const ClockReading* clock_of(const Written& one) { return one.entry ? std::get_if<ClockReading>(&one.entry->body) : nullptr; }
Milliseconds anchor_time(const ClockReading& clock) { return clock.server + clock.round_trip / 2; }

std::vector<Told> told(const std::vector<std::vector<Written>>& chains, const std::vector<Written>& chain) {
  std::vector<Told> all;
  std::optional<Milliseconds> before;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Written& one = chain[i];
    Told is{before.value_or(0), TimeQuality::unknown};
    if (one.entry) {
      const Reading& reading = one.entry->time;
      const ClockReading* own = clock_of(one);
      if (own && own->reset) before.reset();
      const ClockReading* anchor = own;
      for (std::size_t j = i; !anchor && j-- > 0;) {  // rule 1: back along the unbroken run
        if (!chain[j].entry) continue;
        if (chain[j].entry->time.boot != reading.boot) break;
        anchor = clock_of(chain[j]);
      }
      const Written* best = nullptr;
      if (!anchor) {  // rule 2: forward along every chain that holds this entry
        for (const auto& other : chains) {
          if (i >= other.size() || other[i].at != one.at) continue;
          for (std::size_t j = i + 1; j < other.size(); ++j) {
            if (!other[j].entry) continue;
            if (other[j].entry->time.boot != reading.boot) break;
            if (!clock_of(other[j])) continue;
            if (!best || other[j].at < best->at) best = &other[j];
            break;
          }
        }
        if (best) anchor = clock_of(*best);
      }
      if (anchor) {
        is = {anchor_time(*anchor) + reading.up - anchor->up, TimeQuality::exact};
      } else {
        for (std::size_t j = i; j-- > 0 && is.quality == TimeQuality::unknown;) {  // rule 3
          if (const ClockReading* last = clock_of(chain[j])) {
            const Milliseconds behind = anchor_time(*last) - last->wall;
            const bool set_since = behind > 24 * kHour && before && reading.wall >= *before;
            is = {set_since ? reading.wall : reading.wall + behind, TimeQuality::estimated};
          }
        }
        if (is.quality == TimeQuality::unknown) is.time = before.value_or(0);
      }
      if (before) is.time = std::max(is.time, *before);
    }
    before = is.time;
    all.push_back(is);
  }
  return all;
}

void check_times(const RandomFair& fair, const Copy& copy) {
  for (std::size_t w = 2; w < fair.writers.size(); ++w) {
    std::vector<std::vector<Written>> chains;
    for (const Writer& writer : fair.writers) {
      if (writer.id() == fair.writers[w].id()) chains.push_back(chain_of(writer));
    }
    const auto expected = told(chains, chain_of(fair.writers[w]));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto stored = copy.find(fair.writers[w].ref(i));
      REQUIRE(stored.has_value());
      CAPTURE(fair.writers[w].id().terminal);
      CAPTURE(i);
      REQUIRE(stored->time == expected[i].time);
      REQUIRE(stored->quality == expected[i].quality);
    }
  }
}

// On hand by going through everything posted in its order, once.
void check_stock(const Copy& copy) {
  struct Step {
    std::string order;
    std::string stock;
    bool count = false;
    Quantity qty = 0;
    Hash entry;
  };
  std::vector<Step> steps;
  std::vector<Hash> voided;
  const auto books = copy.books();
  ledger::Contributions made;
  for (const Branch& branch : books->branches()) {
    books->scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (stored.standing != Standing::posted) return true;
      const Entry entry = decode(std::string_view(stored.bytes)).value();
      if (const auto* reversal = std::get_if<VoidBody>(&entry.body)) voided.push_back((*reversal)->entry.hash);
      const auto when = ledger::counts_at(entry, {stored.time, stored.quality});
      const ledger::Place place{branch.journal.terminal, stored.at};
      const std::string order = ledger::keys::Order{when.time, place.ref()}.text();
      ledger::contribute(entry, place, when, "", made);
      const auto stock = [](const auto& one) { return ledger::keys::key(one.exhibitor, one.product, one.place); };
      for (const auto& one : made.movements) steps.push_back({order, stock(one), false, one.qty, stored.at.hash});
      for (const auto& one : made.counts) steps.push_back({order, stock(one), true, one.qty, stored.at.hash});
      return true;
    });
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.order < b.order; });
  std::map<std::string, Quantity> on_hand;
  for (const Step& step : steps) {
    if (step.count && std::find(voided.begin(), voided.end(), step.entry) != voided.end()) continue;
    Quantity& at = on_hand[step.stock];
    at = step.count ? step.qty : at + step.qty;
  }
  for (const auto& row : ledger::stock(*books)) {
    const std::string stock = ledger::keys::key(row.exhibitor, row.product, row.place);
    CAPTURE(stock);
    REQUIRE(row.on_hand == on_hand[stock]);
    REQUIRE(ledger::on_hand(*books, row.exhibitor, row.product, row.place) == row.on_hand);
    Quantity out = 0;
    for (const auto& [reason, qty] : row.out) out += qty;
    REQUIRE(row.on_hand ==
            row.opening + row.in - row.sold + row.returned + row.moved_in - row.moved_out - out + row.count_difference);
    on_hand.erase(stock);
  }
  for (const auto& [stock, qty] : on_hand) {
    CAPTURE(stock);
    REQUIRE(qty == 0);
  }
}

}  // namespace

// What a person is shown, which rests on more than sums and facts.
std::string listed(const Copy& copy) {
  std::string all;
  const auto books = copy.books();
  for (const auto& row : ledger::exceptions(*books)) {
    all += row.code + " " + row.exhibitor + " " + row.terminal + " " + row.subject + " " +
           (row.entry ? hex(row.entry->hash) : "") + " " + row.what.vi + " " + row.what.en + (row.settled ? " settled\n" : "\n");
  }
  for (const auto& head : ledger::heads(*books)) all += head.terminal + " " + hex(head.hash) + "\n";
  for (const auto& row : ledger::stock(*books))
    all += row.product + " " + row.place + " " + row.name + " " + std::to_string(row.on_hand) + "\n";
  for (const auto& row : ledger::transfers(*books)) all += row.pay_ref + " " + std::to_string(row.confirmed) + "\n";
  for (const auto& row : ledger::shifts(*books)) all += hex(row.open.hash) + " " + std::to_string(row.expected) + "\n";
  return all;
}

TEST_CASE("I5: any order, any interleaving, any batching of journals gives the same books") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    const RandomFair fair = random_fair(seed);
    std::string dump, entries, views;
    for (std::uint64_t way = 0; way < 10; ++way) {
      CAPTURE(way);
      Random random(seed * 1000 + way);
      Copy copy;
      arrive(random, fair, copy, way % 2 == 1);
      if (way == 0) {
        dump = copy.dump();
        entries = copy.entries();
        views = listed(copy);
        REQUIRE(dump.size() > 1000);
        check_times(fair, copy);
        check_stock(copy);
        CHECK(ledger::imbalances(*copy.books()).empty());
        CHECK_FALSE(ledger::exceptions(*copy.books()).empty());
      }
      REQUIRE(difference(copy.entries(), entries) == "");
      REQUIRE(difference(copy.dump(), dump) == "");
      REQUIRE(difference(listed(copy), views) == "");
      if (way < 2) {
        copy.rebuild();
        REQUIRE(difference(copy.entries(), entries) == "");
        REQUIRE(difference(copy.dump(), dump) == "");
      }
      if (way == 2) {
        const auto replayed = db::open_memory();
        const auto heads = ledger::heads(*copy.books());
        replayed->run([&](db::Transaction& tx) { CHECK(ledger::replay(*copy.books(), tx, &heads).empty()); });
        REQUIRE(difference(ledger::dump(*replayed->snapshot()), dump) == "");
      }
    }
  }
}
