// What is wrong now, where that is told besides on the page, and a try of it.
#include "server/alerts/targets.hpp"
#include "server/alerts/watch.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kSecret = 24;  // bytes

Outlet asked_outlet(const net::Request& request) {
  const auto outlet = outlet_by(request.params.at("outlet"));
  if (!outlet) throw Refusal(404, {"unknown_outlet", "outlet", {"Không có nơi nhận này.", "There is no such outlet."}});
  return *outlet;
}

asio::awaitable<net::Response> list_alerts(House& house, net::Request& request) {
  only_parameters(request, {});
  json shown = house.alerts ? house.alerts() : json{{"rows", json::array()}, {"outlets", json::object()}};
  shown["as_of"] = house.now().wall;
  co_return ok(shown);
}

// Without passwords and secrets: who set them has them.
json web_json(const WebTarget& target) { return {{"url", target.url}}; }
json mail_json(const MailTarget& target) {
  json shown{
      {"host", target.host}, {"port", target.port}, {"security", target.security}, {"from", target.from}, {"to", target.to}};
  if (!target.user.empty()) shown["user"] = target.user;
  if (!target.key.empty()) shown["key"] = target.key;
  shown["has_password"] = !target.password.empty();
  return shown;
}

asio::awaitable<net::Response> list_outlets(House& house, net::Request& request) {
  only_parameters(request, {});
  json all = json::object();
  if (const auto web = web_target(house.people())) all["web"] = web_json(*web);
  if (const auto mail = mail_target(house.people())) all["mail"] = mail_json(*mail);
  co_return ok(all);
}

template <class Target>
Target checked(Target target) {
  if (auto wrong = wrong_with(target)) throw Refusal(400, std::move(*wrong));
  if (settings_of(target).dump().size() > kMaxSettings)
    throw Refusal(400, {"out_of_range", "", {"Các thông số dài quá.", "These settings are too long."}});
  return target;
}

std::int64_t port_in(Fields& in) {
  const auto port = in.any("port");
  if (!port || !port->is_number_integer()) throw Refusal(400, {"wrong_type", "port", {"Cổng là một số.", "A port is a number."}});
  return port->get<std::int64_t>();
}

std::vector<std::string> recipients_in(Fields& in) {
  const auto to = in.any("to");
  std::vector<std::string> all;
  if (to && to->is_array() && to->size() <= kMaxRecipients)
    for (const json& one : *to)
      if (one.is_string()) all.push_back(one.get<std::string>());
  if (!to || all.size() != to->size())
    throw Refusal(400, {"wrong_type", "to", {"Cần từ 1 đến 5 địa chỉ nhận.", "From 1 to 5 addresses to send to."}});
  return all;
}

// What is not told again stays as it was.
json web_settings(const House& house, Fields& in, json& answer) {
  WebTarget target;
  target.url = in.text("url", kMaxUrl);
  in.done();
  const auto before = web_target(house.people());
  target.secret = before ? before->secret : random_hex(kSecret);
  answer = web_json(target);
  if (!before) answer["secret"] = target.secret;
  return settings_of(checked(std::move(target)));
}

json mail_settings(const House& house, Fields& in, json& answer) {
  MailTarget target;
  target.host = in.text("host", kMaxAddress);
  target.port = port_in(in);
  target.security = in.text("security", 20);
  target.user = in.optional_text("user", kMaxAddress).value_or("");
  const auto before = mail_target(house.people());
  const bool same =
      before && before->host == target.host && before->user == target.user;  // or it would be told to another server
  target.password = in.optional_text("password", kMaxAddress).value_or(same ? before->password : "");
  target.from = in.text("from", kMaxAddress);
  target.to = recipients_in(in);
  target.key = in.optional_text("key", 64).value_or("");
  in.done();
  answer = mail_json(target);
  return settings_of(checked(std::move(target)));
}

asio::awaitable<net::Response> put_outlet(House& house, net::Request& request) {
  const Outlet outlet = asked_outlet(request);
  Fields in(request.body);
  json answer;
  const json settings = outlet == Outlet::web ? web_settings(house, in, answer) : mail_settings(house, in, answer);
  const std::string by = acting(house, request);
  const journal::ApiToken entry =
      house.people().connection_entry(connection_of(outlet), by, "alerts by " + name_of(outlet), settings);
  const db::JournalStore::Job job = [&](db::Transaction& tx) { (void)house.write(tx, {house.entry(entry, by)}); };
  co_await house.commit_own(job);
  co_return ok(answer);
}

asio::awaitable<net::Response> remove_outlet(House& house, net::Request& request) {
  const Outlet outlet = asked_outlet(request);
  const std::string by = acting(house, request);
  if (!house.people().connection(connection_of(outlet)))
    throw Refusal(404, {"not_set", "outlet", {"Chưa đặt nơi nhận này.", "That outlet is not set."}});
  const journal::ApiToken entry =
      house.people().connection_entry(connection_of(outlet), by, "alerts by " + name_of(outlet), std::nullopt);
  const db::JournalStore::Job job = [&](db::Transaction& tx) { (void)house.write(tx, {house.entry(entry, by)}); };
  co_await house.commit_own(job);
  co_return ok({{"outlet", name_of(outlet)}, {"removed", true}});
}

asio::awaitable<net::Response> test_outlet(House& house, net::Request& request) {
  const Outlet outlet = asked_outlet(request);
  Fields in(request.body);
  in.done();
  const AlertMessage message = test_message(house);
  const std::optional<Problem> problem = co_await send_now(house, outlet, message);
  if (problem) throw Refusal(problem->code == "not_set" ? 404 : 502, *problem);
  co_return ok({{"outlet", name_of(outlet)}, {"sent", true}});
}

}  // namespace

void add_alert_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/alerts", list_alerts});
  add(router, house, {"GET", "/api/v1/alerts/outlets", list_outlets});
  add(router, house, {"PUT", "/api/v1/alerts/outlets/{outlet}", put_outlet, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/alerts/outlets/{outlet}", remove_outlet});
  add(router, house, {"POST", "/api/v1/alerts/outlets/{outlet}/test", test_outlet, kSmallBody});
}

}  // namespace phien::server::api
