#include "server/exchange/columns.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <tuple>

namespace phien::exchange {
namespace {

constexpr std::size_t kLeastSimilar = 5;  // shorter names are taken exactly or not at all

const std::array<ColumnName, 21> kExhibitors{{
    {"exhibitor_id",
     {"Mã đơn vị", "Exhibitor id"},
     "ma|ma dv|ma doanh nghiep|id|exhibitor",
     {"1–28 chữ không dấu, số, . _ -", "1–28 ASCII letters, digits, . _ -"}},
    {"name", {"Tên đơn vị", "Exhibitor"}, "ten|don vi|ten doanh nghiep|doanh nghiep|ten htx|ten co so|name|company", {"", ""}},
    {"short_name", {"Tên ngắn", "Short name"}, "ten goi|ten rut gon", {"", ""}},
    {"kind",
     {"Loại hình", "Kind"},
     "loai|loai don vi",
     {"CONG_TY, HTX, LIEN_HIEP_HTX, TO_HOP_TAC, HO_KINH_DOANH, LANG_NGHE",
      "CONG_TY, HTX, LIEN_HIEP_HTX, TO_HOP_TAC, HO_KINH_DOANH, LANG_NGHE"}},
    {"province", {"Tỉnh, thành", "Province"}, "tinh|tinh thanh pho", {"", ""}},
    {"area", {"Địa bàn", "Area"}, "huyen|xa|dia chi|huyen xa", {"", ""}},
    {"vung_dtts_mien_nui",
     {"Vùng DTTS và miền núi", "Ethnic minority area"},
     "dtts|vung dan toc thieu so",
     {"1 hoặc 0", "1 or 0"}},
    {"booth_no", {"Số gian", "Booth"}, "gian|gian hang|so gian hang|booth no", {"", ""}},
    {"booth_m2", {"Diện tích gian (m²)", "Booth m²"}, "dien tich|dien tich gian hang", {"", ""}},
    {"tax_code",
     {"Mã số thuế", "Tax code"},
     "mst",
     {"giữ số 0 ở đầu: định dạng ô là Văn bản", "keep zeros in front: format the cell as text"}},
    {"tax_code_type",
     {"Loại mã số thuế", "Tax code type"},
     "loai mst",
     {"MST_10, MST_13, SO_DINH_DANH_12", "MST_10, MST_13, SO_DINH_DANH_12"}},
    {"vat_method",
     {"Phương pháp tính thuế GTGT", "VAT method"},
     "phuong phap thue|phuong phap tinh thue|phuong phap gtgt",
     {"KHAU_TRU, TRUC_TIEP, MIEN_DUOI_NGUONG", "KHAU_TRU, TRUC_TIEP, MIEN_DUOI_NGUONG"}},
    {"invoice_mode",
     {"Hình thức hóa đơn", "Invoice mode"},
     "hoa don",
     {"HDDT_MTT_GTGT, HDDT_MTT_BAN_HANG, KHONG_BAT_BUOC", "HDDT_MTT_GTGT, HDDT_MTT_BAN_HANG, KHONG_BAT_BUOC"}},
    {"invoice_symbol", {"Ký hiệu hóa đơn", "Invoice symbol"}, "", {"", ""}},
    {"bank_bin", {"Mã ngân hàng (BIN)", "Bank BIN"}, "bin|ma ngan hang|ngan hang", {"6 chữ số", "6 digits"}},
    {"bank_account",
     {"Số tài khoản", "Bank account"},
     "stk|tai khoan|so tai khoan ngan hang",
     {"giữ số 0 ở đầu: định dạng ô là Văn bản", "keep zeros in front: format the cell as text"}},
    {"bank_account_name", {"Chủ tài khoản", "Account name"}, "ten tai khoan|ten chu tai khoan", {"", ""}},
    {"ocop_account", {"Tài khoản OCOP", "OCOP account"}, "", {"", ""}},
    {"trace_qr_count", {"Số mã truy xuất", "Trace codes"}, "", {"", ""}},
    {"export_markets", {"Thị trường xuất khẩu", "Export markets"}, "xuat khau", {"ngăn bằng |", "separated by |"}},
    {"is_sample", {"Là mẫu", "Sample"}, "", {"1 hoặc 0", "1 or 0"}},
}};

const std::array<ColumnName, 36> kProducts{{
    {"sku",
     {"Mã sản phẩm", "Product id"},
     "ma|ma sp|ma hang|ma hang hoa|sku|id",
     {"1–32 chữ không dấu, số, . _ -", "1–32 ASCII letters, digits, . _ -"}},
    {"exhibitor_id",
     {"Mã đơn vị", "Exhibitor id"},
     "ma doanh nghiep|don vi|ma dv|exhibitor",
     {"như ở trang Đơn vị", "as on the sheet of exhibitors"}},
    {"name", {"Tên sản phẩm", "Product"}, "ten|ten hang|ten hang hoa|san pham|ten sp|product name|name", {"", ""}},
    {"unit", {"Đơn vị tính", "Unit"}, "dvt|don vi do", {"hộp, kg, m …", "box, kg, m …"}},
    {"net_content", {"Quy cách", "Net content"}, "khoi luong tinh|dung tich|quy cach dong goi", {"", ""}},
    {"sold_by", {"Bán theo", "Sold by"}, "cach ban", {"piece, weight, length", "piece, weight, length"}},
    {"qty_decimals", {"Số lẻ của lượng bán", "Quantity decimals"}, "", {"0–3", "0–3"}},
    {"price_vnd",
     {"Giá bán (đ)", "Price (đ)"},
     "gia|gia ban|don gia|gia ban le|gia niem yet|price|retail price",
     {"đã gồm thuế, số liền: 25000", "VAT included, plain digits: 25000"}},
    {"price_includes_vat", {"Giá gồm thuế", "Price includes VAT"}, "", {"1", "1"}},
    {"wholesale_price_vnd", {"Giá sỉ (đ)", "Wholesale price (đ)"}, "gia si|gia ban si|gia buon", {"", ""}},
    {"wholesale_min_qty", {"Số lượng tối thiểu giá sỉ", "Wholesale from"}, "sl toi thieu", {"", ""}},
    {"vat_code",
     {"Thuế suất GTGT", "VAT code"},
     "vat|thue|thue gtgt|thue suat",
     {"0, 5, 8, 10, KCT, none", "0, 5, 8, 10, KCT, none"}},
    {"vat_note", {"Ghi chú thuế", "VAT note"}, "", {"", ""}},
    {"vat_valid_to", {"Thuế suất đến hết ngày", "VAT valid to"}, "", {"NĂM-THÁNG-NGÀY", "YYYY-MM-DD"}},
    {"barcode",
     {"Mã vạch", "Barcode"},
     "ma vach ean|ean|ean 13|gtin|ma so ma vach",
     {"giữ số 0 ở đầu: định dạng ô là Văn bản", "keep zeros in front: format the cell as text"}},
    {"scale_plu", {"Mã cân (PLU)", "Scale PLU"}, "plu", {"", ""}},
    {"ocop_group", {"Nhóm OCOP", "OCOP group"}, "", {"", ""}},
    {"ocop_star", {"Sao OCOP", "OCOP stars"}, "ocop|so sao|hang sao", {"0–5", "0–5"}},
    {"ocop_valid_to", {"OCOP đến hết ngày", "OCOP valid to"}, "han ocop|hieu luc ocop", {"NĂM-THÁNG-NGÀY", "YYYY-MM-DD"}},
    {"cnnt_group", {"Nhóm CNNT tiêu biểu", "CNNT group"}, "", {"", ""}},
    {"cnnt_level", {"Cấp CNNT tiêu biểu", "CNNT level"}, "cap cnnt|cnnt", {"TINH, KHU_VUC, QUOC_GIA", "TINH, KHU_VUC, QUOC_GIA"}},
    {"cnnt_valid_to", {"CNNT đến hết ngày", "CNNT valid to"}, "han cnnt", {"NĂM-THÁNG-NGÀY", "YYYY-MM-DD"}},
    {"certs", {"Chứng nhận", "Certificates"}, "giay chung nhan", {"ngăn bằng |", "separated by |"}},
    {"export_markets", {"Thị trường xuất khẩu", "Export markets"}, "xuat khau", {"ngăn bằng |", "separated by |"}},
    {"ecommerce", {"Sàn thương mại điện tử", "E-commerce"}, "san tmdt|tmdt", {"ngăn bằng |", "separated by |"}},
    {"lot_no", {"Số lô", "Lot"}, "lo", {"", ""}},
    {"mfg_date", {"Ngày sản xuất", "Made"}, "nsx", {"NĂM-THÁNG-NGÀY", "YYYY-MM-DD"}},
    {"exp_date", {"Hạn sử dụng", "Expires"}, "hsd|ngay het han", {"NĂM-THÁNG-NGÀY", "YYYY-MM-DD"}},
    {"trace_uri", {"Liên kết truy xuất", "Trace link"}, "truy xuat nguon goc|qr truy xuat", {"", ""}},
    {"restricted", {"Hạn chế bán", "Restricted"}, "", {"", ""}},
    {"opening_stock", {"Tồn đầu kỳ", "Opening stock"}, "ton dau|ton|so luong|sl|ton kho|so luong dau ky", {"", ""}},
    {"reorder_level", {"Ngưỡng báo hết", "Reorder level"}, "muc ton toi thieu", {"", ""}},
    {"origin_area", {"Vùng nguyên liệu", "Origin"}, "xuat xu|noi san xuat", {"", ""}},
    {"test_case", {"Ca thử (dữ liệu mẫu)", "Test case"}, "", {"", ""}},
    {"sort_order", {"Thứ tự", "Order"}, "", {"", ""}},
    {"is_sample", {"Là mẫu", "Sample"}, "", {"1 hoặc 0", "1 or 0"}},
}};

const std::array<ColumnName, 7> kCashiers{{
    {"cashier_id",
     {"Mã người bán", "Cashier id"},
     "ma|id",
     {"1–32 chữ không dấu, số, . _ -", "1–32 ASCII letters, digits, . _ -"}},
    {"exhibitor_id",
     {"Mã đơn vị", "Exhibitor id"},
     "don vi|ma dv|exhibitor",
     {"như ở trang Đơn vị", "as on the sheet of exhibitors"}},
    {"name", {"Tên người bán", "Cashier"}, "ten|ho ten|ho va ten|nguoi ban|name", {"", ""}},
    {"pin", {"PIN", "PIN"}, "ma pin", {"4–12 chữ số; để trống là giữ như cũ", "4–12 digits; empty keeps what there is"}},
    {"may_refund", {"Được trả hàng", "May refund"}, "", {"1 hoặc 0", "1 or 0"}},
    {"may_discount", {"Được giảm giá", "May discount"}, "", {"1 hoặc 0", "1 or 0"}},
    {"is_manager", {"Là quản lý", "Manager"}, "quan ly", {"1 hoặc 0", "1 or 0"}},
}};

// As search keys are, and nothing but letters and digits: "Giá bán (đ)" and "gia_ban_d" are one name.
std::string key_of(std::string_view text) {
  std::string key, folded = search_key(text).value_or("");
  for (const char c : folded) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept) key += c;
    if (!kept && !key.empty() && key.back() != ' ') key += ' ';
  }
  while (!key.empty() && key.back() == ' ') key.pop_back();
  return key;
}

