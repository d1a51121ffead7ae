// Bad lists by table: each is one spoiled copy of a good list, and must be refused at exactly that place for exactly that reason.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "server/exchange/csv.hpp"
#include "tests/unit/exchange/lists.hpp"

using namespace phien;
using namespace phien::exchange;

namespace {

enum class File { fair, exhibitors, products, cashiers };

struct Bad {
  File file;
  std::string from, to;  // first occurrence in the good list
  std::string where, code;
};

const std::string kCashiers =
    "cashier_id,exhibitor_id,name,pin,may_refund,may_discount,is_manager\nhoa.1,EX01,Chị Hoa,2468,1,1,0\n";
const std::string kLongest(4097, 'x'), kName401(401, 'n');
const std::string kNul(1, '\0');

// P1 is line 2 of products.csv, EX01 line 2 of exhibitors.csv.
std::vector<Bad> cases() {
  std::vector<Bad> all;
  const auto product = [&](const char* from, const std::string& to, const char* column, const char* code) {
    all.push_back({File::products, from, to, "products.csv:2:" + std::string(column), code});
  };
  const auto exhibitor = [&](const char* from, const std::string& to, const char* column, const char* code) {
    all.push_back({File::exhibitors, from, to, "exhibitors.csv:2:" + std::string(column), code});
  };
  const auto cashier = [&](const char* from, const std::string& to, const char* column, const char* code) {
    all.push_back({File::cashiers, from, to, "cashiers.csv:2:" + std::string(column), code});
  };
  const auto fair = [&](const char* from, const std::string& to, const char* where, const char* code) {
    all.push_back({File::fair, from, to, "fair.json" + std::string(where), code});
  };

  // Ids.
  for (const std::string id : {"-P1", ".P1", "P 1", "P/1", "P1;", "Phở", "_P1", "P123456789012345678901234567890123", "P#1"})
    product("P1,EX01", id + ",EX01", "sku", "bad_id");
  product("P1,EX01", ",EX01", "sku", "missing_value");
  product("P1,EX01", "P1,EX99", "exhibitor_id", "unknown_exhibitor");
  product("P1,EX01", "P1,ex01", "exhibitor_id", "unknown_exhibitor");
  product("P1,EX01", "P1,", "exhibitor_id", "missing_value");
  product("P1,EX01", "P1,EX 1", "exhibitor_id", "bad_id");
  product("P1,EX01", "P1,_EX01", "exhibitor_id", "bad_id");
  all.push_back({File::products, "P2,EX02", "P1,EX02", "products.csv:3:sku", "duplicate"});
  // Names and units.
  product("Thạch đen", "", "name", "missing_value");
  product("Thạch đen", "   ", "name", "missing_value");
  product("Thạch đen", "\xC2\xA0", "name", "missing_value");
  product("Thạch đen", kName401, "name", "too_long");
  product("Thạch đen", "Thạch\tđen", "name", "control_character");
  product("Thạch đen", "\"Thạch\nđen\"", "name", "control_character");
  product("Thạch đen", "Thạch\rđen", "name", "control_character");
  product("Thạch đen", "Thạch\x1B[31mđen", "name", "control_character");
  product("Thạch đen",
          "Thạch\x7F"
          "đen",
          "name", "control_character");
  product("Thạch đen",
          "Thạch\xC2\x9B"
          "đen",
          "name", "control_character");
  product("Thạch đen",
          "Th\xFF"
          "ch",
          "name", "bad_utf8");
  product("Thạch đen", "Th\xC3", "name", "bad_utf8");
  product("Thạch đen", "Th\xED\xA0\x80", "name", "bad_utf8");      // a surrogate
  product("Thạch đen", "Th\xC0\xAF", "name", "bad_utf8");          // an overlong form
  product("Thạch đen", "Th\xF5\x80\x80\x80", "name", "bad_utf8");  // beyond Unicode
  product("Thạch đen",
          "Th\xA1"
          "ch \xAE"
          "en",
          "name", "bad_utf8");  // TCVN3
  product("Thạch đen", "Th" + kNul + "ch", "name", "has_nul");
  product("Thạch đen", kLongest, "name", "too_long");
  product("Thạch đen", "Thạch \"đen\"", "name", "bad_quote");
  product("Thạch đen", "\"Thạch\" đen", "name", "bad_quote");
  product("Thạch đen,hộp", "Thạch đen,", "unit", "missing_value");
  product("Thạch đen,hộp", "Thạch đen,hộp giấy rất dài có tên không vừa một ô", "unit", "too_long");
  product("Thạch đen,hộp", "Thạch đen,h\x01p", "unit", "control_character");
  // Selling by, decimals.
  for (const std::string kind : {"Piece", "cái", "kg", "volume", "PIECE", "1"})
    product(",piece,0,", "," + kind + ",0,", "sold_by", "bad_value");
  for (const std::string decimals : {"1", "2", "3"})
    product(",piece,0,", ",piece," + decimals + ",", "qty_decimals", "bad_value");
  for (const std::string decimals : {"4", "9", "10", "9999999999999999"})
    product(",piece,0,", ",weight," + decimals + ",", "qty_decimals", "out_of_range");
  for (const std::string decimals : {"-1", "1.0", "a", "0x1", "1e0", "３"})
    product(",piece,0,", ",weight," + decimals + ",", "qty_decimals", "bad_number");
  // Prices.
  product(",25000,1,", ",,1,", "price_vnd", "missing_value");
  for (const std::string price : {"-1", "-25000", "-25.000"})
    product(",25000,1,", "," + price + ",1,", "price_vnd", "out_of_range");
  for (const std::string price : {"1000000000001", "9223372036854775807", "9223372036854775808", "99999999999999999999999999"})
    product(",25000,1,", "," + price + ",1,", "price_vnd", "out_of_range");
  for (const std::string price : {"25.5", "25.00", "2500.0", "25.0000", "25.000.0", "1.25.000", "25..000", ".", "25.", "\"25,5\"",
                                  "\"25,00\"", "\"25,000.5\""})
    product(",25000,1,", "," + price + ",1,", "price_vnd", "ambiguous_number");
  for (const std::string price : {"NaN", "inf", "1e5", "0x61A8", "25k", "25 nghìn", "$25", "25000 USD", "hai mươi", "+25000",
                                  "2.5E+04", "=25*1000", "25000;", "２５０００", "--5x"}) {
    product(",25000,1,", "," + price + ",1,", "price_vnd", price[0] == '-' ? "out_of_range" : "bad_number");
  }
  product(",25000,1,", ",25000,0,", "price_includes_vat", "price_without_vat");
  for (const std::string flag : {"2", "yes", "có", "true", "x"})
    product(",25000,1,", ",25000," + flag + ",", "price_includes_vat", "bad_value");
  for (const std::string price : {"20.5", "20.00"})
    product(",20000,24,", "," + price + ",24,", "wholesale_price_vnd", "ambiguous_number");
  product(",20000,24,", ",-5,24,", "wholesale_price_vnd", "out_of_range");
  product(",20000,24,", ",rẻ,24,", "wholesale_price_vnd", "bad_number");
  product(",20000,24,", ",20000,-1,", "wholesale_min_qty", "out_of_range");
  product(",20000,24,", ",20000,1.5,", "wholesale_min_qty", "too_many_decimals");
  product(",20000,24,", ",20000,1.000,", "wholesale_min_qty", "ambiguous_number");
  product(",20000,24,", ",20000,nhiều,", "wholesale_min_qty", "bad_number");
  // VAT.
  for (const std::string code : {"7", "%", "08", "KCT ", "kct", "VAT8", "-8", "7%", "NONE", "0.08", "miễn"}) {
    if (code != "KCT ") product(",24,8,", ",24," + code + ",", "vat_code", "bad_value");  // blanks at the end are no fault
  }
  product(",24,8,", ",24,,", "vat_code", "missing_value");
  // Barcodes.
  for (const std::string code : {"8930000000018", "8930000000020", "4006381333930", "96385075", "036000291453", "0000000000001"})
    product("8930000000019", code, "barcode", "bad_check_digit");
  for (const std::string code : {"893000000001", "89300000000190", "8.93E+12", "893000000001x", "8930 000000019",
                                 "893-0000000019", "1", "１２３４５６７８", "https://txng.example/01"}) {
    product("8930000000019", code, "barcode", code == "893000000001" ? "bad_check_digit" : "bad_barcode");
  }
  all.push_back({File::products, "P2,EX02,Gạo nếp,kg,weight,3,52000,1,,,KCT,,10014",
                 "P2,EX01,Gạo nếp,kg,weight,3,52000,1,,,KCT,8930000000019,10014", "products.csv:3:barcode", "duplicate"});
  for (const std::string plu : {"A1", "1-2", "12.5"})
    all.push_back({File::products, ",10014,", "," + plu + ",", "products.csv:3:scale_plu", "bad_value"});
  all.push_back({File::products, ",10014,", ",123456789012345678901,", "products.csv:3:scale_plu", "too_long"});
  // Recognition.
  for (const std::string stars : {"6", "7", "10", "99"})
    product(",4,2026-12-31,QUOC_GIA", "," + stars + ",2026-12-31,QUOC_GIA", "ocop_star", "out_of_range");
  for (const std::string stars : {"-1", "4*", "bốn", "4.0", "★★★★"})
    product(",4,2026-12-31,QUOC_GIA", "," + stars + ",2026-12-31,QUOC_GIA", "ocop_star", "bad_number");
  for (const std::string level : {"quoc_gia", "HUYEN", "3", "Quốc gia", "TW"})
    product("QUOC_GIA", level, "cnnt_level", "bad_value");
  for (const std::string day : {"2025-02-30", "2025-13-01", "0000-01-01", "2025-00-10", "2025-1-1", "31/12/2026", "12/31/2026",
                                "20261231", "2026-12-31T00:00", "46387", "2026.12.31", "không"}) {
    product(",4,2026-12-31,QUOC_GIA", ",4," + day + ",QUOC_GIA", "ocop_valid_to", "bad_date");
  }
  product("QUOC_GIA,2026-12-31", "QUOC_GIA,2026-02-29", "cnnt_valid_to", "bad_date");
  product("2025-04-30,2025-07-29", "2025-04-31,2025-07-29", "mfg_date", "bad_date");
  product("2025-04-30,2025-07-29", "2025-04-30,2025-02-29", "exp_date", "bad_date");
  product("2025-04-30,2025-07-29", "2025-04-30,2025-04-29", "exp_date", "bad_date");  // before it was made
  product("ATTP|HACCP", "ATTP||HACCP", "certs", "bad_value");
  product("ATTP|HACCP", "|", "certs", "bad_value");
  product("ATTP|HACCP", "ATTP|" + std::string(101, 'x'), "certs", "too_long");
  product(
      "ATTP|HACCP",
      [] {
        std::string s = "x";
        for (int i = 0; i < 50; ++i) s += "|x";
        return s;
      }(),
      "certs", "out_of_range");
  product(",L1,", "," + std::string(41, 'L') + ",", "lot_no", "too_long");
  // Stock.
  for (const std::string stock : {"-1", "-320", "9999999999999"})
    product(",320,32,", "," + stock + ",32,", "opening_stock", "out_of_range");
  for (const std::string stock : {"0.5", "320.5", "\"320,5\"", "1.25"})
    product(",320,32,", "," + stock + ",32,", "opening_stock", "too_many_decimals");
  for (const std::string stock : {"1.000", "1.250", "\"1,250\"", "3.2.0", "320.", "1.2345"})
    product(",320,32,", "," + stock + ",32,", "opening_stock", "ambiguous_number");
  for (const std::string stock : {"NaN", "nhiều", "3e2", "320 hộp", "∞"})
    product(",320,32,", "," + stock + ",32,", "opening_stock", "bad_number");
  product(",320,32,", ",320,-1,", "reorder_level", "out_of_range");
  product(",320,32,", ",320,ít,", "reorder_level", "bad_number");
  product(",32,1\n", ",32,có\n", "is_sample", "bad_value");
  all.push_back({File::products, ",200.5,20,", ",200.5005,20,", "products.csv:3:opening_stock", "ambiguous_number"});
  all.push_back({File::products, ",200.5,20,", ",200.000,20,", "products.csv:3:opening_stock", "ambiguous_number"});

  // Exhibitors.
  for (const std::string id : {"EX 1", "-EX", "_system", "Đơn.vị", "EX'01"})
    exhibitor("EX01,", id + ",", "exhibitor_id", "bad_id");
  exhibitor("EX01,", "EX01234567890123456789012345678,", "exhibitor_id", "too_long");
  exhibitor("EX01,", ",", "exhibitor_id", "missing_value");
  all.push_back({File::exhibitors, "EX02,", "EX01,", "exhibitors.csv:3:exhibitor_id", "duplicate"});
  all.push_back({File::exhibitors, ",A02,", ",A01,", "exhibitors.csv:3:booth_no", "duplicate"});
  for (const std::string booth : {"A-01", "_A1", "A 1", "Gian1/2", "Gian số 1"})
    exhibitor(",A01,", "," + booth + ",", "booth_no", "bad_value");
  exhibitor(",A01,", ",,", "booth_no", "missing_value");
  exhibitor("HTX Hoa", "", "name", "missing_value");
  exhibitor("HTX Hoa", kName401, "name", "too_long");
  exhibitor("HTX Hoa", "HTX\tHoa", "name", "control_character");
  exhibitor("HTX Hoa", "HTX \xE1", "name", "bad_utf8");
  for (const std::string method : {"khau_tru", "TRUC TIEP", "8", "Trực tiếp"})
    exhibitor("TRUC_TIEP", method, "vat_method", "bad_value");
  exhibitor("TRUC_TIEP", "", "vat_method", "missing_value");
  for (const std::string kind : {"htx", "Công ty", "DN", "TNHH"}) exhibitor(",HTX,", "," + kind + ",", "kind", "bad_value");
  for (const std::string code : {"4899900011", "0100109107", "0000000000"})
    exhibitor("4899900010", code, "tax_code", "bad_check_digit");
  exhibitor("4899900010", "48999OOO10", "tax_code", "bad_check_digit");  // letters O
  for (const std::string code : {"489990001", "48999000100", "0100109106-001", "MST4899900010"})
    exhibitor("4899900010", code, "tax_code", "bad_tax_code");
  exhibitor("4899900010,MST_10", "0100109106,MST_13", "tax_code", "bad_tax_code");
  exhibitor("4899900010,MST_10", "0100109107-001,MST_13", "tax_code", "bad_check_digit");
  exhibitor("4899900010,MST_10", "4000000001,SO_DINH_DANH_12", "tax_code", "bad_tax_code");  // a spreadsheet ate the zeros
  exhibitor("4899900010,MST_10", "00400000000x,SO_DINH_DANH_12", "tax_code", "bad_check_digit");
  exhibitor("4899900010,MST_10", "4899900010,CCCD", "tax_code_type", "bad_value");
  exhibitor("4899900010,MST_10", "4899900010,", "tax_code_type", "missing_value");
  exhibitor("4899900010,MST_10", ",MST_10", "tax_code", "missing_value");
  for (const std::string bin : {"97040", "9704055", "97O405", "VCB"}) exhibitor("970405", bin, "bank_bin", "bad_value");
  exhibitor("970405,0001", ",0001", "bank_bin", "missing_value");
  exhibitor("970405,0001", "970405,", "bank_account", "missing_value");
  exhibitor("970405,0001", "970405,00 01", "bank_account", "bad_value");
  exhibitor("970405,0001", "970405,12345678901234567890", "bank_account", "too_long");
  exhibitor(",9,1,", ",-9,1,", "booth_m2", "bad_number");
  exhibitor(",9,1,", ",100001,1,", "booth_m2", "out_of_range");
  exhibitor(",9,1,", ",9,Có,", "vung_dtts_mien_nui", "bad_value");
  exhibitor("HDDT_MTT_BAN_HANG", "HDDT", "invoice_mode", "bad_value");
  exhibitor(",6,EU", ",sáu,EU", "trace_qr_count", "bad_number");
  exhibitor(",6,EU", ",6,EU|", "export_markets", "bad_value");

  // Cashiers.
  cashier("hoa.1", "_system", "cashier_id", "bad_id");
  cashier("hoa.1", "chị hoa", "cashier_id", "bad_id");
  cashier("EX01", "EX77", "exhibitor_id", "unknown_exhibitor");
  cashier("Chị Hoa", "", "name", "missing_value");
  for (const std::string pin : {"123", "1234567890123", "12ab", "２４６８", "12 34", "****"})
    cashier("2468", pin, "pin", "bad_pin");
  cashier(",1,1,0", ",không,1,0", "may_refund", "bad_value");
  cashier(",1,1,0", ",1,1,2", "is_manager", "bad_value");
  all.push_back(
      {File::cashiers, "2468,1,1,0\n", "2468,1,1,0\nhoa.1,EX02,Anh Ba,,1,1,0\n", "cashiers.csv:3:cashier_id", "duplicate"});

  // The tables themselves.
  all.push_back({File::products, ",unit,", ",don_vi,", "products.csv:1:unit", "missing_column"});
  all.push_back({File::products, "price_vnd,", "Price_VND,", "products.csv:1:price_vnd", "missing_column"});
  all.push_back({File::products, "sku,", "ma_hang,", "products.csv:1:sku", "missing_column"});
  all.push_back({File::products, "scale_plu,", "barcode,", "products.csv:1:barcode", "duplicate_column"});
  all.push_back({File::exhibitors, "booth_no,", "gian,", "exhibitors.csv:1:booth_no", "missing_column"});
  all.push_back({File::cashiers, "cashier_id,", "id,", "cashiers.csv:1:cashier_id", "missing_column"});
  all.push_back({File::products, "Thạch đen,", "Thạch, đen,", "products.csv:2", "ragged_row"});
  all.push_back({File::products, ",hộp,", ",", "products.csv:2", "ragged_row"});
  all.push_back({File::products, ",32,1\n", ",32,1,,,\n", "products.csv:2", "ragged_row"});
  all.push_back({File::products, "Thạch đen", "\"Thạch đen", "products.csv:2:name", "unterminated_quote"});
  all.push_back({File::exhibitors, "HTX Hoa", "\"HTX Hoa", "exhibitors.csv:2:name", "unterminated_quote"});
  all.push_back({File::products, "P2,EX02,Gạo nếp", "\"P2,EX02,Gạo nếp", "products.csv:3:sku", "unterminated_quote"});

  // fair.json.
  fair("\"thu-nghiem\"", "\"Thử nghiệm\"", ":id", "bad_value");
  fair("\"thu-nghiem\"", "\"\"", ":id", "bad_value");
  fair("\"thu-nghiem\"", "7", ":id", "wrong_type");
  fair("\"thu-nghiem\"", "null", ":id", "wrong_type");
  fair("\"id\":", "\"ma\":", ":id", "missing_field");
  fair("\"Phiên thử\"", "\"\"", ":name", "bad_value");
  fair("\"Phiên thử\"", "\"" + kName401 + "\"", ":name", "too_long");
  fair("\"Phiên thử\"", "\"Phiên\\nthử\"", ":name", "control_character");
  fair("\"2025-05-15\"", "\"2025-05-32\"", ":first_day", "bad_value");
  fair("\"2025-05-15\"", "\"15/05/2025\"", ":first_day", "bad_value");
  fair("\"2025-05-15\"", "\"2025-05-20\"", ":last_day", "bad_value");
  fair("\"2025-05-19\"", "20250519", ":last_day", "wrong_type");
  fair("}", ",\"cash_round\":0}", ":cash_round", "out_of_range");
  fair("}", ",\"cash_round\":-1000}", ":cash_round", "out_of_range");
  fair("}", ",\"cash_round\":1000.5}", ":cash_round", "wrong_type");
  fair("}", ",\"cash_round\":1e3}", ":cash_round", "wrong_type");
  fair("}", ",\"cash_round\":99999999999999999999}", ":cash_round", "wrong_type");
  fair("}", ",\"cash_round\":\"1000\"}", ":cash_round", "wrong_type");
  fair("}", ",\"booths\":-1}", ":booths", "out_of_range");
  fair("}", ",\"currency\":\"USD\"}", ":currency", "bad_value");
  fair("}", ",\"time_zone\":\"Europe/Paris\"}", ":time_zone", "bad_value");
  fair("}", ",\"is_sample\":1}", ":is_sample", "wrong_type");
  fair("}", ",\"organizers\":\"ITPC\"}", ":organizers", "wrong_type");
  fair("}", ",\"organizers\":[{\"role\":\"chủ trì\"}]}", ":organizers.name", "missing_field");
  fair("}", ",\"organizers\":[5]}", ":organizers", "wrong_type");
  fair("}", ",\"x\":[[[[[[1]]]]]]}", "", "too_deep");
  fair("}", ",\"id\":\"khac\"}", "", "duplicate_key");
  fair("}", ",}", ":1:91", "bad_json");
  fair("{\"id\"", "{id", ":1:2", "bad_json");
  fair("{", "", ":1:5", "bad_json");
  fair("\"Phiên thử\"",
       "\"Phi\xFF"
       "n\"",
       ":1:31", "bad_json");
  fair("\"Phiên thử\"", "NaN", ":1:27", "bad_json");
  return all;
}

Files spoiled(const Bad& bad) {
  Files files = lists::good();
  files.cashiers = kCashiers;
  std::string& text = bad.file == File::fair         ? files.fair
                      : bad.file == File::exhibitors ? files.exhibitors
                      : bad.file == File::products   ? files.products
                                                     : *files.cashiers;
  const auto at = text.find(bad.from);
  REQUIRE_MESSAGE(at != std::string::npos, bad.from);
  text.replace(at, bad.from.size(), bad.to);
  return files;
}

}  // namespace

