// The organizer lets people in, and shows them out. Every change is an entry in the name of who made it.
#include <algorithm>

#include "server/access/invitations.hpp"
#include "server/api/address.hpp"
#include "server/api/fields.hpp"
#include "server/api/holders.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kMaxName = 200;

[[noreturn]] void unknown_account(const std::string& id) {
  throw Refusal(404, {"unknown_account", "account", {"Không có tài khoản " + id + ".", "There is no account " + id + "."}});
}

// The account as it stands in the store; for a job, where only the store may be asked.
journal::Account need_account(const ledger::Reader& books, const std::string& id) {
  for (auto& row : ledger::accounts(books))
    if (row.account.account == id && !row.account.removed) return std::move(row.account);
  unknown_account(id);
}

void must_be_new(const ledger::Reader& books, const std::string& id) {
  const auto rows = ledger::accounts(books);
  const bool known = std::any_of(rows.begin(), rows.end(), [&id](const auto& row) { return row.account.account == id; });
  // Accounts and cashiers share one namespace (FORMAT.md §1): `by` of an entry names one of either.
  if (known || id.starts_with('_') || id == kOrganizer || ledger::catalogue_items(books).cashiers.contains(id))
    throw Refusal(409, {"account_taken",
                        "account",
                        {"Mã tài khoản này đã có hoặc không dùng được.", "This account id is taken, or cannot be used."}});
  if (rows.size() >= kMaxAccounts)
    throw Refusal(422, {"too_many_accounts", "", {"Đã quá nhiều tài khoản.", "There are too many accounts."}});
}

// The way back in is then this machine alone.
void keep_an_organizer(const House& house, const net::Request& request, const std::string& account) {
  if (is_machine(request) || !house.people().is_last_organizer(account)) return;
  throw Refusal(409, {"last_organizer",
                      "account",
                      {"Đây là tài khoản ban tổ chức cuối cùng; hãy thêm một tài khoản khác trước.",
                       "This is the last organizer's account; add another one first."}});
}

std::string new_invitation(db::Transaction& tx, const std::string& account, Milliseconds now) {
  auto code = invite(tx, account, now);
  if (!code) throw Refusal(429, {"too_many_codes", "", {"Có quá nhiều lời mời đang chờ.", "Too many invitations are waiting."}});
  return std::move(*code);
}

json invitation_json(const House& house, const std::string& account, const std::string& code, Milliseconds now) {
  const std::string fragment = "/#invite=" + code;
  return {{"account", account},
          {"code", code},
          {"expires_at", now + kInvitationLife},
          {"link", public_url(house) + fragment},
          {"link_here", "http://127.0.0.1:" + std::to_string(house.port) + fragment}};
}

asio::awaitable<net::Response> add_account(House& house, net::Request& request) {
  Fields in(request.body);
  journal::Account account;
  account.account = in.id("account");
  account.name = in.text("name", kMaxName);
  const Holder holder = holder_from(in);
  in.done();
  account.role = holder.role;
  account.exhibitors = holder.exhibitors;
  const std::string by = acting(house, request);
  const Milliseconds now = house.now().wall;
  std::string code;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    must_be_new(tx, account.account);
    must_exist(tx, holder.exhibitors);
    (void)house.write(tx, {house.entry(account, by)});
    code = new_invitation(tx, account.account, now);
  };
  co_await house.commit_own(job);
  co_return ok(invitation_json(house, account.account, code, now));
}

asio::awaitable<net::Response> change_account(House& house, net::Request& request) {
  const std::string id = request.params.at("account"), by = acting(house, request);
  Fields in(request.body);
  const std::string name = in.text("name", kMaxName);
  const Holder holder = holder_from(in);
  in.done();
  if (holder.role != journal::Role::organizer) keep_an_organizer(house, request, id);
  bool same = false;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    journal::Account account = need_account(tx, id);
    must_exist(tx, holder.exhibitors);
    same = account.name == name && account.role == holder.role && account.exhibitors == holder.exhibitors;
    if (same) return;
    account.name = name;
    account.role = holder.role;
    account.exhibitors = holder.exhibitors;
    (void)house.write(tx, {house.entry(account, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"account", id}, {"changed", !same}});
}

// A new link; the password there was is no longer good, nor who is logged in with it.
asio::awaitable<net::Response> invite_again(House& house, net::Request& request) {
  const std::string id = request.params.at("account"), by = acting(house, request);
  Fields in(request.body);
  in.done();
  if (id != by) keep_an_organizer(house, request, id);
  const Milliseconds now = house.now().wall;
  std::string code;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    (void)need_account(tx, id);
    (void)house.write(tx, {house.entry(journal::Password{id, {}}, by)});
    code = new_invitation(tx, id, now);
  };
  co_await house.commit_own(job);
  house.logins.close_all_of(id);
  co_return ok(invitation_json(house, id, code, now));
}

asio::awaitable<net::Response> remove_account(House& house, net::Request& request) {
  const std::string id = request.params.at("account"), by = acting(house, request);
  keep_an_organizer(house, request, id);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    journal::Account account = need_account(tx, id);
    account.removed = true;
    (void)house.write(tx, {house.entry(account, by)});
    withdraw_invitation(tx, id);
  };
  co_await house.commit_own(job);
  house.logins.close_all_of(id);
  co_return ok({{"account", id}, {"removed", true}});
}

asio::awaitable<net::Response> list_accounts(House& house, net::Request& request) {
  only_parameters(request, {});
  const Reading now = house.now();
  std::map<std::string, Milliseconds> seen;
  for (const Login& login : house.logins.all(now.up)) {
    Milliseconds& last = seen[login.account];
    last = std::max(last, now.wall + login.seen - now.up);
  }
  json rows = json::array();
  for (const auto& [id, person] : house.people().accounts()) {
    json row{{"account", id},
             {"name", person.account.name},
             {"role", role_name(person.account.role)},
             {"exhibitors", person.account.exhibitors},
             {"removed", person.account.removed},
             {"has_password", !person.verifier.empty()}};
    if (const auto found = seen.find(id); found != seen.end()) row["seen"] = found->second;
    rows.push_back(std::move(row));
  }
  co_return ok({{"rows", std::move(rows)}, {"as_of", now.wall}});
}

}  // namespace

void add_account_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/accounts", list_accounts});
  add(router, house, {"POST", "/api/v1/accounts", add_account, kSmallBody});
  add(router, house, {"PUT", "/api/v1/accounts/{account}", change_account, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/accounts/{account}", remove_account});
  add(router, house, {"POST", "/api/v1/accounts/{account}/invitation", invite_again, kSmallBody});
}

}  // namespace phien::server::api
