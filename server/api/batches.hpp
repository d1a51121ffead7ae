// Answering who sent a batch.
#pragma once
#include "server/api/route.hpp"
#include "shared/sync/receive.hpp"

namespace phien::server::api {

// 200 accepted, 409 it continues what is not here, 422 refused as it stands.
net::Response reply_to_batch(House& house, const sync::Outcome& outcome);

}  // namespace phien::server::api
