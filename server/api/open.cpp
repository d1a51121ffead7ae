// What anybody may ask: is it alive, what is it, how is it spoken to.
#include "server/api/openapi.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

asio::awaitable<net::Response> healthz(House&, net::Request&) { co_return ok({{"status", "ok"}}); }

asio::awaitable<net::Response> readyz(House& house, net::Request&) {
  if (house.store_failed()) throw db::StoreFailed("failed before");
  co_return ok({{"status", "ready"}});
}

asio::awaitable<net::Response> metrics(House& house, net::Request&) {
  const std::shared_ptr<const Summary> summary = co_await house.totals.current();
  std::string text = house.metrics.text();
  if (house.counters) {
    const net::Counters counters = house.counters();
    text += metric("phien_connections_total", "counter", "Connections taken.", counters.connections) +
            metric("phien_connections_open", "gauge", "Connections open now.", counters.open) +
            metric("phien_requests_total", "counter", "Requests answered.", counters.requests) +
            metric("phien_connections_refused_total", "counter", "Connections refused at a limit.", counters.refused);
  }
  text += metric("phien_failed_tasks_total", "counter", "Tasks that ended by an error nobody expected.", net::failed_tasks()) +
          metric("phien_resident_bytes", "gauge", "Memory of this process.", resident_bytes()) +
          metric("phien_store_failed", "gauge", "1 when the store takes nothing any more.", house.store_failed() ? 1 : 0) +
          metric("phien_journal_overtaken", "gauge", "1 when somebody holds newer entries of this server's own journal.",
                 house.overtaken() ? 1 : 0) +
          "# HELP phien_exceptions Exceptions that are not settled, by code.\n# TYPE phien_exceptions gauge\n";
  for (const auto& [code, count] : summary->exceptions)
    text += "phien_exceptions{code=\"" + code + "\"} " + std::to_string(count) + "\n";
  if (house.upstream) {
    const UpstreamStatus upstream = house.upstream();
    text += metric("phien_upstream_online", "gauge", "1 while the hub answers.", upstream.online ? 1 : 0) +
            metric("phien_upstream_waiting", "gauge", "Entries the hub has not acknowledged.",
                   static_cast<std::uint64_t>(upstream.waiting)) +
            metric("phien_upstream_reached_milliseconds", "gauge", "When the hub last took something; 0: not in this run.",
                   static_cast<std::uint64_t>(upstream.reached_at));
  }
  net::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  co_return response;
}

asio::awaitable<net::Response> openapi(House&, net::Request&) { co_return net::json_response(std::string(openapi_json())); }

asio::awaitable<net::Response> hello(House& house, net::Request&) {
  const Keys& keys = house.keys();
  co_return ok({{"fair", keys.fair},
                {"root", hex(keys.root)},
                {"incarnation", keys.incarnation},
                {"journal_key", hex(keys.journal.public_key())},
                {"tls", keys.tls_spki()},
                {"parent", keys.parent ? hex(keys.parent->head.hash) : "-"},
                {"certificate", hex(keys.certificate)},
                {"server_time", house.now().wall},
                {"program", "phien-server " PHIEN_VERSION}});
}

}  // namespace

void add_open_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/healthz", healthz});
  add(router, house, {"GET", "/readyz", readyz});
  add(router, house, {"GET", "/metrics", metrics});
  add(router, house, {"GET", "/api/v1/openapi.json", openapi});
  add(router, house, {"GET", "/api/v1/hello", hello});
}

}  // namespace phien::server::api
