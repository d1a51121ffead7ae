// One item of the catalogue as a person changes it: what must hold of it, and the entry that says so.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/house.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server::api {

using ItemType = journal::CatalogueItem::Type;

// "fair", "exhibitor", "product", "cashier"; throws Refusal (404) for another word.
ItemType item_type(const std::string& name);
// The item of that id as it is now; nothing: there is none, or it was removed.
std::optional<nlohmann::json> item_now(const ledger::CatalogueItems& items, ItemType type, const std::string& id);
// Throws Refusal (422), `where` the field, unless the item may stand beside what there is: its own form
// (shared/catalogue/FORMAT.md), check digits, an exhibitor that exists, codes and booths that no other has.
void must_fit(const ledger::CatalogueItems& items, ItemType type, const nlohmann::json& item);

// The entries that gave an item of that id its versions, the latest last.
struct ItemVersion {
  nlohmann::json item;
  bool removed = false;
  journal::Ref entry;
};
std::vector<ItemVersion> item_versions(const ledger::Reader& books, ItemType type, const std::string& id);

}  // namespace phien::server::api
