#include "shared/net/address_counts.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace phien::net;
using boost::asio::ip::make_address;

constexpr std::size_t kMost = 32;

TEST_CASE("I10: an address holds no more connections than its share, and others have room") {
  AddressCounts counts{kMost};
  const auto greedy = make_address("192.0.2.7"), other = make_address("192.0.2.8");
  for (std::size_t i = 0; i < kMost; ++i) {
    CHECK(counts.has_room(greedy));
    counts.enter(greedy);
  }
  CHECK_FALSE(counts.has_room(greedy));
  CHECK(counts.has_room(other));
  counts.leave(greedy);
  CHECK(counts.has_room(greedy));
}

TEST_CASE("I10: the addresses of one IPv6 network are one client") {
  AddressCounts counts{kMost};
  for (std::size_t i = 0; i < kMost; ++i) counts.enter(make_address("2001:db8::" + std::to_string(i)));
  CHECK_FALSE(counts.has_room(make_address("2001:db8::ffff:1")));
  CHECK(counts.has_room(make_address("2001:db8:0:1::1")));
}

TEST_CASE("what comes from this machine is not counted, and an IPv4 address in IPv6 clothes is itself") {
  AddressCounts counts{kMost};
  for (std::size_t i = 0; i < 2 * kMost; ++i) counts.enter(make_address("127.0.0.1"));
  CHECK(counts.has_room(make_address("127.0.0.1")));
  counts.leave(make_address("127.0.0.1"));
  CHECK(unmapped(make_address("::ffff:192.0.2.7")) == make_address("192.0.2.7"));
}
