#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "pos/api/local_api.hpp"
#include "pos/api/openapi.hpp"
#include "tests/unit/till/booth.hpp"

using namespace phien;

TEST_CASE("every route is described in openapi.json, and everything described is a route") {
  test::Booth booth;
  api::LocalApi local(*booth.till, "https://127.0.0.1:1", std::string(64, 'a'), nullptr);
  std::set<std::string> routes, described;
  for (const net::Route& route : local.router().routes()) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    routes.insert(method + " " + route.pattern);
  }
  const auto document = nlohmann::json::parse(api::openapi_json());
  for (const auto& [path, methods] : document["paths"].items())
    for (const auto& [method, operation] : methods.items()) described.insert(method + " " + path);
  CHECK(routes == described);
  CHECK(routes.size() > 30);
}