std::vector<std::string> keys_of(const ColumnName& name) {
  std::vector<std::string> keys{key_of(name.title.vi), key_of(name.title.en), key_of(name.field)};
  for (std::string_view rest = name.others; !rest.empty();) {
    const auto end = std::min(rest.find('|'), rest.size());
    keys.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return keys;
}

// How many letters must change (Levenshtein); both are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

using How = ColumnMatch::How;

// How sure it is that this header means that column: 0 is surest.
struct Likeness {
  How how = How::none;
  std::size_t away = 0;  // hundredths
};
Likeness likeness(const std::string& header, const std::string& key, const ColumnName& name) {
  if (header == name.field) return {How::exact, 0};
  if (key.empty()) return {};
  Likeness best;
  std::size_t nth = 1;
  for (const std::string& known : keys_of(name)) {
    if (key == known) return {How::other, nth};
    ++nth;
    const std::size_t longer = std::max(key.size(), known.size());
    if (std::min(key.size(), known.size()) < kLeastSimilar || longer > 80) continue;
    // Typed a little differently, or with more said behind it: "Mã vạch sản phẩm", "Đơn vị tính (ĐVT)".
    const std::size_t away = key.starts_with(known + " ") ? 25 : 100 * distance(key, known) / longer;
    if (away <= 25 && (best.how == How::none || 100 + away < best.away)) best = {How::similar, 100 + away};
  }
  return best;
}

}  // namespace

