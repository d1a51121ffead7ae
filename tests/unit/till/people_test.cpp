// Orders, invoices, packing up, and what a shift hands in: what the till's pages ask of the terminal beside selling.
#include <doctest/doctest.h>

#include "pos/till/shift_slip.hpp"
#include "shared/ledger/views.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

namespace {

json ask(Booth& booth, json (*view)(const till::View&)) { return booth.till->read(Lang::vi, view); }

json cash(Dong amount) { return json::array({{{"method", "cash"}, {"amount", amount}}}); }

}  // namespace

TEST_CASE("an order is listed until it is over, also when nothing was paid on it") {
  Booth booth;
  const json goods = lines({line("A1", "2")});
  const auto plain = booth.must("orders", {{"lines", goods}, {"due", "2025-05-17"}, {"personal", {{"phone", "0900000000"}}}});
  CHECK(plain["balance"] == 50'000);
  const auto paid = booth.must("orders", {{"lines", goods}, {"payments", cash(20'000)}, {"due", "2025-05-16"}});
  auto rows = ask(booth, till::orders_view)["rows"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[0]["number"] == paid["receipts"][0]["number"]);
  CHECK(rows[0]["deposit"] == 20'000);
  CHECK(rows[0]["balance"] == 30'000);
  CHECK(rows[1]["personal"]["phone"] == "0900000000");
  for (const auto& row : rows) {
    booth.must("orders/closed", {{"order", row["number"]}, {"outcome", "delivered"}});
    CHECK(booth.refused("orders/closed", {{"order", row["number"]}, {"outcome", "delivered"}}) == "order_used");
  }
  CHECK(ask(booth, till::orders_view)["rows"].empty());
  const auto books = booth.store->snapshot();
  CHECK(ledger::imbalances(*books).empty());
  CHECK(ledger::deposits_held(*books, "EXA") == 0);
}

TEST_CASE("an order takes its basket with it") {
  Booth booth;
  const json basket{{"lines", lines({line("A1", "2")})}, {"note", "chiều lấy"}};
  const auto kept = booth.must("drafts/basket", {{"id", "G1"}, {"rev", 0}, {"basket", basket}});
  booth.must("orders", {{"draft", {{"id", "G1"}, {"rev", kept["rev"]}}}});
  CHECK(ask(booth, till::drafts_view)["baskets"].empty());
  CHECK(ask(booth, till::orders_view)["rows"].size() == 1);
}

TEST_CASE("a tax invoice is asked for once the sale is there: a wrong tax code is said, the buyer lies beside the entry") {
  Booth booth;
  const auto sold = booth.must("sales", {{"lines", lines({line("A1", "1")})}});
  const std::string number = sold["receipts"][0]["number"];
  const auto shown = [&] {
    return booth.till->read(Lang::vi, [&](const till::View& view) { return till::sale_view(view, number); });
  };
  CHECK(shown()["invoice"].is_null());
  CHECK(booth.problem("invoices", {{"receipt", number}, {"personal", {{"tax_code", "0100109107"}}}}).where ==
        "personal.tax_code");
  CHECK(booth.refused("invoices", {{"receipt", number}}) == "missing_field");
  const auto asked =
      booth.must("invoices", {{"receipt", number}, {"personal", {{"tax_code", "0100109106"}, {"company", "Công ty (Mẫu)"}}}});
  CHECK(asked["entries"][0]["kind"] == "invoice_request");
  CHECK(shown()["invoice"]["personal"]["tax_code"] == "0100109106");
}

TEST_CASE("packing up: all that is left goes back, with its value; a second time there is nothing") {
  Booth booth;
  const auto before = booth.on_hand("EXA", "A1");
  REQUIRE(before > 0);
  const auto quote = booth.must("quote/pack", json::object());
  const auto packed = booth.must("packs", json::object());
  CHECK(quote["rows"] == packed["rows"]);
  Dong value = 0;
  for (const auto& row : packed["rows"]) value += row["value"].get<Dong>();
  CHECK(packed["value"] == value);
  CHECK(booth.on_hand("EXA", "A1") == 0);
  CHECK(booth.refused("packs", json::object()) == "nothing_left");
  const std::string pack = packed["entries"][0]["hash"];
  CHECK(booth.refused("prints/pack", {{"pack", pack}}) == "no_printer");
  booth.must("printer", {{"address", "tcp://127.0.0.1:9100"}});
  CHECK(booth.must("prints/pack", {{"pack", pack}})["job"]["kind"] == "pack");
  const auto sold = booth.must("counts", {{"lines", {{{"product", "A1"}, {"qty", "5"}}}}});
  CHECK(booth.refused("prints/pack", {{"pack", sold["entries"][0]["hash"]}}) == "not_a_pack");
}

TEST_CASE("a file carried away counts for the head it reaches, and for no other") {
  Booth booth;
  const auto digest = [&] {
    const auto books = booth.store->snapshot();
    return hex(sha256(till::journals_text(*books)));
  };
  CHECK(booth.refused("journal/exported", {{"sha256", std::string(64, '0')}}) == "not_our_export");
  const auto noted = booth.must("journal/exported", {{"sha256", digest()}});
  CHECK(booth.store->snapshot()->meta(till::kExportedKey) == noted["head"].get<std::string>());
  const auto old = digest();
  booth.must("visitors", {{"count", 1}});
  CHECK(booth.refused("journal/exported", {{"sha256", old}}) == "not_our_export");
}

TEST_CASE("what a shift hands in per exhibitor is what its drawer took for it, voids and refunds taken out") {
  Booth booth({"EXA", "EXB"}, "EXA");
  const auto opened = booth.must("shifts/open", {{"float", 100'000}});
  const std::string shift = opened["entries"][0]["hash"];
  const auto both = booth.must("sales", {{"lines", lines({line("A1", "2"), line("B2", "1")})}});
  booth.must("sales", {{"lines", lines({line("A1", "1")})}, {"payments", json::array({{{"method", "transfer"}}})}});
  const auto taken_back = booth.must("sales", {{"lines", lines({line("A1", "1")})}});
  booth.must("voids", {{"receipt", taken_back["receipts"][0]["number"]}});
  booth.must("refunds", {{"receipt", both["receipts"][0]["number"]}, {"lines", json::array({{{"of", 0}, {"qty", "1"}}})}});
  const auto view = [&](const till::View& books) { return till::shift_slip_view(books, shift); };
  CHECK_THROWS_AS(booth.till->read(Lang::vi, view), till::Refusal);
  CHECK(booth.refused("prints/shift", {{"shift", shift}, {"part", "z"}}) == "shift_is_open");
  booth.must("shifts/close", {{"counted", 130'000}});
  const auto known = booth.till->read(Lang::vi, view);
  const auto row = ask(booth, till::shifts_view)["rows"][0];
  Dong in_drawer = 0;
  for (const auto& seller : known["sellers"]) in_drawer += seller["cash"].get<Dong>();
  CHECK(in_drawer == row["cash_sales"].get<Dong>() - row["cash_refunds"].get<Dong>());
  CHECK(known["difference"] == 130'000 - row["expected"].get<Dong>());
  REQUIRE(known["sellers"].size() == 2);
  CHECK(known["sellers"][0]["transfer"] == 25'000);
  CHECK(known["sellers"][0]["sales"] == 2);
  booth.must("printer", {{"address", "tcp://127.0.0.1:9"}});
  booth.must("prints/shift", {{"shift", shift}, {"part", "EXB"}});
  CHECK(booth.refused("prints/shift", {{"shift", shift}, {"part", "EXC"}}) == "not_yours");
}
