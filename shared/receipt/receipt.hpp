// The receipt as a device-free document, and as text for a terminal. Drawing (raster, PDF) comes from the same document.
#pragma once
#include <string>
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/journal/entry.hpp"

namespace phien::receipt {

struct Element {
  enum class Type { heading, text, columns, rule, total, qr, small } type{};
  std::string left, right;  // text and heading use left; columns and total use both; qr holds its payload in left
  bool operator==(const Element&) const = default;
};
struct Document {
  std::vector<Element> elements;
};

// "<booth>-<terminal>-<n>"
std::string number(std::string_view booth, std::string_view terminal, std::int64_t n);

// Receipt of a sale or a refund. Prints seller, address, tax code, lines, VAT as its method demands, payments, change, number
// with 8 hex digits of the entry's hash, "Đây không phải hóa đơn", and "BẢN SAO" if `copy`.
struct Printed {
  journal::Head at;
  std::string terminal;
  std::string when;
};
Document of(const journal::Entry& entry, const Printed& printed, const catalogue::Catalogue& catalogue, Lang lang,
            bool copy = false);

// Monospaced text, `width` columns (42 for 80 mm, 32 for 58 mm), counted in display columns.
std::string to_text(const Document& document, int width = 42);

}  // namespace phien::receipt
