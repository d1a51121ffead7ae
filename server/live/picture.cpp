#include "server/live/picture.hpp"

#include <algorithm>
#include <set>

#include "shared/ledger/forecast.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server {
namespace {

using nlohmann::json;
using Scope = std::optional<std::vector<std::string>>;

struct Deals {
  std::int64_t sales = 0;
  Dong net = 0, sold = 0;
  void add(const ledger::DealCell& cell) {
    sales += cell.sales;
    sold += cell.sales_total;
    net += cell.sales_total - cell.refunds_total;
  }
  // Of what was sold, before anything came back: a basket is not smaller because another was returned.
  json shown() const { return {{"net", net}, {"sales", sales}, {"average", sales > 0 ? sold / sales : 0}}; }
};

struct Covered {
  std::set<std::string> by_till, declared;
  void add(const ledger::DealCell& cell) { (cell.how == "declared" ? declared : by_till).insert(cell.exhibitor); }
  bool silent(const std::string& id) const { return !by_till.contains(id) && !declared.contains(id); }
  json shown(const std::map<std::string, json>& exhibitors) const {
    json silent_ones = json::array();
    for (const auto& [id, item] : exhibitors)
      if (silent(id)) silent_ones.push_back(id);
    return {{"exhibitors", exhibitors.size()},
            {"by_till", by_till.size()},
            {"declared", declared.size()},
            {"silent", std::move(silent_ones)}};
  }
};

struct Goods {
  std::string exhibitor;
  Quantity quantity = 0, today = 0;
  Dong net = 0;
};

template <class View>
auto rows_of(const Scope& scope, View view) {
  if (!scope) return view(std::nullopt);
  decltype(view(std::nullopt)) rows;
  for (const std::string& exhibitor : *scope)
    for (auto& row : view(std::optional<std::string_view>(exhibitor))) rows.push_back(std::move(row));
  return rows;
}

std::map<std::string, json> within(const Scope& scope, std::map<std::string, json> exhibitors) {
  if (scope)
    std::erase_if(exhibitors,
                  [&](const auto& one) { return std::find(scope->begin(), scope->end(), one.first) == scope->end(); });
  return exhibitors;
}

std::string text_of(const std::map<std::string, json>& items, const std::string& id, const char* field) {
  const auto found = items.find(id);
  return found == items.end() ? std::string() : found->second.value(field, "");
}

// The first rows by `greater`, as many as a page can show.
template <class Row, class Before>
std::size_t keep_first(std::vector<Row>& rows, Before before) {
  std::stable_sort(rows.begin(), rows.end(), before);
  const std::size_t more = rows.size() > kMaxGoods ? rows.size() - kMaxGoods : 0;
  rows.resize(rows.size() - more);
  return more;
}

// Takings by the time, the booth and the way they came.
struct Takings {
  Deals all, today;
  Covered covered, covered_today;
  std::map<std::string, Deals> days, hours, exhibitors, exhibitors_today;

  Takings(const std::vector<ledger::DealCell>& daily, const std::vector<ledger::DealCell>& hourly, const std::string& day) {
    for (const ledger::DealCell& cell : daily) {
      all.add(cell);
      covered.add(cell);
      exhibitors[cell.exhibitor].add(cell);
      days[cell.hour].add(cell);  // "": of a till whose clock nobody could set right
      if (cell.hour != day) continue;
      today.add(cell);
      covered_today.add(cell);
      exhibitors_today[cell.exhibitor].add(cell);
    }
    for (const ledger::DealCell& cell : hourly)
      if (cell.hour.starts_with(day) && cell.hour != day) hours[cell.hour].add(cell);  // of declared sales only the day is known
  }
};

json in_order(const std::map<std::string, Deals>& deals) {
  json rows = json::array();
  for (const auto& [key, of] : deals) rows.push_back({{"key", key}, {"net", of.net}, {"sales", of.sales}});
  return rows;
}

json exhibitor_rows(const Takings& takings, const std::map<std::string, json>& exhibitors) {
  std::set<std::string> ids;
  for (const auto& [id, item] : exhibitors) ids.insert(id);
  for (const auto& [id, of] : takings.exhibitors) ids.insert(id);  // who sold, whatever the catalogue says now
  const auto deals = [](const std::map<std::string, Deals>& of, const std::string& id) {
    const auto found = of.find(id);
    return found == of.end() ? Deals() : found->second;
  };
  std::vector<json> rows;
  for (const std::string& id : ids) {
    const Deals all = deals(takings.exhibitors, id), today = deals(takings.exhibitors_today, id);
    const std::string short_name = text_of(exhibitors, id, "short_name");
    rows.push_back({{"key", id},
                    {"name", short_name.empty() ? text_of(exhibitors, id, "name") : short_name},
                    {"booth", text_of(exhibitors, id, "booth")},
                    {"net", all.net},
                    {"sales", all.sales},
                    {"today", today.net},
                    {"covered", takings.covered.by_till.contains(id)    ? "till"
                                : takings.covered.declared.contains(id) ? "declared"
                                                                        : "silent"}});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const json& a, const json& b) { return a["net"] > b["net"]; });
  return rows;
}

