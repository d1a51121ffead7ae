#include "server/exchange/lists_out.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/exchange/csv.hpp"
#include "server/exchange/workbook_file.hpp"
#include "shared/money.hpp"

namespace phien::exchange {
namespace {

using Cells = std::map<std::string_view, std::string>;

std::string yes(bool is) { return is ? "1" : "0"; }
std::string number(std::int64_t n) { return n == 0 ? "" : std::to_string(n); }
std::string joined(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, "|")); }

// A point, no thousands: "1.25".
std::string quantity(Quantity q) {
  if (q == 0) return "";
  std::string text = std::to_string(q / kOne);
  if (q % kOne == 0) return text;
  std::string decimals = fmt::format("{:03}", q % kOne);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return text + "." + decimals;
}

Cells cells_of(const catalogue::Exhibitor& e) {
  return {{"exhibitor_id", e.id},
          {"name", e.name},
          {"short_name", e.short_name},
          {"kind", e.kind},
          {"province", e.province},
          {"area", e.area},
          {"vung_dtts_mien_nui", yes(e.ethnic_minority_area)},
          {"booth_no", e.booth},
          {"booth_m2", std::to_string(e.booth_m2)},
          {"tax_code", e.tax_code},
          {"tax_code_type", e.tax_code_type},
          {"vat_method", e.vat_method},
          {"invoice_mode", e.invoice_mode},
          {"invoice_symbol", e.invoice_symbol},
          {"bank_bin", e.bank_bin},
          {"bank_account", e.bank_account},
          {"bank_account_name", e.bank_account_name},
          {"ocop_account", e.ocop_account},
          {"trace_qr_count", number(e.trace_qr_count)},
          {"export_markets", joined(e.export_markets)},
          {"is_sample", yes(e.is_sample)}};
}

std::string sold_by(catalogue::SoldBy how) {
  return how == catalogue::SoldBy::weight ? "weight" : how == catalogue::SoldBy::length ? "length" : "piece";
}

std::string cnnt(int level) { return level == 3 ? "QUOC_GIA" : level == 2 ? "KHU_VUC" : level == 1 ? "TINH" : ""; }

Cells cells_of(const catalogue::Product& p) {
  return {{"sku", p.id},
          {"exhibitor_id", p.exhibitor},
          {"name", p.name},
          {"unit", p.unit},
          {"net_content", p.net_content},
          {"sold_by", sold_by(p.sold_by)},
          {"qty_decimals", std::to_string(p.quantity_decimals)},
          {"price_vnd", std::to_string(p.price)},
          {"price_includes_vat", "1"},
          {"wholesale_price_vnd", p.wholesale_price ? std::to_string(*p.wholesale_price) : ""},
          {"wholesale_min_qty", quantity(p.wholesale_from)},
          {"vat_code", p.vat},
          {"vat_note", p.vat_note},
          {"vat_valid_to", p.vat_valid_to},
          {"barcode", p.barcode},
          {"scale_plu", p.scale_plu},
          {"ocop_group", p.ocop_group},
          {"ocop_star", number(p.ocop_star)},
          {"ocop_valid_to", p.ocop_valid_to},
          {"cnnt_group", p.cnnt_group},
          {"cnnt_level", cnnt(p.cnnt_level)},
          {"cnnt_valid_to", p.cnnt_valid_to},
          {"certs", joined(p.certificates)},
          {"export_markets", joined(p.export_markets)},
          {"ecommerce", joined(p.channels)},
          {"lot_no", p.lot},
          {"mfg_date", p.made},
          {"exp_date", p.expires},
          {"trace_uri", p.trace_uri},
          {"restricted", p.restricted},
          {"opening_stock", quantity(p.opening_stock)},
          {"reorder_level", quantity(p.reorder_level)},
          {"origin_area", p.origin},
          {"test_case", p.test_case},
          {"sort_order", number(p.order)},
          {"is_sample", yes(p.is_sample)}};
}

