// What an import finds and would change, as JSON.
#pragma once
#include <nlohmann/json.hpp>

#include "server/exchange/changes.hpp"

namespace phien::server::api {

nlohmann::json problem_json(const Problem& problem);
nlohmann::json changes_json(const exchange::Changes& changes);

}  // namespace phien::server::api
