// The organizer changes one item of the catalogue. Each version is an entry, so what was is never lost; and it is shown which
// terminals have the latest.
#include <algorithm>

#include "server/api/fields.hpp"
#include "server/api/items.hpp"
#include "server/api/route.hpp"
#include "server/exchange/changes.hpp"
#include "shared/catalogue/catalogue.hpp"

namespace phien::server::api {
namespace {

struct Named {
  ItemType type;
  std::string type_name, id;
};
Named named(const net::Request& request) {
  const std::string type = request.params.at("type"), id = request.params.at("id");
  return {item_type(type), type, id};
}

[[noreturn]] void unknown_item(const Named& item) {
  throw Refusal(404, {"unknown_item", "id", {"Không có mục " + item.id + ".", "There is no item " + item.id + "."}});
}

// A verifier is for tills; people see that there is one.
json shown(json item) {
  if (item.contains("pin")) {
    item.erase("pin");
    item["has_pin"] = true;
  }
  return item;
}

// The item as sent, with the PIN that was typed in place of the verifier: nothing said keeps what there is, "" takes it away.
struct Wanted {
  json item;
  std::optional<std::string> pin;
  std::optional<std::string> seen;  // the version it was made from
};
Wanted wanted_from(const Named& of, Fields& in) {
  Wanted wanted;
  wanted.item = in.any("item").value_or(json());
  if (in.has("pin")) wanted.pin = in.verbatim("pin", 12);
  wanted.seen = in.optional_text("seen", 64);
  in.done();
  if (!wanted.item.is_object() || wanted.item.value("id", json()) != of.id)
    throw Refusal(400, {"bad_value",
                        "item.id",
                        {"Mã trong nội dung phải như trong địa chỉ.", "The id in the item must be that of the address."}});
  wanted.item.erase("has_pin");
  const bool cashier = of.type == ItemType::cashier;
  if (wanted.item.contains("pin") || (wanted.pin && !cashier) ||
      (wanted.pin && !wanted.pin->empty() && !catalogue::is_pin(*wanted.pin)))
    throw Refusal(400, {"bad_pin", "pin", {"Mã PIN gồm 4–12 chữ số.", "A PIN has 4–12 digits."}});
  return wanted;
}

void must_be_the_version_seen(const std::vector<ItemVersion>& versions, const std::optional<std::string>& seen) {
  if (!seen || (!versions.empty() && hex(versions.back().entry.hash) == *seen)) return;
  throw Refusal(409, {"changed_meanwhile",
                      "seen",
                      {"Mục này vừa được người khác sửa, hãy xem lại.", "Somebody has just changed this item, look again."}});
}

bool has_cashier(const ledger::CatalogueItems& items, const std::string& exhibitor) {
  return std::any_of(items.cashiers.begin(), items.cashiers.end(),
                     [&](const auto& one) { return one.second.value("exhibitor", "") == exhibitor; });
}

asio::awaitable<net::Response> put_item(House& house, net::Request& request) {
  const Named of = named(request);
  const std::string by = acting(house, request);
  Fields in(request.body);
  Wanted wanted = wanted_from(of, in);
  std::string verifier;
  if (wanted.pin && !wanted.pin->empty()) {
    const std::function<void()> making = [&] { verifier = catalogue::pin_verifier(*wanted.pin); };
    co_await house.aside(making);
  }
  bool changed = false;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const auto items = ledger::catalogue_items(tx);
    const auto before = item_now(items, of.type, of.id);
    must_be_the_version_seen(item_versions(tx, of.type, of.id), wanted.seen);
    if (of.type == ItemType::fair && !before) unknown_item(of);
    json item = wanted.item;
    if (!verifier.empty()) item["pin"] = verifier;
    if (!wanted.pin && before && before->contains("pin")) item["pin"] = before->at("pin");
    must_fit(items, of.type, item);
    changed = before != item;
    if (!changed) return;
    std::vector<journal::Entry> entries{house.entry(journal::CatalogueItem{of.type, item, false}, by)};
    if (of.type == ItemType::exhibitor && !before && !has_cashier(items, of.id))
      entries.push_back(house.entry(journal::CatalogueItem{ItemType::cashier, exchange::first_cashier(of.id), false}, by));
    (void)house.write(tx, std::move(entries));
  };
  co_await house.commit_own(job);
  co_return ok({{"id", of.id}, {"changed", changed}});
}

asio::awaitable<net::Response> remove_item(House& house, net::Request& request) {
  const Named of = named(request);
  const std::string by = acting(house, request);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const auto items = ledger::catalogue_items(tx);
    const auto before = item_now(items, of.type, of.id);
    if (!before) unknown_item(of);
    const auto belongs = [&](const auto& one) { return one.second.value("exhibitor", "") == of.id; };
    const bool in_use = of.type == ItemType::exhibitor && std::any_of(items.products.begin(), items.products.end(), belongs);
    if (of.type == ItemType::fair || in_use)
      throw Refusal(
          409,
          {"in_use", "id", {"Còn sản phẩm hoặc dữ liệu thuộc mục này.", "There are still goods or data that belong to it."}});
    (void)house.write(tx, {house.entry(journal::CatalogueItem{of.type, *before, true}, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"id", of.id}, {"removed", true}});
}

asio::awaitable<net::Response> history(House& house, net::Request& request) {
  only_parameters(request, {});
  const Named of = named(request);
  const House::Work work = [of](const db::Snapshot& books) {
    json rows = json::array();
    for (ItemVersion& version : item_versions(books, of.type, of.id)) {
      json row{{"item", shown(std::move(version.item))}, {"removed", version.removed}, {"entry", ref_json(version.entry)}};
      if (const auto stored = journal::find(books, version.entry)) {
        const auto entry = journal::decode(std::string_view(stored->bytes));
        row["time"] = stored->time;
        if (entry) row["by"] = entry->by;
      }
      rows.push_back(std::move(row));
    }
    if (rows.empty()) unknown_item(of);
    return ok({{"rows", std::move(rows)}});
  };
  co_return co_await house.read(work);
}

// Which of the tills that sell it have its latest version: as far as their feeds have come in this run of the server.
asio::awaitable<net::Response> reach(House& house, net::Request& request) {
  only_parameters(request, {});
  const Named of = named(request);
  const auto snapshot = house.store().snapshot();
  const auto versions = item_versions(*snapshot, of.type, of.id);
  if (versions.empty()) unknown_item(of);
  const journal::Ref& latest = versions.back().entry;
  const std::string exhibitor = of.type == ItemType::exhibitor ? of.id : versions.back().item.value("exhibitor", "");
  const std::int64_t incarnation = journal::server_incarnation(latest.terminal).value_or(0);
  json rows = json::array();
  std::size_t have = 0;
  for (const auto& [id, terminal] : house.roll().enrolled) {
    const bool sells = exhibitor.empty() ||
                       std::find(terminal.exhibitors.begin(), terminal.exhibitors.end(), exhibitor) != terminal.exhibitors.end();
    if (!sells || house.roll().revoked.contains(id)) continue;
    const auto fed = house.fed.find(id);
    const bool has = fed != house.fed.end() && has_come_to(fed->second, incarnation, latest.seq);
    have += has;
    json row{{"terminal", id}, {"has", has}, {"heard", fed != house.fed.end()}};
    if (const auto contact = house.last_contact.find(id); contact != house.last_contact.end())
      row["last_contact"] = contact->second;
    rows.push_back(std::move(row));
  }
  co_return ok({{"entry", ref_json(latest)}, {"have", have}, {"of", rows.size()}, {"rows", std::move(rows)}});
}

}  // namespace

void add_catalogue_edit_routes(net::Router& router, House& house) {
  add(router, house, {"PUT", "/api/v1/catalogue/{type}/{id}", put_item, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/catalogue/{type}/{id}", remove_item});
  add(router, house, {"GET", "/api/v1/catalogue/{type}/{id}/history", history});
  add(router, house, {"GET", "/api/v1/catalogue/{type}/{id}/reach", reach});
}

}  // namespace phien::server::api
