// Who sells what: the items of the server's journal (`fair`, `exhibitor`, `product`, `cashier`), as types.
// Item JSON is written in FORMAT.md beside this file: the same field names, absent when empty.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shared/clock.hpp"
#include "shared/money.hpp"
#include "shared/result.hpp"

namespace phien::catalogue {

struct Organizer {
  std::string name, role;
  bool operator==(const Organizer&) const = default;
};
struct Fair {
  std::string id, name, name_en, first_day, opening_ceremony, last_day, time_zone, place, host_province, currency;
  std::vector<Organizer> organizers;
  Dong cash_round = 1000;
  std::int64_t booths = 0, booth_m2 = 9;
  bool is_sample = false;
  bool operator==(const Fair&) const = default;
};

struct Exhibitor {
  std::string id, name, short_name, kind, province, area, booth, tax_code, tax_code_type, vat_method, invoice_mode,
      invoice_symbol, bank_bin, bank_account, bank_account_name, ocop_account;
  bool ethnic_minority_area = false;  // vung_dtts_mien_nui
  std::int64_t booth_m2 = 9, trace_qr_count = 0;
  std::vector<std::string> export_markets;
  bool is_sample = false;
  bool operator==(const Exhibitor&) const = default;
};

enum class SoldBy { piece, weight, length };
struct Product {
  std::string id, exhibitor, name, unit, net_content;
  SoldBy sold_by{};
  int quantity_decimals = 0;  // 0…3
  Dong price = 0;             // per unit, VAT included
  std::optional<Dong> wholesale_price;
  Quantity wholesale_from = 0;              // smallest quantity at the wholesale price; 0: none
  std::string vat, vat_note, vat_valid_to;  // code 0|5|8|10|KCT|none
  std::string barcode, scale_plu;
  std::string ocop_group, ocop_valid_to;
  int ocop_star = 0;  // as awarded; what counts on a day is ocop_on()
  std::string cnnt_group, cnnt_valid_to;
  int cnnt_level = 0;  // 1 province, 2 region, 3 nation
  std::vector<std::string> certificates, export_markets, channels;
  std::string lot, made, expires, trace_uri, restricted, origin, test_case;
  Quantity opening_stock = 0, reorder_level = 0;
  std::int64_t order = 0;  // the exhibitor's own order of its goods
  bool is_sample = false;
  bool operator==(const Product&) const = default;
};

struct Cashier {
  std::string id, name, exhibitor;
  std::string pin;  // argon2id verifier, "" if none
  bool may_refund = true, may_discount = true, is_manager = false;
  bool operator==(const Cashier&) const = default;
};

// Stars and level that count on `day`: 0 once `*_valid_to` has passed.
int ocop_on(const Product& product, std::string_view day);
int cnnt_on(const Product& product, std::string_view day);
// Unit price for `qty`: the wholesale price from its minimum on.
struct Price {
  Dong price = 0;
  bool wholesale = false;
};
Price price_for(const Product& product, Quantity qty);
// VAT in a gross amount for a seller of `vat_method` and a product's `vat` code: 0 unless the seller's method shows it
// (KHAU_TRU).
struct Vat {
  std::string code;
  Dong amount = 0;
};
Vat vat_for(std::string_view vat_method, std::string_view vat_code, Dong gross);

nlohmann::json to_json(const Fair&);
nlohmann::json to_json(const Exhibitor&);
nlohmann::json to_json(const Product&);
nlohmann::json to_json(const Cashier&);
// The first thing wrong, by code: missing_field, wrong_type, out_of_range, too_long, bad_value; `where` is the field.
// Unknown fields of an item are passed over silently (a newer server may say more).
Result<Fair> fair_from_json(const nlohmann::json&);
Result<Exhibitor> exhibitor_from_json(const nlohmann::json&);
Result<Product> product_from_json(const nlohmann::json&);
Result<Cashier> cashier_from_json(const nlohmann::json&);
// For lists typed by people: everything wrong with an item, and the fields an item may have. T: one of the four.
template <class T>
std::vector<Problem> problems_in(const nlohmann::json& item);
template <class T>
std::vector<std::string> field_names();

// Everything a till or a page needs of it, with look-ups.
struct Catalogue {
  Fair fair;
  std::map<std::string, Exhibitor> exhibitors;
  std::map<std::string, Product> products;
  std::map<std::string, Cashier> cashiers;
  const Product* by_barcode(std::string_view code) const;               // exact, or nullptr
  std::vector<const Product*> of_exhibitor(std::string_view id) const;  // in the exhibitor's order
};

// Checks: EAN-13/EAN-8/UPC check digit; MST (10 digits N10 = 10 − Σ Ni·[31,29,23,19,17,13,7,5,3] mod 11; 10-3 branch; 12-digit
// personal id).
bool valid_barcode(std::string_view code);
bool valid_tax_code(std::string_view code);

// A cashier's PIN (4 to 12 digits) is kept as an argon2id verifier only: every till holds the catalogue.
bool is_pin(std::string_view pin);
std::string pin_verifier(std::string_view pin);  // salted: differs at every call
bool pin_matches(const std::string& verifier, std::string_view pin);

}  // namespace phien::catalogue
