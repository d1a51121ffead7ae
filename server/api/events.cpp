// Pages that are open: totals at once and whenever they change, and a word when there is something new to look at.
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::int64_t kKeepAlive = 15'000;  // ms: proxies and dead connections are noticed

json exceptions_json(const std::map<std::string, std::int64_t>& counts) {
  json all = json::object();
  for (const auto& [code, count] : counts) all[code] = count;
  return all;
}

asio::awaitable<void> events(House& house, net::Request& request, net::EventSink& sink, net::Guard guard) {
  std::shared_ptr<const Summary> sent;
  // Until the client goes: then send() throws; or may look no longer: a login ends, an account is removed.
  while (!guard(request)) {
    const std::uint64_t version = house.totals.version();
    const std::shared_ptr<const Summary> summary = co_await house.totals.current();
    if (!sent || sent->exceptions != summary->exceptions) {
      const std::string counts = exceptions_json(summary->exceptions).dump();
      if (sent) co_await sink.send("exception", counts);
    }
    co_await sink.send("totals", summary->headline);
    sent = summary;
    co_await net::sleep_for(Totals::kCoalesce);
    co_await house.totals.wait_beyond(version, kKeepAlive);
  }
}

}  // namespace

void add_event_routes(net::Router& router, House& house) {
  net::Route route;
  route.method = "GET";
  route.pattern = "/api/v1/events";
  route.guard = guard_of(house, route.method, route.pattern);
  route.stream = [&house, guard = route.guard](net::Request& request, net::EventSink& sink) {
    return events(house, request, sink, guard);
  };
  router.add(std::move(route));
}

}  // namespace phien::server::api
