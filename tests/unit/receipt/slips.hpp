// Sellers and deals that tests print.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "shared/receipt/receipt.hpp"

namespace phien::slips {

inline void matches_golden(const std::string& name, const std::string& text) {
  std::ifstream in(std::filesystem::path(PHIEN_TEST_FOLDER) / "golden" / (name + ".txt"), std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  CAPTURE(name);
  const bool same = text == golden;
  CHECK_MESSAGE(same, "\n--- is\n" << text << "--- should be\n" << golden);
}

using journal::Method;
using journal::PriceKind;

inline catalogue::Catalogue catalogue_of_three() {
  catalogue::Catalogue c;
  const auto add = [&](const char* id, const char* name, const char* short_name, const char* area, const char* booth,
                       const char* tax, const char* method, const char* account) {
    auto& e = c.exhibitors[id];
    e.id = id;
    e.name = name;
    e.short_name = short_name;
    e.area = area;
    e.province = "Cao Bằng";
    e.booth = booth;
    e.tax_code = tax;
    e.vat_method = method;
    e.bank_bin = "970405";
    e.bank_account = account;
    e.bank_account_name = to_ascii(short_name) + " MAU";
  };
  add("EX01", "HTX Hoa Thạch (Mẫu)", "Hoa Thạch", "Thạch An", "A01", "4899900010", "TRUC_TIEP", "000000000001");
  add("EX08", "Tổ hợp tác Rèn Búa Đôi Phúc Sen (Mẫu)", "Rèn Búa Đôi", "Phúc Sen", "A08", "", "MIEN_DUOI_NGUONG", "000000000008");
  add("EX09", "Công ty TNHH Trúc Bắc Xanh (Mẫu)", "Trúc Bắc Xanh", "Hòa An", "A09", "4899900074", "KHAU_TRU", "000000000009");
  c.cashiers["EX01.1"] = {"EX01.1", "Chị Hoa", "EX01", "", true, true, false};
  return c;
}

inline journal::Line line(const char* name, const char* unit, Quantity qty, Dong price, Dong discount = 0,
                          const char* vat = "none", Dong vat_amount = 0) {
  journal::Line l;
  l.product = "P";
  l.name = name;
  l.unit = unit;
  l.qty = qty;
  l.price = price;
  l.discount = discount;
  l.total = *line_total(qty, price) - discount;
  l.vat = vat;
  l.vat_amount = vat_amount;
  return l;
}

inline journal::Payment paid(Method method, Dong amount, const char* holder) {
  journal::Payment p;
  p.method = method;
  p.amount = amount;
  p.holder = holder;
  return p;
}

template <class T>
T deal(const char* exhibitor, const char* booth, std::int64_t receipt, const char* method, Dong total, Dong rounding = 0) {
  T d;
  d.exhibitor = exhibitor;
  d.booth = booth;
  d.place = "booth";
  d.receipt = receipt;
  d.vat_method = method;
  d.total = total;
  d.rounding = rounding;
  return d;
}

inline journal::Entry entry_of(journal::Body body, const char* by = "EX01.1") {
  journal::Entry e;
  e.nonce = std::string(32, 'a');
  e.time = {std::string(32, 'b'), 1, 1};
  e.by = by;
  e.body = std::move(body);
  REQUIRE_FALSE(journal::inconsistency(e).has_value());  // a golden of a sale that could not be would show nothing
  return e;
}

inline receipt::Printed printed() {
  Hash hash;
  hash.bytes[0] = 0x1a;
  hash.bytes[1] = 0x2b;
  hash.bytes[2] = 0x3c;
  hash.bytes[3] = 0x4d;
  return {{7, hash}, "T1", "15/05/2025 09:07"};
}

}  // namespace phien::slips
