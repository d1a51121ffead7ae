// The organizer's pages: open to all, since they hold no figures; what they ask for is guarded.
#pragma once
#include <span>

#include "shared/net/http.hpp"
#include "shared/web/assets.hpp"

namespace phien::server::api {

void add_page_routes(net::Router& router, std::span<const web::Asset> pages);

}  // namespace phien::server::api
