#include "pos/till/shelf.hpp"

#include "shared/ledger/views.hpp"

namespace phien::till {

std::vector<sync::FeedRow> shelf(const ledger::Reader& books, const Identity& me, const sync::FeedStock* stock) {
  std::vector<sync::FeedRow> rows;
  if (stock) {
    rows = sync::shown_stock(books, *stock, me.journal());
    std::erase_if(rows, [&](const sync::FeedRow& row) { return !me.sells_for(row.exhibitor); });
    return rows;
  }
  for (const auto& exhibitor : me.exhibitors)
    for (const auto& row : ledger::stock(books, exhibitor)) rows.push_back({row.exhibitor, row.product, row.place, row.on_hand});
  return rows;
}

const char* expiry_of(const catalogue::Product& product, Milliseconds now) {
  if (product.expires.empty()) return "fresh";
  if (product.expires < local_day(now)) return "expired";
  return product.expires <= local_day(now + kSoonMs) ? "soon" : "fresh";
}

Dong worth(const catalogue::Product& product, Quantity qty) {
  return qty <= 0 ? 0 : line_total(qty, product.price).value_or(kMaxAmount);
}

json counted_json(const std::vector<Counted>& lines) {
  json rows = json::array();
  for (const auto& line : lines)
    rows.push_back({{"counted", line.counted},
                    {"difference", line.counted - line.expected},
                    {"expected", line.expected},
                    {"missing", line.missing()},
                    {"name", line.product->name},
                    {"product", line.product->id},
                    {"sold", line.sold && line.missing() > 0},
                    {"unit", line.product->unit}});
  return rows;
}

}  // namespace phien::till
