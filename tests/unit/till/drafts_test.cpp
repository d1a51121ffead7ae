// Baskets that are kept, quoted, sold and taken back: what was shown is what is written, once.
#include <doctest/doctest.h>

#include "pos/till/drafts.hpp"
#include "pos/till/notes.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;
using nlohmann::json;
using test::Booth;
using test::line;

namespace {

json basket_of(std::initializer_list<json> list) { return {{"lines", test::lines(list)}}; }

json save(Booth& booth, const char* id, int rev, json basket, json more = json::object()) {
  json request{{"id", id}, {"rev", rev}, {"basket", std::move(basket)}};
  request.update(more);
  return booth.must("drafts/basket", request);
}

json drafts(Booth& booth) { return booth.till->read(Lang::vi, till::drafts_view); }

std::size_t written(Booth& booth) { return booth.entries().size(); }

}  // namespace

TEST_CASE("a quote says what the sale will, and writes nothing") {
  Booth booth;
  booth.must("offers",
             {{"name", "Ba hộp"}, {"type", "percent"}, {"items", json::array({{{"product", "A2"}, {"qty", 3}}})}, {"value", 10}});
  const auto before = written(booth);
  for (const json& request : {basket_of({line("A1", "1")}), basket_of({line("A1", "24"), line("A2", "3"), line("AW", "0.333")}),
                              json{{"lines", test::lines({line("A1", "2")})}, {"discount", 700}},
                              json{{"lines", test::lines({line("A1", "2"), line("AW", "0.777")})}, {"less_odd", 5000}},
                              json{{"lines", test::lines({line("A1", "2"), line("A2", "1")})}, {"agreed", "60.000"}}}) {
    const json quoted = booth.must("quote", request);
    CHECK(written(booth) == before);
    Booth twin;
    twin.must(
        "offers",
        {{"name", "Ba hộp"}, {"type", "percent"}, {"items", json::array({{{"product", "A2"}, {"qty", 3}}})}, {"value", 10}});
    const json sold = twin.must("sales", request);
    CHECK(quoted["total"] == sold["total"]);
    CHECK(quoted["cash"]["due"] == sold["due"]);
    CHECK(quoted["cash"]["rounding"] == sold["rounding"]);
    CHECK(quoted["transfers"][0]["amount"] == quoted["total"]);
    CHECK_FALSE(quoted["transfers"][0].contains("pay_ref"));
    Dong sum = 0;
    for (const auto& one : quoted["lines"]) sum += one["total"].get<Dong>();
    CHECK(sum == quoted["total"].get<Dong>());
  }
}

