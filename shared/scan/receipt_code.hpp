// The QR code on a receipt: enough for any till of that seller to take the goods back without having heard of the sale.
//
// Format, version 1. Text of fields joined by "/", made so that a QR code packs most of it as its alphanumeric kind:
//
//   PHIEN1/CHECK/FAIR/EXHIBITOR/BOOTH/TERMINAL/RECEIPT/SEQ/TOTAL/HASH/LINES
//
//   CHECK     first 8 hex digits, upper case, of the SHA-256 of everything behind it and its "/"
//   FAIR      fair id, in upper case; EXHIBITOR, BOOTH, TERMINAL ids as they are
//   RECEIPT   its number 1 … 10^12; SEQ the entry's place 1 … 2^52; TOTAL whole đồng
//   HASH      the entry's, 52 digits of RFC 4648 base32 without padding
//   LINES     joined by "*"; nothing when the sale has more than kMaxCodedLines, or they make the code longer than kMaxCodeBytes
//   line      PRODUCT:QTY:TOTAL:VAT:VAT_AMOUNT:MARKS[:NAME:UNIT]
//   MARKS     OCOP star, CNNT level, and G for a gift; VAT empty: "none". QTY in thousandths, TOTAL what was paid for the line.
//   NAME,UNIT only of goods that no catalogue knows (sold by name, or proposed at the till)
//
// In a field, "%" "/" ":" "*" and everything outside printable ASCII and UTF-8 letters is %XX. CHECK finds damage, not forgery:
// the till that holds the sale goes by its journal, and the ledger lists a refund that says more than the sale.
// A later version changes the digit behind PHIEN; this one reads only its own.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/entry.hpp"

namespace phien::scan {

inline constexpr std::size_t kMaxCodedLines = 8;
inline constexpr std::size_t kMaxCodeBytes = 900;  // at most 117 modules: 3 dots each on the narrowest paper

struct ReceiptCode {
  std::string fair, exhibitor, booth;
  journal::Ref sale;
  std::int64_t receipt = 0;
  Dong total = 0;
  std::vector<journal::Line> lines;  // product, name, unit, qty, total, vat, vat_amount, ocop, cnnt and gift are filled in
};

// A line's name and unit are written where they are not empty: leave them out where the catalogue says them.
std::string encode(const ReceiptCode& code);

// Nothing for damage, another version, or anything else.
std::optional<ReceiptCode> receipt_code(std::string_view text);
// Whether it means to be one, of whatever version.
bool looks_like_receipt_code(std::string_view text);

}  // namespace phien::scan
