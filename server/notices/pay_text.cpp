#include "server/notices/pay_text.hpp"

#include <algorithm>
#include <optional>

#include "shared/text.hpp"

namespace phien::server {
namespace {

constexpr std::size_t kLength = 10;    // PH and eight
constexpr std::size_t kMaxGap = 2;     // "PH - AB12": no more between two of its signs
constexpr std::size_t kMaxFound = 64;  // of each sort

bool is_sign(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_gap(char c) { return c == ' ' || c == '-' || c == '.' || c == '_' || c == ':' || c == '/'; }

std::string plain(std::string_view text) {
  const std::string_view seen = truncate_utf8(text, kMaxPayText);
  std::string out = search_key(seen).value_or(std::string(seen));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

struct Read {
  std::string ref;
  std::size_t end = 0;  // behind its last sign
  bool broken = false;
};
std::optional<Read> read_at(const std::string& text, std::size_t from) {
  Read read;
  std::size_t gap = 0;
  for (std::size_t i = from; i < text.size() && read.ref.size() < kLength; ++i) {
    if (is_sign(text[i])) {
      read.broken = read.broken || gap > 0;
      gap = 0;
      read.ref += text[i];
      read.end = i + 1;
    } else if (!is_gap(text[i]) || ++gap > kMaxGap) {
      return std::nullopt;
    }
  }
  if (!is_pay_ref(read.ref)) return std::nullopt;
  return read;
}

void keep(std::vector<std::string>& list, const std::string& ref) {
  if (list.size() < kMaxFound && std::find(list.begin(), list.end(), ref) == list.end()) list.push_back(ref);
}

}  // namespace

FoundRefs refs_in(std::string_view text) {
  const std::string all = plain(text);
  FoundRefs found;
  for (std::size_t at = all.find('P'); at != std::string::npos; at = all.find('P', at + 1)) {
    const auto read = read_at(all, at);
    if (!read) continue;
    const bool word =
        !read->broken && (at == 0 || !is_sign(all[at - 1])) && (read->end == all.size() || !is_sign(all[read->end]));
    keep(word ? found.words : found.other, read->ref);
  }
  return found;
}

}  // namespace phien::server
