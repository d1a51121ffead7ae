// The hub's own routes, and those of its fairs below their names.
#include "server/api/address.hpp"
#include "server/api/route.hpp"
#include "server/files.hpp"
#include "server/hub/fair_routes.hpp"
#include "server/hub/hub.hpp"
#include "server/hub/openapi.hpp"
#include "server/upstream/link.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr Milliseconds kCodeLife = 7 * 24 * 3'600'000LL;  // given when the fair is planned, used when its laptop is set up
constexpr std::size_t kMaxCodes = 1'000, kMaxFairs = 1'000;
constexpr std::string_view kPrefix = "/fairs/{fair}";

net::Response as_answer(const Refusal& refusal) { return net::refusal(refusal.status(), refusal.problem()); }

using HubAnswer = std::function<asio::awaitable<net::Response>(net::Request&)>;
asio::awaitable<net::Response> or_refusal(HubAnswer answer, net::Request& request) {
  std::optional<net::Response> refused;
  net::Response response;
  try {
    response = co_await answer(request);
  } catch (const Refusal& refusal) {
    refused = as_answer(refusal);
  }
  if (refused) co_return std::move(*refused);
  co_return response;
}

void add(net::Router& router, const char* method, const char* pattern, net::Guard guard, HubAnswer answer,
         std::size_t max_body = 0) {
  net::Route route;
  route.method = method;
  route.pattern = pattern;
  route.guard = std::move(guard);
  route.max_body = max_body;
  route.handler = [answer = std::move(answer)](net::Request& request) { return or_refusal(answer, request); };
  router.add(std::move(route));
}

// What of the fair's own routes a copy has: those that read, and its upkeep.
void add_routes_of_a_fair(net::Router& router, House& house, const std::string& tls) {
  api::add_book_routes(router, house);
  api::add_sales_routes(router, house);
  api::add_report_routes(router, house);
  api::add_journal_reading_routes(router, house);
  api::add_upkeep_routes(router, house);
  api::add_event_routes(router, house);
  api::add_recovery_routes(router, house);
  add_forwarding_routes(router, house, tls);
}

}  // namespace

net::Guard Hub::admin() {
  return [this](net::Request& request) -> std::optional<net::Response> {
    const std::string header = request.header("authorization");
    if (header.starts_with("Bearer ") && equal_constant_time(header.substr(7), admin_token_)) return std::nullopt;
    return net::refusal(401, {"bad_token", "authorization", {"Mã truy cập không đúng.", "The token is not known."}});
  };
}

asio::awaitable<net::Response> Hub::give_code(net::Request& request) {
  api::Fields in(request.body);
  in.done();
  const Milliseconds now = clock_->now().wall;
  std::erase_if(codes_, [now](const auto& code) { return code.second <= now; });
  if (codes_.size() >= kMaxCodes)
    throw Refusal(429, {"too_many_codes", "", {"Có quá nhiều mã đang chờ.", "Too many codes are waiting."}});
  const std::string code = random_hex(8);
  codes_[code] = now + kCodeLife;
  (void)value_or_refuse(save_settings(), 503);
  co_return api::ok({{"code", code}, {"expires_at", now + kCodeLife}, {"link", link(code)}});
}

// A fair comes in: its root key is pinned. Asked again for a fair that is here, it says so, whatever the code.
asio::awaitable<net::Response> Hub::take_fair(net::Request& request) {
  const Reading now = clock_->now();
  if (!wrong_tries_.begin(request.remote, now.up))
    throw Refusal(429,
                  {"too_many_tries", "", {"Sai mã quá nhiều lần, hãy đợi một phút.", "Too many wrong codes, wait a minute."}});
  api::Fields in(request.body);
  const std::string code = in.text("code", 64), fair = in.text("fair", 64);
  const PublicKey root = in.key("root");
  const Signature signature = in.signature("signature");
  const BoothServer booth = certified(in, fair, root);
  in.done();
  const std::string tls = request.secure ? net::spki_hex(tls_.certificate_pem) : "-";
  const bool proved =
      is_fair_id(fair) && verify(booth.key, upstream_message(fair, root, booth.incarnation, code, tls), signature);
  const std::string name = fair_name(fair, root);
  const auto known = codes_.find(code);
  const bool let_in = proved && (fairs_.contains(name) || (known != codes_.end() && known->second > now.wall));
  if (let_in) wrong_tries_.take_back(request.remote);
  if (let_in && fairs_.contains(name)) co_return api::ok({{"name", name}});
  if (!let_in)
    throw Refusal(
        403, {"bad_code", "code", {"Mã không đúng, đã dùng hoặc đã hết hạn.", "The code is wrong, used, or no longer valid."}});
  if (fairs_.size() >= kMaxFairs)
    throw Refusal(507, {"too_many_fairs", "", {"Máy chủ trên đã đủ số phiên.", "The hub holds as many fairs as it may."}});
  const std::string directory = paths_.fairs() + "/" + name;
  (void)value_or_refuse(make_private_directory(directory), 503);
  const json said{{"format", kFairFormat}, {"fair", fair}, {"root", hex(root)}};
  (void)value_or_refuse(write_private(directory + "/fair.json", said.dump(2) + "\n"), 503);
  Fair& opened = open_fair(name, {fair, root});
  add_routes_of_a_fair(opened.router, *opened.house, net::spki_hex(tls_.certificate_pem));
  codes_.erase(code);
  (void)value_or_refuse(save_settings(), 503);
  co_return api::ok({{"name", name}});
}

