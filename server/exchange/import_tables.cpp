#include "server/exchange/import_tables.hpp"

#include "server/exchange/changes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace phien::exchange {

namespace {

using catalogue::Exhibitor;
using catalogue::Product;

constexpr std::array kOcopGroups{"Thực phẩm",
                                 "Đồ uống",
                                 "Dược liệu và sản phẩm từ dược liệu",
                                 "Hàng thủ công mỹ nghệ",
                                 "Sinh vật cảnh",
                                 "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch"};

// Field of an item → column of its list, where they differ.
using Columns = std::map<std::string_view, std::string_view>;
const Columns kExhibitorColumns{{"id", "exhibitor_id"}, {"booth", "booth_no"}, {"ethnic_minority_area", "vung_dtts_mien_nui"}};
const Columns kProductColumns{{"id", "sku"},
                              {"exhibitor", "exhibitor_id"},
                              {"quantity_decimals", "qty_decimals"},
                              {"price", "price_vnd"},
                              {"wholesale_price", "wholesale_price_vnd"},
                              {"wholesale_from", "wholesale_min_qty"},
                              {"vat", "vat_code"},
                              {"certificates", "certs"},
                              {"channels", "ecommerce"},
                              {"lot", "lot_no"},
                              {"made", "mfg_date"},
                              {"expires", "exp_date"},
                              {"origin", "origin_area"}};
const Columns kCashierColumns{{"id", "cashier_id"}, {"exhibitor", "exhibitor_id"}};

// What the catalogue itself demands of an item (lengths, ranges), said in the words of the list.
template <class T>
void check_item(Row& row, const T& item, const Columns& columns) {
  for (const auto& p : catalogue::problems_in<T>(catalogue::to_json(item))) {
    const auto found = columns.find(p.where);
    row.problem(p.code, found == columns.end() ? std::string_view(p.where) : found->second, p.what.vi, p.what.en);
  }
}

// Values of a column that must not come twice.
class Unique {
 public:
  bool first(Row& row, std::string_view column, const std::string& value) {
    if (value.empty()) return true;
    const auto [seen, is_new] = lines_.emplace(value, row.line());
    if (is_new) return true;
    row.problem("duplicate", column, fmt::format("“{}” đã có ở dòng {}", value, seen->second),
                fmt::format("“{}” is in line {} already", value, seen->second));
    return false;
  }

 private:
  std::map<std::string, std::size_t> lines_;
};

// A spreadsheet that took a code for a number has dropped the zeros in front: with how many does it check?
void suggest_zeros(Row& row, std::string_view column, const std::string& value, std::initializer_list<std::size_t> lengths,
                   bool (*is_valid)(std::string_view)) {
  for (const std::size_t length : lengths) {
    if (value.size() >= length) continue;
    std::string padded = std::string(length - value.size(), '0') + value;
    if (is_valid(padded)) row.suggest(column, std::move(padded));
  }
}

void check_tax_code(Row& row, const Exhibitor& e) {
  if (e.tax_code.empty() && e.tax_code_type.empty()) return;
  if (e.tax_code.empty() || e.tax_code_type.empty()) {
    return row.problem("missing_value", e.tax_code.empty() ? "tax_code" : "tax_code_type",
                       "mã số thuế và loại mã phải đi cùng nhau", "tax code and its type go together");
  }
  const std::size_t size = e.tax_code_type == "MST_10" ? 10 : e.tax_code_type == "MST_13" ? 14 : 12;
  if (e.tax_code.size() != size) {
    suggest_zeros(row, "tax_code", e.tax_code, {size}, catalogue::valid_tax_code);
    return row.problem("bad_tax_code", "tax_code",
                       fmt::format("{} phải có {} ký tự (bảng tính có thể đã bỏ số 0 ở đầu)", e.tax_code_type, size),
                       fmt::format("{} has {} characters (a spreadsheet may have dropped leading zeros)", e.tax_code_type, size));
  }
  if (!catalogue::valid_tax_code(e.tax_code)) {
    row.problem("bad_check_digit", "tax_code", "không phải mã số thuế: sai chữ số kiểm tra",
                "not a tax code: its check digit is wrong");
  }
}

void check_bank(Row& row, const Exhibitor& e) {
  if (!e.bank_bin.empty() && (e.bank_bin.size() != 6 || !is_digits(e.bank_bin))) {
    row.problem("bad_value", "bank_bin", "mã ngân hàng (BIN) gồm 6 chữ số", "a bank's BIN has 6 digits");
  }
  const auto alnum = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!std::all_of(e.bank_account.begin(), e.bank_account.end(), alnum)) {
    row.problem("bad_value", "bank_account", "số tài khoản chỉ gồm chữ và số", "an account has letters and digits only");
  }
  if (e.bank_bin.empty() != e.bank_account.empty()) {
    row.problem("missing_value", e.bank_bin.empty() ? "bank_bin" : "bank_account",
                "mã ngân hàng và số tài khoản phải đi cùng nhau", "a bank's BIN and the account go together");
  }
}

