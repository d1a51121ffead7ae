#include "shared/ledger/keys.hpp"

#include <fmt/format.h>

#include <charconv>

namespace phien::ledger::keys {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

Hash hash_of(std::string_view hex) { return hash_from_hex(hex).value(); }

std::string_view take(std::string_view& text) {
  const std::size_t at = text.find('!');
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

}  // namespace

std::vector<std::string_view> split(std::string_view key) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t at = key.find('|', from);
    parts.push_back(key.substr(from, at == std::string_view::npos ? at : at - from));
    if (at == std::string_view::npos) return parts;
    from = at + 1;
  }
}

std::string sortable(std::int64_t n) {
  std::uint64_t rest = static_cast<std::uint64_t>(n) ^ kSign;
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, rest >>= 4U) *digit = "0123456789abcdef"[rest & 15U];
  return text;
}

std::int64_t from_sortable(std::string_view hex) {
  std::uint64_t n = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), n, 16);
  return static_cast<std::int64_t>(n ^ kSign);
}

std::string Order::text() const {
  std::string text = sortable(time);
  text.reserve(text.size() + entry.terminal.size() + 16 + 2 * entry.hash.bytes.size() + 3);
  text.append(1, '!').append(entry.terminal).append(1, '!').append(sortable(entry.seq)).append(1, '!').append(hex(entry.hash));
  return text;
}

Order Order::parse(std::string_view text) {
  Order order;
  order.time = from_sortable(take(text));
  order.entry.terminal = take(text);
  order.entry.seq = from_sortable(take(text));
  order.entry.hash = hash_of(take(text));
  return order;
}

std::string server_order(std::int64_t incarnation, const journal::Head& at) {
  return fmt::format("{}!{}!{}", sortable(incarnation), sortable(at.seq), hex(at.hash));
}

ServerOrder ServerOrder::parse(std::string_view text) {
  ServerOrder order;
  order.incarnation = from_sortable(take(text));
  order.at.seq = from_sortable(take(text));
  order.at.hash = hash_of(take(text));
  return order;
}

std::vector<std::pair<std::string, std::string>> facts(const BooksReader& books, std::string_view prefix) {
  std::vector<std::pair<std::string, std::string>> found;
  books.facts(prefix, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  return found;
}

bool any_fact(const BooksReader& books, std::string_view prefix) {
  bool any = false;
  books.facts(prefix, [&](std::string_view, std::string_view) {
    any = true;
    return false;
  });
  return any;
}

}  // namespace phien::ledger::keys
