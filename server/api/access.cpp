#include "server/api/access.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

// Callers, as bits.
enum Who : unsigned { anyone = 1, machine = 2, terminal = 4, organizer = 8, exhibitor = 16, reporter = 32, auditor = 64 };
constexpr unsigned kOrganizing = machine | organizer;            // changes something
constexpr unsigned kFigures = kOrganizing | reporter | auditor;  // reads and exports, of all exhibitors
constexpr unsigned kOwnFigures = kFigures | exhibitor;           // the same, an exhibitor its own alone
constexpr unsigned kProofs = kOrganizing | auditor;              // journals and what is to be looked at
constexpr unsigned kPeople = organizer | exhibitor | reporter | auditor;

struct Right {
  const char* method;
  const char* pattern;
  unsigned who;
};

constexpr std::array kRights{
    Right{"GET", "/healthz", anyone},
    Right{"GET", "/readyz", anyone},
    Right{"GET", "/metrics", anyone},
    Right{"GET", "/api/v1/openapi.json", anyone},
    Right{"GET", "/api/v1/hello", anyone},
    // Getting in.
    Right{"POST", "/api/v1/enrol", anyone},
    Right{"POST", "/api/v1/session/challenge", anyone},
    Right{"POST", "/api/v1/session", anyone},
    Right{"POST", "/api/v1/login", anyone},
    Right{"POST", "/api/v1/invitations/look", anyone},
    Right{"POST", "/api/v1/invitations", anyone},
    Right{"GET", "/api/v1/setup", anyone},  // and, with the code of the link, until the first run is over:
    Right{"POST", "/api/v1/setup/fair", anyone},
    Right{"POST", "/api/v1/setup/kit", anyone},
    Right{"POST", "/api/v1/setup/confirm", anyone},
    // One's own.
    Right{"GET", "/api/v1/me", kPeople | machine},
    Right{"POST", "/api/v1/me/password", kPeople},
    Right{"POST", "/api/v1/logout", kPeople},
    Right{"GET", "/api/v1/logins", kPeople | machine},
    Right{"DELETE", "/api/v1/logins/{id}", kPeople | machine},
    // Terminals.
    Right{"POST", "/api/v1/journals/{terminal}", terminal},
    Right{"GET", "/api/v1/journals/{terminal}", terminal},
    Right{"POST", "/api/v1/journals/returned", anyone},  // sealed by the key of a server or terminal of this fair
    Right{"GET", "/api/v1/feed", terminal},
    // Figures.
    Right{"GET", "/api/v1/stock", kOwnFigures | terminal},
    Right{"GET", "/api/v1/sales", kOwnFigures | terminal},
    Right{"GET", "/api/v1/transfers", kOwnFigures | terminal},
    Right{"GET", "/api/v1/exceptions", kOwnFigures | terminal},
    Right{"GET", "/api/v1/live", kOwnFigures},
    Right{"GET", "/api/v1/qr.png", kPeople | machine},
    Right{"GET", "/api/v1/leads", kOwnFigures},
    Right{"GET", "/api/v1/catalogue", kOwnFigures},
    Right{"GET", "/api/v1/summary", kFigures},
    Right{"GET", "/api/v1/shifts", kFigures},
    Right{"GET", "/api/v1/terminals", kFigures},
    Right{"GET", "/api/v1/report", kFigures},
    Right{"GET", "/api/v1/events", kFigures},
    // Proofs.
    Right{"GET", "/api/v1/journals", kProofs},
    Right{"GET", "/api/v1/journals/export", kProofs},
    Right{"GET", "/api/v1/verify", kProofs},
    Right{"GET", "/api/v1/ledger/dump", kProofs},
    Right{"GET", "/api/v1/holdings", kProofs},
    // The organizer's.
    Right{"POST", "/api/v1/enrolments", kOrganizing},
    Right{"GET", "/api/v1/enrolments", kProofs},
    Right{"DELETE", "/api/v1/enrolments", kOrganizing},
    Right{"POST", "/api/v1/booth-cards", kOrganizing},
    Right{"GET", "/api/v1/labels.pdf", kOwnFigures},
    Right{"POST", "/api/v1/imports", kOrganizing},
    Right{"POST", "/api/v1/imports/preview", kOrganizing},
    Right{"POST", "/api/v1/imports/apply", kOrganizing},
    Right{"GET", "/api/v1/imports/template", kOrganizing},
    Right{"GET", "/api/v1/catalogue/lists", kFigures},
    Right{"GET", "/api/v1/pictures", kOwnFigures},
    Right{"GET", "/api/v1/pictures/{product}", kOwnFigures},
    Right{"PUT", "/api/v1/pictures/{product}", kOrganizing},
    Right{"DELETE", "/api/v1/pictures/{product}", kOrganizing},
    Right{"PUT", "/api/v1/catalogue/{type}/{id}", kOrganizing},
    Right{"DELETE", "/api/v1/catalogue/{type}/{id}", kOrganizing},
    Right{"GET", "/api/v1/catalogue/{type}/{id}/history", kFigures},
    Right{"GET", "/api/v1/catalogue/{type}/{id}/reach", kFigures},
    Right{"GET", "/api/v1/proposals", kOwnFigures},
    Right{"POST", "/api/v1/proposals/accept", kOrganizing},
    Right{"POST", "/api/v1/proposals/answer", kOrganizing},
    Right{"POST", "/api/v1/rulings", kOrganizing},
    Right{"POST", "/api/v1/revocations", kOrganizing},
    Right{"POST", "/api/v1/erasures", kOrganizing},
    Right{"POST", "/api/v1/declared-sales", kOrganizing},
    Right{"POST", "/api/v1/payments/confirmed", kOrganizing},
    Right{"POST", "/api/v1/closing", kOrganizing},
    Right{"POST", "/api/v1/journals/import", kOrganizing},
    Right{"POST", "/api/v1/rebuild", kOrganizing},
    Right{"GET", "/api/v1/accounts", kProofs},
    Right{"POST", "/api/v1/accounts", kOrganizing},
    Right{"PUT", "/api/v1/accounts/{account}", kOrganizing},
    Right{"DELETE", "/api/v1/accounts/{account}", kOrganizing},
    Right{"POST", "/api/v1/accounts/{account}/invitation", kOrganizing},
    Right{"GET", "/api/v1/tokens", kProofs},
    Right{"POST", "/api/v1/tokens", kOrganizing},
    Right{"DELETE", "/api/v1/tokens/{token}", kOrganizing},
    // Alerts, and where they go.
    Right{"GET", "/api/v1/alerts", kFigures},
    Right{"GET", "/api/v1/alerts/outlets", kProofs},
    Right{"PUT", "/api/v1/alerts/outlets/{outlet}", kOrganizing},
    Right{"DELETE", "/api/v1/alerts/outlets/{outlet}", kOrganizing},
    Right{"POST", "/api/v1/alerts/outlets/{outlet}/test", kOrganizing},
    // Banks' notices: whoever sends one shows the source's own secret.
    Right{"POST", "/api/v1/bank/notices/{source}", anyone},
    Right{"GET", "/api/v1/bank/sources", kProofs},
    Right{"PUT", "/api/v1/bank/sources/{source}", kOrganizing},
    Right{"DELETE", "/api/v1/bank/sources/{source}", kOrganizing},
    Right{"GET", "/api/v1/bank/waiting", kProofs},
    Right{"GET", "/api/v1/bank/waiting/{notice}", kProofs},
    Right{"POST", "/api/v1/bank/waiting/{notice}", kOrganizing},
    Right{"DELETE", "/api/v1/bank/waiting/{notice}", kOrganizing},
    Right{"POST", "/api/v1/backups/kept", kOrganizing},
    // Writes a file wherever it is told to: for who has the machine.
    Right{"POST", "/api/v1/backups", machine},
};

