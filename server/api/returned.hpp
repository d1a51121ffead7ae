// Journals that prove themselves by their seals alone.
#pragma once
#include "server/api/route.hpp"

namespace phien::server::api {

void add_returned_route(net::Router& router, House& house);

}  // namespace phien::server::api
