#include "shared/net/answer_head.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "shared/net/message_readers.hpp"

namespace phien::net {
namespace {

struct Field {
  std::string_view name, value;
};
constexpr std::array kDefaults{
    Field{"Cache-Control", "no-store"},
    Field{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},  // a page that loads anything says what
    Field{"Referrer-Policy", "no-referrer"},
    Field{"X-Content-Type-Options", "nosniff"},
};
constexpr std::array<std::string_view, 4> kOwnFields{"connection", "content-length", "content-type", "transfer-encoding"};

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_name(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_value(std::string_view s) {
  return std::none_of(s.begin(), s.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

void require_sendable(const Response& response) {
  if (response.status < 200 || response.status > 599) throw std::invalid_argument(fmt::format("status {}", response.status));
  if (!is_value(response.content_type)) throw std::invalid_argument("content type with a control character");
  for (const auto& [name, value] : response.headers) {
    const bool own = std::any_of(kOwnFields.begin(), kOwnFields.end(), [&](std::string_view f) { return same_name(f, name); });
    if (own || !is_name(name) || !is_value(value)) throw std::invalid_argument(fmt::format("field {} cannot be sent", name));
  }
}

std::string answer_head(const Response& response, std::optional<std::size_t> length, bool keep_alive) {
  std::string out;
  out.reserve(512);
  const auto add = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
  };
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (may_have_body(response.status)) {
    if (!response.content_type.empty()) add("Content-Type", response.content_type);
    if (length) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *length);
  }
  for (const auto& [name, value] : response.headers) add(name, value);
  for (const Field& field : kDefaults) {
    const auto set_by_handler = [&](const auto& own) { return same_name(own.first, field.name); };
    if (std::none_of(response.headers.begin(), response.headers.end(), set_by_handler)) add(field.name, field.value);
  }
  out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";  // staying is HTTP/1.1's default
  return out;
}

}  // namespace phien::net
