#include "server/exchange/changes.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace phien::exchange {

namespace {

using nlohmann::json;
using Type = journal::CatalogueItem::Type;
using What = ItemChange::What;

// 60 lines of the longest names stay below the size of an entry (shared/journal/FORMAT.md §2).
constexpr std::size_t kOpeningLines = 60;

std::vector<FieldChange> differing_fields(const json& was, const json& is) {
  std::set<std::string> names;
  for (const auto& [name, value] : was.items()) names.insert(name);
  for (const auto& [name, value] : is.items()) names.insert(name);
  std::vector<FieldChange> fields;
  for (const auto& name : names) {
    FieldChange field{name, was.value(name, json()), is.value(name, json())};
    if (field.was == field.is) continue;
    if (name == "pin") field.was = field.is = "***";  // a verifier is of no use to people
    fields.push_back(std::move(field));
  }
  return fields;
}

ItemChange compare(Type type, const std::string& id, const json* was, json is) {
  ItemChange change{
      .type = type, .id = id, .name = is.at("name").get<std::string>(), .what = What::added, .fields = {}, .item = std::move(is)};
  if (was) {
    change.fields = differing_fields(*was, change.item);
    change.what = change.fields.empty() ? What::unchanged : What::changed;
  }
  return change;
}

void compare_all(Type type, const std::map<std::string, json>& was, const std::map<std::string, json>& is,
                 std::vector<ItemChange>& into) {
  for (const auto& [id, item] : is) {
    const auto found = was.find(id);
    into.push_back(compare(type, id, found == was.end() ? nullptr : &found->second, item));
  }
  for (const auto& [id, item] : was) {
    if (is.contains(id)) continue;
    into.push_back({.type = type, .id = id, .name = item.value("name", ""), .what = What::kept, .fields = {}, .item = item});
  }
}

template <class T>
std::map<std::string, json> items(const std::map<std::string, T>& things) {
  std::map<std::string, json> all;
  for (const auto& [id, thing] : things) all.emplace(id, to_json(thing));
  return all;
}

std::map<std::string, json> cashier_items(const ledger::CatalogueItems& now, const Imported& imported) {
  std::map<std::string, json> all;
  std::set<std::string> have_one;
  for (const auto& [id, cashier] : imported.catalogue.cashiers) {
    catalogue::Cashier c = cashier;
    // The verifier stays while the PIN does: it is salted, and a list without a PIN does not take one away.
    const auto known = now.cashiers.find(id);
    if (known != now.cashiers.end()) c.pin = known->second.value("pin", "");
    const auto typed = imported.pins.find(id);
    if (typed != imported.pins.end() && !catalogue::pin_matches(c.pin, typed->second))
      c.pin = catalogue::pin_verifier(typed->second);
    have_one.insert(c.exhibitor);
    all.emplace(id, to_json(c));
  }
  for (const auto& [id, item] : now.cashiers) have_one.insert(item.value("exhibitor", ""));
  // Every entry names a cashier, so an exhibitor without one could not sell.
  for (const auto& [id, exhibitor] : imported.catalogue.exhibitors) {
    if (have_one.contains(id)) continue;
    all.emplace(id + ".1", first_cashier(id));
  }
  return all;
}

std::vector<OpeningChange> compare_openings(const Openings& openings, const catalogue::Catalogue& imported) {
  Openings wanted;
  for (const auto& [id, product] : imported.products) wanted[{product.exhibitor, id}] = product.opening_stock;
  // A product that now belongs to another exhibitor takes its opening stock along.
  for (const auto& [key, quantity] : openings) {
    if (imported.products.contains(key.second)) wanted.emplace(key, 0);
  }
  std::vector<OpeningChange> changes;
  for (const auto& [key, is] : wanted) {
    const auto found = openings.find(key);
    const Quantity was = found == openings.end() ? 0 : found->second;
    const auto& product = imported.products.at(key.second);
    if (was != is) changes.push_back({key.first, key.second, product.name, product.unit, was, is});
  }
  return changes;
}

std::string shown(const json& value) {
  if (value.is_null()) return "—";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Message title(Type type) {
  switch (type) {
    case Type::fair:
      return {"Phiên", "Fair"};
    case Type::exhibitor:
      return {"Đơn vị", "Exhibitors"};
    case Type::cashier:
      return {"Người bán", "Cashiers"};
    case Type::product:
      return {"Sản phẩm", "Products"};
  }
  return {};
}

}  // namespace

json first_cashier(const std::string& exhibitor) {
  catalogue::Cashier c;
  c.id = exhibitor + ".1";
  c.name = "Người bán 1";
  c.exhibitor = exhibitor;
  return to_json(c);
}

Openings openings_of(const std::vector<ledger::StockRow>& stock) {
  Openings openings;
  for (const auto& row : stock) {
    if (row.place == kOpeningPlace && row.opening != 0) openings[{row.exhibitor, row.product}] = row.opening;
  }
  return openings;
}

bool Changes::any() const { return !openings.empty() || count(What::added) + count(What::changed) > 0; }

std::size_t Changes::count(What what) const {
  return static_cast<std::size_t>(std::count_if(items.begin(), items.end(), [&](const ItemChange& i) { return i.what == what; }));
}

Result<Changes> diff(const ledger::CatalogueItems& now, const Openings& openings, const Imported& imported) {
  const auto& is = imported.catalogue;
  const bool has_fair = now.fair.is_object() && !now.fair.empty();
  if (has_fair && now.fair.value("id", "") != is.fair.id) {
    return Problem{"other_fair",
                   "fair.json:id",
                   {fmt::format("tệp này của phiên “{}”, máy chủ này của phiên “{}”", is.fair.id, now.fair.value("id", "")),
                    fmt::format("this file is of fair “{}”, this server of “{}”", is.fair.id, now.fair.value("id", ""))}};
  }
  Changes changes;
  changes.items.push_back(compare(Type::fair, is.fair.id, has_fair ? &now.fair : nullptr, to_json(is.fair)));
  compare_all(Type::exhibitor, now.exhibitors, items(is.exhibitors), changes.items);
  // A list without cashiers says nothing about them: those that are there are not listed as missing from it.
  const auto cashiers = cashier_items(now, imported);
  compare_all(Type::cashier, is.cashiers.empty() ? std::map<std::string, json>() : now.cashiers, cashiers, changes.items);
  compare_all(Type::product, now.products, items(is.products), changes.items);
  changes.openings = compare_openings(openings, is);
  return changes;
}

std::vector<journal::Body> to_entries(const Changes& changes) {
  std::vector<journal::Body> entries;
  for (const auto& item : changes.items) {
    if (item.what == What::added || item.what == What::changed)
      entries.emplace_back(journal::CatalogueItem{item.type, item.item, false});
  }
  std::vector<journal::Opening> openings;
  for (const auto& change : changes.openings) {  // they come by exhibitor
    const bool fits =
        !openings.empty() && openings.back().exhibitor == change.exhibitor && openings.back().lines.size() < kOpeningLines;
    if (!fits) openings.push_back({change.exhibitor, kOpeningPlace, {}});
    openings.back().lines.push_back({change.product, change.name, change.unit, change.is - change.was, {}, {}});
  }
  for (auto& opening : openings) entries.emplace_back(std::move(opening));
  return entries;
}

std::string describe(const Changes& changes, Lang lang) {
  const bool vi = lang == Lang::vi;
  std::string out;
  for (const Type type : {Type::fair, Type::exhibitor, Type::cashier, Type::product}) {
    std::map<What, std::size_t> counts;
    std::string lines;
    for (const auto& item : changes.items) {
      if (item.type != type) continue;
      ++counts[item.what];
      if (item.what == What::added) lines += fmt::format("  + {} {}\n", item.id, item.name);
      if (item.what == What::kept)
        lines +=
            fmt::format("  . {} {} ({})\n", item.id, item.name, vi ? "không có trong tệp, giữ nguyên" : "not in the file, kept");
      if (item.what != What::changed) continue;
      lines += fmt::format("  ~ {} {}\n", item.id, item.name);
      for (const auto& field : item.fields)
        lines += fmt::format("      {}: {} → {}\n", field.field, shown(field.was), shown(field.is));
    }
    out += fmt::format(fmt::runtime(vi ? "{}: {} mới, {} đổi, {} như cũ, {} không có trong tệp\n"
                                       : "{}: {} new, {} changed, {} as before, {} not in the file\n"),
                       title(type).in(lang), counts[What::added], counts[What::changed], counts[What::unchanged],
                       counts[What::kept]);
    out += lines;
  }
  out += fmt::format(fmt::runtime(vi ? "Tồn đầu kỳ: {} thay đổi\n" : "Opening stock: {} changes\n"), changes.openings.size());
  for (const auto& o : changes.openings) {
    out += fmt::format("  ~ {} {}: {} → {} {}\n", o.product, o.name, format_quantity(o.was), format_quantity(o.is), o.unit);
  }
  return out;
}

}  // namespace phien::exchange
