// How far a recovery has got, and what is nowhere but here.
#include "server/api/address.hpp"
#include "server/api/route.hpp"
#include "server/live/holdings.hpp"

namespace phien::server::api {
namespace {

json upstream_json(const UpstreamStatus& upstream) {
  json shown{
      {"url", upstream.url}, {"online", upstream.online}, {"reached_at", upstream.reached_at}, {"waiting", upstream.waiting}};
  if (upstream.problem)
    shown["problem"] = {{"code", upstream.problem->code},
                        {"message", {{"en", upstream.problem->what.en}, {"vi", upstream.problem->what.vi}}}};
  return shown;
}

asio::awaitable<net::Response> show_holdings(House& house, net::Request& request) {
  only_parameters(request, {});
  const Contacts contacts{house.last_contact, house.now().wall};
  const std::set<std::string> reported = house.reported;
  const auto upstream = house.upstream ? std::optional(house.upstream()) : std::nullopt;
  const HeldElsewhere elsewhere = upstream ? upstream->acknowledged : HeldElsewhere{};
  const House::Work work = [&house, &contacts, &reported, &elsewhere, &upstream](const db::Snapshot& snapshot) {
    json answer = holdings(snapshot, house.keys().incarnation, contacts, reported, elsewhere);
    answer["fair"] = house.keys().fair;
    answer["root"] = hex(house.keys().root);
    answer["address"] = public_url(house);
    answer["overtaken"] = house.overtaken();
    if (upstream) answer["upstream"] = upstream_json(*upstream);
    answer["as_of"] = contacts.now;
    return ok(answer);
  };
  co_return co_await house.read(work);
}

}  // namespace

void add_recovery_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/holdings", show_holdings, 0, kNoDeadline});
}

}  // namespace phien::server::api
