// A terminal's batch on its way into the store, and the answer to who sent it.
#pragma once
#include "server/api/route.hpp"
#include "shared/sync/receive.hpp"

namespace phien::server::api {

// Entries of a revoked terminal that are kept beyond the head its revocation names: those of some busy days.
inline constexpr journal::Seq kMaxBeyondRevocation = 10'000;

// Takes a terminal's batch whose sender may bring it, and tells whom it concerns. Of a revoked terminal what lies beyond the head
// that was named is held.
asio::awaitable<sync::Outcome> take(House& house, sync::DecodedBatch& batch);

// 200 accepted, 409 it continues what is not here, 422 refused as it stands.
net::Response reply_to_batch(House& house, const sync::Outcome& outcome);

}  // namespace phien::server::api
