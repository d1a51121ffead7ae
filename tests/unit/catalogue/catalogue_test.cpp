#include "shared/catalogue/catalogue.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "shared/bytes.hpp"
#include "shared/journal/canonical.hpp"

using namespace phien;
using namespace phien::catalogue;
using nlohmann::json;

namespace {

Product rice() {
  Product p;
  p.id = "CB0014";
  p.exhibitor = "EX03";
  p.name = "Gạo nếp hương Bảo Lạc bán cân";
  p.unit = "kg";
  p.net_content = "cân lẻ";
  p.sold_by = SoldBy::weight;
  p.quantity_decimals = 3;
  p.price = 52'000;
  p.wholesale_price = 41'500;
  p.wholesale_from = 20'000;
  p.vat = "KCT";
  p.vat_note = "không chịu thuế";
  p.vat_valid_to = "2026-12-31";
  p.barcode = "8930000000149";
  p.scale_plu = "10014";
  p.ocop_group = "Thực phẩm";
  p.ocop_star = 4;
  p.ocop_valid_to = "2025-05-17";
  p.cnnt_group = "Chế biến nông, lâm, thủy sản và thực phẩm";
  p.cnnt_level = 2;
  p.cnnt_valid_to = "2026-12-31";
  p.certificates = {"ATTP", "VietGAP"};
  p.export_markets = {"EU"};
  p.channels = {"Postmart", "Voso"};
  p.lot = "L250331";
  p.made = "2025-03-31";
  p.expires = "2025-12-26";
  p.trace_uri = "https://txng.example/01/08930000000149";
  p.restricted = "RUOU_18+";
  p.origin = "Bảo Lạc";
  p.test_case = "BAN_CAN";
  p.opening_stock = 200'000;
  p.reorder_level = 20'000;
  p.order = 14;
  p.is_sample = true;
  return p;
}

Fair fair() {
  return {.id = "cao-bang-2025-mau",
          .name = "Tuần hàng",
          .name_en = "Week",
          .first_day = "2025-05-15",
          .opening_ceremony = "2025-05-16",
          .last_day = "2025-05-19",
          .time_zone = "Asia/Ho_Chi_Minh",
          .place = "TP. Hồ Chí Minh",
          .host_province = "Cao Bằng",
          .currency = "VND",
          .organizers = {{"Sở Công Thương", "chủ trì"}, {"ITPC", ""}},
          .cash_round = 500,
          .booths = 16,
          .booth_m2 = 12,
          .is_sample = true};
}

Exhibitor exhibitor() {
  return {.id = "EX03",
          .name = "HTX Nếp Hương (Mẫu)",
          .short_name = "Mây Núi",
          .kind = "HTX",
          .province = "Cao Bằng",
          .area = "Bảo Lạc",
          .booth = "A03",
          .tax_code = "4899900035",
          .tax_code_type = "MST_10",
          .vat_method = "TRUC_TIEP",
          .invoice_mode = "HDDT_MTT_BAN_HANG",
          .invoice_symbol = "2C26MCC",
          .bank_bin = "970405",
          .bank_account = "000000000003",
          .bank_account_name = "MAY NUI MAU",
          .ocop_account = "1",
          .ethnic_minority_area = true,
          .booth_m2 = 18,
          .trace_qr_count = 4,
          .export_markets = {"EU"},
          .is_sample = true};
}

}  // namespace

TEST_CASE("every field of an item survives its JSON, and the JSON is canonical (integers, no null)") {
  const auto same = [](const auto& item, auto from_json) {
    const json j = to_json(item);
    CHECK(journal::canonical_bytes(j).ok());
    const auto back = from_json(j);
    REQUIRE(back.ok());
    CHECK(back.value() == item);
    CHECK(to_json(back.value()) == j);
  };
  same(fair(), fair_from_json);
  same(exhibitor(), exhibitor_from_json);
  same(rice(), product_from_json);
  same(Cashier{"EX03.1", "Người bán 1", "EX03", "$argon2id$v=19$…", false, false, true}, cashier_from_json);
  same(Cashier{"EX03.1", "Người bán 1", "EX03", "", true, true, false}, cashier_from_json);

  Product least;
  least.id = "P1";
  least.exhibitor = "E1";
  least.name = "Trà";
  least.unit = "hộp";
  least.vat = "8";
  same(least, product_from_json);
  CHECK(to_json(least) == json({{"id", "P1"},
                                {"exhibitor", "E1"},
                                {"name", "Trà"},
                                {"unit", "hộp"},
                                {"vat", "8"},
                                {"price", 0},
                                {"sold_by", "piece"}}));
}

