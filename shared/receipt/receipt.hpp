// The receipt as a device-free document, and as text for a terminal. Drawing (raster, PDF) comes from the same document.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "shared/catalogue/catalogue.hpp"
#include "shared/journal/entry.hpp"

namespace phien::receipt {

struct Element {
  // mark: white on black across the paper; big: huge, alone; signature: two names, each over room to sign.
  enum class Type { heading, text, columns, rule, total, big, mark, qr, signature, small } type{};
  std::string left, right;  // columns, total and signature use both; qr holds its payload in left, what it is for in right
  bool sample = false;      // a qr of an account made up for a sample fair: drawn with MẪU across it
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
  // QR codes, for paper and image: of a sale the code that lets any till of the seller take it back (shared/scan), and of each
  // transfer what the buyer's bank app reads. Not of one in `confirmed`, nor on a copy: nobody shall pay twice.
  bool codes = false;
  std::set<std::string> confirmed = {};
};
Document of(const journal::Entry& entry, const Printed& printed, const catalogue::Catalogue& catalogue, Lang lang,
            bool copy = false);

// Monospaced text, `width` columns (42 for 80 mm, 32 for 58 mm), counted in display columns.
std::string to_text(const Document& document, int width = 42);

}  // namespace phien::receipt
