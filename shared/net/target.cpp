#include "shared/net/target.hpp"

#include <algorithm>
#include <optional>

#include "shared/text.hpp"

namespace phien::net {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

bool parse_path(std::string_view raw, std::string& path) {
  path.clear();
  for (std::size_t at = 0; at < raw.size();) {  // raw[at] is the slash before a segment
    const std::size_t end = std::min(raw.find('/', at + 1), raw.size());
    const std::optional<std::string> segment = decode(raw.substr(at + 1, end - at - 1), false);
    if (!segment || *segment == "." || *segment == "..") return false;
    if (segment->empty() && end != raw.size()) return false;
    if (std::any_of(segment->begin(), segment->end(), [](char c) { return c == '/' || c == '\\' || is_control(c); }))
      return false;
    path += '/';
    path += *segment;
    at = end;
  }
  return true;
}

}  // namespace

bool parse_query(std::string_view raw, std::map<std::string, std::string>& query) {
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::optional<std::string> name = decode(pair.substr(0, equals), true);
    const std::optional<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value || name->empty() || query.size() == kMaxQueryNames) return false;
    if (name->find('\0') != std::string::npos || value->find('\0') != std::string::npos) return false;
    if (!query.emplace(*name, *value).second) return false;
  }
  return true;
}

bool parse_target(std::string_view target, std::string& path, std::map<std::string, std::string>& query) {
  const bool plain = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (target.empty() || target.front() != '/' || !plain) return false;
  const std::size_t mark = std::min(target.find('?'), target.size());
  return parse_path(target.substr(0, mark), path) && parse_query(target.substr(std::min(mark + 1, target.size())), query);
}

}  // namespace phien::net