Cells cells_of(const catalogue::Cashier& c) {
  return {{"cashier_id", c.id},
          {"exhibitor_id", c.exhibitor},
          {"name", c.name},
          {"may_refund", yes(c.may_refund)},
          {"may_discount", yes(c.may_discount)},
          {"is_manager", yes(c.is_manager)}};  // a PIN is known as a verifier alone: an empty cell keeps it
}

template <class Items>
std::vector<std::vector<std::string>> rows(List list, const Items& items) {
  std::vector<std::vector<std::string>> all;
  for (const auto& [id, item] : items) {
    Cells cells = cells_of(item);
    std::vector<std::string>& row = all.emplace_back();
    for (const ColumnName& column : columns_of(list)) row.push_back(std::move(cells[column.field]));
  }
  return all;
}

std::vector<std::vector<std::string>> rows_of(List list, const catalogue::Catalogue& catalogue) {
  if (list == List::exhibitors) return rows(list, catalogue.exhibitors);
  return list == List::products ? rows(list, catalogue.products) : rows(list, catalogue.cashiers);
}

class ListBook {
 public:
  explicit ListBook(const std::string& file) : book_(workbook_new(file.c_str())) {
    if (!book_) throw std::runtime_error("libxlsxwriter: out of memory");
    lxw_doc_properties properties{};
    properties.created = kCreated;
    require(workbook_set_properties(book_, &properties));
    text_ = workbook_add_format(book_);
    header_ = workbook_add_format(book_);
    if (!text_ || !header_) throw std::runtime_error("libxlsxwriter: out of memory");
    format_set_num_format(text_, "@");
    format_set_bold(header_);
    format_set_bottom(header_, LXW_BORDER_THIN);
  }
  ListBook(const ListBook&) = delete;
  ListBook& operator=(const ListBook&) = delete;
  ~ListBook() {
    if (book_) lxw_workbook_free(book_);
  }

  void sheet(List list, const catalogue::Catalogue& catalogue, Lang lang) {
    lxw_worksheet* sheet = workbook_add_worksheet(book_, title_of(list).in(lang).c_str());
    if (!sheet) throw std::runtime_error("libxlsxwriter: no sheet");
    lxw_col_t c = 0;
    for (const ColumnName& column : columns_of(list)) {
      const double width = static_cast<double>(column.title.in(lang).size()) + 4;
      require(worksheet_set_column(sheet, c, c, width, text_));  // what is typed below stays text too
      require(worksheet_write_string(sheet, 0, c, column.title.in(lang).c_str(), header_));
      if (const std::string& hint = column.hint.in(lang); !hint.empty())
        require(worksheet_write_comment(sheet, 0, c, hint.c_str()));
      ++c;
    }
    lxw_row_t r = 1;
    for (const auto& row : rows_of(list, catalogue)) {
      for (c = 0; c < row.size(); ++c)
        if (!row[c].empty()) require(worksheet_write_string(sheet, r, c, row[c].c_str(), text_));
      ++r;
    }
    worksheet_freeze_panes(sheet, 1, 0);
  }

  void close() {
    lxw_workbook* book = book_;
    book_ = nullptr;  // workbook_close() frees it, whatever comes of it
    require(workbook_close(book));
  }

 private:
  lxw_workbook* book_;
  lxw_format *text_ = nullptr, *header_ = nullptr;
};

}  // namespace

std::string lists_xlsx(const catalogue::Catalogue& catalogue, Lang lang) {
  const TemporaryWorkbook folder;
  ListBook book(folder.file());
  for (const List list : kLists) book.sheet(list, catalogue, lang);
  book.close();
  return folder.read_back();
}

std::string list_csv(List list, const catalogue::Catalogue& catalogue) {
  CsvWriter out;
  std::vector<std::string> header;
  for (const ColumnName& column : columns_of(list)) header.emplace_back(column.field);
  out.row(header);
  for (const auto& row : rows_of(list, catalogue)) out.row(row);
  return out.take();
}

}  // namespace phien::exchange
