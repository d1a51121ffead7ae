#include "server/api/changes_json.hpp"

namespace phien::server::api {

using nlohmann::json;

namespace {

const char* type_name(journal::CatalogueItem::Type type) {
  using Type = journal::CatalogueItem::Type;
  return type == Type::fair ? "fair" : type == Type::exhibitor ? "exhibitor" : type == Type::product ? "product" : "cashier";
}

const char* what_name(exchange::ItemChange::What what) {
  using What = exchange::ItemChange::What;
  return what == What::added ? "added" : what == What::changed ? "changed" : what == What::kept ? "kept" : "unchanged";
}

}  // namespace

json problem_json(const Problem& problem) {
  return {{"code", problem.code}, {"where", problem.where}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}};
}

json changes_json(const exchange::Changes& changes) {
  using What = exchange::ItemChange::What;
  json items = json::array(), openings = json::array();
  for (const auto& change : changes.items) {
    if (change.what == What::unchanged) continue;
    json fields = json::array();
    for (const auto& field : change.fields) fields.push_back({{"field", field.field}, {"was", field.was}, {"is", field.is}});
    items.push_back({{"type", type_name(change.type)},
                     {"id", change.id},
                     {"name", change.name},
                     {"what", what_name(change.what)},
                     {"fields", std::move(fields)}});
  }
  for (const auto& change : changes.openings)
    openings.push_back({{"exhibitor", change.exhibitor},
                        {"product", change.product},
                        {"name", change.name},
                        {"unit", change.unit},
                        {"was", change.was},
                        {"is", change.is}});
  return {{"added", changes.count(What::added)},
          {"changed", changes.count(What::changed)},
          {"unchanged", changes.count(What::unchanged)},
          {"kept", changes.count(What::kept)},
          {"items", std::move(items)},
          {"openings", std::move(openings)},
          {"text", {{"en", exchange::describe(changes, Lang::en)}, {"vi", exchange::describe(changes, Lang::vi)}}}};
}

}  // namespace phien::server::api
