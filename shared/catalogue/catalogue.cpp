#include "shared/catalogue/catalogue.hpp"

#include <algorithm>
#include <array>

namespace phien::catalogue {

namespace {

int digit(char c) { return c - '0'; }

// A recognition counts up to and including its last day; without a last day it has no known end.
bool still_valid(std::string_view valid_to, std::string_view day) { return valid_to.empty() || day <= valid_to; }

}  // namespace

int ocop_on(const Product& product, std::string_view day) {
  return still_valid(product.ocop_valid_to, day) ? product.ocop_star : 0;
}

int cnnt_on(const Product& product, std::string_view day) {
  return still_valid(product.cnnt_valid_to, day) ? product.cnnt_level : 0;
}

Price price_for(const Product& product, Quantity qty) {
  const bool wholesale = product.wholesale_price && product.wholesale_from > 0 && qty >= product.wholesale_from;
  return wholesale ? Price{*product.wholesale_price, true} : Price{product.price, false};
}

Vat vat_for(std::string_view vat_method, std::string_view vat_code, Dong gross) {
  // Only a seller of the credit method (khấu trừ) shows VAT; whoever pays by the direct method or is below the threshold shows
  // none.
  if (vat_method != "KHAU_TRU") return {"none", 0};
  const bool rate = vat_code.size() <= 2 && is_digits(vat_code);  // KCT (exempt) is not 0 %, but neither carries an amount
  const int percent = !rate ? 0 : vat_code.size() == 2 ? digit(vat_code[0]) * 10 + digit(vat_code[1]) : digit(vat_code[0]);
  return {std::string(vat_code), vat_in(gross, percent)};
}

const Product* Catalogue::by_barcode(std::string_view code) const {
  if (code.empty()) return nullptr;
  const auto found = std::find_if(products.begin(), products.end(), [&](const auto& p) { return p.second.barcode == code; });
  return found == products.end() ? nullptr : &found->second;
}

std::vector<const Product*> Catalogue::of_exhibitor(std::string_view id) const {
  std::vector<const Product*> own;
  for (const auto& [key, product] : products) {
    if (product.exhibitor == id) own.push_back(&product);
  }
  // By id where the exhibitor gave no order: the map is in that order already.
  std::stable_sort(own.begin(), own.end(), [](const Product* a, const Product* b) { return a->order < b->order; });
  return own;
}

bool valid_barcode(std::string_view code) {
  if (!is_digits(code) || (code.size() != 8 && code.size() != 12 && code.size() != 13)) return false;
  int sum = 0;  // from the right: check digit ·1, then ·3, ·1, …
  for (std::size_t i = 0; i < code.size(); ++i) sum += digit(code[code.size() - 1 - i]) * (i % 2 == 0 ? 1 : 3);
  return sum % 10 == 0;
}

bool valid_tax_code(std::string_view code) {
  if (code.size() == 12) return is_digits(code);  // personal id: has no check digit
  if (code.size() == 14) {                        // branch: 10 digits, '-', 3 digits
    if (code[10] != '-' || !is_digits(code.substr(11))) return false;
    code = code.substr(0, 10);
  }
  if (code.size() != 10 || !is_digits(code)) return false;
  static constexpr std::array<int, 9> kWeights{31, 29, 23, 19, 17, 13, 7, 5, 3};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += digit(code[i]) * kWeights[i];
  return 10 - sum % 11 == digit(code[9]);  // remainder 0 would need the digit "10": such numbers are not issued
}

}  // namespace phien::catalogue
