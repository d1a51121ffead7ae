#include "server/api/address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

namespace phien::server::api {
namespace {

// The address terminals at the venue reach this machine by: the one it listens on, or the first it has; loopback when it is on no
// network.
std::string own_address(const House& house) {
  if (house.tls_address != "0.0.0.0") return house.tls_address;
  std::string address = "127.0.0.1";
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return address;
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK) || !(one->ifa_flags & IFF_UP))
      continue;
    char text[INET_ADDRSTRLEN] = {};
    const auto* in = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &in->sin_addr, text, sizeof text)) {
      address = text;
      break;
    }
  }
  ::freeifaddrs(all);
  return address;
}

}  // namespace

std::string public_url(const House& house) { return "https://" + own_address(house) + ":" + std::to_string(house.tls_port); }

}  // namespace phien::server::api
