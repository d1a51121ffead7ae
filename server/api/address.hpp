// Where terminals find this server.
#pragma once
#include <string>

#include "server/house.hpp"

namespace phien::server::api {
std::string public_url(const House& house);  // "https://192.168.1.10:8443"
}
