// Paired phones where no program can be made to show it: a disk that fails, a machine that is turned off and on, another fair.
#include "pos/api/phones.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

namespace {

struct Door {
  HandClock clock;
  std::string sells_for = "EXA";
  bool disk_fails = false;
  int kept = 0;
  api::Phones phones{clock, [this](const std::string& one) { return one == sells_for; }};

  Door() {
    phones.keep_phones({}, [this](const std::vector<home::Phone>&) {
      if (disk_fails) throw std::runtime_error("disk");
      ++kept;
    });
    phones.listens_at("192.168.1.20", 8444);
  }
  api::Phones::Paired pair() {
    const auto offer = phones.offer("EXA", "Máy (Mẫu)");
    REQUIRE(offer.ok());
    return *phones.pair(offer->code, offer->pin, {});
  }
  // What the door says to a request with this cookie: 0 lets it in.
  int asked(const std::string& cookie, api::PhoneWord word = api::PhoneWord::yes, const std::string& host = "192.168.1.20:8444") {
    net::Request request;
    request.headers.add("host", host);
    request.headers.add("cookie", cookie.substr(0, cookie.find(';')));
    const auto no = phones.guard_of(word, api::Ask::reading)(request);
    return no ? no->status : 0;
  }
};

}  // namespace

TEST_CASE("an end that could not be written down is an end for now, and is told") {
  Door door;
  const auto paired = door.pair();
  CHECK(door.asked(paired.cookie) == 0);
  door.disk_fails = true;
  CHECK_THROWS(door.phones.end(paired.phone.id));
  CHECK(door.asked(paired.cookie) == 401);
  CHECK_FALSE(door.phones.find(paired.phone.id));
}

TEST_CASE("a full disk keeps nobody from pairing, nor from asking") {
  Door door;
  door.disk_fails = true;
  const auto paired = door.pair();
  CHECK(door.asked(paired.cookie) == 0);
  CHECK(door.kept == 0);
}

TEST_CASE("a code dies with the machine's run, and with its time to the millisecond") {
  Door door;
  const auto early = *door.phones.offer("EXA", "x"), late = early;
  door.clock.pass(api::Phones::kOfferLives - 1);
  CHECK(door.phones.pair(early.code, "no pin", {}).problem().code == "wrong_pin");
  door.clock.pass(1);
  CHECK(door.phones.pair(late.code, late.pin, {}).problem().code == "bad_pairing");
  const auto before = *door.phones.offer("EXA", "x");
  door.clock.reading.boot = std::string(32, 'b');
  CHECK(door.phones.pair(before.code, before.pin, {}).problem().code == "bad_pairing");
}

TEST_CASE("a till that sells for the exhibitor no more lets its phones in no more") {
  Door door;
  const auto paired = door.pair();
  const auto waiting = *door.phones.offer("EXA", "x");
  door.sells_for = "EXB";
  CHECK(door.asked(paired.cookie) == 401);
  CHECK(door.phones.pair(waiting.code, waiting.pin, {}).problem().code == "bad_pairing");
}

TEST_CASE("the door answers to its own name, and to a stranger as if there were nothing") {
  Door door;
  const auto paired = door.pair();
  CHECK(door.asked(paired.cookie, api::PhoneWord::yes, "192.168.1.20") == 421);
  CHECK(door.asked(paired.cookie, api::PhoneWord::yes, "192.168.1.21:8444") == 421);
  CHECK(door.asked(paired.cookie, api::PhoneWord::open, "evil.example") == 421);
  CHECK(door.asked("", api::PhoneWord::no) == 401);
  CHECK(door.asked(paired.cookie, api::PhoneWord::no) == 403);
  CHECK(door.asked("", api::PhoneWord::open) == 0);
  CHECK(door.phones.urls() == std::vector<std::string>{"https://192.168.1.20:8444"});
}

TEST_CASE("a phone sees its own exhibitor of the terminal's, and none where it is not one of them") {
  Booth booth({"EXA", "EXB"}, "EXB");
  const auto& me = booth.till->me();
  CHECK(me.at({"P1", "EXA"}).exhibitors == std::vector<std::string>{"EXA"});
  CHECK(me.at({"P1", "EXC"}).exhibitors.empty());
  CHECK(me.at({"P1", ""}).exhibitors.empty());
  CHECK(me.at({}).exhibitors.size() == 2);
  const auto catalogue = [&](const till::Desk& desk) { return booth.till->read(Lang::vi, till::catalogue_view, desk); };
  CHECK(catalogue({"P1", "EXA"})["exhibitors"].size() == 1);
  CHECK(catalogue({"P1", ""})["products"].empty());
  CHECK(catalogue({"P1", "EXC"})["products"].empty());
  const json seen = catalogue({"P1", "EXA"});
  CHECK_FALSE(seen["products"].empty());
  for (const auto& one : seen["products"]) CHECK(one["exhibitor"] == "EXA");
  CHECK(catalogue({})["exhibitors"].size() == 2);
  // The account that takes the money of a shared till is still known: its QR code is shown on the phone too.
  const auto holder = [](const till::View& view) { return json(view.catalogue->exhibitors.contains("EXB")); };
  CHECK(booth.till->read(Lang::vi, holder, {"P1", "EXA"}) == true);
}