// Of a hub's copy of a fair alone (server/hub).
constexpr std::array kHubRights{
    Right{"POST", "/api/v1/forwarded", terminal},  // a booth server in place of its terminals
};

constexpr std::string_view kBearer = "Bearer ", kMachine = "machine",
                           kTerminal = "terminal:", kAccount = "account:", kToken = "token:";

net::Response unauthorized(const char* code, Message what) {
  net::Response response = net::refusal(401, {code, "authorization", std::move(what)});
  response.headers["WWW-Authenticate"] = "Bearer";
  return response;
}

net::Response not_yours() {
  return net::refusal(403, {"not_yours", "", {"Không có quyền xem hoặc làm việc này.", "This is not yours to see or do."}});
}

// "__Host-": the browser keeps it to this very host. It wants TLS, which the machine itself does without.
std::string cookie_name(const net::Request& request) { return request.secure ? "__Host-phien-server" : "phien-server"; }

std::string own_origin(const net::Request& request) { return (request.secure ? "https://" : "http://") + request.header("host"); }

std::string_view rest(const net::Request& request, std::string_view prefix) {
  const std::string_view principal = request.principal;
  return principal.starts_with(prefix) ? principal.substr(prefix.size()) : std::string_view();
}

unsigned who_has(journal::Role role) {
  switch (role) {
    case journal::Role::organizer:
      return organizer;
    case journal::Role::exhibitor:
      return exhibitor;
    case journal::Role::reporter:
      return reporter;
    case journal::Role::auditor:
      return auditor;
  }
  std::abort();
}

