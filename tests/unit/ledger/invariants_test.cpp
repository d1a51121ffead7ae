// Named cases of the invariants the ledger keeps.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/ledger/fair.hpp"

using namespace phien;
using namespace phien::journal;
using namespace phien::test;

namespace {

// A server, one enrolled terminal whose clock is anchored, and a copy that holds both.
struct Booth {
  Organizer organizer;
  Writer server = organizer.server(1, 2);
  Writer till = organizer.terminal("T1", 3);
  Copy copy;
  Booth() {
    server.write(enrol(till, {"ex1"}));
    till.read_clock();
  }
  Ref sell(std::int64_t receipt, Quantity qty, Dong price) {
    till.now += kMinute;
    const Line one = line("P1", qty, price);
    return till.write(sale(receipt, {one}, {pay(Method::cash, one.total)}));
  }
  void sync() { copy.take(server), copy.take(till); }
  std::vector<std::string> codes() const {
    std::vector<std::string> found;
    for (const auto& row : ledger::exceptions(*copy.books())) {
      if (row.code != "unknown_product" && row.code != "below_zero") found.push_back(row.code);
    }
    return found;
  }
  Quantity on_hand() const { return ledger::on_hand(*copy.books(), "ex1", "P1", "booth"); }
};

Refund refund_of(const Ref& sale, std::int64_t receipt, Quantity qty, Dong total) {
  Refund refund;
  refund.exhibitor = "ex1", refund.booth = "B1", refund.place = "booth", refund.vat_method = "TRUC_TIEP";
  refund.receipt = receipt;
  refund.sale = sale;
  BackLine back;
  back.product = "P1", back.name = "Hàng P1", back.unit = "gói", back.vat = "8";
  back.qty = qty, back.total = total, back.of = 0;
  refund.lines = {back};
  refund.total = total;
  refund.payments = {pay(Method::cash, total)};
  return refund;
}

StockCount count_of(Quantity qty) {
  StockCount count;
  count.exhibitor = "ex1", count.place = "booth";
  count.lines = {goods("P1", qty)};
  return count;
}

}  // namespace

