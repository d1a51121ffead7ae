#include "server/sessions.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace phien;
using namespace phien::server;

namespace {

constexpr Milliseconds kMinute = 60'000;

std::string address(std::size_t n) {
  return "10." + std::to_string(n / 65'536) + "." + std::to_string(n / 256 % 256) + "." + std::to_string(n % 256);
}

}  // namespace

TEST_CASE("a client has five wrong codes a minute, and then waits until the oldest is a minute old") {
  WrongTries tries;
  for (Milliseconds i = 0; i < 5; ++i) CHECK(tries.begin("192.0.2.1", 1'000 * i));
  CHECK_FALSE(tries.begin("192.0.2.1", 5'000));
  CHECK_FALSE(tries.begin("192.0.2.1", kMinute - 1));
  CHECK(tries.begin("192.0.2.2", 5'000));
  CHECK(tries.begin("192.0.2.1", kMinute));
  CHECK_FALSE(tries.begin("192.0.2.1", kMinute + 999));
  CHECK(tries.begin("192.0.2.1", kMinute + 1'000));
}

TEST_CASE("a right code is no wrong try, however many there are") {
  WrongTries tries;
  for (int i = 0; i < 2'000; ++i) {
    CHECK(tries.begin("192.0.2.1", 0));
    tries.take_back("192.0.2.1");
  }
  for (int i = 0; i < 5; ++i) CHECK(tries.begin("192.0.2.1", 1));
  CHECK_FALSE(tries.begin("192.0.2.1", 1));
}

TEST_CASE("tries at the same moment are all counted: none is looked at beyond the limit") {
  WrongTries tries;
  std::size_t looked_at = 0;
  for (int i = 0; i < 10'000; ++i) looked_at += tries.begin("192.0.2.1", 7) ? 1 : 0;
  CHECK(looked_at == kWrongTriesPerMinute);
}

TEST_CASE("the addresses of one IPv6 network are one client") {
  CHECK(client_of("2001:db8::1") == client_of("2001:db8::ffff:2"));
  CHECK(client_of("2001:db8::1") != client_of("2001:db8:0:1::1"));
  CHECK(client_of("192.0.2.1") == "192.0.2.1");
  WrongTries tries;
  for (int i = 0; i < 5; ++i) CHECK(tries.begin("2001:db8::" + std::to_string(i), 0));
  CHECK_FALSE(tries.begin("2001:db8::99", 0));
}

TEST_CASE("I10: guessing from many addresses is bounded for all of them together, and is over a minute later") {
  WrongTries tries;
  std::size_t looked_at = 0;
  for (std::size_t n = 0; n < 30'000; ++n) looked_at += tries.begin(address(n), 1'000) ? 1 : 0;
  CHECK(looked_at == kWrongTriesOfAllPerMinute);
  CHECK_FALSE(tries.begin("192.0.2.1", 2'000));
  CHECK(tries.begin("192.0.2.1", 1'000 + kMinute));
}

TEST_CASE("I10: addresses are forgotten when there are many of them") {
  WrongTries tries;
  Milliseconds now = 0;
  for (std::size_t n = 0; n < 3 * kMaxAddressesWatched; ++n) {
    if (n % kWrongTriesOfAllPerMinute == 0) now += kMinute;
    CHECK(tries.begin(address(n), now));
    CHECK(tries.watched() <= kMaxAddressesWatched);
  }
}

TEST_CASE("a challenge is good once, for the terminal it was given to, within its life") {
  Sessions sessions;
  const std::string challenge = sessions.challenge("T01", "192.0.2.1", 0).value();
  CHECK_FALSE(sessions.use_challenge("T02", challenge, 1));
  CHECK(sessions.use_challenge("T01", challenge, 1));
  CHECK_FALSE(sessions.use_challenge("T01", challenge, 2));
  const std::string late = sessions.challenge("T01", "192.0.2.1", 0).value();
  CHECK_FALSE(sessions.use_challenge("T01", late, kChallengeLife));
}

TEST_CASE("I10: an address asks for so many challenges; all of them together cannot lock another one out") {
  Sessions sessions;
  for (std::size_t i = 0; i < kMaxChallengesPerAddress; ++i) CHECK(sessions.challenge("T01", "192.0.2.1", 0).has_value());
  CHECK_FALSE(sessions.challenge("T01", "192.0.2.1", 0).has_value());
  for (std::size_t n = 0; n < 2 * kMaxChallenges; ++n) CHECK(sessions.challenge("T02", address(n), 1).has_value());
  const auto honest = sessions.challenge("T03", "192.0.2.9", 2);
  REQUIRE(honest.has_value());
  CHECK(sessions.use_challenge("T03", *honest, 3));
  CHECK(sessions.challenge("T01", "192.0.2.1", kChallengeLife).has_value());
}

TEST_CASE("I10: a terminal has so many tokens, and the oldest goes; each is its own") {
  Sessions sessions;
  const std::string first = sessions.open("T01", 0), other = sessions.open("T02", 0);
  CHECK(sessions.find(first, 1).terminal == "T01");
  for (std::size_t i = 1; i <= kMaxTokensPerTerminal; ++i) (void)sessions.open("T01", static_cast<Milliseconds>(i));
  CHECK(sessions.find(first, 9).standing == Sessions::Standing::unknown);
  CHECK(sessions.find(other, 9).standing == Sessions::Standing::open);
  CHECK(sessions.find(other, kTokenLife).standing == Sessions::Standing::expired);
}
