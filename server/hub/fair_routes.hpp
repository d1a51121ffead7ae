// The routes a booth server uses at a hub, for one fair: a session by its certificate, and batches of any journal of the fair.
#pragma once
#include <nlohmann/json.hpp>

#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server {

// A booth server that says who it is: an incarnation whose certificate holds under `root`, and its key.
struct BoothServer {
  std::int64_t incarnation = 0;
  PublicKey key;
};
// Reads "terminal", "journal_key", "tls", "parent" and "certificate". Refuses with 403 bad_certificate.
BoothServer certified(api::Fields& in, const std::string& fair, const PublicKey& root);

// `tls`: hash of the hub's TLS key.
void add_forwarding_routes(net::Router& router, House& house, std::string tls);

}  // namespace phien::server
