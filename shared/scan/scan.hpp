// What a scanned text is, told by the text alone. Any bytes may come: nothing here fails, throws or takes longer than the text.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "shared/scan/receipt_code.hpp"
#include "shared/vietqr.hpp"

namespace phien::scan {

inline constexpr std::size_t kMaxTextBytes = 2'048;  // longer is not looked at: no code of ours or of a shop's is

// EAN-13, EAN-8 or UPC-A whose check digit holds. A UPC-A is an EAN-13 that begins with 0.
struct Barcode {
  std::string code;   // as scanned
  std::string ean13;  // an EAN-8 stays as it is
};
// A shop scale's label: EAN-13 of the prefixes 20–29, which GS1 leaves to the shop. Ours read it as 2P IIIII WWWWW C:
// I the scale's number of the goods, W grams (thousandths of the unit).
struct ScaleLabel {
  std::string code;
  std::string plu;  // without zeros in front
  Quantity qty = 0;
};
// A web address, on packages mostly a page of origin. A GS1 Digital Link names goods and lot: …/01/GTIN/10/LOT.
struct Link {
  std::string url;
  std::string gtin;  // as Barcode::ean13, "" if none
  std::string lot;
};
struct Unknown {
  enum class Why { other, receipt_damaged, payment_damaged, wrong_check_digit, too_long } why = Why::other;
};

using Scanned = std::variant<Unknown, Barcode, ScaleLabel, Link, VietQr, ReceiptCode>;
Scanned read(std::string_view text);

}  // namespace phien::scan
