// Tables of sales and takings.
#include <algorithm>
#include <array>

#include "shared/report/tables.hpp"

namespace phien::report {

namespace {

using nlohmann::json;

constexpr std::array kMethods{"cash", "transfer", "card", "other", "deposit", "exchange"};

const std::vector<Column> kFigureColumns{count("sales", "Số lần bán", "Sales"), count("refunds", "Số lần trả lại", "Refunds"),
                                         dong("sold", "Tiền bán", "Sold"),      dong("refunded", "Tiền trả lại", "Refunded"),
                                         dong("net", "Doanh thu", "Net sales"), dong("rounding", "Làm tròn", "Rounding")};
void add_figures(std::vector<json>& row, const Figures& f) {
  for (const std::int64_t value : {f.sales, f.refunds, f.sold, f.refunded, f.net(), f.rounding}) row.emplace_back(value);
}

// Lines of sales: what products, stars and levels add up.
struct Lines {
  ledger::Sum sold, refunded;
  std::int64_t lines = 0;
  Dong vat = 0;
  std::set<std::string> products;  // of which something was sold
  void add(const ledger::SalesCell& cell) {
    sold += cell.sold;
    refunded += cell.refunded;
    vat += cell.vat_amount;
    if (!cell.product.empty()) lines += cell.sold.count;  // a day's takings declared without goods has none
    if (cell.sold.quantity > 0) products.insert(cell.product);
  }
  Dong net() const { return sold.amount - refunded.amount; }
};

std::vector<Column> with(std::vector<Column> columns, const std::vector<Column>& more) {
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

Dong net_by(const Source& from, std::string_view method) {
  Dong net = 0;
  for (const auto& cell : from.takings) net += cell.method == method ? cell.paid - cell.returned : 0;
  return net;
}

Table by_time(const Source& from, Table table, std::size_t characters) {
  std::map<std::string, Figures> sums;  // "" (not known) comes first
  for (const auto& cell : from.deals) sums[cell.hour.substr(0, characters)].add(cell);
  for (const auto& [time, figures] : sums) {
    std::vector<json> row{time};
    add_figures(row, figures);
    table.rows.push_back(std::move(row));
  }
  return table;
}

const std::vector<Column> kRecognitionColumns{
    count("products", "Số sản phẩm", "Products"), count("lines", "Số dòng hàng", "Lines"), dong("sold", "Tiền bán", "Sold"),
    dong("refunded", "Tiền trả lại", "Refunded"), dong("net", "Doanh thu", "Net sales")};
void add_recognition(Table& table, json first, const Lines& lines) {
  table.rows.push_back({std::move(first), static_cast<std::int64_t>(lines.products.size()), lines.lines, lines.sold.amount,
                        lines.refunded.amount, lines.net()});
}

}  // namespace

Table by_exhibitor(const Source& from) {
  Table table{
      "by_exhibitor",
      {"Theo đơn vị", "By exhibitor"},
      with({text("exhibitor", "Mã đơn vị", "Exhibitor"), text("name", "Tên đơn vị", "Name"), text("booth", "Gian", "Booth"),
            text("kind", "Loại hình", "Kind"), text("coverage", "Ghi nhận qua", "Known by")},
           kFigureColumns),
      {}};
  for (const auto& more :
       {dong("vat", "Thuế GTGT", "VAT"), dong("unexplained", "Chênh chưa rõ", "Unexplained"), dong("cash", "Tiền mặt", "Cash"),
        dong("transfer", "Chuyển khoản", "Transfer"), dong("card", "Thẻ", "Card"), dong("other", "Khác", "Other"),
        dong("deposit", "Trừ tiền cọc", "From deposits"), dong("exchange", "Hàng đổi", "Exchange"),
        dong("deposits_held", "Tiền cọc đang giữ", "Deposits held"),
        dong("confirmed", "Chuyển khoản đã nhận", "Transfers confirmed")}) {
    table.columns.push_back(more);
  }
  std::map<std::string, Figures> deals;
  std::map<std::string, Lines> goods;
  std::map<std::pair<std::string, std::string_view>, Dong> taken;
  for (const auto& cell : from.deals) deals[cell.exhibitor].add(cell);
  for (const auto& cell : from.cells) goods[cell.exhibitor].add(cell);
  for (const auto& cell : from.takings) taken[{cell.exhibitor, cell.method}] += cell.paid - cell.returned;
  for (const auto& id : from.exhibitors) {
    const Figures& figures = deals[id];
    const Lines& lines = goods[id];
    const auto known = from.catalogue.exhibitors.find(id);
    const bool is_known = known != from.catalogue.exhibitors.end();
    std::vector<json> row{id, from.exhibitor_name(id), is_known ? known->second.booth : "", is_known ? known->second.kind : "",
                          from.coverage(id)};
    add_figures(row, figures);
    row.emplace_back(lines.vat);
    row.emplace_back(figures.net() - lines.net());
    for (const char* method : kMethods) row.emplace_back(taken[{id, method}]);
    row.emplace_back(ledger::deposits_held(from.books, id));
    row.emplace_back(from.transfers.at(id).confirmed);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table by_product(const Source& from) {
  Table table{
      "by_product",
      {"Theo sản phẩm", "By product"},
      {text("exhibitor", "Mã đơn vị", "Exhibitor"), text("product", "Mã sản phẩm", "Product"),
       text("name", "Tên sản phẩm", "Name"), text("unit", "ĐVT", "Unit"), quantity("quantity_sold", "SL bán", "Quantity sold"),
       quantity("quantity_refunded", "SL trả lại", "Quantity refunded"),
       quantity("quantity", "SL còn lại là bán", "Net quantity"), dong("sold", "Tiền bán", "Sold"),
       dong("refunded", "Tiền trả lại", "Refunded"), dong("net", "Doanh thu", "Net sales"), dong("vat", "Thuế GTGT", "VAT")},
      {}};
  std::map<std::pair<std::string, std::string>, Lines> sums;
  for (const auto& cell : from.cells) sums[{cell.exhibitor, cell.product}].add(cell);
  for (const auto& [key, lines] : sums) {
    const auto named = from.product_name(key.second);
    table.rows.push_back({key.first, key.second, named.name, named.unit, lines.sold.quantity, lines.refunded.quantity,
                          lines.sold.quantity - lines.refunded.quantity, lines.sold.amount, lines.refunded.amount, lines.net(),
                          lines.vat});
  }
  return table;
}

Table by_day(const Source& from) {
  constexpr std::size_t kDay = 10;
  return by_time(from, {"by_day", {"Theo ngày", "By day"}, with({text("day", "Ngày", "Day")}, kFigureColumns), {}}, kDay);
}

// Declared sales are known by day only; their rows say the day.
Table by_hour(const Source& from) {
  constexpr std::size_t kHour = 13;
  return by_time(from, {"by_hour", {"Theo giờ", "By hour"}, with({text("hour", "Giờ", "Hour")}, kFigureColumns), {}}, kHour);
}

Table by_payment(const Source& from) {
  Table table{"by_payment",
              {"Theo cách trả tiền", "By payment"},
              {text("method", "Cách trả", "Method"), dong("paid", "Khách trả", "Paid"),
               dong("returned", "Trả lại khách", "Returned"), dong("net", "Còn lại", "Net"),
               dong("claimed", "Người bán báo nhận", "Claimed"), dong("confirmed", "Đã thấy trong tài khoản", "Confirmed"),
               dong("differs", "Số tiền không khớp", "Amounts differ"), dong("awaiting", "Chưa thấy", "Awaited")},
              {}};
  ledger::TransferTotals all;
  for (const auto& [id, one] : from.transfers) {
    all.claimed += one.claimed;
    all.confirmed += one.confirmed;
    all.differs += one.differs;
  }
  for (const std::string_view method : kMethods) {
    Dong paid = 0, returned = 0;
    for (const auto& cell : from.takings) {
      if (cell.method != method) continue;
      paid += cell.paid;
      returned += cell.returned;
    }
    const ledger::TransferTotals seen =
        method == "transfer" ? all : ledger::TransferTotals{};  // only a transfer has to be confirmed
    table.rows.push_back({std::string(method), paid, returned, paid - returned, seen.claimed, seen.confirmed, seen.differs,
                          seen.claimed - seen.confirmed - seen.differs});
  }
  return table;
}

Table by_ocop(const Source& from) {
  Table table{"by_ocop", {"Theo sao OCOP", "By OCOP stars"}, with({count("stars", "Số sao", "Stars")}, kRecognitionColumns), {}};
  for (int stars = 5; stars >= 0; --stars) {
    Lines lines;
    for (const auto& cell : from.cells)
      if (cell.ocop == stars) lines.add(cell);
    add_recognition(table, stars, lines);
  }
  return table;
}

// A product recognised by the nation is recognised by its region and its province too, so levels are counted upwards.
Table by_cnnt(const Source& from) {
  Table table{"by_cnnt",
              {"Theo CNNT tiêu biểu (cộng dồn)", "By CNNT level (cumulative)"},
              with({text("level", "Cấp", "Level")}, kRecognitionColumns),
              {}};
  constexpr std::array kLevels{"none", "province", "region", "nation"};
  for (const std::size_t level : {1U, 2U, 3U, 0U}) {
    Lines lines;
    for (const auto& cell : from.cells) {
      const auto has = static_cast<std::size_t>(cell.cnnt);
      if (level == 0 ? has == 0 : has >= level) lines.add(cell);
    }
    add_recognition(table, kLevels[level], lines);
  }
  return table;
}

Table by_how(const Source& from) {
  Table table{"by_how",
              {"Theo cách ghi nhận", "By how it was known"},
              with({text("how", "Ghi nhận qua", "Known by"), count("exhibitors", "Số đơn vị", "Exhibitors")}, kFigureColumns),
              {}};
  for (const char* how : {"till", "late", "declared"}) {
    const Figures& figures = from.by_how.at(how);
    std::vector<json> row{how, static_cast<std::int64_t>(figures.exhibitors.size())};
    add_figures(row, figures);
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table totals(const Source& from) {
  Table table{"totals",
              {"Tổng hợp", "Totals"},
              {text("figure", "Mã chỉ tiêu", "Figure"), text("title_vi", "Chỉ tiêu", "In Vietnamese"),
               text("title_en", "Tiếng Anh", "In English"), text("unit", "ĐVT", "Unit"), count("value", "Giá trị", "Value")},
              {}};
  const auto number = [&](const char* figure, const char* vi, const char* en, std::size_t value) {
    table.rows.push_back({figure, vi, en, "", static_cast<std::int64_t>(value)});
  };
  const auto money = [&](const char* figure, const char* vi, const char* en, Dong value) {
    table.rows.push_back({figure, vi, en, "đ", value});
  };

  Figures all;
  for (const auto& cell : from.deals) all.add(cell);
  Lines lines;
  for (const auto& cell : from.cells) lines.add(cell);
  const auto covered = [&](const char* how) {
    return static_cast<std::size_t>(
        std::count_if(from.exhibitors.begin(), from.exhibitors.end(), [&](const auto& id) { return from.coverage(id) == how; }));
  };
  number("exhibitors", "Số đơn vị", "Exhibitors", from.exhibitors.size());
  number("exhibitors_by_till", "Đơn vị bán qua máy", "Exhibitors that sold by till", covered("till"));
  number("exhibitors_declared", "Đơn vị chỉ khai báo", "Exhibitors that only declared", covered("declared"));
  number("exhibitors_silent", "Đơn vị chưa có số liệu", "Exhibitors without figures", covered("silent"));
  number("products_sold", "Số sản phẩm có bán", "Products sold", lines.products.size() - lines.products.count("_open"));
  number("sales", "Số lần bán", "Sales", static_cast<std::size_t>(all.sales));
  number("refunds", "Số lần trả lại", "Refunds", static_cast<std::size_t>(all.refunds));
  money("sold", "Tiền bán", "Sold", all.sold);
  money("refunded", "Tiền trả lại", "Refunded", all.refunded);
  money("net", "Doanh thu", "Net sales", all.net());
  money("net_till", "Trong đó: qua máy", "Of these: by till", from.by_how.at("till").net());
  money("net_late", "Trong đó: ghi sau", "Of these: late", from.by_how.at("late").net());
  money("net_declared", "Trong đó: khai báo", "Of these: declared", from.by_how.at("declared").net());
  money("rounding", "Làm tròn tiền mặt", "Cash rounding", all.rounding);
  money("unexplained", "Chênh chưa rõ", "Unexplained", all.net() - lines.net());
  money("vat", "Thuế GTGT (phương pháp khấu trừ)", "VAT (credit method)", lines.vat);
  money("cash", "Thu tiền mặt", "Cash", net_by(from, "cash"));
  money("transfer", "Thu chuyển khoản", "Transfers", net_by(from, "transfer"));
  money("card", "Thu qua thẻ", "Card", net_by(from, "card"));
  money("other", "Thu cách khác", "Other payments", net_by(from, "other"));
  ledger::TransferTotals transfers;
  Dong deposits = 0;
  for (const auto& [id, one] : from.transfers) {
    transfers.claimed += one.claimed;
    transfers.confirmed += one.confirmed;
    deposits += ledger::deposits_held(from.books, id);
  }
  money("transfers_confirmed", "Chuyển khoản đã thấy trong tài khoản", "Transfers confirmed", transfers.confirmed);
  money("transfers_unconfirmed", "Chuyển khoản chưa xác nhận", "Transfers not confirmed",
        transfers.claimed - transfers.confirmed);
  money("deposits_held", "Tiền cọc đang giữ", "Deposits held", deposits);
  number("visitors", "Lượt khách", "Visitors", static_cast<std::size_t>(ledger::visitors(from.books)));
  for (const auto& [type, vi, en] : {std::tuple{"enquiry", "Đầu mối hỏi hàng", "Enquiries"},
                                     {"memorandum", "Biên bản ghi nhớ", "Memoranda"},
                                     {"contract", "Hợp đồng", "Contracts"}}) {
    std::size_t n = 0;
    Dong value = 0;
    for (const auto& lead : ledger::leads(from.books)) {
      if (lead.type != type) continue;
      ++n;
      value += lead.value;
    }
    number(type, vi, en, n);
    money((std::string(type) + "_value").c_str(), (std::string(vi) + ": giá trị").c_str(), (std::string(en) + ": value").c_str(),
          value);
  }
  return table;
}

}  // namespace phien::report