TEST_CASE("an item from elsewhere: unknown fields are passed over, wrong ones are named") {
  const json good = to_json(rice());
  json more = good;
  more["colour"] = "xanh";
  CHECK(product_from_json(more).ok());

  struct Case {
    const char* field;
    json value;
    const char* code;
  };
  const std::string long_name(401, 'x');
  const Case cases[] = {{"id", "", "bad_value"},
                        {"id", "a b", "bad_value"},
                        {"id", 7, "wrong_type"},
                        {"id", nullptr, "wrong_type"},
                        {"exhibitor", "-x", "bad_value"},
                        {"name", "", "bad_value"},
                        {"name", long_name, "too_long"},
                        {"name", "a\tb", "bad_value"},
                        {"name", "\xff", "bad_value"},
                        {"unit", "", "bad_value"},
                        {"unit", std::string(41, 'u'), "too_long"},
                        {"sold_by", "litre", "bad_value"},
                        {"sold_by", "", "bad_value"},
                        {"quantity_decimals", 4, "out_of_range"},
                        {"quantity_decimals", -1, "out_of_range"},
                        {"price", -1, "out_of_range"},
                        {"price", 1.5, "wrong_type"},
                        {"price", "25000", "wrong_type"},
                        {"price", kMaxAmount + 1, "out_of_range"},
                        {"price", 18'446'744'073'709'551'615ULL, "out_of_range"},
                        {"wholesale_price", -1, "out_of_range"},
                        {"wholesale_from", true, "wrong_type"},
                        {"vat", "", "bad_value"},
                        {"vat", "8 %", "bad_value"},
                        {"vat_valid_to", "2025-02-30", "bad_value"},
                        {"ocop_star", 6, "out_of_range"},
                        {"cnnt_level", 4, "out_of_range"},
                        {"certificates", "ATTP", "wrong_type"},
                        {"certificates", json::array({1}), "wrong_type"},
                        {"certificates", json(std::vector<std::string>(51, "x")), "out_of_range"},
                        {"channels", json::array({std::string(101, 'x')}), "too_long"},
                        {"made", "0000-01-01", "bad_value"},
                        {"lot", std::string(41, 'l'), "too_long"},
                        {"opening_stock", -1, "out_of_range"},
                        {"is_sample", 1, "wrong_type"}};
  for (const auto& c : cases) {
    json bad = good;
    bad[c.field] = c.value;
    const auto refused = product_from_json(bad);
    CAPTURE(c.field);
    CAPTURE(c.value.dump(-1, ' ', false, json::error_handler_t::replace));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.problem().where == c.field);
    CHECK(refused.problem().code == c.code);
    CHECK_FALSE(refused.problem().what.vi.empty());
  }
  for (const char* field : {"id", "exhibitor", "name", "unit", "price", "vat"}) {
    json bad = good;
    bad.erase(field);
    REQUIRE_FALSE(product_from_json(bad).ok());
    CHECK(product_from_json(bad).problem().where == field);
    CHECK(product_from_json(bad).problem().code == "missing_field");
  }
  CHECK(product_from_json(json::array()).problem().code == "wrong_type");
  json two = to_json(fair());
  two["organizers"][1]["name"] = 5;
  CHECK(fair_from_json(two).problem().where == "organizers.name");
  json booth = to_json(exhibitor());
  booth["booth"] = "A-3";  // printed between hyphens, so it cannot hold one
  CHECK(exhibitor_from_json(booth).problem().where == "booth");
}

TEST_CASE("a recognition counts up to and including its last day") {
  const Product p = rice();
  CHECK(ocop_on(p, "2025-05-17") == 4);
  CHECK(ocop_on(p, "2025-05-18") == 0);
  CHECK(cnnt_on(p, "2026-12-31") == 2);
  CHECK(cnnt_on(p, "2027-01-01") == 0);
  Product open_ended = p;
  open_ended.ocop_valid_to.clear();
  CHECK(ocop_on(open_ended, "2999-01-01") == 4);
}