// The day in "… đến hết 31/12/2026", as vat_note gives it.
std::string day_in_note(std::string_view note) {
  constexpr std::string_view kUntil = "đến hết ";
  const auto at = note.find(kUntil);
  if (at == std::string_view::npos) return {};
  const auto d = note.substr(at + kUntil.size(), 10);  // dd/mm/yyyy
  if (d.size() != 10 || d[2] != '/' || d[5] != '/') return {};
  const std::string day = fmt::format("{}-{}-{}", d.substr(6), d.substr(3, 2), d.substr(0, 2));
  return is_day(day) ? day : std::string();
}

void read_recognition(Row& row, Product& p) {
  p.ocop_group = row.text("ocop_group");
  p.ocop_star = static_cast<int>(row.integer("ocop_star", 0, 5).value_or(0));
  p.ocop_valid_to = row.day("ocop_valid_to");
  p.cnnt_group = row.text("cnnt_group");
  const std::string level = row.choice("cnnt_level", {"TINH", "KHU_VUC", "QUOC_GIA"});
  p.cnnt_level = level == "QUOC_GIA" ? 3 : level == "KHU_VUC" ? 2 : level == "TINH" ? 1 : 0;
  p.cnnt_valid_to = row.day("cnnt_valid_to");
  if (!p.ocop_group.empty() && std::find(kOcopGroups.begin(), kOcopGroups.end(), p.ocop_group) == kOcopGroups.end()) {
    row.warning("unknown_group", "ocop_group", "không phải một trong sáu nhóm OCOP", "not one of the six OCOP groups");
  }
}

void read_price(Row& row, Product& p) {
  if (row.required_text("price_vnd").size() > 0) p.price = row.money("price_vnd").value_or(0);
  if (!row.flag("price_includes_vat", true)) {
    row.problem("price_without_vat", "price_includes_vat", "giá niêm yết phải gồm thuế GTGT", "shelf prices include VAT");
  }
  p.wholesale_price = row.money("wholesale_price_vnd");
  p.wholesale_from = row.quantity("wholesale_min_qty", p.quantity_decimals).value_or(0);
  if (p.wholesale_price && p.wholesale_from == 0) {
    row.warning("no_wholesale_minimum", "wholesale_min_qty", "không có số lượng tối thiểu nên giá sỉ không tự áp dụng",
                "without a minimum the wholesale price never applies");
  }
  if (p.wholesale_price && *p.wholesale_price > p.price) {
    row.warning("wholesale_above_price", "wholesale_price_vnd", "giá sỉ cao hơn giá lẻ",
                "the wholesale price is above the price");
  }
  p.vat = row.required_text("vat_code");
  if (p.vat.ends_with('%')) p.vat.pop_back();  // "8%"
  constexpr std::array<std::string_view, 6> kCodes{"0", "5", "8", "10", "KCT", "none"};
  if (!p.vat.empty() && std::find(kCodes.begin(), kCodes.end(), p.vat) == kCodes.end())
    row.problem("bad_value", "vat_code", "phải là một trong: 0, 5, 8, 10, KCT, none", "must be one of: 0, 5, 8, 10, KCT, none");
  p.vat_note = row.text("vat_note");
  p.vat_valid_to = row.day("vat_valid_to");
  if (p.vat_valid_to.empty()) p.vat_valid_to = day_in_note(p.vat_note);
}

