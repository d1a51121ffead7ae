#include "shared/report/report.hpp"

#include <algorithm>

#include "shared/bytes.hpp"
#include "shared/report/tables.hpp"

namespace phien::report {

namespace {

using nlohmann::json;

json both(const Message& message) { return {{"vi", message.vi}, {"en", message.en}}; }

const char* name_of(Column::Type type) {
  switch (type) {
    case Column::Type::text:
      return "text";
    case Column::Type::dong:
      return "dong";
    case Column::Type::quantity:
      return "quantity";
    case Column::Type::count:
      return "count";
  }
  return "";
}

}  // namespace

const Table* Report::table(std::string_view key) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.key == key; });
  return found == tables.end() ? nullptr : &*found;
}

Report build(const ledger::Reader& books, const catalogue::Catalogue& catalogue, std::int64_t edition,
             std::vector<journal::Ref> cut, const ledger::Reader* on_time) {
  const Source from(books, catalogue, on_time);
  std::sort(cut.begin(), cut.end());
  Report report;
  report.fair_name = catalogue.fair.name;
  report.edition = edition;
  report.tables = {totals(from),  by_exhibitor(from), by_product(from), by_day(from), by_hour(from),    by_payment(from),
                   by_ocop(from), by_cnnt(from),      by_how(from),     stock(from),  exceptions(from), report::cut(cut)};
  report.cut = std::move(cut);
  return report;
}

json to_json(const Report& report) {
  json heads = json::array();
  for (const auto& ref : report.cut) heads.push_back({{"terminal", ref.terminal}, {"seq", ref.seq}, {"hash", hex(ref.hash)}});
  json tables = json::array();
  for (const auto& table : report.tables) {
    json columns = json::array();
    for (const auto& column : table.columns)
      columns.push_back({{"key", column.key}, {"title", both(column.title)}, {"type", name_of(column.type)}});
    tables.push_back({{"key", table.key}, {"title", both(table.title)}, {"columns", std::move(columns)}, {"rows", table.rows}});
  }
  return {{"fair", report.fair_name}, {"edition", report.edition}, {"cut", std::move(heads)}, {"tables", std::move(tables)}};
}

}  // namespace phien::report
