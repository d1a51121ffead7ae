#include "shared/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace phien {
namespace {

constexpr std::int32_t kSmallDWithStroke = 0x111, kCapitalDWithStroke = 0x110;  // đ Đ have no decomposition in Unicode

bool is_ascii_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }

const utf8proc_uint8_t* utf8_bytes(std::string_view s) { return reinterpret_cast<const utf8proc_uint8_t*>(s.data()); }

// The code point at the start of `s`, taken off it; nothing when the bytes there are not UTF-8 (then one byte is taken).
std::optional<std::int32_t> take(std::string_view& s) {
  utf8proc_int32_t point = -1;
  const auto size = utf8proc_iterate(utf8_bytes(s), static_cast<utf8proc_ssize_t>(s.size()), &point);
  s.remove_prefix(size > 0 ? static_cast<std::size_t>(size) : 1);
  if (size <= 0) return {};
  return point;
}

std::optional<std::string> map(std::string_view s, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(utf8_bytes(s), static_cast<utf8proc_ssize_t>(s.size()), &out, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(out, std::free);
  if (size < 0) return {};
  return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

void append(std::string& out, std::int32_t point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(point, bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

bool is_space(std::int32_t point) {
  if (point >= 0x09 && point <= 0x0D) return true;
  const auto category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

// Signs that people type or paste and Unicode does not decompose to ASCII.
std::string_view ascii_sign(std::int32_t point) {
  switch (point) {
    case kSmallDWithStroke:
    case 0x20AB:
      return "d";
    case kCapitalDWithStroke:
      return "D";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return "-";
    case 0x2018:
    case 0x2019:
      return "'";
    case 0x201C:
    case 0x201D:
      return "\"";
    case 0x2044:
      return "/";
    case 0x2022:
    case 0xB7:
      return ".";
    case 0xD7:
      return "x";
    default:
      return "?";
  }
}

}  // namespace

bool is_id(std::string_view s) {
  const auto alphanumeric = [](char c) { return is_digit(c) || is_ascii_lower(c) || is_ascii_upper(c) || c == '_'; };
  return !s.empty() && s.size() <= 32 && alphanumeric(s[0]) &&
         std::all_of(s.begin() + 1, s.end(), [&](char c) { return alphanumeric(c) || c == '.' || c == '-'; });
}

bool is_fair_id(std::string_view s) {
  const auto alphanumeric = [](char c) { return is_digit(c) || is_ascii_lower(c); };
  return !s.empty() && s.size() <= 64 && alphanumeric(s[0]) &&
         std::all_of(s.begin() + 1, s.end(), [&](char c) { return alphanumeric(c) || c == '-'; });
}

bool is_pay_ref(std::string_view s) {
  return s.size() == 10 && s.starts_with("PH") &&
         std::all_of(s.begin() + 2, s.end(), [](char c) { return is_digit(c) || is_ascii_upper(c); });
}

bool is_day(std::string_view s) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
  const auto number = [&](std::size_t from, std::size_t size) {
    unsigned n = 0;
    const auto [end, error] = std::from_chars(s.data() + from, s.data() + from + size, n);
    return error == std::errc() && end == s.data() + from + size ? n : 0U;
  };
  const unsigned year = number(0, 4);
  using namespace std::chrono;
  return year >= 1900 && year_month_day(std::chrono::year(static_cast<int>(year)), std::chrono::month(number(5, 2)),
                                        std::chrono::day(number(8, 2)))
                             .ok();
}

bool is_digits(std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), is_digit); }

bool is_utf8(std::string_view s) {
  while (!s.empty()) {
    if (static_cast<unsigned char>(s[0]) < 0x80) {
      s.remove_prefix(1);
    } else if (!take(s)) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> to_nfc(std::string_view s) {
  if (std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::string(s);
  return map(s, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::optional<std::string> search_key(std::string_view s) {
  const auto folded =
      map(s, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
  if (!folded) return {};
  std::string key;
  bool space_before = false;
  for (std::string_view rest = *folded; !rest.empty();) {
    const std::int32_t point = take(rest).value_or(' ');
    if (is_space(point)) {
      space_before = true;
      continue;
    }
    if (space_before && !key.empty()) key += ' ';
    space_before = false;
    append(key, point == kSmallDWithStroke ? 'd' : point);
  }
  return key;
}

std::string to_ascii(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    const auto point = take(s);
    if (!point) {
      out += '?';
      continue;
    }
    std::array<utf8proc_int32_t, 32> parts{};
    int last_class = UTF8PROC_BOUNDCLASS_START;
    const auto count = utf8proc_decompose_char(
        *point, parts.data(), parts.size(),
        static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK), &last_class);
    if (count < 0 || static_cast<std::size_t>(count) > parts.size()) {
      out += '?';
      continue;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      if (parts[i] < 0x80) {
        out += static_cast<char>(parts[i]);
      } else {
        out += ascii_sign(parts[i]);
      }
    }
  }
  return out;
}

std::string_view truncate_utf8(std::string_view s, std::size_t bytes) {
  if (s.size() <= bytes) return s;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(s[end]) & 0xC0U) == 0x80U) --end;
  return s.substr(0, end);
}

}  // namespace phien
