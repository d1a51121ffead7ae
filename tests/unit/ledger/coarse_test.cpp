// Coarser sums say what the finest ones say, and transfers by exhibitor are those that all transfers hold of it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "shared/ledger/transfers.hpp"
#include "tests/unit/ledger/fair.hpp"

using namespace phien;
using namespace phien::journal;
using namespace phien::test;

namespace {

using Table = std::map<std::string, std::int64_t>;

std::string day_of(const std::string& hour) { return hour.substr(0, 10); }

void add(Table& table, const std::string& key, const ledger::Sum& sum) {
  table[key + " lines"] += sum.count;
  table[key + " quantity"] += sum.quantity;
  table[key + " amount"] += sum.amount;
}
void add(Table& table, const std::string& key, const ledger::DealCell& cell) {
  table[key + " sales"] += cell.sales;
  table[key + " refunds"] += cell.refunds;
  table[key + " sold"] += cell.sales_total;
  table[key + " refunded"] += cell.refunds_total;
  table[key + " rounding"] += cell.rounding;
}
void add(Table& table, const std::string& key, const ledger::SalesCell& cell) {
  add(table, key + " sold", cell.sold);
  add(table, key + " refunded", cell.refunded);
  table[key + " vat"] += cell.vat_amount;
}
void add(Table& table, const std::string& key, const ledger::TakingsCell& cell) {
  table[key + " paid"] += cell.paid;
  table[key + " returned"] += cell.returned;
}
std::string text(const Table& table) {
  std::string all;
  for (const auto& [key, n] : table)
    if (n != 0) all += fmt::format("{} {}\n", key, n);
  return all;
}

using Of = std::optional<std::string_view>;

std::string goods_key(const ledger::SalesCell& cell) {
  return fmt::format("{} {} {} {}", cell.exhibitor, cell.product, cell.ocop, cell.cnnt);
}

// What the coarser views say, and the same made of the finest here.
std::string coarse(const ledger::Reader& books, Of of, const std::string& day) {
  Table table;
  for (const auto& cell : ledger::goods_sold(books, of)) add(table, goods_key(cell), cell);
  for (const auto& cell : ledger::goods_of_day(books, day, of))
    add(table, "day " + cell.exhibitor + " " + cell.product, cell.sold);
  for (const auto& cell : ledger::daily_deals(books, of))
    add(table, fmt::format("{} {} {}", cell.exhibitor, cell.hour, cell.how), cell);
  for (const auto& cell : ledger::hourly_deals(books, of)) add(table, fmt::format("hour {} {}", cell.hour, cell.how), cell);
  for (const auto& cell : ledger::takings_by_method(books, of))
    add(table, fmt::format("{} {}", day_of(cell.hour), cell.method), cell);
  return text(table);
}
std::string of_finest(const ledger::Reader& books, Of of, const std::string& day) {
  Table table;
  for (const auto& cell : ledger::sales_cells(books, of)) {
    add(table, goods_key(cell), cell);
    if (day_of(cell.hour) != day) continue;
    add(table, "day " + cell.exhibitor + " " + cell.product, cell.sold);
    add(table, "day " + cell.exhibitor + " " + cell.product, -cell.refunded);
  }
  for (const auto& cell : ledger::deal_cells(books, of)) {
    add(table, fmt::format("{} {} {}", cell.exhibitor, day_of(cell.hour), cell.how), cell);
    add(table, fmt::format("hour {} {}", cell.hour, cell.how), cell);
  }
  for (const auto& cell : ledger::takings_cells(books, of))
    add(table, fmt::format("{} {}", day_of(cell.hour), cell.method), cell);
  return text(table);
}

Line starred(const std::string& product, Quantity qty, Dong price, int ocop, int cnnt) {
  Line one = line(product, qty, price);
  one.ocop = ocop, one.cnnt = cnnt;
  return one;
}

Refund back(const std::string& exhibitor, const std::string& product) {
  Refund refund;
  refund.exhibitor = exhibitor, refund.booth = "B1", refund.place = "booth", refund.vat_method = "KHAU_TRU", refund.receipt = 90;
  BackLine one;
  one.product = product, one.name = "Hàng", one.unit = "gói", one.vat = "8", one.qty = 500, one.total = 5'000,
  one.vat_amount = 370;
  refund.lines = {one};
  refund.total = 5'000;
  refund.payments = {pay(Method::cash, 5'000, exhibitor)};
  return refund;
}

// Two exhibitors at one till over two days, with everything that moves a figure; and a till whose clock nobody set right.
struct TwoSellers {
  Organizer organizer;
  Writer server = organizer.server(1, 2);
  Writer till = organizer.terminal("T1", 3), lost = organizer.terminal("T2", 4);
  Copy copy;
  Ref voided_later;

  Ref sell(Writer& at, const std::string& exhibitor, std::int64_t receipt, Line one, Payment payment) {
    at.now += 20 * kMinute;
    Sale made = sale(receipt, {one}, {payment});
    made.exhibitor = exhibitor;
    return at.write(made);
  }
  TwoSellers() {
    server.write(enrol(till, {"ex1", "ex2"}));
    server.write(enrol(lost, {"ex1"}));
    till.read_clock();
    for (int day = 0; day < 2; ++day) {
      for (int n = 0; n < 6; ++n) {
        const std::string exhibitor = n % 2 == 0 ? "ex1" : "ex2";
        const Line one = starred(exhibitor + "-P" + std::to_string(n % 3), 1'500, 10'000, n % 3, n % 4);
        const Ref made = sell(till, exhibitor, day * 10 + n + 1, one,
                              n < 3 ? transfer(fmt::format("PHAAAA{}{:03}", day, 9 - n), one.total, exhibitor)
                                    : pay(Method::cash, one.total, exhibitor));
        if (n == 1) voided_later = made;
      }
      till.write(back("ex1", "ex1-P0"));
      till.now += kDay;
    }
    till.write(void_of(voided_later, till.entry(voided_later).body));  // on another day than it was made
    DeclaredSales declared;
    declared.exhibitor = "ex2", declared.place = "booth", declared.day = "2025-05-16", declared.method = "sổ tay";
    declared.total = 90'000, declared.sales = 3, declared.payments = {pay(Method::cash, 90'000, "ex2")};
    server.write(declared);
    lost.skew = 5 * kHour;
    sell(lost, "ex1", 1, line("ex1-P0", 1'000, 10'000), pay(Method::card, 10'000));
    copy.take(server), copy.take(till), copy.take(lost);
  }
};

}  // namespace

TEST_CASE("coarser sums are the sums of the finest, of all exhibitors and of each") {
  TwoSellers fair;
  const auto books = fair.copy.books();
  for (const Of of : {Of(), Of("ex1"), Of("ex2"), Of("nobody")}) {
    for (const std::string day : {"2025-05-15", "2025-05-16", "2025-05-17", ""}) {
      CAPTURE(day);
      CHECK(coarse(*books, of, day) == of_finest(*books, of, day));
    }
  }
  CHECK(coarse(*books, {}, "2025-05-16").size() > 1'000);
  CHECK(ledger::goods_of_day(*books, "2025-05-16", "ex2").size() >= 3);
  CHECK(ledger::imbalances(*books).empty());
}

TEST_CASE("I3: a coarser sum that is not that of its finer ones is found") {
  TwoSellers fair;
  for (const char* key : {"goods|ex1|ex1-P0|0|0|sold", "goods_day|2025-05-15|ex1|ex1-P0", "deal_day|ex1|2025-05-15|till|sale",
                          "deal_hour|2025-05-15T09|till|sale", "taking_day|2025-05-15|cash|paid"}) {
    CAPTURE(key);
    REQUIRE_FALSE(fair.copy.books()->sum(key).zero());
    fair.copy.store().run([&](db::Transaction& tx) { tx.add(key, {0, 0, 1}); });
    CHECK(ledger::imbalances(*fair.copy.books()).size() == 1);
    fair.copy.store().run([&](db::Transaction& tx) { tx.add(key, {0, 0, -1}); });
  }
}

TEST_CASE("transfers of an exhibitor are its rows of all transfers, in the same order, also the first of them") {
  TwoSellers fair;
  fair.server.write(PaymentConfirmed{"ex1", "PHAAAA0009", 15'000, false, true, {}});
  fair.server.write(PaymentConfirmed{"ex2", "PHAAAA0008", 1, false, true, {}});
  fair.server.write(PaymentConfirmed{"ex2", "PHZZZZ0000", 1, false, true, {}});
  fair.copy.take(fair.server);
  const auto books = fair.copy.books();
  const auto refs = [](const std::vector<ledger::TransferRow>& rows, const std::string& exhibitor, std::size_t most) {
    std::string all;
    std::size_t n = 0;
    for (const auto& row : rows)
      if ((exhibitor.empty() || row.exhibitor == exhibitor) && n++ < most)
        all += fmt::format("{} {} {} {}\n", row.pay_ref, row.exhibitor, row.claimed, static_cast<int>(row.state));
    return all;
  };
  using State = ledger::PaymentState;
  std::size_t shown = 0;
  for (const std::optional<State> state :
       {std::optional<State>(), {State::claimed}, {State::confirmed}, {State::differs}, {State::unmatched}}) {
    const auto all = ledger::transfers(*books, {}, state);
    for (const std::string exhibitor : {"ex1", "ex2"}) {
      CHECK(refs(ledger::transfers(*books, exhibitor, state), "", 99) == refs(all, exhibitor, 99));
      for (const std::size_t most : {1U, 2U, 3U})
        CHECK(refs(ledger::first_transfers(*books, most, exhibitor, state), "", most) == refs(all, exhibitor, most));
    }
    shown += all.size();
  }
  // Six were made, one of them was taken back before anything was seen of it, one confirmation has no sale; each is in its state
  // and in all.
  CHECK(shown == 2 * 6);
}
