// Bytes inside JSON (RFC 4648, with padding).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace phien::server::api {

std::optional<std::string> from_base64(std::string_view text);

}  // namespace phien::server::api
