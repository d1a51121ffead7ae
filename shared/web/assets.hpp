// Pages as they were built into a program: everything a browser loads comes from there, from nowhere else.
#pragma once
#include <span>
#include <string_view>

#include "shared/net/http.hpp"

namespace phien::web {

// One built file. Text is kept compressed: every browser takes gzip, and nothing else asks for pages.
struct Asset {
  std::string_view path;  // "/assets/index-1a2b3c.js"; the page itself is "/"
  std::string_view type;
  std::string_view etag;
  std::string_view body;
  bool gzipped = false;
};

// The asset at `path` for this request: 304 if the browser has it, 404 if there is none.
net::Response asset_response(std::span<const Asset> assets, const net::Request& request);

}  // namespace phien::web
