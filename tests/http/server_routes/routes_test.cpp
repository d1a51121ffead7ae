// The routes the server has, those openapi.json describes and those somebody has a right to are the same ones.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include <boost/asio/io_context.hpp>

#include "server/api/openapi.hpp"
#include "server/api/route.hpp"

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

  std::set<std::string> routes, described;
  for (const net::Route& route : router.routes()) routes.insert(lower(route.method) + " " + route.pattern);
  const auto document = nlohmann::json::parse(server::api::openapi_json());
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, operation] : methods.items()) described.insert(method + " " + path);
  CHECK(routes == described);
  std::set<std::string> with_rights;
  for (const std::string& right : server::api::routes_with_rights()) {
    const auto space = right.find(' ');
    with_rights.insert(lower(right.substr(0, space)) + right.substr(space));
  }
  CHECK(routes == with_rights);
  CHECK(routes.size() > 30);
}
