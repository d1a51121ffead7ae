// The description of a hub's API: its own routes (openapi.json), and those of a fair as server/api describes them.
#pragma once
#include <string>

#include "shared/net/http.hpp"

namespace phien::server {

// `of_a_fair`: the routes that stand below /fairs/{fair}.
std::string hub_openapi(const net::Router& of_a_fair);

}  // namespace phien::server
