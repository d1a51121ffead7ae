#include "server/api/address.hpp"

#include "shared/net/own_addresses.hpp"

namespace phien::server::api {
namespace {

// The address terminals at the venue reach this machine by: the one it listens on, or the first it has; loopback when it is on no
// network.
std::string own_address(const House& house) {
  if (house.tls_address != "0.0.0.0") return house.tls_address;
  const auto addresses = net::own_addresses();
  return addresses.empty() ? "127.0.0.1" : addresses.front();
}

}  // namespace

std::string public_url(const House& house) { return "https://" + own_address(house) + ":" + std::to_string(house.tls_port); }

}  // namespace phien::server::api