json methods(const std::vector<ledger::TakingsCell>& cells, const std::string& today) {
  std::map<std::string, std::pair<Dong, Dong>> found;  // in all, today
  for (const ledger::TakingsCell& cell : cells) {
    auto& [all, of_today] = found[cell.method];
    all += cell.paid - cell.returned;
    if (cell.hour.starts_with(today)) of_today += cell.paid - cell.returned;
  }
  json rows = json::array();
  for (const auto& [method, net] : found) rows.push_back({{"key", method}, {"net", net.first}, {"today", net.second}});
  return rows;
}

// By what the goods were when they were sold: stars, goods, and whether their seller is at home in the fair's province.
struct Lines {
  std::map<std::string, Goods> goods;
  std::map<int, Goods> stars;
  std::map<bool, Dong> home;

  Lines(const std::vector<ledger::SalesCell>& cells, const std::vector<ledger::SalesCell>& of_today,
        const ledger::CatalogueItems& items) {
    const std::string province = items.fair.is_object() ? items.fair.value("host_province", "") : "";
    for (const ledger::SalesCell& cell : cells) {
      const Dong net = cell.sold.amount - cell.refunded.amount;
      const Quantity quantity = cell.sold.quantity - cell.refunded.quantity;
      Goods& star = stars[cell.ocop];
      star.net += net;
      star.quantity += quantity;
      home[!province.empty() && text_of(items.exhibitors, cell.exhibitor, "province") == province] += net;
      if (Goods* one = named(cell)) {
        one->net += net;
        one->quantity += quantity;
      }
    }
    for (const ledger::SalesCell& cell : of_today)
      if (Goods* one = named(cell)) one->today += cell.sold.quantity;
  }

 private:
  Goods* named(const ledger::SalesCell& cell) {
    if (cell.product.empty() || cell.product == "_open") return nullptr;
    Goods& one = goods[cell.product];
    one.exhibitor = cell.exhibitor;
    return &one;
  }
};

json best_goods(const Lines& lines, const ledger::CatalogueItems& items) {
  std::vector<std::pair<std::string, Goods>> sorted(lines.goods.begin(), lines.goods.end());
  const std::size_t more = keep_first(sorted, [](const auto& a, const auto& b) { return a.second.net > b.second.net; });
  json rows = json::array();
  for (const auto& [id, of] : sorted)
    rows.push_back({{"key", id},
                    {"name", text_of(items.products, id, "name")},
                    {"unit", text_of(items.products, id, "unit")},
                    {"exhibitor", of.exhibitor},
                    {"quantity", of.quantity},
                    {"today", of.today},
                    {"net", of.net}});
  return {{"rows", std::move(rows)}, {"more", more}};
}

// What is gone or goes soonest comes first; a thing that does not sell comes last.
struct Shelf {
  std::string exhibitor, product, name, unit;
  Quantity on_hand = 0;
  bool low = false;
  std::optional<ledger::Forecast> left;
  std::int64_t urgency() const { return on_hand <= 0 ? -1 : left ? left->days_left_tenths : 1'000'000; }
};

json stock_rows(const std::vector<ledger::StockRow>& stock, const ledger::CatalogueItems& items, const ledger::Pace& pace) {
  std::map<std::string, Shelf> shelves;
  std::map<std::string, Quantity> sold;
  for (const ledger::StockRow& row : stock) {  // a booth sells from its store room too: all places together
    const std::string key = row.exhibitor + "|" + row.product;
    Shelf& shelf = shelves[key];
    shelf.exhibitor = row.exhibitor, shelf.product = row.product;
    shelf.name = row.name, shelf.unit = row.unit;
    shelf.on_hand += row.on_hand;
    sold[key] += row.sold - row.returned;
  }
  std::vector<Shelf> rows;
  for (auto& [key, shelf] : shelves) {
    const auto item = items.products.find(shelf.product);
    shelf.low = item != items.products.end() && shelf.on_hand <= item->second.value("reorder_level", Quantity{0});
    shelf.left = ledger::forecast(pace, shelf.on_hand, sold[key]);
    rows.push_back(std::move(shelf));
  }
  std::size_t attention = 0;
  for (const Shelf& shelf : rows) attention += shelf.on_hand <= 0 || shelf.low || (shelf.left && shelf.left->runs_out) ? 1 : 0;
  const std::size_t more = keep_first(rows, [](const Shelf& a, const Shelf& b) { return a.urgency() < b.urgency(); });
  json shown = json::array();
  for (const Shelf& shelf : rows) {
    json row{{"exhibitor", shelf.exhibitor}, {"product", shelf.product}, {"name", shelf.name},
             {"unit", shelf.unit},           {"on_hand", shelf.on_hand}, {"low", shelf.low}};
    row["runs_out"] = shelf.left && shelf.left->runs_out;
    if (shelf.left) row["days_left_tenths"] = shelf.left->days_left_tenths;
    shown.push_back(std::move(row));
  }
  return {{"rows", std::move(shown)}, {"more", more}, {"attention", attention}};
}