TEST_CASE("I6: more than 200 bad lists, each refused at its place for its reason, and nothing of it taken") {
  Files good = lists::good();
  good.cashiers = kCashiers;
  const auto fine = read_catalogue(good);
  CHECK_MESSAGE(fine.ok(), lists::listed(fine.problems));
  const auto all = cases();
  CHECK(all.size() >= 200);
  for (const auto& bad : all) {
    const std::string case_of = bad.where + " " + bad.code + ": " + bad.to.substr(0, 60);
    CAPTURE(case_of);
    const auto imported = read_catalogue(spoiled(bad));
    REQUIRE_FALSE(imported.ok());
    const auto& first = imported.problems.front();
    CHECK(first.where == bad.where);
    CHECK(first.code == bad.code);
    CHECK_FALSE(first.what.vi.empty());
    CHECK_FALSE(first.what.en.empty());
    CHECK_MESSAGE(imported.problems.size() == 1, lists::listed(imported.problems));  // one fault, one problem
    CHECK(imported.catalogue.products.empty());
    CHECK(imported.catalogue.exhibitors.empty());
    CHECK(imported.pins.empty());
  }
}

TEST_CASE("all bad cells are listed at once, over all files") {
  Files files = lists::good();
  files.fair = "{";
  files.exhibitors.replace(files.exhibitors.find(",A01,"), 5, ",A-1,");
  files.products.replace(files.products.find(",25000,"), 7, ",25.5,");
  files.products.replace(files.products.find(",52000,"), 7, ",,");
  const auto imported = read_catalogue(files);
  CHECK(lists::listed(imported.problems) ==
        "fair.json:1:2 bad_json; exhibitors.csv:2:booth_no bad_value; products.csv:2:price_vnd ambiguous_number; "
        "products.csv:3:price_vnd missing_value; ");
}
