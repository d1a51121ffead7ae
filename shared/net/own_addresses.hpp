// Under which addresses others on the network reach this machine.
#pragma once
#include <string>
#include <vector>

namespace phien::net {

// IPv4, as text, of every interface that is up, but for loopback; in the system's order. Empty: on no network.
std::vector<std::string> own_addresses();

}  // namespace phien::net
