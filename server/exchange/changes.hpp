// What an import would change, and the entries that change it.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/exchange/import.hpp"
#include "shared/journal/entry.hpp"
#include "shared/ledger/views.hpp"

namespace phien::exchange {

inline constexpr std::size_t kMaxExhibitorId = 28;     // leaves room for the ids of its cashiers: "<exhibitor>.1"
inline constexpr const char* kOpeningPlace = "booth";  // where imported opening stock lies

// Opening stock at kOpeningPlace as the ledger has it, by (exhibitor, product).
using Openings = std::map<std::pair<std::string, std::string>, Quantity>;
Openings openings_of(const std::vector<ledger::StockRow>& stock);

struct FieldChange {
  std::string field;
  nlohmann::json was, is;
};  // null: the item has no such field
struct ItemChange {
  enum class What { added, changed, unchanged, kept };  // kept: not in the file, stays as it is
  journal::CatalogueItem::Type type{};
  std::string id, name;
  What what{};
  std::vector<FieldChange> fields;  // of `changed`
  nlohmann::json item;              // as it will be
};
struct OpeningChange {
  std::string exhibitor, product, name, unit;
  Quantity was = 0, is = 0;
};
struct Changes {
  std::vector<ItemChange> items;
  std::vector<OpeningChange> openings;  // only those that differ
  bool any() const;
  std::size_t count(ItemChange::What what) const;
};

// The cashier of an exhibitor that has none: every entry names one, so without it nothing could be sold.
nlohmann::json first_cashier(const std::string& exhibitor);

// Compares an import without problems with what the ledger has. An exhibitor that has no cashier, neither in the file nor in the
// ledger, gets `<exhibitor>.1` "Người bán 1". Code other_fair: the file is of another fair.
Result<Changes> diff(const ledger::CatalogueItems& now, const Openings& openings, const Imported& imported);

// For the server's journal, in this order: fair, exhibitors, cashiers, products, openings (differences). Empty when nothing
// changes.
std::vector<journal::Body> to_entries(const Changes& changes);

// The difference in lines for people: what is added, what changes from what to what, what is kept though not in the file.
std::string describe(const Changes& changes, Lang lang);

}  // namespace phien::exchange