TEST_CASE("the wholesale price holds from its minimum on") {
  Product p = rice();
  CHECK(price_for(p, 19'999).price == 52'000);
  CHECK_FALSE(price_for(p, 19'999).wholesale);
  CHECK(price_for(p, 20'000).price == 41'500);
  CHECK(price_for(p, 20'000).wholesale);
  p.wholesale_from = 0;  // a price without a minimum is never given by itself
  CHECK(price_for(p, 90'000).price == 52'000);
  p.wholesale_from = 20'000;
  p.wholesale_price.reset();
  CHECK(price_for(p, 90'000).price == 52'000);
}

TEST_CASE("only a seller of the credit method shows VAT") {
  const auto is = [](std::string_view method, std::string_view code, Dong gross, const char* shown, Dong amount) {
    const Vat vat = vat_for(method, code, gross);
    CHECK(vat.code == shown);
    CHECK(vat.amount == amount);
  };
  is("KHAU_TRU", "8", 108'000, "8", 8'000);
  is("KHAU_TRU", "10", 110'000, "10", 10'000);
  is("KHAU_TRU", "5", 21'000, "5", 1'000);
  is("KHAU_TRU", "0", 21'000, "0", 0);
  is("KHAU_TRU", "KCT", 21'000, "KCT", 0);
  is("KHAU_TRU", "none", 21'000, "none", 0);
  is("TRUC_TIEP", "8", 108'000, "none", 0);
  is("MIEN_DUOI_NGUONG", "10", 108'000, "none", 0);
  is("", "8", 108'000, "none", 0);
}

TEST_CASE("look-ups: barcode exactly, goods in the exhibitor's order") {
  Catalogue c;
  for (int i = 0; i < 3; ++i) {
    Product p = rice();
    p.id = "P" + std::to_string(i);
    p.barcode = i == 0 ? "" : "893000000000" + std::to_string(i);
    p.order = i == 2 ? 1 : 5;
    c.products[p.id] = p;
  }
  c.products["Q"] = rice();
  c.products["Q"].exhibitor = "EX99";
  REQUIRE(c.by_barcode("8930000000002"));
  CHECK(c.by_barcode("8930000000002")->id == "P2");
  CHECK(c.by_barcode("893000000000") == nullptr);
  CHECK(c.by_barcode("") == nullptr);
  const auto own = c.of_exhibitor("EX03");
  REQUIRE(own.size() == 3);
  CHECK(own[0]->id == "P2");
  CHECK(own[1]->id == "P0");
  CHECK(own[2]->id == "P1");
}

TEST_CASE("check digits of barcodes and tax codes") {
  for (const char* good : {"8930000000019", "8930000000781", "4006381333931", "96385074", "036000291452"})
    CHECK(valid_barcode(good));
  for (const char* bad :
       {"", "8930000000018", "893000000001", "89300000000190", "893000000001x", "96385075", "036000291453", "8.93E+12"}) {
    CHECK_FALSE(valid_barcode(bad));
  }
  for (const char* good : {"0100109106", "0100047516", "0100109106-001", "004000000001", "4899900010"})
    CHECK(valid_tax_code(good));
  for (const char* bad : {"", "0100109107", "0100109107-001", "0100109106001", "0100109106-01", "0100109106-0a1", "010010910",
                          "01001O9106", "0000000000"}) {
    CHECK_FALSE(valid_tax_code(bad));
  }
}

TEST_CASE("a list typed by people: everything wrong at once, and which fields there are") {
  json bad = to_json(rice());
  bad["price"] = -5;
  bad["unit"] = "";
  bad.erase("vat");
  const auto problems = problems_in<Product>(bad);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].where == "unit");
  CHECK(problems[1].where == "price");
  CHECK(problems[2].where == "vat");
  CHECK(problems_in<Product>(to_json(rice())).empty());
  CHECK(problems_in<Fair>(json(5)).size() == 1);
  const auto names = field_names<Fair>();
  CHECK(names.size() == 15);
  CHECK(std::find(names.begin(), names.end(), "cash_round") != names.end());
}

TEST_CASE("a PIN is kept as a verifier only") {
  init_crypto();
  CHECK(is_pin("0000"));
  for (const char* no : {"", "123", "1234567890123", "12a4", "１２３４"}) CHECK_FALSE(is_pin(no));
  const std::string verifier = pin_verifier("2468");
  CHECK(verifier.starts_with("$argon2id$"));
  CHECK(verifier.find("2468") == std::string::npos);
  CHECK(verifier.size() <= 200);
  CHECK(pin_verifier("2468") != verifier);
  CHECK(pin_matches(verifier, "2468"));
  CHECK_FALSE(pin_matches(verifier, "2469"));
  CHECK_FALSE(pin_matches("", "2468"));
  CHECK_FALSE(pin_matches(std::string(500, 'x'), "2468"));
}