asio::awaitable<net::Response> Hub::list_fairs(net::Request& request) {
  api::only_parameters(request, {});
  json rows = json::array();
  for (const auto& [name, fair] : fairs_) {
    const auto snapshot = fair->house->store().snapshot();
    std::int64_t entries = 0, journals = 0;
    for (const journal::Branch& branch : snapshot->branches()) {
      entries += branch.head.seq - branch.base.seq;
      ++journals;
    }
    Milliseconds contact = 0;
    for (const auto& [terminal, at] : fair->house->last_contact) contact = std::max(contact, at);
    json row{{"name", name},
             {"fair", fair->house->keys().fair},
             {"root", hex(fair->house->keys().root)},
             {"title", ledger::catalogue_items(*snapshot).fair.value("name", "")},
             {"entries", entries},
             {"journals", journals},
             {"failed", fair->house->store_failed()}};
    if (contact > 0) row["last_contact"] = contact;
    rows.push_back(std::move(row));
  }
  co_return api::ok({{"rows", std::move(rows)}, {"as_of", clock_->now().wall}});
}

asio::awaitable<net::Response> Hub::metrics(net::Request&) {
  std::string text =
      metric("phien_hub_fairs", "gauge", "Fairs held here.", fairs_.size()) +
      metric("phien_failed_tasks_total", "counter", "Tasks that ended by an error nobody expected.", net::failed_tasks()) +
      metric("phien_resident_bytes", "gauge", "Memory of this process.", resident_bytes()) +
      "# HELP phien_hub_entries_total Entries taken in this run, by fair.\n# TYPE phien_hub_entries_total counter\n";
  for (const auto& [name, fair] : fairs_)
    text += "phien_hub_entries_total{fair=\"" + name + "\"} " + std::to_string(fair->house->metrics.entries) + "\n";
  net::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  co_return response;
}

std::string Hub::description() const { return hub_openapi(pattern_->router); }

void Hub::add_own_routes() {
  const HubAnswer healthy = [](net::Request&) -> asio::awaitable<net::Response> { co_return api::ok({{"status", "ok"}}); };
  add(router_, "GET", "/healthz", net::open_to_all(), healthy);
  add(router_, "GET", "/readyz", net::open_to_all(), healthy);
  add(router_, "GET", "/metrics", net::open_to_all(), [this](net::Request& request) { return metrics(request); });
  const HubAnswer describe = [this](net::Request&) -> asio::awaitable<net::Response> {
    co_return net::json_response(description());
  };
  add(router_, "GET", "/api/v1/openapi.json", net::open_to_all(), describe);
  add(router_, "GET", "/api/v1/fairs", admin(), [this](net::Request& request) { return list_fairs(request); });
  add(
      router_, "POST", "/api/v1/codes", admin(), [this](net::Request& request) { return give_code(request); }, api::kSmallBody);
  add(
      router_, "POST", "/api/v1/fairs", net::open_to_all(), [this](net::Request& request) { return take_fair(request); },
      api::kSmallBody);
}

Hub::Fair* Hub::find(const net::Request& request) {
  const auto found = fairs_.find(request.params.at("fair"));
  return found == fairs_.end() ? nullptr : found->second.get();
}

// Fairs come while requests are answered, and the table of routes stays as it is: it holds the routes of any fair once, and each
// asks the router of the fair that is named.
void Hub::add_fair_routes() {
  const std::string tls = net::spki_hex(tls_.certificate_pem);
  for (auto& [name, fair] : fairs_) add_routes_of_a_fair(fair->router, *fair->house, tls);
  add_routes_of_a_fair(pattern_->router, *pattern_->house, tls);
  for (const net::Route& of_a_fair : pattern_->router.routes()) {
    net::Route route;
    route.method = of_a_fair.method;
    route.pattern = std::string(kPrefix) + of_a_fair.pattern;
    route.max_body = of_a_fair.max_body;
    route.long_poll = of_a_fair.long_poll;
    route.guard = [this](net::Request& request) -> std::optional<net::Response> {
      Fair* fair = find(request);
      if (!fair) return net::refusal(404, {"unknown_fair", "fair", {"Không có phiên này ở đây.", "There is no such fair here."}});
      const std::string name = fair->name;
      request.path.erase(0, request.path.find('/', sizeof "/fairs/" - 1));
      auto admitted = fair->router.admit(request);
      if (auto* refused = std::get_if<net::Response>(&admitted)) return std::move(*refused);
      request.params["fair"] = name;
      return std::nullopt;
    };
    const auto below = [this](net::Request& request) {
      std::map<std::string, std::string> ignored;
      bool known = false;
      return find(request)->router.match(request.method, request.path, ignored, known);
    };
    if (of_a_fair.stream)
      route.stream = [below](net::Request& request, net::EventSink& sink) { return below(request)->stream(request, sink); };
    else
      route.handler = [below](net::Request& request) { return below(request)->handler(request); };
    router_.add(std::move(route));
  }
}

}  // namespace phien::server
