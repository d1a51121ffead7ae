// What every route has in common: who may call it, and what becomes of a refusal. Each resource adds its own routes.
#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/api/access.hpp"
#include "server/house.hpp"
#include "server/setup/first_run.hpp"
#include "shared/net/http.hpp"

namespace phien::server::api {

using nlohmann::json;
using Answer = std::function<asio::awaitable<net::Response>(House&, net::Request&)>;

inline constexpr std::size_t kSmallBody = 64 * 1024;
inline constexpr std::size_t kImportBody = 32 * 1024 * 1024;      // lists of a fair, as JSON text
inline constexpr std::size_t kJournalsBody = 1024 * 1024 * 1024;  // exported journals of a whole fair

// The enrolment of the terminal that asks.
const journal::TerminalEnrolled& asking_terminal(const House& house, const net::Request& request);

// Makes answers of what `answer` throws: a Refusal, a store that is full or failed.
net::Handler refusing(net::Handler answer);
// Adds a route whose refusals (Refusal, a store that is full or failed) become answers. Who may call it: access.cpp.
struct Spec {
  const char* method;
  const char* pattern;
  Answer answer;
  std::size_t max_body = 0;
  bool no_deadline = false;
};
inline constexpr bool kNoDeadline = true;  // waits for news, or works through the whole store
void add(net::Router& router, House& house, Spec spec);

// Which exhibitors the caller may see, narrowed by ?exhibitor=. Nothing: all. Refuses another's with 403 not_yours.
using Scope = std::optional<std::vector<std::string>>;
Scope scope_of(const House& house, const net::Request& request);
// Rows of each exhibitor in the scope, one after the other: `view` is a view of the ledger.
template <class View>
auto rows_in(const Scope& scope, const ledger::Reader& books, View view) {
  if (!scope) return view(books, std::nullopt);
  decltype(view(books, std::nullopt)) rows;
  for (const std::string& exhibitor : *scope)
    for (auto& row : view(books, std::optional<std::string_view>(exhibitor))) rows.push_back(std::move(row));
  return rows;
}

// {"rows","as_of","heads"} and "next" when there are more than ?limit (at most kMaxRows) behind ?after.
inline constexpr std::size_t kMaxRows = 5'000;
struct Page {
  std::size_t after = 0, limit = kMaxRows;
  Milliseconds as_of = 0;
};
Page page_of(const House& house, const net::Request& request);
net::Response list(const ledger::Reader& books, const Page& page, json rows, json more = json::object());

// Query parameters: unknown names are refused (unknown_parameter), as are values out of bounds (bad_parameter).
void only_parameters(const net::Request& request, std::initializer_list<std::string_view> names);
std::optional<std::string> parameter(const net::Request& request, const std::string& name);
std::int64_t number_parameter(const net::Request& request, const std::string& name, std::int64_t least, std::int64_t most,
                              std::int64_t otherwise);
[[noreturn]] void refuse_parameter(const std::string& name);

net::Response ok(const json& body);
json ref_json(const journal::Ref& ref);
json head_json(const journal::Head& head);

// One file each.
void add_open_routes(net::Router& router, House& house);  // health, metrics, hello, openapi
void add_enrolment_routes(net::Router& router, House& house);
void add_session_routes(net::Router& router, House& house);
void add_journal_routes(net::Router& router, House& house);          // of terminals and of server's journals, in
void add_journal_reading_routes(net::Router& router, House& house);  // list, export
void add_feed_routes(net::Router& router, House& house);
void add_book_routes(net::Router& router,
                     House& house);  // stock, transfers, shifts, exceptions, terminals, catalogue, summary
void add_lead_routes(net::Router& router, House& house);
void add_sales_routes(net::Router& router, House& house);
void add_report_routes(net::Router& router, House& house);
void add_import_routes(net::Router& router, House& house);
void add_list_import_routes(net::Router& router, House& house);  // XLSX and CSV as people have them
void add_organizer_routes(net::Router& router, House& house);    // rulings, revocations, erasures, declared sales, bank, closing
void add_upkeep_routes(net::Router& router, House& house);       // verify, dump, rebuild, backups
void add_event_routes(net::Router& router, House& house);
void add_recovery_routes(net::Router& router, House& house);  // what is here of each journal
void add_login_routes(net::Router& router, House& house);     // login, logout, one's own password, who is logged in
void add_account_routes(net::Router& router, House& house);   // accounts, invitations
void add_token_routes(net::Router& router, House& house);
void add_catalogue_edit_routes(net::Router& router, House& house);
void add_proposal_routes(net::Router& router, House& house);  // goods, barcodes and offers from the tills
// The first run: `run` is null where it is over. `finished` is called when the person has shown the kit.
void add_setup_routes(net::Router& router, FirstRun* run, std::function<void()> finished);
void add_live_routes(net::Router& router, House& house);   // the live page's figures, QR codes
void add_bank_routes(net::Router& router, House& house);   // notices of transfers, and who may send them
void add_sheet_routes(net::Router& router, House& house);  // labels and booth cards, as PDF
void add_alert_routes(net::Router& router, House& house);  // what is wrong now, and where that is told
void add_picture_routes(net::Router& router, House& house);
void add_all_routes(net::Router& router, House& house);

}  // namespace phien::server::api
