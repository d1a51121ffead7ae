#include <doctest/doctest.h>

#include "shared/ledger/views.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

namespace {

Dong sum_of(const journal::Deal& deal, journal::Method method) {
  Dong sum = 0;
  for (const auto& payment : deal.payments)
    if (payment.method == method) sum += payment.amount;
  return sum;
}

void check_books(const Booth& booth) {
  const auto books = booth.store->snapshot();
  CHECK(ledger::imbalances(*books).empty());
}

}  // namespace

TEST_CASE("a sale: total, rounding, change, receipt, stock, and the recognition as it was on the day") {
  Booth booth;
  const auto answer = booth.must("sales", {{"lines", lines({line("A1", "2"), line("AW", "1.255")})},
                                           {"payments", json::array({{{"method", "cash"}, {"given", 200'000}}})}});
  CHECK(answer["total"] == 115'260);
  CHECK(answer["rounding"] == -260);
  CHECK(answer["due"] == 115'000);
  CHECK(answer["change"] == 85'000);
  CHECK(answer["receipts"][0]["number"] == "A01-T01-1");
  CHECK(answer["receipts"][0]["text"].get<std::string>().find(answer["receipts"][0]["hash"].get<std::string>().substr(0, 8)) !=
        std::string::npos);
  CHECK(booth.on_hand("EXA", "A1") == 98 * kOne);
  const auto sale = std::get<journal::Sale>(booth.entries().back().body);
  CHECK(sale.lines[0].ocop == 4);
  booth.clock.pass(2 * 86'400'000);
  booth.must("sales", {{"lines", lines({line("A1", "1")})}});
  CHECK(std::get<journal::Sale>(booth.entries().back().body).lines[0].ocop == 0);
  check_books(booth);
}

// The feed sends a till back to where a server's journal begins, when that was lost and came back.
TEST_CASE("a till that was told to read a server's journal anew sells on meanwhile") {
  Booth booth;
  for (const journal::ServerPosition anew : {journal::ServerPosition{2, {}}, journal::ServerPosition{}}) {
    booth.store->run([&](db::Transaction& tx) { tx.set_meta(till::kCursorKey, till::text_of(anew)); });
    booth.must("sales", {{"lines", lines({line("A1", "1")})}});
    CHECK_FALSE(booth.entries().back().seen);
  }
}

TEST_CASE("a shared basket: one sale each, one unit, rounded once per holder, numbers per booth") {
  for (const char* account : {"QUAY", ""}) {
    const std::string holder = account;
    CAPTURE(holder);
    Booth booth({"EXA", "EXB", "EXC"}, holder);
    const auto answer =
        booth.must("sales", {{"lines", lines({line("B1", "1"), line("A2", "1"), line("C1", "1"), line("B2", "1")})},
                             {"payments", json::array({{{"method", "cash"}, {"given", 100'000}}})}});
    CHECK(answer["total"] == 71'100);
    const auto unit = booth.last_unit();
    REQUIRE(unit.size() == 3);
    std::map<std::string, Dong> cash;
    Dong given = 0;
    for (const auto& entry : unit) {
      const auto& sale = std::get<journal::Sale>(entry.body);
      cash[sale.payments.at(0).holder] += sale.payments.at(0).amount;
      given += sale.payments.at(0).given.value_or(0);
      CHECK(sale.receipt == 1);
    }
    if (holder.empty())
      CHECK(cash == std::map<std::string, Dong>{{"EXA", 20'000}, {"EXB", 43'000}, {"EXC", 7'000}});
    else
      CHECK(cash == std::map<std::string, Dong>{{"QUAY", 71'000}});
    CHECK(given == 100'000);
    CHECK(answer["receipts"][0]["number"] == "B02-T01-1");
    CHECK(std::get<journal::Sale>(unit[2].body).lines[0].vat_amount == vat_in(7'700, 8));
    check_books(booth);
  }
}

TEST_CASE("one transfer for a shared basket has one reference and is shown once, with its sum") {
  Booth booth({"EXA", "EXB"}, "QUAY");
  const auto answer = booth.must(
      "sales", {{"lines", lines({line("A2", "1"), line("B2", "1")})}, {"payments", json::array({{{"method", "transfer"}}})}});
  REQUIRE(answer["payments"].size() == 1);
  CHECK(answer["payments"][0]["amount"] == 30'100);
  const auto ref = answer["payments"][0]["pay_ref"].get<std::string>();
  CHECK(is_pay_ref(ref));
  booth.must("payments/confirmed", {{"pay_ref", ref}});
  CHECK(std::get<journal::PaymentConfirmed>(booth.entries().back().body).amount == 30'100);
  CHECK(booth.refused("payments/confirmed", {{"pay_ref", ref}}) == "already_confirmed");
  CHECK(booth.refused("payments/confirmed", {{"pay_ref", "PH00000000"}}) == "unknown_payment");
  booth.must("payments/confirmed", {{"pay_ref", "PH00000000"}, {"amount", 5'000}, {"holder", "QUAY"}});
  check_books(booth);
}

TEST_CASE("refunding a line in parts gives back exactly what it cost, and never more than was sold") {
  Booth booth;
  const auto sold = booth.must("sales", {{"lines", lines({line("A2", "3"), line("AW", "0.777")})}, {"discount", 1'001}});
  const std::string number = sold["receipts"][0]["number"];
  const auto sale = std::get<journal::Sale>(booth.entries().back().body);
  Dong back = 0;
  for (int i = 0; i < 3; ++i) {
    const auto answer = booth.must("refunds", {{"receipt", number},
                                               {"lines", json::array({{{"of", 0}, {"qty", "1"}, {"resaleable", i > 0}}})},
                                               {"payments", json::array({{{"method", "transfer"}}})}});
    back += answer["total"].get<Dong>();
  }
  CHECK(back == sale.lines[0].total);
  const auto refused = booth.problem("refunds", {{"receipt", number}, {"lines", json::array({{{"of", 0}, {"qty", "1"}}})}});
  CHECK(refused.code == "more_than_sold");
  CHECK(refused.where == "lines[0].qty");
  back += booth.must("refunds", {{"receipt", number}})["total"].get<Dong>();
  CHECK(back == sale.total);
  CHECK(booth.refused("refunds", {{"receipt", number}}) == "already_refunded");
  CHECK(booth.on_hand("EXA", "A2") == -kOne);  // the damaged one went out again
  check_books(booth);
}

TEST_CASE("a refund finds its sale by number, short number, whole or printed hash; also one that is not here") {
  Booth booth;
  const auto sell = [&] { return booth.must("sales", {{"lines", lines({line("A2", "1")})}})["receipts"][0]; };
  booth.must("refunds", {{"receipt", sell()["number"]}});
  booth.must("refunds", {{"receipt", sell()["hash"]}});
  booth.must("refunds", {{"receipt", sell()["hash"].get<std::string>().substr(0, 8)}});
  CHECK(booth.refused("refunds", {{"receipt", "A01-T01-999"}}) == "unknown_receipt");
  CHECK(booth.refused("refunds", {{"receipt", std::string(64, '0')}}) == "unknown_receipt");
  const auto answer = booth.must("refunds", {{"sale", {{"hash", std::string(64, '1')}, {"seq", 7}, {"terminal", "T09"}}},
                                             {"lines", json::array({{{"product", "A2"}, {"qty", "1"}}})}});
  CHECK(answer["total"] == 20'000);
  CHECK(std::get<journal::Refund>(booth.entries().back().body).sale->terminal == "T09");
  check_books(booth);
}

TEST_CASE("exchange: only the difference changes hands, and the values carried over are equal") {
  struct Case {
    const char* taken;
    const char* qty;
    Dong due, due_back;
  };
  for (const auto& c : {Case{"A1", "1", 5'000, 0}, Case{"A2", "1", 0, 0}, Case{"AW", "0.100", 0, 14'000}}) {
    Booth booth({"EXA", "EXB"}, "QUAY");
    const auto sold = booth.must("sales", {{"lines", lines({line("A2", "1")})}});
    const auto answer = booth.must("exchanges", {{"receipt", sold["receipts"][0]["number"]},
                                                 {"back", json::array({{{"of", 0}}})},
                                                 {"lines", lines({line(c.taken, c.qty)})}});
    CHECK(answer["due"] == c.due);
    CHECK(answer["due_back"] == c.due_back);
    const auto unit = booth.last_unit();
    REQUIRE(unit.size() == 2);
    const auto& back = std::get<journal::Refund>(unit[0].body);
    const auto& taken = std::get<journal::Sale>(unit[1].body);
    CHECK(sum_of(back, journal::Method::exchange) == sum_of(taken, journal::Method::exchange));
    CHECK(back.receipt == 2);
    CHECK(taken.receipt == 3);
    check_books(booth);
    // Half of it cannot be taken back: the whole is.
    booth.must("voids", {{"receipt", answer["receipts"][1]["number"]}});
    CHECK(booth.last_unit().size() == 2);
    CHECK(booth.refused("voids", {{"receipt", answer["receipts"][0]["number"]}}) == "already_voided");
    check_books(booth);
  }
}

TEST_CASE("void: once, not after a refund, and only what moves a figure") {
  Booth booth;
  const auto sold = booth.must("sales", {{"lines", lines({line("A1", "2")})}})["receipts"][0];
  booth.must("voids", {{"receipt", sold["number"]}, {"reason", "Bấm nhầm"}});
  CHECK(booth.on_hand("EXA", "A1") == 100 * kOne);
  CHECK(booth.refused("voids", {{"receipt", sold["number"]}}) == "already_voided");
  CHECK(booth.refused("refunds", {{"receipt", sold["number"]}}) == "already_voided");
  const auto other = booth.must("sales", {{"lines", lines({line("A1", "1")})}})["receipts"][0];
  const auto refund = booth.must("refunds", {{"receipt", other["number"]}})["receipts"][0];
  CHECK(booth.refused("voids", {{"receipt", other["number"]}}) == "already_refunded");
  booth.must("voids", {{"receipt", refund["hash"]}});
  booth.must("voids", {{"receipt", other["number"]}});
  const auto in = booth.must("stock-in", {{"lines", lines({line("A1", "5")})}})["entries"][0]["hash"];
  booth.must("voids", {{"receipt", in}});
  CHECK(booth.on_hand("EXA", "A1") == 100 * kOne);
  const auto shift = booth.must("shifts/open", json::object())["entries"][0]["hash"];
  CHECK(booth.refused("voids", {{"receipt", shift}}) == "cannot_void");
  check_books(booth);
}

TEST_CASE("receipts are gap-free per booth over sales, refunds, refusals and restarts") {
  Booth booth({"EXA", "EXB"}, "QUAY");
  std::map<std::string, std::int64_t> last;
  for (int i = 0; i < 60; ++i) {
    const bool both = i % 3 == 0;
    const auto answer =
        booth.must("sales", {{"lines", both ? lines({line("A2", "1"), line("B2", "1")}) : lines({line("A2", "1")})}});
    for (const auto& receipt : answer["receipts"]) {
      const std::string number = receipt["number"];
      CHECK(number == number.substr(0, 3) + "-T01-" + std::to_string(++last[number.substr(0, 3)]));
    }
    CHECK(booth.refused("sales", {{"lines", lines({line("A2", "1")})},
                                  {"payments", json::array({{{"method", "cash"}, {"given", 1}}})}}) == "not_enough_given");
    if (i % 7 == 0) {
      const auto back = booth.must("refunds", {{"receipt", answer["receipts"][0]["number"]}});
      CHECK(back["receipts"][0]["number"] == "A01-T01-" + std::to_string(++last["A01"]));
    }
    if (i % 10 == 9) {
      // A store that lost or spoilt what is beside the journal: the journal is what counts.
      booth.store->run([&](db::Transaction& tx) {
        if (i % 20 == 9)
          tx.erase_meta("till.receipts.T01");
        else
          tx.set_meta("till.receipts.T01", R"({"A01":3})");
      });
      booth.restart();
    }
  }
}

TEST_CASE("idempotency: the same key has one effect and one answer; another request under it is refused") {
  Booth booth;
  const json request{{"lines", lines({line("A1", "1")})}};
  const auto first = booth.perform("sales", request, "the-same-key");
  const auto count = booth.entries().size();
  for (int i = 0; i < 3; ++i) {
    const auto again = booth.perform("sales", request, "the-same-key");
    CHECK(again.replayed);
    CHECK(again.value == first.value);
    booth.restart();
  }
  CHECK(booth.entries().size() == count);
  CHECK(booth.perform("sales", {{"lines", lines({line("A1", "2")})}}, "the-same-key").problem->code == "idempotency_mismatch");
  CHECK(booth.perform("stock-in", request, "the-same-key").problem->code == "idempotency_mismatch");
  CHECK(booth.perform("sales", request, "short").problem->code == "bad_idempotency_key");
  CHECK(booth.perform("sales", request, std::string(65, 'k')).problem->code == "bad_idempotency_key");
  // A refusal leaves the key free: corrected, it may be used.
  CHECK(booth.perform("sales", {{"lines", lines({line("XX", "1")})}}, "corrected-later").problem->code == "unknown_product");
  CHECK_FALSE(booth.perform("sales", request, "corrected-later").problem);
  // Bounded: the oldest of more than 2,000 is forgotten, the newest is not.
  for (int i = 0; i < till::kRememberedKeys; ++i) booth.must("visitors", {{"count", 1}}, "visitor-" + std::to_string(i));
  CHECK_FALSE(booth.store->snapshot()->meta("once.key.the-same-key"));
  CHECK(booth.perform("visitors", {{"count", 1}}, "visitor-0").replayed);
}

TEST_CASE("I1: a commit that fails says so, takes no number and sells on when there is room") {
  Booth booth;
  booth.must("sales", {{"lines", lines({line("A1", "1")})}});
  booth.obstacle = Problem{"store_full", "", {"Đầy", "Full"}};
  CHECK(booth.refused("sales", {{"lines", lines({line("A1", "1")})}}) == "store_full");
  booth.obstacle.reset();
  CHECK(booth.must("sales", {{"lines", lines({line("A1", "1")})}})["receipts"][0]["number"] == "A01-T01-2");
}

TEST_CASE("a count: what is missing and was sold goes before it as a late sale, in one unit; the rest is its difference") {
  Booth booth;
  booth.must("stock-in", {{"lines", lines({line("A1", "50"), line("A2", "10")})}});
  booth.meet_server();  // a count holds once its time is known
  json counted = lines({line("A1", "146"), line("A2", "9")});
  counted[0]["sold"] = true;
  const auto quote = booth.must("quote/count", {{"lines", counted}});
  CHECK(quote["total"] == 100'000);
  CHECK(quote["rows"][0]["expected"] == 150'000);
  CHECK(quote["rows"][0]["difference"] == -4'000);
  CHECK(quote["rows"][1]["missing"] == 1'000);
  CHECK(quote["rows"][1]["sold"] == false);
  const auto before = booth.entries().size();
  const auto answer = booth.must("counts", {{"lines", counted}, {"payments", json::array({{{"method", "transfer"}}})}});
  CHECK(answer["total"] == 100'000);
  CHECK(answer["receipts"].size() == 1);
  const auto written = booth.entries();
  REQUIRE(written.size() == before + 2);
  const auto& sale = std::get<journal::Sale>(written[before].body);
  CHECK(sale.how == journal::How::late);
  CHECK(sale.lines.size() == 1);
  CHECK(written[before].unit->of == 2);
  CHECK(booth.on_hand("EXA", "A1") == 146'000);
  CHECK(booth.on_hand("EXA", "A2") == 9'000);
  const auto books = booth.store->snapshot();
  for (const auto& row : ledger::stock(*books, "EXA")) CHECK(row.count_difference == (row.product == "A2" ? -1'000 : 0));
  check_books(booth);
  CHECK(booth.refused("counts", {{"lines", lines({line("A1", "146")})}, {"payments", json::array({{{"method", "cash"}}})}}) ==
        "bad_value");
}

TEST_CASE("counts, transfers, stock out: on hand follows, mistakes are refused") {
  Booth booth;
  booth.meet_server();  // a count holds once its time is known
  booth.must("stock-in", {{"lines", lines({line("A1", "10")})}, {"document", {{"number", "PXK-01"}}}});
  booth.must("transfers", {{"to", "kho"}, {"lines", lines({line("A1", "30")})}});
  booth.must("stock-out", {{"reason", "sample"}, {"lines", lines({line("A1", "2")})}});
  CHECK(booth.on_hand("EXA", "A1") == 78 * kOne);
  CHECK(booth.on_hand("EXA", "A1", "kho") == 30 * kOne);
  booth.must("counts", {{"lines", lines({line("A1", "70")})}});
  CHECK(booth.on_hand("EXA", "A1") == 70 * kOne);
  booth.must("counts", {{"lines", lines({line("A1", "0")})}});
  CHECK(booth.on_hand("EXA", "A1") == 0);
  CHECK(booth.refused("counts", {{"lines", lines({line("A1", "1"), line("A1", "2")})}}) == "counted_twice");
  CHECK(booth.refused("transfers", {{"to", "booth"}, {"lines", lines({line("A1", "1")})}}) == "same_place");
  CHECK(booth.refused("stock-out", {{"reason", "stolen"}, {"lines", lines({line("A1", "1")})}}) == "bad_value");
  CHECK(booth.refused("stock-out", {{"lines", lines({line("A1", "1")})}}) == "missing_field");
  check_books(booth);
}

TEST_CASE("offers, learnt barcodes and proposed products hold at once and after a restart") {
  Booth booth;
  booth.must("offers", {{"offer", "giam10"},
                        {"name", "Giảm 10%"},
                        {"type", "percent"},
                        {"items", json::array({{{"product", "A1"}}})},
                        {"value", 1'000}});
  booth.must("barcodes", {{"product", "A2"}, {"barcode", "12345678"}});
  booth.must("proposals",
             {{"product", "MOI1"}, {"name", "Hàng mới"}, {"unit", "gói"}, {"price", 15'000}, {"barcode", "87654321"}});
  for (int i = 0; i < 2; ++i) {
    CHECK(booth.must("sales", {{"lines", lines({line("A1", "1")})}})["total"] == 22'500);
    CHECK(booth.must("sales", {{"lines", json::array({{{"barcode", "12345678"}, {"qty", 1}}})}})["total"] == 20'000);
    CHECK(booth.must("sales", {{"lines", json::array({{{"barcode", "87654321"}, {"qty", 2}}})}})["total"] == 30'000);
    booth.restart();
  }
  CHECK(booth.refused("barcodes", {{"product", "A1"}, {"barcode", "12345678"}}) == "barcode_taken");
  CHECK(booth.refused("proposals", {{"product", "A1"}, {"name", "x"}, {"unit", "x"}, {"price", 1}}) == "product_exists");
  booth.must("offers", {{"offer", "giam10"}, {"active", false}});
  CHECK(booth.must("sales", {{"lines", lines({line("A1", "1")})}})["total"] == 25'000);
  CHECK(booth.refused("offers", {{"offer", "giam10"}, {"active", false}}) == "unknown_offer");
}

TEST_CASE("a shift: one per drawer, expected is what the till knows, also after a restart") {
  Booth booth;
  booth.must("shifts/open", {{"float", 500'000}, {"cashier", "lan"}});
  CHECK(booth.refused("shifts/open", json::object()) == "shift_is_open");
  booth.must("sales", {{"lines", lines({line("A1", "2")})}});
  CHECK(booth.entries().back().by == "lan");
  const auto sold = booth.must("sales", {{"lines", lines({line("A2", "1")})}});
  booth.must("refunds", {{"receipt", sold["receipts"][0]["number"]}});
  booth.restart();
  booth.must("sales", {{"lines", lines({line("A2", "1")})}, {"payments", json::array({{{"method", "transfer"}}})}});
  booth.must("cash-in", {{"amount", 100'000}, {"reason", "Đổi tiền lẻ"}});
  booth.must("cash-out", {{"amount", 30'000}, {"reason", "Mua đá"}});
  CHECK(booth.refused("shifts/close", {{"counted", 1}, {"notes", json::array({{{"value", 500'000}, {"count", 1}}})}}) ==
        "bad_value");
  const auto closed = booth.must(
      "shifts/close", {{"notes", json::array({{{"value", 500'000}, {"count", 1}}, {{"value", 20'000}, {"count", 6}}})}});
  CHECK(closed["expected"] == 620'000);
  CHECK(closed["difference"] == 0);
  CHECK(closed["claimed"] == 20'000);
  CHECK(booth.refused("shifts/close", {{"counted", 1}}) == "no_shift");
  check_books(booth);
}

TEST_CASE("orders: the deposit is held, used at delivery, given back or kept when cancelled") {
  Booth booth;
  const auto take = [&](Dong deposit) {
    return booth.must("orders", {{"lines", lines({line("A1", "2")})},
                                 {"payments", json::array({{{"method", "cash"}, {"amount", deposit}}})},
                                 {"personal", {{"name", "Bà Lan"}}}})["receipts"][0]["number"];
  };
  const auto held = [&] { return ledger::deposits_held(*booth.store->snapshot(), "EXA"); };
  const auto first = take(20'000);
  CHECK(held() == 20'000);
  const auto delivered = booth.must(
      "orders/closed",
      {{"order", first}, {"outcome", "delivered"}, {"payments", json::array({{{"method", "cash"}, {"given", 50'000}}})}});
  CHECK(delivered["due"] == 30'000);
  CHECK(delivered["change"] == 20'000);
  CHECK(held() == 0);
  CHECK(booth.refused("orders/closed", {{"order", first}, {"outcome", "cancelled"}}) == "order_used");
  const auto second = take(20'000);
  booth.must("orders/closed", {{"order", second}, {"outcome", "cancelled"}, {"keep", 5'000}});
  CHECK(held() == 0);
  CHECK(booth.refused("voids", {{"receipt", second}}) == "order_used");
  const auto third = take(50'000);
  booth.must("orders/closed", {{"order", third}, {"outcome", "delivered"}});
  CHECK(held() == 0);
  CHECK(booth.refused("orders", {{"lines", lines({line("A1", "1")})},
                                 {"payments", json::array({{{"method", "cash"}, {"amount", 25'001}}})}}) == "too_much_paid");
  check_books(booth);
}

TEST_CASE("declared takings, leads with consent, visitors, notes, and the last entry") {
  Booth booth;
  booth.must("declared-sales", {{"method", "sổ tay"}, {"total", 450'000}, {"sales", 3}});
  booth.must("declared-sales", {{"method", "đếm hàng"},
                                {"lines", lines({line("A2", "2")})},
                                {"payments", json::array({{{"method", "cash"}, {"amount", 10'000}}, {{"method", "transfer"}}})}});
  CHECK(booth.refused("declared-sales", {{"method", "sổ tay"}, {"total", 5}, {"day", "2025-05-16"}}) == "out_of_range");
  CHECK(booth.refused("declared-sales", {{"method", "sổ tay"}, {"total", 5}, {"lines", lines({line("A2", "2")})}}) ==
        "bad_value");
  CHECK(booth.refused("leads", {{"goods", "thạch đen"}, {"personal", {{"phone", "0900000000"}}}}) == "no_consent");
  booth.must("leads", {{"goods", "thạch đen"}, {"consent", true}, {"personal", {{"phone", "0900000000"}}}});
  const auto lead = booth.entries().back();
  REQUIRE(lead.personal);
  const auto books = booth.store->snapshot();
  const auto kept = books->personal(booth.till->branch(), books->branch(booth.till->branch())->head.seq);
  REQUIRE(kept);
  CHECK(kept->data == R"({"phone":"0900000000"})");
  booth.must("visitors", {{"count", 12}});
  booth.must("notes", {{"text", "Mất điện 5 phút"}});
  booth.must("journal-close", json::object());
  CHECK(booth.refused("sales", {{"lines", lines({line("A1", "1")})}}) == "journal_closed");
  booth.restart();
  CHECK(booth.refused("sales", {{"lines", lines({line("A1", "1")})}}) == "journal_closed");
  check_books(booth);
}
