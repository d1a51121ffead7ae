// Stock, what a person should look at, and the cut.
#include <array>

#include "shared/bytes.hpp"
#include "shared/report/tables.hpp"

namespace phien::report {

Table stock(const Source& from) {
  constexpr std::array kReasons{"sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn"};
  Table table{"stock",
              {"Nhập, xuất, tồn", "Stock"},
              {text("exhibitor", "Mã đơn vị", "Exhibitor"), text("product", "Mã sản phẩm", "Product"),
               text("name", "Tên sản phẩm", "Name"), text("unit", "ĐVT", "Unit"), text("place", "Nơi để", "Place"),
               quantity("opening", "Tồn đầu", "Opening"), quantity("in", "Nhập", "In"), quantity("sold", "Bán", "Sold"),
               quantity("returned", "Khách trả", "Returned"), quantity("moved_in", "Chuyển đến", "Moved in"),
               quantity("moved_out", "Chuyển đi", "Moved out"), quantity("sample", "Mẫu thử", "Samples"),
               quantity("gift", "Tặng", "Gifts"), quantity("damage", "Hỏng", "Damaged"), quantity("loss", "Mất", "Lost"),
               quantity("return_to_exhibitor", "Trả đơn vị", "Sent back"), quantity("withdrawn", "Rút", "Withdrawn"),
               quantity("count_difference", "Chênh kiểm kê", "Count difference"), quantity("closing", "Tồn cuối", "Closing")},
              {}};
  for (const auto& row : from.stock) {
    const auto named = from.product_name(row.product);
    std::vector<nlohmann::json> cells{row.exhibitor, row.product, named.name,   named.unit,   row.place,    row.opening,
                                      row.in,        row.sold,    row.returned, row.moved_in, row.moved_out};
    for (const char* reason : kReasons) {
      const auto found = row.out.find(reason);
      cells.emplace_back(found == row.out.end() ? 0 : found->second);
    }
    cells.emplace_back(row.count_difference);
    cells.emplace_back(row.on_hand);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table exceptions(const Source& from) {
  Table table{
      "exceptions",
      {"Cần xem", "To be looked at"},
      {text("code", "Mã", "Code"), text("exhibitor", "Mã đơn vị", "Exhibitor"), text("terminal", "Máy", "Terminal"),
       text("subject", "Về", "Subject"), text("entry", "Mục nhật ký", "Entry"), text("what_vi", "Nội dung", "In Vietnamese"),
       text("what_en", "Tiếng Anh", "In English"), text("settled", "Đã giải quyết", "Settled")},
      {}};
  for (const auto& row : ledger::exceptions(from.books)) {
    table.rows.push_back({row.code, row.exhibitor, row.terminal, row.subject, row.entry ? hex(row.entry->hash) : std::string(),
                          row.what.vi, row.what.en, row.settled ? "yes" : "no"});
  }
  return table;
}

Table cut(const std::vector<journal::Ref>& heads) {
  Table table{"cut",
              {"Nhật ký làm căn cứ", "Journals it rests on"},
              {text("terminal", "Máy", "Terminal"), count("seq", "Số mục", "Entries"), text("hash", "Mã băm", "Hash")},
              {}};
  for (const auto& ref : heads) table.rows.push_back({ref.terminal, ref.seq, hex(ref.hash)});
  return table;
}

}  // namespace phien::report