TEST_CASE("I2: what is known already changes nothing") {
  Booth booth;
  booth.sell(1, 2000, 25'000);
  booth.sync();
  const std::string before = booth.copy.dump();
  for (int i = 0; i < 5; ++i) booth.sync();
  CHECK(booth.copy.dump() == before);
  CHECK(booth.on_hand() == -2000);
}

TEST_CASE("I3: the books balance, also where an entry's own sums do not") {
  Booth booth;
  Sale odd = sale(1, {line("P1", 1000, 25'000)}, {pay(Method::cash, 20'000)});
  odd.total = 24'000;
  odd.rounding = -500;
  booth.till.write(odd);
  booth.sync();
  CHECK(ledger::imbalances(*booth.copy.books()).empty());
  CHECK(booth.codes() == std::vector<std::string>{"sums_differ"});
  // A sum that nobody posted is found.
  booth.copy.store().run([](db::Transaction& tx) { tx.add("taking|ex1|ex1|2025-05-15T09|till|cash|paid", {0, 0, 1}); });
  CHECK(ledger::imbalances(*booth.copy.books()).size() == 2);  // nor is it in the sum of its day
  booth.copy.store().run([](db::Transaction& tx) {
    tx.add("taking|ex1|ex1|2025-05-15T09|till|cash|paid", {0, 0, -1});
    tx.add("stock|ex1|P1|booth|sold", {0, 1000, 0});
  });
  CHECK(ledger::imbalances(*booth.copy.books()).size() == 1);
}

TEST_CASE("I5: a sum that ends at zero leaves no trace") {
  Booth booth;
  booth.sync();
  const std::string before = booth.copy.dump();
  const Ref made = booth.sell(1, 1000, 25'000);
  booth.till.write(void_of(made, booth.till.entry(made).body));
  booth.sync();
  CHECK(ledger::sales_cells(*booth.copy.books()).empty());
  CHECK(ledger::takings_cells(*booth.copy.books()).empty());
  CHECK(ledger::deal_cells(*booth.copy.books()).empty());
  CHECK(ledger::stock(*booth.copy.books()).empty());
  CHECK(before != booth.copy.dump());  // the number that was printed, and who voided what
}

TEST_CASE("I6: odd entries are posted and listed, never refused") {
  Booth booth;
  const Ref made = booth.sell(1, 2000, 25'000);
  booth.till.write(refund_of(made, 2, 3000, 75'000));
  booth.till.write(refund_of({"T9", 7, sha256("elsewhere")}, 3, 1000, 10'000));
  const Body body = booth.till.entry(made).body;
  booth.till.write(void_of(made, body));
  booth.till.write(void_of(made, body));
  booth.till.write(void_of({"T9", 8, sha256("nowhere")}, body));
  Sale falsified = std::get<Sale>(body);
  falsified.note = "khác";
  booth.till.write(void_of(made, falsified));
  booth.sell(2, 1000, 1'000);  // number 2 was printed before
  booth.sync();
  CHECK(booth.codes() == std::vector<std::string>{"receipt_twice", "refund_above_sale", "refund_of_unknown", "void_differs",
                                                  "void_of_unknown", "void_twice"});
  CHECK(booth.on_hand() == 3000 + 1000 - 2000 + 4 * 2000 - 1000);
  CHECK(ledger::imbalances(*booth.copy.books()).empty());
}

TEST_CASE("I6: what cannot be interpreted is kept and does not block what follows") {
  Booth booth;
  booth.till.write_raw(R"({"v":1})");
  booth.till.write_raw("not even JSON");
  booth.till.write(enrol(booth.till, {"ex1"}));  // only a server writes this
  const Ref good = booth.sell(1, 1000, 25'000);
  booth.server.write(JournalClose{"only a terminal writes this"});
  booth.sync();
  CHECK(booth.codes() == std::vector<std::string>(4, "quarantined"));
  CHECK(booth.copy.find(good)->standing == Standing::posted);
  CHECK(booth.copy.find(good)->quality == TimeQuality::exact);
  const std::string before = booth.copy.dump();
  booth.copy.rebuild();
  CHECK(booth.copy.dump() == before);
}

TEST_CASE("I6: bytes found again are posted as if they had never been lost") {
  Booth booth;
  booth.sell(1, 1000, 25'000);
  booth.sell(2, 2000, 25'000);
  Copy whole;
  whole.take(booth.server), whole.take(booth.till);
  booth.copy.take(booth.server);
  booth.copy.take(booth.till, 0, 1);
  booth.copy.take(booth.till, 1, 3, false);  // the anchor and a sale are lost
  booth.copy.take(booth.till, 3, booth.till.items().size());
  CHECK(booth.codes() == std::vector<std::string>(2, "missing_bytes"));
  CHECK(booth.on_hand() == -2000);
  booth.copy.fill(booth.till, 2);
  booth.copy.fill(booth.till, 1);
  CHECK(booth.copy.dump() == whole.dump());
  CHECK(booth.copy.entries() == whole.entries());
}

TEST_CASE("I6: shifts closed twice and drawers that do not agree are listed") {
  Booth booth;
  const Ref open = booth.till.write(ShiftOpen{"ex1", 500'000});
  Sale one = sale(1, {line("P1", 1000, 25'000)}, {pay(Method::cash, 25'000)});
  one.shift = open.hash;
  booth.till.write(one);
  ShiftClose close;
  close.shift = open.hash, close.holder = "ex1", close.counted = 520'000, close.expected = 525'000;
  booth.till.write(close);
  booth.till.write(close);
  booth.sync();
  CHECK(booth.codes() == std::vector<std::string>{"shift_closed_twice", "shift_difference"});
  const auto shifts = ledger::shifts(*booth.copy.books(), "T1");
  REQUIRE(shifts.size() == 1);
  CHECK(shifts[0].expected == 525'000);
  CHECK(shifts[0].counted == 520'000);
  CHECK(shifts[0].sales == 1);
}

TEST_CASE("I5: a count is a fact at a time, whatever is heard later") {
  Booth booth;
  Writer other = booth.organizer.terminal("T2", 4);
  booth.server.write(enrol(other, {"ex1"}));
  other.read_clock();
  other.now += 2 * kMinute;
  other.write(sale(1, {line("P1", 1000, 10'000)}, {pay(Method::cash, 10'000)}));  // 09:02, before the count
  other.now += 8 * kMinute;
  other.write(sale(2, {line("P1", 5000, 10'000)}, {pay(Method::cash, 50'000)}));  // 09:10, after it
  booth.till.now += 5 * kMinute;
  booth.till.write(count_of(40'000));  // 09:05
  booth.sync();
  CHECK(booth.on_hand() == 40'000);
  booth.copy.take(other);
  CHECK(booth.on_hand() == 35'000);
  const auto rows = ledger::stock(*booth.copy.books());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].count_difference == 41'000);  // −1 was expected
  CHECK(rows[0].counted_at == kOpening + 5 * kMinute);

  Copy reversed;
  reversed.take(booth.server), reversed.take(other), reversed.take(booth.till);
  CHECK(reversed.dump() == booth.copy.dump());
}

TEST_CASE("I9: a late ticket counts when it happened, never after it was written") {
  Booth booth;
  booth.till.now += 3 * kHour;
  Sale late = sale(1, {line("P1", 1000, 10'000)}, {pay(Method::cash, 10'000)});
  late.how = How::late;
  booth.till.write(late, kOpening + kMinute);
  late.receipt = 2;
  booth.till.write(late, kOpening + 9 * kHour);
  booth.sync();
  const auto cells = ledger::deal_cells(*booth.copy.books());
  REQUIRE(cells.size() == 2);
  CHECK(cells[0].hour == "2025-05-15T09");
  CHECK(cells[0].how == "late");
  CHECK(cells[1].hour == "2025-05-15T12");
}

TEST_CASE("I7: a journal counts once its terminal is enrolled with this very key") {
  Booth booth;
  booth.sell(1, 1000, 25'000);
  booth.copy.take(booth.till);
  CHECK(booth.on_hand() == 0);
  CHECK(booth.codes() == std::vector<std::string>{"held"});
  booth.copy.take(booth.server);
  CHECK(booth.on_hand() == -1000);
  CHECK(booth.codes().empty());

  Writer impostor = booth.organizer.terminal("T1", 9);
  impostor.read_clock();
  const Ref fake = impostor.write(sale(1, {line("P1", 9000, 1'000)}, {pay(Method::cash, 9'000)}));
  booth.copy.take(impostor);
  CHECK(booth.copy.find(fake)->standing == Standing::held);
  CHECK(booth.on_hand() == -1000);
}

TEST_CASE("I8: a server's journal without the organizer's certificate decides nothing") {
  Booth booth;
  Organizer stranger{key_number(77)};
  stranger.fair = booth.organizer.fair;
  Writer fake = stranger.server(2, 5);
  const SecretKey own = key_number(5);
  Writer swapped({booth.organizer.fair, booth.organizer.root.public_key(), "_server.2", own.public_key()}, own);
  swapped.write(fake.entry(fake.ref(0)).body);
  swapped.write(enrol(booth.till, {"ex1"}));
  booth.sell(1, 1000, 25'000);
  booth.copy.take(swapped), booth.copy.take(booth.till);
  CHECK(booth.on_hand() == 0);
  CHECK(ledger::enrolments(*booth.copy.books()).empty());
  const auto codes = booth.codes();
  CHECK(codes == std::vector<std::string>{"held", "quarantined", "quarantined"});
}

TEST_CASE("I5: entries beyond a revocation await a ruling, whenever they come") {
  Booth booth;
  booth.sell(1, 1000, 25'000);
  const Head head = booth.till.head();
  const Ref second = booth.sell(2, 2000, 25'000);
  const Ref third = booth.sell(3, 4000, 25'000);
  booth.sync();
  CHECK(booth.on_hand() == -7000);
  booth.server.write(TerminalRevoked{"T1", head, "mất máy"});
  booth.sync();
  CHECK(booth.on_hand() == -1000);
  CHECK(booth.codes() == std::vector<std::string>{"held", "held"});
  booth.server.write(Ruling{second, Ruling::Decision::post, "đúng là của đơn vị"});
  booth.server.write(Ruling{third, Ruling::Decision::keep_out, "không phải"});
  booth.sync();
  CHECK(booth.on_hand() == -3000);
  const auto rows = ledger::exceptions(*booth.copy.books());
  const auto held = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.code == "held"; });
  REQUIRE(held != rows.end());
  CHECK(held->settled);
  booth.server.write(Ruling{third, Ruling::Decision::post, "xem lại"});
  booth.sync();
  CHECK(booth.on_hand() == -7000);
  Copy late;
  late.take(booth.till), late.take(booth.server);
  CHECK(late.dump() == booth.copy.dump());
  CHECK(late.entries() == booth.copy.entries());
}

TEST_CASE("I5: of two servers that revoke each other the later incarnation stands") {
  Organizer organizer;
  Writer first = organizer.server(1, 2), second = organizer.server(2, 3);
  Writer till = organizer.terminal("T1", 4);
  first.write(enrol(till, {"ex1"}));
  first.write(TerminalRevoked{"_server.2", {0, {}}, ""});
  second.write(TerminalRevoked{"_server.1", {0, {}}, "thay máy chủ"});
  till.read_clock();
  till.write(sale(1, {line("P1", 1000, 25'000)}, {pay(Method::cash, 25'000)}));
  Copy a, b;
  a.take(first), a.take(second), a.take(till);
  b.take(till), b.take(second), b.take(first);
  CHECK(a.dump() == b.dump());
  CHECK(ledger::enrolments(*a.books()).empty());
  CHECK(ledger::stock(*a.books()).empty());
  second.write(enrol(till, {"ex1"}));
  a.take(second);
  CHECK(ledger::stock(*a.books()).size() == 1);
}

TEST_CASE("I5: both branches of a fork are posted, and no branch number is in the books") {
  Booth booth;
  booth.sell(1, 1000, 25'000);
  Writer twin = booth.till;
  booth.sell(2, 2000, 25'000);
  twin.now += kHour;
  twin.write(sale(2, {line("P1", 4000, 25'000)}, {pay(Method::cash, 100'000)}));
  booth.sync();
  booth.copy.take(twin);
  CHECK(booth.on_hand() == -7000);
  CHECK(booth.codes() == std::vector<std::string>{"forked", "receipt_twice"});
  CHECK(ledger::heads(*booth.copy.books()).size() == 3);
  Copy other;
  other.take(twin), other.take(booth.till), other.take(booth.server);
  CHECK(other.dump() == booth.copy.dump());
}

TEST_CASE("Transfers: the set of confirmations decides, once, and waits for its sale") {
  Booth booth;
  const auto state = [&] { return ledger::transfers(*booth.copy.books()).at(0).state; };
  booth.server.write(PaymentConfirmed{"ex1", "PHAAAA0001", 25'000, false, true, {}});
  booth.copy.take(booth.server);
  CHECK(state() == ledger::PaymentState::unmatched);
  CHECK(booth.codes() == std::vector<std::string>{"transfer_unmatched"});
  booth.till.now += kMinute;
  const Ref made = booth.till.write(sale(1, {line("P1", 1000, 25'000)}, {transfer("PHAAAA0001", 25'000)}));
  booth.till.write(PaymentConfirmed{"ex1", "PHAAAA0001", 25'000, false, false, {}});
  booth.sync();
  CHECK(state() == ledger::PaymentState::confirmed);
  CHECK(ledger::transfer_totals(*booth.copy.books(), "ex1").confirmed == 25'000);
  const Ref wrong = booth.till.write(PaymentConfirmed{"ex1", "PHAAAA0001", 20'000, false, false, {}});
  booth.sync();
  CHECK(state() == ledger::PaymentState::differs);
  CHECK(ledger::transfer_totals(*booth.copy.books(), "ex1").confirmed == 0);
  CHECK(ledger::transfer_totals(*booth.copy.books(), "ex1").differs == 25'000);
  booth.till.write(void_of(wrong, booth.till.entry(wrong).body));
  booth.sync();
  CHECK(state() == ledger::PaymentState::confirmed);
  booth.till.write(void_of(made, booth.till.entry(made).body));
  booth.sync();
  CHECK(state() == ledger::PaymentState::differs);  // the money came, the sale was taken back
  CHECK(ledger::transfer_totals(*booth.copy.books(), "ex1").claimed == 0);
}

TEST_CASE("Personal data is kept if it is what the entry says, and erased for good") {
  Booth booth;
  Lead lead;
  lead.exhibitor = "ex1", lead.type = "enquiry", lead.goods = "chè", lead.consent = true;
  const PersonalData buyer{sha256("salt"), R"({"name":"Bà Nông"})"};
  const Ref about = booth.till.write(lead, {}, buyer);
  booth.copy.take(booth.server);
  const auto kept = [&] {
    const auto stored = booth.copy.find(about);
    return booth.copy.books()->personal(stored->branch, stored->at.seq).has_value();
  };
  SUBCASE("erased after it came") {
    booth.sync();
    CHECK(kept());
    booth.server.write(Erase{about});
    booth.sync();
    CHECK_FALSE(kept());
  }
  SUBCASE("erased before it comes") {
    booth.server.write(Erase{about});
    booth.sync();
    CHECK_FALSE(kept());
  }
}

TEST_CASE("write: numbers a unit, seals it once, refuses another's key") {
  Booth booth;
  booth.copy.take(booth.server);
  const SecretKey key = key_number(3);
  booth.copy.store().run([&](db::Transaction& tx) {
    Branch branch = tx.branch(tx.add_branch(booth.till.id(), 0, {0, genesis(booth.till.id())})).value();
    Entry entry;
    entry.nonce = std::string(32, '0');
    entry.time = {std::string(32, 'a'), 1, kOpening};
    entry.by = "_system";
    entry.body = Note{{}, "một", {}};
    const auto written = ledger::write(tx, branch, key, {entry, entry});
    REQUIRE(written.ok());
    CHECK(branch.head == written->back().head);
    CHECK(decode(written->at(1).bytes)->unit == UnitPart{2, 2});
    CHECK(tx.seals(branch.no, 1, 2).size() == 1);
    CHECK(seal_holds(branch.journal, branch.head, tx.seals(branch.no, 2, 2).at(0).second));
    CHECK(ledger::write(tx, branch, key_number(4), {entry}).problem().code == "wrong_key");
    CHECK(ledger::write(tx, branch, key, std::vector<Entry>(33, entry)).problem().code == "too_long");
    entry.by = "";
    CHECK_FALSE(ledger::write(tx, branch, key, {entry}).ok());
    CHECK(branch.head.seq == 2);
  });
}

TEST_CASE("replay: a report rests on the chains of its cut and on nothing else") {
  Booth booth;
  booth.sell(1, 1000, 25'000);
  booth.sync();
  const auto cut = ledger::heads(*booth.copy.books());
  FairClosed closed;
  closed.cut = cut;
  booth.server.write(closed);
  const Ref late = booth.sell(2, 2000, 25'000);
  booth.sync();
  REQUIRE(ledger::closing(*booth.copy.books()).has_value());
  CHECK(ledger::closing(*booth.copy.books())->cut == cut);
  const auto rows = ledger::exceptions(*booth.copy.books());
  const auto found = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.code == "late_entry"; });
  REQUIRE(found != rows.end());
  CHECK(found->entry == late);

  const auto report = db::open_memory();
  auto wanted = cut;
  wanted.push_back({"T9", 1, sha256("unknown")});
  report->run([&](db::Transaction& tx) { CHECK(ledger::replay(*booth.copy.books(), tx, &wanted).size() == 1); });
  CHECK(ledger::on_hand(*report->snapshot(), "ex1", "P1", "booth") == -1000);
  const auto everything = db::open_memory();
  everything->run([&](db::Transaction& tx) { CHECK(ledger::replay(*booth.copy.books(), tx, nullptr).empty()); });
  CHECK(ledger::dump(*everything->snapshot()) == booth.copy.dump());
}