void read_stock(Row& row, Product& p) {
  const std::string sold_by = row.choice("sold_by", {"piece", "weight", "length"});
  p.sold_by = sold_by == "weight"   ? catalogue::SoldBy::weight
              : sold_by == "length" ? catalogue::SoldBy::length
                                    : catalogue::SoldBy::piece;
  p.quantity_decimals = static_cast<int>(row.integer("qty_decimals", 0, 3).value_or(0));
  if (p.sold_by == catalogue::SoldBy::piece && p.quantity_decimals > 0) {
    row.problem("bad_value", "qty_decimals", "hàng bán theo cái phải là 0", "goods sold by the piece have 0");
    p.quantity_decimals = 0;
  }
  p.opening_stock = row.quantity("opening_stock", p.quantity_decimals).value_or(0);
  p.reorder_level = row.quantity("reorder_level", p.quantity_decimals).value_or(0);
}

void read_codes(Row& row, Product& p) {
  p.barcode = row.text("barcode");
  // Twelve digits are a whole UPC, or an EAN-13 without its zero: only who has the goods can say.
  if (row.is_number("barcode") && !p.barcode.empty() && p.barcode.size() < 13 && p.barcode.size() != 8) {
    row.problem("maybe_lost_zeros", "barcode", "bảng tính giữ mã vạch như một con số nên có thể đã mất số 0 ở đầu",
                "the spreadsheet holds this barcode as a number, so zeros in front may be lost");
    if (catalogue::valid_barcode(p.barcode)) row.suggest("barcode", p.barcode);
    suggest_zeros(row, "barcode", p.barcode, {8, 13}, catalogue::valid_barcode);
  }
  if (!p.barcode.empty() && !catalogue::valid_barcode(p.barcode)) {
    const bool form = is_digits(p.barcode) && (p.barcode.size() == 8 || p.barcode.size() == 12 || p.barcode.size() == 13);
    if (form)
      row.problem("bad_check_digit", "barcode", "sai chữ số kiểm tra của mã vạch", "the barcode's check digit is wrong");
    else
      row.problem("bad_barcode", "barcode", "mã vạch phải là EAN-13, EAN-8 hoặc UPC (bảng tính có thể đã đổi số)",
                  "a barcode is EAN-13, EAN-8 or UPC (a spreadsheet may have changed it)");
  }
  p.scale_plu = row.text("scale_plu");
  if (!p.scale_plu.empty() && !is_digits(p.scale_plu))
    row.problem("bad_value", "scale_plu", "mã cân (PLU) chỉ gồm chữ số", "a scale's PLU has digits only");
}

void read_origin(Row& row, Product& p) {
  p.certificates = row.list("certs");
  p.export_markets = row.list("export_markets");
  p.channels = row.list("ecommerce");
  p.lot = row.text("lot_no");
  p.made = row.day("mfg_date");
  p.expires = row.day("exp_date");
  if (!p.made.empty() && !p.expires.empty() && p.expires < p.made) {
    row.problem("bad_date", "exp_date", "hạn sử dụng trước ngày sản xuất", "it expires before it was made");
  }
  p.trace_uri = row.text("trace_uri");
  p.restricted = row.text("restricted");
  p.origin = row.text("origin_area");
  p.test_case = row.text("test_case");
  p.order = row.integer("sort_order", 0, 1'000'000).value_or(0);
  p.is_sample = row.flag("is_sample", false);
}

// What has an end before the fair has: it counts no longer from that day on.
void warn_of_ends(Row& row, const Product& p, const catalogue::Fair& fair) {
  if (fair.last_day.empty()) return;
  const auto ends = [&](const std::string& day) { return !day.empty() && day < fair.last_day; };
  if (ends(p.expires))
    row.warning("expires_early", "exp_date", "hết hạn sử dụng trước khi phiên kết thúc", "expires before the fair is over");
  if (p.ocop_star > 0 && ends(p.ocop_valid_to))
    row.warning("ocop_ends_early", "ocop_valid_to", "sao OCOP hết hạn trước khi phiên kết thúc",
                "the OCOP stars end before the fair is over");
  if (p.cnnt_level > 0 && ends(p.cnnt_valid_to))
    row.warning("cnnt_ends_early", "cnnt_valid_to", "danh hiệu CNNT tiêu biểu hết hạn trước khi phiên kết thúc",
                "the CNNT recognition ends before the fair is over");
  if (ends(p.vat_valid_to))
    row.warning("vat_ends_early", "vat_code", "thuế suất hết hiệu lực trước khi phiên kết thúc",
                "the VAT rate ends before the fair is over");
}