// Terminals that have not been heard of: what they sold since is not in any figure here.
json behind(const ledger::Reader& books, const Contacts& contacts, const Scope& scope) {
  json rows = json::array();
  for (const json& terminal : terminal_rows(books, contacts, scope)) {
    if (!terminal["silent"].get<bool>()) continue;
    json row{{"terminal", terminal["terminal"]}, {"booth", terminal["booth"]}};
    for (const char* since : {"last_contact", "last_entry"})
      if (terminal.contains(since) && !row.contains("since")) row["since"] = terminal[since];
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

json picture(const ledger::Reader& books, const Contacts& contacts, const Scope& scope) {
  const ledger::CatalogueItems items = ledger::catalogue_items(books);
  const std::map<std::string, json> exhibitors = within(scope, items.exhibitors);
  const std::string today = local_day(contacts.now);
  const auto hourly = ledger::hourly_deals(books);
  const Takings takings(rows_of(scope, [&](auto of) { return ledger::daily_deals(books, of); }),
                        scope ? rows_of(scope, [&](auto of) { return ledger::hourly_deals(books, of); }) : hourly, today);
  const Lines lines(rows_of(scope, [&](auto of) { return ledger::goods_sold(books, of); }),
                    rows_of(scope, [&](auto of) { return ledger::goods_of_day(books, today, of); }), items);
  const json fair = items.fair.is_object() ? items.fair : json::object();  // nothing imported yet

  ledger::TransferTotals transfers;
  for (const auto& [id, item] : exhibitors) {
    const ledger::TransferTotals of = ledger::transfer_totals(books, id);
    transfers.claimed += of.claimed;
    transfers.confirmed += of.confirmed;
    transfers.differs += of.differs;
  }
  json stars = json::array();
  for (const auto& [star, of] : lines.stars) stars.push_back({{"key", star}, {"net", of.net}, {"quantity", of.quantity}});
  const auto home = [&](bool is) { return lines.home.contains(is) ? lines.home.at(is) : Dong{0}; };
  const auto leads = rows_of(scope, [&](auto of) { return ledger::leads(books, of); });
  Dong lead_value = 0;
  for (const ledger::LeadRow& lead : leads) lead_value += lead.value;

  json shown{{"fair",
              {{"name", fair.value("name", "")},
               {"first_day", fair.value("first_day", "")},
               {"last_day", fair.value("last_day", "")},
               {"place", fair.value("place", "")},
               {"host_province", fair.value("host_province", "")}}},
             {"as_of", contacts.now},
             {"heads", books.branches().size()},
             {"day", today},
             {"all", takings.all.shown()},
             {"today", takings.today.shown()},
             {"coverage", takings.covered.shown(exhibitors)},
             {"coverage_today", takings.covered_today.shown(exhibitors)},
             {"behind", behind(books, contacts, scope)},
             {"days", in_order(takings.days)},
             {"hours", in_order(takings.hours)},
             {"exhibitors", exhibitor_rows(takings, exhibitors)},
             {"products", best_goods(lines, items)},
             {"methods", methods(rows_of(scope, [&](auto of) { return ledger::takings_by_method(books, of); }), today)},
             {"transfers", {{"claimed", transfers.claimed}, {"confirmed", transfers.confirmed}, {"differs", transfers.differs}}},
             {"ocop", std::move(stars)},
             {"home", {{"home", home(true)}, {"others", home(false)}}},
             {"stock", stock_rows(rows_of(scope, [&](auto of) { return ledger::stock(books, of); }), items,
                                  ledger::pace_of(hourly, today, fair.value("last_day", "")))},
             {"leads", {{"count", leads.size()}, {"value", lead_value}}}};
  if (!scope) shown["visitors"] = ledger::visitors(books);
  return shown;
}

Summary picture_of_all(const ledger::Reader& books, const Contacts& contacts) {
  Summary all;
  all.json = picture(books, contacts, std::nullopt).dump();
  return all;
}

}  // namespace phien::server