std::string_view name_of(List list) {
  switch (list) {
    case List::exhibitors:
      return "exhibitors";
    case List::products:
      return "products";
    case List::cashiers:
      return "cashiers";
  }
  std::abort();
}

Message title_of(List list) {
  switch (list) {
    case List::exhibitors:
      return {"Đơn vị", "Exhibitors"};
    case List::products:
      return {"Sản phẩm", "Products"};
    case List::cashiers:
      return {"Người bán", "Cashiers"};
  }
  std::abort();
}

std::span<const ColumnName> columns_of(List list) {
  switch (list) {
    case List::exhibitors:
      return kExhibitors;
    case List::products:
      return kProducts;
    case List::cashiers:
      return kCashiers;
  }
  std::abort();
}

std::vector<ColumnMatch> match_columns(List list, const std::vector<std::string>& header) {
  struct Pair {
    std::size_t away, column, field;
    How how;
  };
  std::vector<Pair> pairs;
  const auto names = columns_of(list);
  for (std::size_t c = 0; c < header.size(); ++c) {
    const std::string key = key_of(header[c]);
    for (std::size_t f = 0; f < names.size(); ++f)
      if (const Likeness like = likeness(header[c], key, names[f]); like.how != How::none)
        pairs.push_back({like.away, c, f, like.how});
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.away, a.column, a.field) < std::tie(b.away, b.column, b.field);
  });
  std::vector<ColumnMatch> matches;
  for (std::size_t c = 0; c < header.size(); ++c) matches.push_back({c, header[c], "", How::none});
  std::set<std::size_t> fields;
  for (const Pair& pair : pairs) {
    if (matches[pair.column].how != How::none || !fields.insert(pair.field).second) continue;
    matches[pair.column].field = names[pair.field].field;
    matches[pair.column].how = pair.how;
  }
  return matches;
}

}  // namespace phien::exchange
