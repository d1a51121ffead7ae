// Who asks, and what each may call: one table of all routes. A route that is not in it cannot be added.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/house.hpp"
#include "shared/net/http.hpp"

namespace phien::server::api {

// Lets through who may call this route; sets request.principal to "machine", "terminal:ID", "account:ID" or "token:ID".
// Codes: no_token, bad_token, expired, no_session (401), not_yours, revoked, wrong_origin, not_the_page (403).
// Aborts for a route that is not in the table.
net::Guard guard_of(House& house, const std::string& method, const std::string& pattern);

// "GET /api/v1/stock": all of the table, for the test that there is nothing in it but routes.
std::vector<std::string> routes_with_rights();

// The account in whose name the caller acts: `by` of the entries it writes.
std::string acting(const House& house, const net::Request& request);
bool is_machine(const net::Request& request);  // the commands of this machine, with its admin token
bool is_terminal(const net::Request& request);
// The exhibitors the caller is confined to; nothing: not confined. Throws Refusal when the caller is no longer there.
std::optional<std::vector<std::string>> confined_to(const House& house, const net::Request& request);
// The token a program came with; nullptr: it is no program.
const journal::ApiToken* token_of(const House& house, const net::Request& request);
// The caller's login at a page, if that is how it came.
std::optional<Login> login_of(House& house, const net::Request& request);

std::string role_name(journal::Role role);

// The cookie of a login, as Set-Cookie. An empty secret takes it away.
std::string login_cookie(const net::Request& request, const std::string& secret);
// A request from another page, which a browser names; nothing if it is from ours, or from no browser.
std::optional<net::Response> wrong_origin(const net::Request& request);

}  // namespace phien::server::api
