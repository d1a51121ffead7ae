#include <doctest/doctest.h>

#include "pos/agent/agent.hpp"
#include "pos/agent/enrol.hpp"
#include "shared/journal/certificate.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;
using namespace phien::test;

TEST_CASE("trust: a server is believed only with the organizer's certificate, the shown key and no older incarnation") {
  const auto root = SecretKey::generate(), journal_key = SecretKey::generate(), stranger = SecretKey::generate();
  const Hash tls = sha256("tls");
  const auto hello = [&](const SecretKey& signer, std::int64_t number) {
    return json{{"fair", "f"},
                {"root", hex(root.public_key())},
                {"incarnation", number},
                {"journal_key", hex(journal_key.public_key())},
                {"tls", hex(tls)},
                {"parent", "-"},
                {"certificate", hex(signer.sign(journal::incarnation_message("f", number, journal_key.public_key(), tls, {})))},
                {"server_time", 5}};
  };
  const agent::Pin pin{"f", root.public_key(), 2};
  const auto code = [&](const json& said, const agent::Pin& on, const std::string& shown) {
    const auto checked = agent::check_hello(said.dump(), on, shown);
    return checked ? std::string() : checked.problem().code;
  };
  CHECK(code(hello(root, 2), pin, hex(tls)) == "");
  CHECK(code(hello(root, 2), pin, "") == "");  // plain HTTP on this machine
  CHECK(code(hello(root, 3), pin, hex(tls)) == "");
  CHECK(code(hello(root, 1), pin, hex(tls)) == "lower_incarnation");
  CHECK(code(hello(stranger, 2), pin, hex(tls)) == "bad_certificate");
  CHECK(code(hello(root, 2), pin, hex(sha256("between"))) == "wrong_key");
  CHECK(code(hello(root, 2), {"g", root.public_key(), 0}, hex(tls)) == "wrong_fair");
  CHECK(code(hello(root, 2), {"f", stranger.public_key(), 0}, hex(tls)) == "wrong_root");
  CHECK(code(hello(root, 2), {"", {}, 0}, hex(tls)) == "");
  for (const char* name : {"fair", "root", "incarnation", "journal_key", "tls", "parent", "certificate", "server_time"}) {
    auto said = hello(root, 2);
    said.erase(name);
    CHECK(code(said, pin, hex(tls)) == "bad_answer");
    said[name] = json::array();
    CHECK(code(said, pin, hex(tls)) == "bad_answer");
  }
  CHECK(code(json("x"), pin, hex(tls)) == "bad_answer");
}

TEST_CASE("links: what the organizer's page shows, a bare address, and what is no server") {
  const std::string root(64, 'a');
  const auto link = agent::parse_link("https://10.0.0.5:8443/#enrol=ABCD2345&root=" + root);
  REQUIRE(link.ok());
  CHECK(link->server == "https://10.0.0.5:8443");
  CHECK(link->code == "ABCD2345");
  CHECK(hex(*link->root) == root);
  CHECK(agent::parse_link("10.0.0.5:8443")->server == "https://10.0.0.5:8443");
  CHECK(agent::parse_link("http://127.0.0.1:8080")->server == "http://127.0.0.1:8080");
  for (const char* bad :
       {"", "http://10.0.0.5:8080", "ftp://x", "https://", "https://a/b", "https://u@h", "https://h/#root=xx", "https://a b"})
    CHECK_MESSAGE(!agent::parse_link(bad).ok(), bad);
}

TEST_CASE("I9: the server's clock is noted once a boot, hourly, and when it moved") {
  Booth booth;
  const auto contact = [&](Milliseconds server_time, Milliseconds round_trip = 10) {
    agent::Contact c;
    c.hello.incarnation = 1;
    c.hello.server_time = server_time;
    c.round_trip = round_trip;
    c.at = booth.clock.now();
    booth.store->run(booth.till->own_job([&](till::Work& work) { agent::note_clock(work, c); }));
  };
  const auto readings = [&] {
    std::vector<journal::ClockReading> all;
    for (const auto& entry : booth.entries())
      if (const auto* clock = std::get_if<journal::ClockReading>(&entry.body)) all.push_back(*clock);
    return all;
  };
  const Milliseconds ahead = 600'000;
  contact(kOpening + ahead);
  CHECK(readings().size() == 1);
  booth.clock.pass(60'000);
  contact(booth.clock.reading.wall + ahead + 1'500);
  CHECK(readings().size() == 1);
  contact(booth.clock.reading.wall + ahead + 30'000, 40'000);  // too slow to say anything
  CHECK(readings().size() == 1);
  booth.clock.pass(agent::kClockEvery);
  contact(booth.clock.reading.wall + ahead);
  CHECK(readings().size() == 2);
  CHECK_FALSE(readings().back().reset);
  booth.clock.reading.wall -= 86'400'000;  // somebody sets this device's clock: no matter
  contact(kOpening + ahead + 60'000 + agent::kClockEvery);
  CHECK(readings().size() == 2);
  contact(kOpening - 3'600'000);  // somebody sets the server's
  CHECK(readings().size() == 3);
  CHECK(readings().back().reset);
  booth.clock.reading.boot = std::string(32, 'b');
  booth.clock.reading.up = 5;
  contact(kOpening);
  CHECK(readings().size() == 4);
}

TEST_CASE("what is kept of a link comes back") {
  agent::LinkRecord record;
  record.sent.acknowledged = {7, sha256("x")};
  record.reached_at = 12;
  record.must_reopen = true;
  const auto back = agent::link_from_text(agent::to_text(record));
  CHECK(back.sent.acknowledged == record.sent.acknowledged);
  CHECK(back.reached_at == 12);
  CHECK(back.must_reopen);
  CHECK(agent::link_from_text({}).sent.acknowledged.seq == 0);
}
