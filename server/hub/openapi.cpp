#include "server/hub/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "server/api/openapi.hpp"

// .incbin embeds the file as it is, at no cost to the compiler. PHIEN_HUB_OPENAPI_FILE comes from CMakeLists.txt.
asm(".section .rodata\n"
    "phien_hub_openapi_begin:\n"
    ".incbin \"" PHIEN_HUB_OPENAPI_FILE
    "\"\n"
    "phien_hub_openapi_end:\n"
    ".previous\n");

extern "C" {
extern const char phien_hub_openapi_begin[];
extern const char phien_hub_openapi_end[];
}

namespace phien::server {

using nlohmann::json;

std::string hub_openapi(const net::Router& of_a_fair) {
  json document = json::parse(phien_hub_openapi_begin, phien_hub_openapi_end);
  const json fair = json::parse(api::openapi_json());
  json components = fair.at("components");
  components.at("schemas").update(document.at("components").at("schemas"));
  document["components"] = std::move(components);
  json& paths = document.at("paths");
  for (const net::Route& route : of_a_fair.routes()) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    json& described = paths["/fairs/{fair}" + route.pattern];
    if (described.contains(method)) continue;  // another thing here than at the fair's own server
    described[method] = fair.at("paths").at(route.pattern).at(method);
    described[method]["security"] = json::array({{{"admin", json::array()}}});
  }
  for (auto& [path, operations] : paths.items()) {
    if (!path.starts_with("/fairs/")) continue;
    for (auto& [method, operation] : operations.items()) {
      operation["responses"]["404"] = {{"$ref", "#/components/responses/E404"}};
      operation["parameters"].push_back({{"name", "fair"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
  }
  return document.dump();
}

}  // namespace phien::server
