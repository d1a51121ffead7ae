// Lists out of the ledger: each is one view of it, laid out as JSON.
#include <algorithm>

#include "server/api/route.hpp"
#include "server/live/summary.hpp"
#include "shared/ledger/transfers.hpp"

namespace phien::server::api {
namespace {

// Answers with rows made by `make` from a snapshot, within the caller's scope.
using Make = std::function<json(const ledger::Reader& books, const Scope& scope)>;
asio::awaitable<net::Response> answer_rows(House& house, net::Request& request, Make make) {
  const Page page = page_of(house, request);
  const Scope scope = scope_of(house, request);
  const House::Work work = [page, scope, make](const db::Snapshot& snapshot) {
    return list(snapshot, page, make(snapshot, scope));
  };
  co_return co_await house.read(work);
}

json stock_json(const ledger::StockRow& row) {
  json out = json::object();
  for (const auto& [reason, quantity] : row.out) out[reason] = quantity;
  json json_row{{"exhibitor", row.exhibitor},
                {"product", row.product},
                {"place", row.place},
                {"name", row.name},
                {"unit", row.unit},
                {"opening", row.opening},
                {"in", row.in},
                {"sold", row.sold},
                {"returned", row.returned},
                {"moved_in", row.moved_in},
                {"moved_out", row.moved_out},
                {"out", std::move(out)},
                {"count_difference", row.count_difference},
                {"on_hand", row.on_hand}};
  if (row.counted_at) json_row["counted_at"] = *row.counted_at;
  return json_row;
}

asio::awaitable<net::Response> stock(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "product", "limit", "after"});
  const auto product = parameter(request, "product");
  if (product && !is_id(*product)) refuse_parameter("product");
  const Make make = [product](const ledger::Reader& books, const Scope& scope) {
    json rows = json::array();
    for (const auto& row : rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::stock(b, exhibitor); }))
      if (!product || row.product == *product) rows.push_back(stock_json(row));
    return rows;
  };
  co_return co_await answer_rows(house, request, make);
}

constexpr std::array<std::pair<const char*, ledger::PaymentState>, 4> kStates{{{"claimed", ledger::PaymentState::claimed},
                                                                               {"confirmed", ledger::PaymentState::confirmed},
                                                                               {"differs", ledger::PaymentState::differs},
                                                                               {"unmatched", ledger::PaymentState::unmatched}}};

std::optional<ledger::PaymentState> state_parameter(const net::Request& request) {
  const auto wanted = parameter(request, "state");
  if (!wanted) return std::nullopt;
  for (const auto& [name, state] : kStates)
    if (*wanted == name) return state;
  refuse_parameter("state");
}

const char* name_of(ledger::PaymentState state) {
  for (const auto& [name, known] : kStates)
    if (known == state) return name;
  std::abort();
}

asio::awaitable<net::Response> transfers(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "state", "limit", "after"});
  const auto state = state_parameter(request);
  const Page page = page_of(house, request);
  const std::size_t most = page.after + page.limit + 1;  // one more says that there are more
  const Make make = [state, most](const ledger::Reader& books, const Scope& scope) {
    json rows = json::array();
    const auto first = [most, state](const auto& b, auto exhibitor) {
      return ledger::first_transfers(b, most, exhibitor, state);
    };
    for (const auto& row : rows_in(scope, books, first)) {
      json one{{"exhibitor", row.exhibitor}, {"pay_ref", row.pay_ref},     {"state", name_of(row.state)},
               {"claimed", row.claimed},     {"confirmed", row.confirmed}, {"time", row.time}};
      if (row.sale) one["sale"] = ref_json(*row.sale);
      rows.push_back(std::move(one));
    }
    return rows;
  };
  co_return co_await answer_rows(house, request, make);
}