TEST_CASE("a bargain: the agreed total, or the odd money let off") {
  Booth booth;
  json bargain = basket_of({line("A1", "1"), line("A2", "1")});  // 45,000
  bargain["agreed"] = 40'000;
  CHECK(booth.must("quote", bargain)["total"] == 40'000);
  bargain["agreed"] = 45'001;
  CHECK(booth.refused("quote", bargain) == "agreed_above_total");
  bargain["discount"] = 1;
  CHECK(booth.refused("quote", bargain) == "bad_value");
  json odd = basket_of({line("AW", "0.777")});  // 40,404
  odd["less_odd"] = 5'000;
  CHECK(booth.must("sales", odd)["total"] == 40'000);
}

TEST_CASE("a basket becomes a sale in one transaction: afterwards there is the sale and no basket") {
  Booth booth;
  const json kept = save(booth, "G1", 0, basket_of({line("A1", "2")}));
  CHECK(kept["rev"] == 1);
  CHECK(kept["quote"]["total"] == 50'000);
  booth.restart();
  CHECK(drafts(booth)["baskets"][0]["basket"]["lines"][0]["product"] == "A1");
  const json request{{"draft", {{"id", "G1"}, {"rev", 1}}},
                     {"payments", json::array({{{"method", "cash"}, {"given", 100'000}}})}};
  const json sold = booth.must("sales", request, "the-key-of-this-sale");
  CHECK(sold["change"] == 50'000);
  CHECK(sold["change_notes"] == json::array({{{"count", 1}, {"value", 50'000}}}));
  const auto after = written(booth);
  CHECK(drafts(booth)["baskets"].empty());
  CHECK(drafts(booth)["last"]["receipts"][0]["hash"] == sold["receipts"][0]["hash"]);
  CHECK(booth.must("sales", request, "the-key-of-this-sale") == sold);  // asked again: the same answer
  CHECK(booth.refused("sales", request) == "draft_moved");              // as something new: there is no such basket any more
  CHECK(written(booth) == after);
}

TEST_CASE("what the buyer was shown is what is sold: another revision of the basket is refused") {
  Booth booth;
  save(booth, "G1", 0, basket_of({line("A1", "1")}));
  save(booth, "G1", 1, basket_of({line("A1", "2")}));
  CHECK(booth.refused("sales", {{"draft", {{"id", "G1"}, {"rev", 1}}}}) == "draft_moved");
  CHECK(booth.refused("drafts/basket", {{"id", "G1"}, {"rev", 1}, {"basket", basket_of({line("A1", "9")})}}) == "draft_moved");
  CHECK(booth.refused("drafts/basket", {{"id", "G2"}, {"rev", 0}, {"basket", basket_of({line("A1", "9")})}}) == "draft_moved");
  CHECK(booth.must("sales", {{"draft", {{"id", "G1"}, {"rev", 2}}}})["total"] == 50'000);
}

TEST_CASE("the payment reference a buyer saw is the one in the entry; another amount has another, and none comes twice") {
  Booth booth;
  const auto ref = [](const json& kept) { return kept["quote"]["transfers"][0]["pay_ref"].get<std::string>(); };
  const auto one = ref(save(booth, "G1", 0, basket_of({line("A1", "1")})));
  const auto two = ref(save(booth, "G1", 1, basket_of({line("A1", "2")})));
  const auto again = ref(save(booth, "G1", 2, basket_of({line("A1", "1")})));
  CHECK(one != two);
  CHECK(one == again);  // the same attempt over the same amount: the buyer may have paid it already
  const json kept = save(booth, "G1", 3, basket_of({line("A1", "2")}),
                         {{"payments", json::array({{{"method", "cash"}, {"amount", 20'000}}, {{"method", "transfer"}}})}});
  CHECK(kept["quote"]["split"]["transfers"][0]["amount"] == 30'000);
  const json sold =
      booth.must("sales", {{"draft", {{"id", "G1"}, {"rev", 4}}}, {"payments", json::array({{{"method", "transfer"}}})}});
  CHECK(sold["payments"][0]["pay_ref"] == two);
  CHECK(ref(save(booth, "G2", 0, basket_of({line("A1", "2")}))) != two);
}

TEST_CASE("parked and taken up again; a basket that is emptied is gone; a wrong one is kept with the reason") {
  Booth booth;
  save(booth, "G1", 0, basket_of({line("A1", "1")}));
  booth.must("drafts/park", {{"id", "G1"}, {"rev", 1}, {"label", "Áo xanh"}});
  save(booth, "G2", 0, basket_of({line("A2", "1")}));
  booth.must("drafts/resume", {{"id", "G1"}, {"rev", 1}});
  json shown = drafts(booth);
  CHECK(shown["baskets"].size() == 2);
  for (const auto& one : shown["baskets"]) CHECK(one["parked"] == (one["id"] == "G2"));
  CHECK(shown["baskets"][0]["label"] == "Áo xanh");
  save(booth, "G1", 1, basket_of({}));
  CHECK(drafts(booth)["baskets"].size() == 1);
  booth.must("drafts/resume", {{"id", "G2"}, {"rev", 1}});
  const json wrong = save(booth, "G2", 1, json{{"lines", test::lines({line("A2", "1")})}, {"discount", 30'000}});
  CHECK(wrong["problem"]["code"] == "discount_too_large");
  CHECK(drafts(booth)["baskets"][0]["basket"]["discount"] == 30'000);
}

TEST_CASE("undo takes back every receipt of the last sale and puts its basket on the screen") {
  Booth booth({"EXA", "EXB"}, "QUAY");
  save(booth, "G1", 0, basket_of({line("A1", "2"), line("B1", "1")}));
  const json sold = booth.must("sales", {{"draft", {{"id", "G1"}, {"rev", 1}}}});
  REQUIRE(sold["receipts"].size() == 2);
  CHECK(booth.refused("undo", {{"hash", sold["receipts"][1]["hash"]}}) == "not_the_last");
  const Quantity before = booth.on_hand("EXA", "A1");
  const json undone = booth.must("undo", {{"hash", sold["receipts"][0]["hash"]}});
  CHECK(undone["voided"].size() == 2);
  CHECK(booth.on_hand("EXA", "A1") == before + 2 * kOne);
  const json shown = drafts(booth);
  CHECK(shown["last"].is_null());
  CHECK(shown["baskets"][0]["id"] == undone["draft"]["id"]);
  CHECK(shown["baskets"][0]["basket"]["lines"].size() == 2);
  CHECK(booth.refused("undo", {{"hash", sold["receipts"][0]["hash"]}}) == "not_the_last");
}

TEST_CASE("an exchange from a kept basket: only the difference changes hands, as quoted") {
  Booth booth;
  const json sold = booth.must("sales", {{"lines", test::lines({line("A2", "2")})}});
  json basket = basket_of({line("A1", "2")});
  basket["receipt"] = sold["receipts"][0]["number"];
  basket["back"] = json::array({{{"of", 0}, {"qty", 1}}});
  const json kept = save(booth, "G1", 0, basket);
  CHECK(kept["quote"]["back"]["total"] == 20'000);
  CHECK(kept["quote"]["cash"]["due"] == 30'000);
  const json request{{"draft", {{"id", "G1"}, {"rev", 1}}}};
  CHECK(booth.refused("sales", request) == "is_an_exchange");
  const json done = booth.must("exchanges", request);
  CHECK(done["due"] == 30'000);
  CHECK(booth.must("undo", {{"hash", done["receipts"][0]["hash"]}})["voided"].size() == 2);
  CHECK(booth.must("quote/refund", {{"receipt", sold["receipts"][0]["number"]}})["due"] == 40'000);
}

TEST_CASE("bounds: baskets, their size, and settings that are none") {
  Booth booth;
  for (std::size_t n = 0; n < till::kMaxDrafts; ++n) {
    const std::string id = "G" + std::to_string(n);
    save(booth, id.c_str(), 0, basket_of({line("A1", "1")}));
    booth.must("drafts/park", {{"id", id}, {"rev", 1}});
  }
  CHECK(booth.refused("drafts/basket", {{"id", "GX"}, {"rev", 0}, {"basket", basket_of({line("A1", "1")})}}) ==
        "too_many_baskets");
  CHECK(booth.refused("drafts/basket",
                      {{"id", "GX"}, {"rev", 0}, {"basket", {{"note", std::string(till::kMaxBasketBytes, 'x')}}}}) ==
        "out_of_range");
  CHECK(booth.refused("drafts/basket", {{"id", "GX"}, {"rev", 0}, {"basket", 7}}) == "wrong_type");
  CHECK(booth.refused("settings", {{"lang", "fr"}}) == "bad_value");
  booth.must("settings", {{"lang", "en"}, {"theme", "dark"}});
  booth.must("settings", {{"text", "big"}});
  booth.restart();
  CHECK(drafts(booth)["settings"] == json{{"lang", "en"}, {"text", "big"}, {"theme", "dark"}});
}

TEST_CASE("notes: the change to hand, and what people give") {
  Dong sum = 0;
  for (const auto& [value, count] : till::notes_for(388'000)) sum += value * count;
  CHECK(sum == 388'000);
  CHECK(till::notes_for(35'000).size() == 3);  // 20 + 10 + 5
  CHECK(till::notes_for(0).empty());
  CHECK(till::likely_given(25'000) == std::vector<Dong>{30'000, 40'000, 50'000, 100'000, 200'000});
  CHECK(till::likely_given(500'000) == std::vector<Dong>{600'000});
  CHECK(till::likely_given(133'000).front() == 140'000);
}
