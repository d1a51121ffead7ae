// The routes the server has, those openapi.json describes and those somebody has a right to are the same ones.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include <boost/asio/io_context.hpp>

#include "server/api/openapi.hpp"
#include "server/api/route.hpp"
#include "server/hub/hub.hpp"

using namespace phien;

namespace {

// A data directory of its own, gone with the test.
struct Directory {
  std::string path;
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "phien-routes-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::set<std::string> routes_of(const net::Router& router) {
  std::set<std::string> routes;
  for (const net::Route& route : router.routes()) routes.insert(lower(route.method) + " " + route.pattern);
  return routes;
}

std::set<std::string> described_in(std::string_view text) {
  const auto document = nlohmann::json::parse(text);
  std::set<std::string> described;
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, operation] : methods.items()) described.insert(method + " " + path);
  return described;
}

}  // namespace

TEST_CASE("every route is described in openapi.json and has its row in the table of rights, and nothing else is there") {
  init_crypto();
  const Directory directory;
  const server::Paths paths{directory.path + "/data"};
  REQUIRE(server::House::create(paths, "thu", directory.path + "/kit.json", system_clock()).ok());
  boost::asio::io_context io(1);
  auto house = server::House::open(io.get_executor(), paths, system_clock());
  REQUIRE(house.ok());
  net::Router router;
  server::api::add_all_routes(router, **house);

  const std::set<std::string> routes = routes_of(router);
  CHECK(routes == described_in(server::api::openapi_json()));
  std::set<std::string> with_rights;
  for (const std::string& right : server::api::routes_with_rights()) {
    const auto space = right.find(' ');
    with_rights.insert(lower(right.substr(0, space)) + right.substr(space));
  }
  CHECK(routes == with_rights);
  CHECK(routes.size() > 30);
}

TEST_CASE("every route of a hub, its fairs' below their names, is described, and nothing else is there") {
  init_crypto();
  const Directory directory;
  const server::HubPaths paths{directory.path + "/hub"};
  REQUIRE(server::Hub::create(paths).ok());
  boost::asio::io_context io(1);
  const auto hub = server::Hub::open(io.get_executor(), paths, system_clock());
  REQUIRE(hub.ok());
  const std::set<std::string> routes = routes_of((*hub)->router());
  CHECK(routes == described_in((*hub)->description()));
  CHECK(routes.contains("get /fairs/{fair}/api/v1/summary"));
  CHECK(routes.contains("post /fairs/{fair}/api/v1/forwarded"));
}