asio::awaitable<net::Response> shifts(House& house, net::Request& request) {
  only_parameters(request, {"terminal", "limit", "after"});
  const auto terminal = parameter(request, "terminal");
  if (terminal && !is_id(*terminal)) refuse_parameter("terminal");
  const Make make = [terminal](const ledger::Reader& books, const Scope&) {
    json rows = json::array();
    for (const auto& row : ledger::shifts(books, terminal ? std::optional<std::string_view>(*terminal) : std::nullopt)) {
      json one{{"open", ref_json(row.open)},   {"terminal", row.terminal},
               {"cashier", row.cashier},       {"holder", row.holder},
               {"opened", row.opened},         {"float", row.float_amount},
               {"cash_sales", row.cash_sales}, {"cash_refunds", row.cash_refunds},
               {"cash_in", row.cash_in},       {"cash_out", row.cash_out},
               {"expected", row.expected},     {"sales", row.sales}};
      if (row.closed) one["closed"] = *row.closed;
      if (row.counted) one["counted"] = *row.counted;
      rows.push_back(std::move(one));
    }
    return rows;
  };
  co_return co_await answer_rows(house, request, make);
}

asio::awaitable<net::Response> exceptions(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "limit", "after"});
  const Make make = [](const ledger::Reader& books, const Scope& scope) {
    json rows = json::array();
    for (const auto& row : rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::exceptions(b, exhibitor); })) {
      json one{{"code", row.code},       {"exhibitor", row.exhibitor}, {"terminal", row.terminal},
               {"subject", row.subject}, {"settled", row.settled},     {"message", {{"en", row.what.en}, {"vi", row.what.vi}}}};
      if (row.entry) one["entry"] = ref_json(*row.entry);
      rows.push_back(std::move(one));
    }
    return rows;
  };
  co_return co_await answer_rows(house, request, make);
}

asio::awaitable<net::Response> terminals(House& house, net::Request& request) {
  only_parameters(request, {"limit", "after"});
  const Contacts contacts{house.last_contact, house.now().wall};
  const Make make = [contacts, devices = house.devices](const ledger::Reader& books, const Scope&) {
    json rows = terminal_rows(books, contacts);
    for (json& row : rows)
      if (const auto told = devices.find(row["terminal"].get<std::string>()); told != devices.end())
        row["device"] = device_json(told->second, row["seq"].get<std::int64_t>());
    return rows;
  };
  co_return co_await answer_rows(house, request, make);
}

json values_of(const std::map<std::string, json>& items) {
  json values = json::array();
  for (const auto& [id, item] : items) values.push_back(item);
  return values;
}

void keep_only(const std::vector<std::string>& exhibitors, ledger::CatalogueItems& items) {
  const auto other = [&](const std::string& id) {
    return std::find(exhibitors.begin(), exhibitors.end(), id) == exhibitors.end();
  };
  std::erase_if(items.exhibitors, [&](const auto& item) { return other(item.first); });
  std::erase_if(items.products, [&](const auto& item) { return other(item.second.value("exhibitor", "")); });
  std::erase_if(items.cashiers, [&](const auto& item) { return other(item.second.value("exhibitor", "")); });
}

asio::awaitable<net::Response> catalogue(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor"});
  const Milliseconds now = house.now().wall;
  const Scope scope = scope_of(house, request);
  const House::Work work = [now, scope](const db::Snapshot& snapshot) {
    ledger::CatalogueItems items = ledger::catalogue_items(snapshot);
    if (scope) keep_only(*scope, items);
    json cashiers = json::array();
    for (const auto& [id, item] : items.cashiers) {
      json shown = item;
      shown.erase("pin");  // the verifier is for tills, which have it from the feed
      cashiers.push_back(std::move(shown));
    }
    return ok({{"fair", items.fair.is_object() ? items.fair : json::object()},
               {"exhibitors", values_of(items.exhibitors)},
               {"products", values_of(items.products)},
               {"cashiers", std::move(cashiers)},
               {"as_of", now}});
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> summary(House& house, net::Request& request) {
  only_parameters(request, {});
  const std::shared_ptr<const Summary> summary = co_await house.totals.current();
  co_return net::json_response(summary->json);
}

}  // namespace

void add_book_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/summary", summary});
  add(router, house, {"GET", "/api/v1/stock", stock});
  add(router, house, {"GET", "/api/v1/transfers", transfers});
  add(router, house, {"GET", "/api/v1/shifts", shifts});
  add(router, house, {"GET", "/api/v1/exceptions", exceptions});
  add(router, house, {"GET", "/api/v1/terminals", terminals});
  add(router, house, {"GET", "/api/v1/catalogue", catalogue});
}

}  // namespace phien::server::api