// Who it is that shows this token, as bit and principal, or why nobody is known to.
std::optional<net::Response> by_token(House& house, net::Request& request, std::string_view token, unsigned& who) {
  if (equal_constant_time(token, house.admin_token())) {
    request.principal = kMachine;
    who = machine;
    return std::nullopt;
  }
  const Reading now = house.now();
  if (const auto* known = house.people().token_by_secret(token, now.wall)) {
    request.principal = std::string(kToken) + known->token;
    who = who_has(known->role);
    return std::nullopt;
  }
  const Sessions::Found found = house.sessions.find(std::string(token), now.up);
  if (found.standing == Sessions::Standing::unknown)
    return unauthorized("bad_token", {"Mã truy cập không đúng.", "The token is not known."});
  if (found.standing == Sessions::Standing::expired)
    return unauthorized("expired", {"Mã truy cập đã hết hạn.", "The token has expired."});
  if (const auto revoked = house.roll().revoked.find(found.terminal); revoked != house.roll().revoked.end())
    return net::refusal(403, {"revoked",
                              found.terminal,
                              {"Máy " + found.terminal + " đã bị thu hồi: " + revoked->second.reason,
                               "Terminal " + found.terminal + " has been revoked: " + revoked->second.reason}});
  request.principal = std::string(kTerminal) + found.terminal;
  who = terminal;
  house.last_contact[found.terminal] = now.wall;
  return std::nullopt;
}

// A browser sends the cookie along with whatever another page has it ask for, so what changes something must come from ours: the
// Origin that no page can choose, and a header that no form can send.
std::optional<net::Response> not_our_page(const net::Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  if (request.header("origin") != own_origin(request))
    return net::refusal(403,
                        {"wrong_origin", "Origin", {"Yêu cầu đến từ một trang khác.", "The request comes from another page."}});
  if (request.header("x-phien") != "page")
    return net::refusal(403, {"not_the_page", "X-Phien", {"Thiếu X-Phien: page.", "X-Phien: page is missing."}});
  return std::nullopt;
}

std::optional<net::Response> by_cookie(House& house, net::Request& request, unsigned& who) {
  const std::string secret = request.cookie(cookie_name(request));
  if (secret.empty()) return unauthorized("no_token", {"Hãy đăng nhập.", "Log in first."});
  const Login* login = house.logins.find(secret, house.now().up);
  const Person* person = login ? house.people().account(login->account) : nullptr;
  if (!person)
    return unauthorized("no_session", {"Phiên đăng nhập đã hết, hãy đăng nhập lại.", "The login has ended, log in again."});
  if (auto no = not_our_page(request)) return no;
  request.principal = std::string(kAccount) + login->account;
  who = who_has(person->account.role);
  return std::nullopt;
}

