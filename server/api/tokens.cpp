// Keys for programs: a spreadsheet that fetches figures, a screen at the gate. Shown once, for a while, for one role.
#include "server/api/fields.hpp"
#include "server/api/holders.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::int64_t kMaxDays = 366;
constexpr Milliseconds kDay = 24 * 3'600'000;

std::int64_t days_from(Fields& in) {
  const auto days = in.any("days");
  if (!days || !days->is_number_integer() || days->get<std::int64_t>() < 1 || days->get<std::int64_t>() > kMaxDays)
    throw Refusal(400, {"out_of_range", "days", {"Số ngày từ 1 đến 366.", "From 1 to 366 days."}});
  return days->get<std::int64_t>();
}

asio::awaitable<net::Response> add_token(House& house, net::Request& request) {
  Fields in(request.body);
  journal::ApiToken token;
  token.name = in.text("name", 200);
  const std::int64_t days = days_from(in);
  const Holder holder = holder_from(in);
  const std::string by = acting(house, request);
  // This machine is nobody: it says in whose name.
  token.account = is_machine(request) ? in.id("account") : by;
  in.done();
  token.token = "k" + random_hex(6);
  token.role = holder.role;
  token.exhibitors = holder.exhibitors;
  token.until = house.now().wall + days * kDay;
  if (house.people().tokens().size() >= kMaxTokens)
    throw Refusal(422, {"too_many_tokens", "", {"Đã quá nhiều khóa.", "There are too many tokens."}});
  const Person* owner = house.people().account(token.account);
  if (!owner || owner->account.role != journal::Role::organizer)
    throw Refusal(422, {"not_an_organizer",
                        "account",
                        {"Khóa phải đứng tên một tài khoản ban tổ chức.", "A token is in the name of an organizer's account."}});
  const std::string secret = "phien_" + random_hex(32);
  token.secret = house.people().sealed_token(token.token, secret);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    must_exist(tx, holder.exhibitors);
    (void)house.write(tx, {house.entry(token, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"token", token.token}, {"secret", secret}, {"expires_at", token.until}});
}

asio::awaitable<net::Response> revoke_token(House& house, net::Request& request) {
  const std::string id = request.params.at("token"), by = acting(house, request);
  const journal::ApiToken* known = house.people().token(id);
  if (!known) throw Refusal(404, {"unknown_token", "token", {"Không có khóa này.", "There is no such token."}});
  journal::ApiToken token = *known;
  const bool already = !token.secret;
  token.secret.reset();
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    if (!already) (void)house.write(tx, {house.entry(token, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"token", id}, {"revoked", true}, {"already", already}});
}

asio::awaitable<net::Response> list_tokens(House& house, net::Request& request) {
  only_parameters(request, {});
  const Milliseconds now = house.now().wall;
  json rows = json::array();
  for (const auto& [id, token] : house.people().tokens())
    rows.push_back({{"token", id},
                    {"account", token.account},
                    {"name", token.name},
                    {"role", role_name(token.role)},
                    {"exhibitors", token.exhibitors},
                    {"expires_at", token.until},
                    {"revoked", !token.secret},
                    {"good", house.people().is_good(token, now)}});
  co_return ok({{"rows", std::move(rows)}, {"as_of", now}});
}

}  // namespace

void add_token_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/tokens", list_tokens});
  add(router, house, {"POST", "/api/v1/tokens", add_token, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/tokens/{token}", revoke_token});
}

}  // namespace phien::server::api
