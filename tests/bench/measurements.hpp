// One measurement each: what bench.py made ready in, figures out.
#pragma once
#include <nlohmann/json.hpp>

namespace phien::bench {

// {server setup, "rounds", "sales_each" (a terminal and round), "batch", "directory"} → {"ours":[sales/s], "reference":[…],
// "entry_bytes"}
nlohmann::json measure_ingest(const nlohmann::json& config);
// {"data" (an enrolled till's), "directory", "rounds", "pairs"} → {"ours":[[s]], "reference":[[s]]}, one list a round
nlohmann::json measure_commit(const nlohmann::json& config);
// {server setup, "tills":[{"port","token"} ×2], "exhibitor", "product", "rounds", "samples", "rate"} →
// {"ours":[[s]], "reference":[[s]]}; `rate`: sales a second that the setup's terminals bring meanwhile
nlohmann::json measure_converge(const nlohmann::json& config);

}  // namespace phien::bench
