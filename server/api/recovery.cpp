// How far a recovery has got, and what is nowhere but here.
#include "server/api/route.hpp"
#include "server/live/holdings.hpp"

namespace phien::server::api {
namespace {

asio::awaitable<net::Response> show_holdings(House& house, net::Request& request) {
  only_parameters(request, {});
  const Contacts contacts{house.last_contact, house.now().wall};
  const HeldElsewhere elsewhere;
  const House::Work work = [&house, &contacts, &elsewhere](const db::Snapshot& snapshot) {
    json answer = holdings(snapshot, house.keys().incarnation, contacts, elsewhere);
    answer["fair"] = house.keys().fair;
    answer["root"] = hex(house.keys().root);
    answer["overtaken"] = house.overtaken();
    answer["as_of"] = contacts.now;
    return ok(answer);
  };
  co_return co_await house.read(work);
}

}  // namespace

void add_recovery_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/holdings", admin_only(house), show_holdings, 0, kNoDeadline});
}

}  // namespace phien::server::api
