// What a seller has to know at a glance: what is safe where, what waits, and whether this till can sell.
#pragma once
#include <nlohmann/json.hpp>

#include "pos/agent/agent.hpp"
#include "pos/till/till.hpp"

namespace phien::api {

// `why_not`: the obstacle, if any. `link`: of the running agent, or what it left in the store.
nlohmann::json status_json(const till::View& view, const std::string& server, const agent::AgentStatus& link,
                           const std::optional<Problem>& why_not);

nlohmann::json problem_json(const Problem& problem);

}  // namespace phien::api
