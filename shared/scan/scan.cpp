#include "shared/scan/scan.hpp"

#include <algorithm>
#include <vector>

#include "shared/bytes.hpp"
#include "shared/catalogue/catalogue.hpp"
#include "shared/text.hpp"

namespace phien::scan {

namespace {

// Scanners end with Enter or Tab, some begin with what kind of code it was ("]E0").
std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  const bool symbology = text.size() > 3 && text[0] == ']' && ((text[1] | 0x20) >= 'a' && (text[1] | 0x20) <= 'z') &&
                         (is_digit(text[2]) || (text[2] >= 'A' && text[2] <= 'F'));
  if (symbology) text.remove_prefix(3);
  return text;
}

// A GTIN of 8, 12, 13 or 14 digits as the barcode on the package says it; "" when it is none.
std::string ean_of(std::string_view gtin) {
  if (!is_digits(gtin)) return {};
  if (gtin.size() == 14 && gtin.front() == '0') gtin.remove_prefix(1);  // 1–9 in front are cartons of it
  if (gtin.size() == 13 && gtin.starts_with("00000")) gtin.remove_prefix(5);
  std::string code(gtin.size() == 12 ? "0" + std::string(gtin) : gtin);
  return (code.size() == 13 || code.size() == 8) && catalogue::valid_barcode(code) ? code : "";
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::optional<std::string> byte;
    if (text[i] == '%' && i + 2 < text.size()) {
      std::string digits(text.substr(i + 1, 2));
      for (char& c : digits) c = static_cast<char>(c >= 'A' && c <= 'F' ? c | 0x20 : c);
      byte = from_hex(digits);
    }
    out += byte ? *byte : std::string(1, text[i]);
    if (byte) i += 2;
  }
  return is_utf8(out) ? out : std::string(text);
}

bool starts_with_scheme(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.size() <= scheme.size()) continue;
    const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); };
    if (std::equal(scheme.begin(), scheme.end(), text.begin(), same)) return true;
  }
  return false;
}

Link link(std::string_view text) {
  Link found;
  found.url = std::string(text);
  std::vector<std::string_view> parts;
  for (auto path = text.substr(0, text.find_first_of("?#")); !path.empty();) {
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  for (std::size_t i = 3; i + 1 < parts.size(); ++i) {  // behind "https:", "", host
    if (found.gtin.empty() && (parts[i] == "01" || parts[i] == "gtin"))
      found.gtin = ean_of(parts[i + 1]);
    else if (!found.gtin.empty() && found.lot.empty() && (parts[i] == "10" || parts[i] == "lot"))
      found.lot = percent_decoded(parts[i + 1]);
  }
  return found;
}

}  // namespace

Scanned read(std::string_view text) {
  if (text.size() > kMaxTextBytes) return Unknown{Unknown::Why::too_long};
  text = trimmed(text);
  if (looks_like_receipt_code(text)) {
    if (auto code = receipt_code(text)) return std::move(*code);
    return Unknown{Unknown::Why::receipt_damaged};
  }
  if (looks_like_vietqr(text)) {
    if (auto payment = read_vietqr(text)) return std::move(*payment);
    return Unknown{Unknown::Why::payment_damaged};
  }
  if (starts_with_scheme(text)) return is_utf8(text) ? Scanned(link(text)) : Scanned(Unknown{});
  if (is_digits(text) && (text.size() == 8 || text.size() == 12 || text.size() == 13 || text.size() == 14)) {
    const std::string ean = ean_of(text);
    if (ean.empty()) return Unknown{Unknown::Why::wrong_check_digit};
    if (ean.size() == 13 && ean.front() == '2') {
      std::string plu = ean.substr(2, 5);
      plu.erase(0, std::min(plu.find_first_not_of('0'), plu.size() - 1));
      return ScaleLabel{ean, std::move(plu), std::stoll(ean.substr(7, 5))};
    }
    return Barcode{std::string(text), ean};
  }
  return Unknown{};
}

}  // namespace phien::scan
