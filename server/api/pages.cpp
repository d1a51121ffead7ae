#include "server/api/pages.hpp"

namespace phien::server::api {
namespace {

boost::asio::awaitable<net::Response> page(std::span<const web::Asset> pages, const net::Request& request) {
  co_return web::asset_response(pages, request);
}

}  // namespace

void add_page_routes(net::Router& router, std::span<const web::Asset> pages) {
  for (const char* pattern : {"/", "/assets/{file}"}) {
    net::Route route;
    route.method = "GET";
    route.pattern = pattern;
    route.guard = net::open_to_all();
    route.handler = [pages](net::Request& request) { return page(pages, request); };
    router.add(std::move(route));
  }
}

}  // namespace phien::server::api
