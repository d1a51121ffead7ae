// Buyers met at the booths; and of those whose personal data was erased, which machines are known to have obeyed.
#include <algorithm>

#include "server/api/route.hpp"
#include "shared/ledger/erasures.hpp"

namespace phien::server::api {
namespace {

// What is known of the other machines, now.
struct Hops {
  std::map<std::string, journal::ServerPosition> fed;
  std::set<std::string> active, revoked;  // terminals
  std::optional<UpstreamStatus> hub;
};

Hops hops_of(const House& house) {
  Hops hops{house.fed, {}, {}, {}};
  for (const auto& [id, terminal] : house.roll().enrolled)
    (house.roll().revoked.contains(id) ? hops.revoked : hops.active).insert(id);
  if (house.upstream) hops.hub = house.upstream();
  return hops;
}

bool obeyed(const Hops& hops, const std::string& terminal, const ledger::Erasure& erasure) {
  const auto fed = hops.fed.find(terminal);
  return fed != hops.fed.end() && has_come_to(fed->second, erasure.incarnation, erasure.at.seq);
}

// The terminal that wrote it had the data first, the hub has it last; the other terminals never do, unless they took the place of
// the first.
json erased_json(const Hops& hops, const journal::Ref& lead, const ledger::Erasure& erasure) {
  std::size_t have = 0;
  for (const std::string& terminal : hops.active) have += obeyed(hops, terminal, erasure);
  json shown{{"writer", obeyed(hops, lead.terminal, erasure)},
             {"writer_revoked", hops.revoked.contains(lead.terminal)},
             {"have", have},
             {"of", hops.active.size()}};
  if (hops.hub) {
    const auto known = hops.hub->acknowledged.find(journal::server_terminal(erasure.incarnation));
    shown["hub"] = known != hops.hub->acknowledged.end() && known->second >= erasure.at.seq;
  }
  return shown;
}

asio::awaitable<net::Response> leads(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "limit", "after"});
  const Scope scope = scope_of(house, request);
  const Page page = page_of(house, request);
  const Hops hops = hops_of(house);
  const House::Work work = [&](const db::Snapshot& books) {
    const auto erased = ledger::erasures(books);
    json rows = json::array();
    for (const auto& row : rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::leads(b, exhibitor); })) {
      json one{{"exhibitor", row.exhibitor},   {"type", row.type}, {"goods", row.goods}, {"value", row.value},
               {"entry", ref_json(row.entry)}, {"time", row.time}};
      if (const auto found = erased.find(hex(row.entry.hash)); found != erased.end())
        one["erased"] = erased_json(hops, row.entry, found->second);
      rows.push_back(std::move(one));
    }
    return list(books, page, std::move(rows));
  };
  co_return co_await house.read(work);
}

}  // namespace

void add_lead_routes(net::Router& router, House& house) { add(router, house, {"GET", "/api/v1/leads", leads}); }

}  // namespace phien::server::api