std::optional<net::Response> let_in(House& house, net::Request& request, unsigned allowed) {
  if (allowed & anyone) return std::nullopt;
  const std::string header = request.header("authorization");
  unsigned who = 0;
  auto refusal = header.starts_with(kBearer) ? by_token(house, request, std::string_view(header).substr(kBearer.size()), who)
                                             : by_cookie(house, request, who);
  if (refusal) return refusal;
  if (!(allowed & who)) return not_yours();
  return std::nullopt;
}

[[noreturn]] void gone() {
  throw Refusal(403, {"not_yours", "", {"Tài khoản này không còn.", "This account is no longer there."}});
}

}  // namespace

net::Guard guard_of(House& house, const std::string& method, const std::string& pattern) {
  const auto is_it = [&](const Right& right) { return method == right.method && pattern == right.pattern; };
  const Right* found = std::find_if(kRights.begin(), kRights.end(), is_it);
  if (found == kRights.end()) {
    found = std::find_if(kHubRights.begin(), kHubRights.end(), is_it);
    if (found == kHubRights.end()) found = nullptr;
  }
  if (!found) {
    std::fprintf(stderr, "nobody is said to have a right to %s %s\n", method.c_str(), pattern.c_str());
    std::abort();
  }
  return [&house, allowed = found->who](net::Request& request) { return let_in(house, request, allowed); };
}

std::vector<std::string> routes_with_rights() {
  std::vector<std::string> routes;
  for (const Right& right : kRights) routes.push_back(std::string(right.method) + " " + right.pattern);
  return routes;
}

std::string acting(const House& house, const net::Request& request) {
  if (is_machine(request)) return kOrganizer;
  if (const auto account = rest(request, kAccount); !account.empty()) return std::string(account);
  const journal::ApiToken* token = token_of(house, request);
  if (!token) gone();
  return token->account;
}

bool is_machine(const net::Request& request) { return request.principal == kMachine; }
bool is_terminal(const net::Request& request) { return !rest(request, kTerminal).empty(); }

std::optional<std::vector<std::string>> confined_to(const House& house, const net::Request& request) {
  if (is_machine(request)) return std::nullopt;
  if (is_terminal(request)) return asking_terminal(house, request).exhibitors;
  const journal::ApiToken* token = token_of(house, request);
  const Person* person = house.people().account(token ? std::string_view(token->account) : rest(request, kAccount));
  if (!person) gone();
  const journal::Role role = token ? token->role : person->account.role;
  if (role != journal::Role::exhibitor) return std::nullopt;
  return token ? token->exhibitors : person->account.exhibitors;
}

const journal::ApiToken* token_of(const House& house, const net::Request& request) {
  return house.people().token(rest(request, kToken));
}

std::optional<Login> login_of(House& house, const net::Request& request) {
  if (rest(request, kAccount).empty()) return std::nullopt;
  const Login* login = house.logins.find(request.cookie(cookie_name(request)), house.now().up);
  return login ? std::optional(*login) : std::nullopt;
}

std::string role_name(journal::Role role) {
  switch (role) {
    case journal::Role::organizer:
      return "organizer";
    case journal::Role::exhibitor:
      return "exhibitor";
    case journal::Role::reporter:
      return "reporter";
    case journal::Role::auditor:
      return "auditor";
  }
  std::abort();
}

std::string login_cookie(const net::Request& request, const std::string& secret) {
  std::string cookie = cookie_name(request) + "=" + secret + "; Path=/; HttpOnly; SameSite=Strict";
  if (request.secure) cookie += "; Secure";
  return cookie + "; Max-Age=" + std::to_string(secret.empty() ? 0 : kLoginLife / 1000);
}

std::optional<net::Response> wrong_origin(const net::Request& request) {
  const std::string origin = request.header("origin");
  if (origin.empty() || origin == own_origin(request)) return std::nullopt;
  return net::refusal(403,
                      {"wrong_origin", "Origin", {"Yêu cầu đến từ một trang khác.", "The request comes from another page."}});
}

}  // namespace phien::server::api
