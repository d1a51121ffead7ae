// Who stands at the till: PINs, the lock, guessing, a manager's permission.
#include <doctest/doctest.h>

#include "pos/till/pins.hpp"
#include "tests/unit/till/booth.hpp"

namespace phien::test {

namespace {

journal::Body cashier(const char* id, const char* pin, bool manager = false) {
  catalogue::Cashier made;
  made.id = id;
  made.name = std::string("Chị ") + id;
  made.exhibitor = "EXA";
  if (*pin) made.pin = catalogue::pin_verifier(pin);
  made.may_refund = made.may_discount = false;
  made.is_manager = manager;
  return journal::CatalogueItem{journal::CatalogueItem::Type::cashier, to_json(made), false};
}

// Hoa and Lan have PINs, Mai has none; Quan is the manager. None of the first three may discount or refund.
struct Staffed : Booth {
  Staffed() { hear({cashier("hoa", "1357"), cashier("lan", "2468"), cashier("mai", ""), cashier("quan", "9753", true)}); }

  bool unlocks(const char* who, const char* pin) { return must("unlock", {{"cashier", who}, {"pin", pin}}).at("ok").get<bool>(); }
  json allowed(const char* pin, const char* who = "hoa") {
    return must("allow", {{"cashier", who}, {"manager", "quan"}, {"pin", pin}});
  }
};

json sale(const char* who, Dong discount = 0) {
  json request{{"cashier", who}, {"lines", lines({line("A1", "2")})}, {"payments", json::array({{{"method", "cash"}}})}};
  if (discount > 0) request["discount"] = discount;
  return request;
}

std::string unlocked_at(Booth& booth) {
  return booth.till->read(Lang::vi, [](const till::View& view) { return json(view.books.meta(till::kUnlockedKey).value_or("")); })
      .get<std::string>();
}

}  // namespace

TEST_CASE("pins: nobody sells in the name of a cashier whose PIN was not given here") {
  Staffed booth;
  CHECK(booth.refused("sales", sale("hoa")) == "pin_needed");
  CHECK(booth.refused("settings", {{"cashier", "hoa"}}) == "pin_needed");
  CHECK(booth.refused("drafts/basket", {{"cashier", "hoa"}, {"id", "G1"}, {"rev", 0}, {"basket", {{"lines", json::array()}}}}) ==
        "pin_needed");
  CHECK_FALSE(booth.unlocks("hoa", "1358"));
  CHECK(booth.refused("sales", sale("hoa")) == "pin_needed");
  CHECK(booth.unlocks("hoa", "1357"));
  booth.must("sales", sale("hoa"));
  CHECK(booth.last_unit().front().by == "hoa");
  CHECK(booth.refused("sales", sale("lan")) == "pin_needed");
  booth.must("sales", sale("mai"));  // has no PIN: the organizer did not want one
  json nobody = sale("hoa");
  nobody.erase("cashier");
  booth.must("sales", nobody);  // whoever gave the PIN
  CHECK(booth.last_unit().front().by == "hoa");

  booth.restart();  // after a power cut the same person goes on
  booth.must("sales", sale("hoa"));
  booth.must("lock", json::object());
  CHECK(booth.refused("sales", sale("hoa")) == "pin_needed");
  CHECK(booth.refused("sales", nobody) == "pin_needed");
}

TEST_CASE("pins: whoever left to another cashier gives the PIN again") {
  Staffed booth;
  REQUIRE(booth.unlocks("hoa", "1357"));
  booth.must("settings", {{"cashier", "mai"}});
  CHECK(unlocked_at(booth).empty());
  CHECK(booth.refused("sales", sale("hoa")) == "pin_needed");
  REQUIRE(booth.unlocks("lan", "2468"));
  CHECK(unlocked_at(booth) == "lan");
  CHECK(booth.refused("sales", sale("hoa")) == "pin_needed");
  CHECK(booth.refused("unlock", {{"cashier", "nobody"}, {"pin", "1357"}}) == "unknown_cashier");
  CHECK(booth.must("unlock", {{"cashier", "mai"}}).at("ok") == true);
}

TEST_CASE("pins: guessing must wait, longer each time, through a restart of program and machine too") {
  Staffed booth;
  for (int n = 1; n <= till::kFreeGuesses; ++n) {
    const json tried = booth.must("unlock", {{"cashier", "hoa"}, {"pin", "0000"}});
    CHECK(tried.at("tries_left") == till::kFreeGuesses - n);
    CHECK((tried.at("wait_ms").get<Milliseconds>() > 0) == (n == till::kFreeGuesses));
  }
  CHECK_FALSE(booth.unlocks("hoa", "1357"));  // the right one is not looked at either
  booth.restart();
  CHECK_FALSE(booth.unlocks("hoa", "1357"));
  CHECK(booth.unlocks("lan", "2468"));    // others are not held up
  booth.clock.reading.wall += 3'600'000;  // nobody gets round it by turning the clock
  CHECK_FALSE(booth.unlocks("hoa", "1357"));
  booth.clock.reading.boot = std::string(32, 'b');
  booth.clock.reading.up = 1'000;
  CHECK_FALSE(booth.unlocks("hoa", "1357"));
  booth.clock.pass(till::kFirstWait);
  const json again = booth.must("unlock", {{"cashier", "hoa"}, {"pin", "0000"}});
  CHECK(again.at("wait_ms").get<Milliseconds>() == 2 * till::kFirstWait);
  booth.clock.pass(2 * till::kFirstWait);
  CHECK(booth.unlocks("hoa", "1357"));
  CHECK(booth.must("unlock", {{"cashier", "hoa"}, {"pin", "0000"}}).at("tries_left") == till::kFreeGuesses - 1);
}

TEST_CASE("pins: what a cashier may not do a manager allows once, and a note says who did") {
  Staffed booth;
  REQUIRE(booth.unlocks("hoa", "1357"));
  CHECK(booth.refused("sales", sale("hoa", 1'000)) == "not_allowed");
  CHECK(booth.allowed("0000").at("ok") == false);
  CHECK(booth.refused("sales", sale("hoa", 1'000)) == "not_allowed");
  CHECK(booth.refused("allow", {{"cashier", "hoa"}, {"manager", "lan"}, {"pin", "2468"}}) == "not_allowed");
  REQUIRE(booth.allowed("9753").at("ok") == true);
  booth.must("quote", {{"cashier", "hoa"}, {"discount", 1'000}, {"lines", lines({line("A1", "2")})}});  // asking uses nothing up
  const std::string number = booth.must("sales", sale("hoa", 1'000)).at("receipts").at(0).at("number");
  const auto entries = booth.entries();
  const auto& note = entries.at(entries.size() - 2);
  CHECK(note.by == "quan");
  CHECK(std::get<journal::Note>(note.body).text == "quan cho phép hoa một lần.");
  CHECK(booth.refused("sales", sale("hoa", 1'000)) == "not_allowed");

  CHECK(booth.refused("refunds", {{"cashier", "hoa"}, {"receipt", number}}) == "not_allowed");
  CHECK(booth.refused("voids", {{"cashier", "hoa"}, {"receipt", number}}) == "not_allowed");
  REQUIRE(booth.allowed("9753").at("ok") == true);
  booth.clock.pass(till::kAllowedFor + 1'000);
  CHECK(booth.refused("refunds", {{"cashier", "hoa"}, {"receipt", number}}) == "not_allowed");
  REQUIRE(booth.allowed("9753").at("ok") == true);
  CHECK(booth.refused("refunds", {{"cashier", "mai"}, {"receipt", number}}) == "not_allowed");  // was not for Mai
  booth.must("refunds", {{"cashier", "hoa"}, {"receipt", number}});
  REQUIRE(booth.unlocks("quan", "9753"));
  booth.must("sales", sale("quan", 1'000));  // a manager needs nobody
}

TEST_CASE("pins: what is refused or asked twice uses no permission up") {
  Staffed booth;
  REQUIRE(booth.unlocks("hoa", "1357"));
  REQUIRE(booth.allowed("9753").at("ok") == true);
  auto request = sale("hoa", 1'000);
  request["payments"] = json::array({{{"method", "cash"}, {"given", 1}}});
  CHECK(booth.refused("sales", request) != "not_allowed");
  const auto before = booth.entries().size();
  booth.must("sales", sale("hoa", 1'000), "the-same-key");
  booth.must("sales", sale("hoa", 1'000), "the-same-key");
  CHECK(booth.entries().size() == before + 2);
}

}  // namespace phien::test
