#include "server/api/batches.hpp"

namespace phien::server::api {
namespace {

int status_of(const sync::Outcome& outcome) {
  if (std::holds_alternative<sync::Accepted>(outcome)) return 200;
  return std::holds_alternative<sync::UnknownPrev>(outcome) ? 409 : 422;
}

}  // namespace

net::Response reply_to_batch(House& house, const sync::Outcome& outcome) {
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome)) {
    ++house.metrics.batches;
    house.metrics.entries += static_cast<std::uint64_t>(accepted->appended);
  } else {
    ++house.metrics.refused_batches;
  }
  return net::json_response(sync::to_json(outcome), status_of(outcome));
}

}  // namespace phien::server::api
