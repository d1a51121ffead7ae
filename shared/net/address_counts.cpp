#include "shared/net/address_counts.hpp"

#include <algorithm>

namespace phien::net {

namespace ip = boost::asio::ip;

namespace {

// A network of 64 bits is what one IPv6 customer gets.
ip::address counted_as(const ip::address& address) {
  if (!address.is_v6()) return address;
  ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes);
}

}  // namespace

ip::address unmapped(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

bool AddressCounts::has_room(const ip::address& address) const {
  const auto found = held_.find(counted_as(address));
  return found == held_.end() || found->second < most_;
}

void AddressCounts::enter(const ip::address& address) {
  if (!address.is_loopback()) ++held_[counted_as(address)];
}

void AddressCounts::leave(const ip::address& address) {
  const auto found = held_.find(counted_as(address));
  if (found != held_.end() && --found->second == 0) held_.erase(found);
}

}  // namespace phien::net
