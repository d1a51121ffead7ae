// The organizer's lists: read, compared with what is here, and applied as entries of the server's journal, all or nothing.
#include "server/api/changes_json.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"
#include "server/exchange/changes.hpp"
#include "server/exchange/import.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kMaxFile = 8 * 1024 * 1024;

json problems_json(const std::vector<Problem>& problems) {
  json list = json::array();
  for (const Problem& problem : problems) list.push_back(problem_json(problem));
  return list;
}

Result<exchange::Changes> compare(const ledger::Reader& books, const exchange::Imported& imported) {
  return exchange::diff(ledger::catalogue_items(books), exchange::openings_of(ledger::stock(books)), imported);
}

asio::awaitable<net::Response> import_lists(House& house, net::Request& request) {
  Fields in(request.body);
  exchange::Files files{
      in.verbatim("fair_json", kMaxFile), in.verbatim("exhibitors_csv", kMaxFile), in.verbatim("products_csv", kMaxFile), {}};
  if (in.has("cashiers_csv")) files.cashiers = in.verbatim("cashiers_csv", kMaxFile);
  const bool apply = in.flag("apply", false);
  in.done();
  const exchange::Imported imported = exchange::read_catalogue(files);
  json answer{{"problems", problems_json(imported.problems)}, {"warnings", problems_json(imported.warnings)}, {"applied", false}};
  if (!imported.ok()) {
    answer["error"] = problem_json({"bad_lists",
                                    imported.problems.front().where,
                                    {"Danh sách có lỗi, không nhập gì.", "The lists have faults, nothing is imported."}});
    net::Response refused = ok(answer);
    refused.status = 422;
    co_return refused;
  }
  if (imported.catalogue.fair.id != house.keys().fair)
    throw Refusal(422, {"other_fair",
                        "fair.json",
                        {"Danh sách của phiên khác: " + imported.catalogue.fair.id + ", không phải " + house.keys().fair + ".",
                         "The lists are of " + imported.catalogue.fair.id + ", not of " + house.keys().fair + "."}});
  // Off the io thread: PINs are made into verifiers, which is slow by design.
  std::optional<Result<exchange::Changes>> changes;
  journal::Head compared_at;
  const std::function<void()> comparing = [&] {
    const auto snapshot = house.store().snapshot();
    compared_at = house.own_head(*snapshot);
    changes.emplace(compare(*snapshot, imported));
  };
  co_await house.aside(comparing);
  if (!*changes) throw Refusal(422, changes->problem());
  answer["changes"] = changes_json(**changes);
  if (apply && (*changes)->any()) {
    const std::string by = acting(house, request);
    const std::vector<journal::Body> bodies = exchange::to_entries(**changes);
    const db::JournalStore::Job job = [&](db::Transaction& tx) {
      if (house.own_head(tx) != compared_at)
        throw Refusal(
            409, {"changed_meanwhile",
                  "",
                  {"Dữ liệu vừa thay đổi, hãy xem lại khác biệt.", "Something has just changed, look at the difference again."}});
      // Each entry stands for itself; that all of them come or none is the transaction's work.
      for (const journal::Body& body : bodies) (void)house.write(tx, {house.entry(body, by)});
    };
    co_await house.commit_own(job);
    answer["applied"] = true;
  }
  co_return ok(answer);
}

}  // namespace

void add_import_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/imports", import_lists, kImportBody});
}

}  // namespace phien::server::api
