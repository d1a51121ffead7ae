#include "shared/web/assets.hpp"

#include <algorithm>

namespace phien::web {

namespace {

// No script, style, font or picture but our own, no frame around the page, nothing sent elsewhere.
constexpr const char* kPolicy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// A face that carries WebAssembly may run it; strings still never become script.
constexpr const char* kRunsWasm = "; script-src 'self' 'wasm-unsafe-eval'";

}  // namespace

net::Response asset_response(std::span<const Asset> assets, const net::Request& request) {
  const auto found = std::find_if(assets.begin(), assets.end(), [&](const Asset& one) { return one.path == request.path; });
  if (found == assets.end()) return net::refusal(404, {"no_such_page", "", {"Không có trang này.", "There is no such page."}});
  net::Response response;
  response.content_type = std::string(found->type);
  response.headers["etag"] = std::string(found->etag);
  const bool wasm = std::any_of(assets.begin(), assets.end(), [](const Asset& one) { return one.type == "application/wasm"; });
  response.headers["content-security-policy"] = std::string(kPolicy) + (wasm ? kRunsWasm : "");
  response.headers["referrer-policy"] = "no-referrer";
  response.headers["x-content-type-options"] = "nosniff";
  // The names of what the page loads hold a digest of their content; the page itself is asked for anew.
  response.headers["cache-control"] = found->path == "/" ? "no-cache" : "public, max-age=31536000, immutable";
  if (request.header("if-none-match") == found->etag) {
    response.status = 304;
    return response;
  }
  if (found->gzipped) response.headers["content-encoding"] = "gzip";
  response.body = std::string(found->body);
  return response;
}

}  // namespace phien::web
