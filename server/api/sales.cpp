// Sales and takings, summed from the coarsest of the ledger's cells that still tell them apart.
#include <algorithm>

#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr const char* kBy[] = {"exhibitor", "product", "day", "hour", "method", "ocop", "cnnt", "how"};

// One row of a breakdown. Which numbers it shows depends on what it is made of: documents (sales, refunds), lines, or payments.
struct Row {
  std::string exhibitor, name;
  std::int64_t sales = 0, refunds = 0;
  Quantity quantity = 0;
  Dong sold = 0, refunded = 0, rounding = 0, vat = 0;
};
using Rows = std::map<std::string, Row>;

Rows by_documents(const Scope& scope, const ledger::Reader& books, const std::string& by) {
  Rows rows;
  const auto deals = [&by](const auto& b, auto exhibitor) {
    return by == "hour" ? ledger::hourly_deals(b, exhibitor) : ledger::daily_deals(b, exhibitor);
  };
  for (const auto& cell : rows_in(scope, books, deals)) {
    Row& row = rows[by == "exhibitor" ? cell.exhibitor : by == "how" ? cell.how : cell.hour];
    row.sales += cell.sales;
    row.refunds += cell.refunds;
    row.sold += cell.sales_total;
    row.refunded += cell.refunds_total;
    row.rounding += cell.rounding;
  }
  return rows;
}

void add_line(Row& row, const ledger::SalesCell& cell) {
  row.sales += cell.sold.count;
  row.refunds += cell.refunded.count;
  row.quantity += cell.sold.quantity - cell.refunded.quantity;
  row.sold += cell.sold.amount;
  row.refunded += cell.refunded.amount;
  row.vat += cell.vat_amount;
}

Rows by_lines(const Scope& scope, const ledger::Reader& books, const std::string& by) {
  Rows rows;
  for (const auto& cell : rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::goods_sold(b, exhibitor); })) {
    if (by == "product") {
      Row& row = rows[cell.product];
      row.exhibitor = cell.exhibitor;
      add_line(row, cell);
    } else if (by == "ocop") {
      add_line(rows[std::to_string(cell.ocop)], cell);
    } else {
      // What a level stands for is cumulative: goods recognised by the nation are recognised by region and province too.
      if (cell.cnnt == 0) add_line(rows["0"], cell);
      for (int level = 1; level <= cell.cnnt; ++level) add_line(rows[std::to_string(level)], cell);
    }
  }
  return rows;
}

Rows by_method(const Scope& scope, const ledger::Reader& books) {
  Rows rows;
  for (const auto& cell :
       rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::takings_by_method(b, exhibitor); })) {
    Row& row = rows[cell.method];
    row.sold += cell.paid;
    row.refunded += cell.returned;
  }
  return rows;
}

void name_rows(Rows& rows, const std::string& by, const ledger::Reader& books) {
  if (by != "exhibitor" && by != "product") return;
  const ledger::CatalogueItems items = ledger::catalogue_items(books);
  const auto& known = by == "exhibitor" ? items.exhibitors : items.products;
  for (auto& [key, row] : rows)
    if (const auto found = known.find(key); found != known.end()) row.name = found->second.value("name", "");
}

json row_json(const std::string& by, const std::string& key, const Row& row) {
  json one{{"key", key}, {"sold", row.sold}, {"refunded", row.refunded}, {"net", row.sold - row.refunded}};
  if (by != "method") {
    one["sales"] = row.sales;
    one["refunds"] = row.refunds;
  }
  if (by == "exhibitor" || by == "day" || by == "hour" || by == "how") one["rounding"] = row.rounding;
  if (by == "product" || by == "ocop" || by == "cnnt") {
    one["quantity"] = row.quantity;
    one["vat"] = row.vat;
  }
  if (by == "product") one["exhibitor"] = row.exhibitor;
  if (!row.name.empty()) one["name"] = row.name;
  return one;
}

asio::awaitable<net::Response> sales(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "by", "limit", "after"});
  const std::string by = parameter(request, "by").value_or("exhibitor");
  if (std::find(std::begin(kBy), std::end(kBy), by) == std::end(kBy)) refuse_parameter("by");
  const Page page = page_of(house, request);
  const Scope scope = scope_of(house, request);
  const House::Work work = [page, scope, by](const db::Snapshot& snapshot) {
    const bool lines = by == "product" || by == "ocop" || by == "cnnt";
    Rows rows = by == "method" ? by_method(scope, snapshot)
                : lines        ? by_lines(scope, snapshot, by)
                               : by_documents(scope, snapshot, by);
    name_rows(rows, by, snapshot);
    json shown = json::array();
    for (const auto& [key, row] : rows) shown.push_back(row_json(by, key, row));
    return list(snapshot, page, std::move(shown), {{"by", by}});
  };
  co_return co_await house.read(work);
}

}  // namespace

void add_sales_routes(net::Router& router, House& house) { add(router, house, {"GET", "/api/v1/sales", sales}); }

}  // namespace phien::server::api
