#include "shared/scan/receipt_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "shared/bytes.hpp"

namespace phien::scan {

namespace {

constexpr std::string_view kName = "PHIEN", kVersion = "PHIEN1/";
constexpr std::size_t kCheckDigits = 8, kHashDigits = 52, kMaxNameBytes = 60, kMaxUnitBytes = 20;
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}
std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string check_of(std::string_view rest) { return upper(hex(sha256(rest)).substr(0, kCheckDigits)); }

// 256 bits are 51 digits and one bit.
std::string base32(const Hash& hash) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const std::uint8_t byte : hash.bytes) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += kBase32[buffer >> (bits - 5) & 31];
    buffer &= 31;
  }
  text += kBase32[buffer << (5 - bits) & 31];
  return text;
}

std::optional<Hash> from_base32(std::string_view text) {
  if (text.size() != kHashDigits) return std::nullopt;
  Hash hash;
  unsigned buffer = 0;
  int bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const auto digit = kBase32.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 5 | static_cast<unsigned>(digit)) & 0xFFF;
    bits += 5;
    if (bits >= 8 && at < hash.bytes.size()) {
      bits -= 8;
      hash.bytes[at++] = static_cast<std::uint8_t>(buffer >> bits & 0xFF);
    }
  }
  const bool padded_with_nothing = (buffer & ((1U << bits) - 1)) == 0;
  return at == hash.bytes.size() && padded_with_nothing ? std::optional(hash) : std::nullopt;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F || c == '%' || c == '/' || c == ':' || c == '*')
      out += fmt::format("%{:02X}", byte);
    else
      out += c;
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = i + 2 < text.size() ? from_hex(lower(std::string(text.substr(i + 1, 2)))) : std::nullopt;
    if (!byte) return std::nullopt;
    out += *byte;
    i += 2;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(separator, from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

std::optional<std::int64_t> whole(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < least || n > most) return std::nullopt;
  return n;
}

std::optional<std::string> id(std::string_view text) { return is_id(text) ? std::optional(std::string(text)) : std::nullopt; }

std::string line_text(const journal::Line& line) {
  std::string text =
      fmt::format("{}:{}:{}:{}:{}:{}{}{}", line.product, line.qty, line.total, line.vat == "none" ? "" : escaped(line.vat),
                  line.vat_amount, line.ocop, line.cnnt, line.gift ? "G" : "");
  if (!line.name.empty())
    text += ":" + escaped(truncate_utf8(line.name, kMaxNameBytes)) + ":" + escaped(truncate_utf8(line.unit, kMaxUnitBytes));
  return text;
}

bool digit_to(char c, char most) { return c >= '0' && c <= most; }

std::optional<journal::Line> line_of(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 6 && parts.size() != 8) return std::nullopt;
  const auto product = id(parts[0]);
  const auto qty = whole(parts[1], 1, kMaxAmount), total = whole(parts[2], 0, kMaxAmount);
  const auto vat = unescaped(parts[3]);
  const auto vat_amount = whole(parts[4], 0, kMaxAmount);
  const auto marks = parts[5];
  const bool marked =
      (marks.size() == 2 || (marks.size() == 3 && marks[2] == 'G')) && digit_to(marks[0], '5') && digit_to(marks[1], '3');
  if (!product || !qty || !total || !vat || vat->size() > 16 || !vat_amount || *vat_amount > *total || !marked)
    return std::nullopt;
  for (const char c : *vat)
    if (!(digit_to(c, '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ':' || c == '.' || c == '%'))
      return std::nullopt;
  journal::Line line;
  line.product = *product;
  line.qty = *qty;
  line.total = *total;
  line.vat = vat->empty() ? "none" : *vat;
  line.vat_amount = *vat_amount;
  line.ocop = marks[0] - '0';
  line.cnnt = marks[1] - '0';
  line.gift = marks.size() == 3;
  if (parts.size() == 6) return line;
  const auto name = unescaped(parts[6]), unit = unescaped(parts[7]);
  if (!name || name->empty() || !unit || !is_utf8(*name) || !is_utf8(*unit)) return std::nullopt;
  line.name = *name;
  line.unit = *unit;
  return line;
}

std::string whole_text(const ReceiptCode& code, const std::string& lines) {
  const std::string rest =
      fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}", upper(code.fair), code.exhibitor, code.booth, code.sale.terminal, code.receipt,
                  code.sale.seq, code.total, base32(code.sale.hash), lines);
  return fmt::format("{}{}/{}", kVersion, check_of(rest), rest);
}

}  // namespace

std::string encode(const ReceiptCode& code) {
  std::string lines;
  if (code.lines.size() <= kMaxCodedLines)
    for (const auto& line : code.lines) lines += (lines.empty() ? "" : "*") + line_text(line);
  std::string text = whole_text(code, lines);
  return text.size() <= kMaxCodeBytes ? text : whole_text(code, "");
}

std::optional<ReceiptCode> receipt_code(std::string_view text) {
  if (text.size() > kMaxCodeBytes || !text.starts_with(kVersion)) return std::nullopt;
  text.remove_prefix(kVersion.size());
  if (text.size() < kCheckDigits + 1 || text[kCheckDigits] != '/') return std::nullopt;
  const auto rest = text.substr(kCheckDigits + 1);
  if (check_of(rest) != text.substr(0, kCheckDigits)) return std::nullopt;
  const auto parts = split(rest, '/');
  if (parts.size() != 9) return std::nullopt;
  ReceiptCode code;
  code.fair = lower(std::string(parts[0]));
  const auto exhibitor = id(parts[1]), booth = id(parts[2]), terminal = id(parts[3]);
  const auto receipt = whole(parts[4], 1, kMaxAmount), seq = whole(parts[5], 1, INT64_C(1) << 52),
             total = whole(parts[6], 0, kMaxAmount);
  const auto hash = from_base32(parts[7]);
  if (!is_fair_id(code.fair) || !exhibitor || !booth || !terminal || !receipt || !seq || !total || !hash) return std::nullopt;
  code.exhibitor = *exhibitor;
  code.booth = *booth;
  code.sale = {*terminal, *seq, *hash};
  code.receipt = *receipt;
  code.total = *total;
  if (parts[8].empty()) return code;
  Dong sum = 0;
  for (const auto part : split(parts[8], '*')) {
    auto line = line_of(part);
    if (!line || code.lines.size() == kMaxCodedLines) return std::nullopt;
    sum += line->total;
    code.lines.push_back(std::move(*line));
  }
  return sum == code.total ? std::optional(std::move(code)) : std::nullopt;
}

bool looks_like_receipt_code(std::string_view text) {
  return text.starts_with(kName) && text.size() > kName.size() + 1 && text.find('/') != std::string_view::npos &&
         text[kName.size()] >= '0' && text[kName.size()] <= '9';
}

}  // namespace phien::scan