// Goods and people belong to an exhibitor of the list. Where lines of that list could not be read, nothing can be said.
void check_exhibitor(Row& row, const std::string& id, bool all_known, const Imported& imported) {
  if (id.empty() || !all_known || imported.catalogue.exhibitors.contains(id)) return;
  row.problem("unknown_exhibitor", "exhibitor_id", fmt::format("không có đơn vị “{}” trong exhibitors.csv", id),
              fmt::format("there is no “{}” in exhibitors.csv", id));
}

}  // namespace

bool read_exhibitors(Sheet sheet, Imported& into, Remarks& remarks) {
  const Table table("exhibitors.csv", std::move(sheet),
                    {{"exhibitor_id", true},
                     {"name", true},
                     {"booth_no", true},
                     {"vat_method", true},
                     {"short_name"},
                     {"name_ascii"},
                     {"kind"},
                     {"province"},
                     {"area"},
                     {"vung_dtts_mien_nui"},
                     {"booth_m2"},
                     {"tax_code"},
                     {"tax_code_type"},
                     {"invoice_mode"},
                     {"invoice_symbol|invoice_symbol_sample"},
                     {"bank_bin"},
                     {"bank_account|bank_account_sample"},
                     {"bank_account_name"},
                     {"ocop_account"},
                     {"trace_qr_count"},
                     {"export_markets"},
                     {"is_sample"}},
                    remarks);
  if (!table.usable()) return false;
  Unique ids, booths;
  bool all_ids = table.whole();
  for (std::size_t i = 0; i < table.size(); ++i) {
    Row row(table, i, remarks);
    Exhibitor e;
    e.id = row.id("exhibitor_id");
    e.name = row.required_text("name");
    e.short_name = row.text("short_name");
    e.kind = row.choice("kind", {"CONG_TY", "HTX", "LIEN_HIEP_HTX", "TO_HOP_TAC", "HO_KINH_DOANH", "LANG_NGHE"});
    e.province = row.text("province");
    e.area = row.text("area");
    e.ethnic_minority_area = row.flag("vung_dtts_mien_nui", false);
    e.booth = row.required_text("booth_no");
    e.booth_m2 = row.integer("booth_m2", 0, 100'000).value_or(into.catalogue.fair.booth_m2);
    e.tax_code = row.text("tax_code");
    e.tax_code_type = row.choice("tax_code_type", {"MST_10", "MST_13", "SO_DINH_DANH_12"});
    e.vat_method = row.required_text("vat_method");
    if (!e.vat_method.empty()) row.choice("vat_method", {"KHAU_TRU", "TRUC_TIEP", "MIEN_DUOI_NGUONG"});
    e.invoice_mode = row.choice("invoice_mode", {"HDDT_MTT_GTGT", "HDDT_MTT_BAN_HANG", "KHONG_BAT_BUOC"});
    e.invoice_symbol = row.text("invoice_symbol");
    e.bank_bin = row.text("bank_bin");
    e.bank_account = row.text("bank_account");
    e.bank_account_name = row.text("bank_account_name");
    e.ocop_account = row.text("ocop_account");
    e.trace_qr_count = row.integer("trace_qr_count", 0, 1'000'000'000).value_or(0);
    e.export_markets = row.list("export_markets");
    e.is_sample = row.flag("is_sample", false);
    check_tax_code(row, e);
    check_bank(row, e);
    check_item(row, e, kExhibitorColumns);
    if (e.id.size() > kMaxExhibitorId) {
      row.problem("too_long", "exhibitor_id", fmt::format("dài quá {} ký tự", kMaxExhibitorId),
                  fmt::format("longer than {} characters", kMaxExhibitorId));
    }
    booths.first(row, "booth_no", e.booth);  // receipt numbers run per booth
    const bool taken = !e.id.empty() && e.id.size() <= kMaxExhibitorId && ids.first(row, "exhibitor_id", e.id);
    all_ids = all_ids && taken;
    if (taken) into.catalogue.exhibitors.emplace(e.id, std::move(e));
  }
  if (table.size() == 0 && table.whole())
    remarks.problems.add("empty_file", table.file(), "không có đơn vị nào", "there is no exhibitor");
  return all_ids;
}

void read_products(Sheet sheet, bool all_exhibitors_known, Imported& into, Remarks& remarks) {
  const Table table("products.csv", std::move(sheet),
                    {{"sku", true},
                     {"exhibitor_id", true},
                     {"name", true},
                     {"unit", true},
                     {"price_vnd", true},
                     {"vat_code", true},
                     {"name_ascii"},
                     {"net_content"},
                     {"sold_by"},
                     {"qty_decimals"},
                     {"price_includes_vat"},
                     {"wholesale_price_vnd"},
                     {"wholesale_min_qty"},
                     {"vat_note"},
                     {"vat_valid_to"},
                     {"barcode"},
                     {"barcode_is_sample"},
                     {"scale_plu"},
                     {"ocop_group"},
                     {"ocop_star"},
                     {"ocop_valid_to"},
                     {"cnnt_group"},
                     {"cnnt_level"},
                     {"cnnt_valid_to"},
                     {"certs"},
                     {"export_markets"},
                     {"ecommerce"},
                     {"lot_no"},
                     {"mfg_date"},
                     {"exp_date"},
                     {"trace_uri|trace_uri_sample"},
                     {"restricted"},
                     {"opening_stock"},
                     {"reorder_level"},
                     {"origin_area"},
                     {"test_case"},
                     {"sort_order"},
                     {"is_sample"}},
                    remarks);
  if (!table.usable()) return;
  Unique ids;
  std::map<std::string, Unique> barcodes, plus;  // by exhibitor: two may resell the same goods
  for (std::size_t i = 0; i < table.size(); ++i) {
    Row row(table, i, remarks);
    Product p;
    p.id = row.id("sku");
    p.exhibitor = row.id("exhibitor_id");
    p.name = row.required_text("name");
    p.unit = row.required_text("unit");
    p.net_content = row.text("net_content");
    read_stock(row, p);
    read_price(row, p);
    read_codes(row, p);
    read_recognition(row, p);
    read_origin(row, p);
    check_item(row, p, kProductColumns);
    check_exhibitor(row, p.exhibitor, all_exhibitors_known, into);
    warn_of_ends(row, p, into.catalogue.fair);
    barcodes[p.exhibitor].first(row, "barcode", p.barcode);
    plus[p.exhibitor].first(row, "scale_plu", p.scale_plu);
    if (ids.first(row, "sku", p.id)) into.catalogue.products.emplace(p.id, std::move(p));
  }
}

void read_cashiers(Sheet sheet, bool all_exhibitors_known, Imported& into, Remarks& remarks) {
  const Table table(
      "cashiers.csv", std::move(sheet),
      {{"cashier_id", true}, {"exhibitor_id", true}, {"name", true}, {"pin"}, {"may_refund"}, {"may_discount"}, {"is_manager"}},
      remarks);
  if (!table.usable()) return;
  Unique ids;
  for (std::size_t i = 0; i < table.size(); ++i) {
    Row row(table, i, remarks);
    catalogue::Cashier c;
    c.id = row.id("cashier_id");
    c.exhibitor = row.id("exhibitor_id");
    c.name = row.required_text("name");
    c.may_refund = row.flag("may_refund", true);
    c.may_discount = row.flag("may_discount", true);
    c.is_manager = row.flag("is_manager", false);
    const std::string pin = row.text("pin");
    if (!pin.empty() && !catalogue::is_pin(pin)) row.problem("bad_pin", "pin", "mã PIN gồm 4–12 chữ số", "a PIN has 4–12 digits");
    check_item(row, c, kCashierColumns);
    check_exhibitor(row, c.exhibitor, all_exhibitors_known, into);
    if (!pin.empty()) into.pins.emplace(c.id, pin);
    if (into.pins.size() > kMaxPins) {
      row.problem("too_many_rows", "pin", fmt::format("nhiều hơn {} mã PIN", kMaxPins),
                  fmt::format("more than {} PINs", kMaxPins));
      return;
    }
    if (ids.first(row, "cashier_id", c.id)) into.catalogue.cashiers.emplace(c.id, std::move(c));
  }
}

}  // namespace phien::exchange
