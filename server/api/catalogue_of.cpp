#include "server/api/catalogue_of.hpp"

namespace phien::server::api {
namespace {

template <class Item, class Read>
std::map<std::string, Item> read_all(const std::map<std::string, nlohmann::json>& items, Read read) {
  std::map<std::string, Item> all;
  for (const auto& [id, item] : items)
    if (auto one = read(item)) all.emplace(id, std::move(*one));
  return all;
}

}  // namespace

catalogue::Catalogue catalogue_of(const ledger::Reader& books) {
  const ledger::CatalogueItems items = ledger::catalogue_items(books);
  catalogue::Catalogue all;
  if (auto fair = catalogue::fair_from_json(items.fair)) all.fair = std::move(*fair);
  all.exhibitors = read_all<catalogue::Exhibitor>(items.exhibitors, catalogue::exhibitor_from_json);
  all.products = read_all<catalogue::Product>(items.products, catalogue::product_from_json);
  all.cashiers = read_all<catalogue::Cashier>(items.cashiers, catalogue::cashier_from_json);
  return all;
}

}  // namespace phien::server::api
