// One run of one plan: first faults while people sell, then everything heals and must come together.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/plan.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

struct Outcome {
  std::optional<std::string> violated;  // the invariant
  std::string what;
  std::vector<std::string> last_lines;
  Tally tally;
  std::uint64_t digest = 0;
};

// `planted`: a fault of the table in planted.hpp that lies in the test's own parts.
Outcome simulate(const Plan& plan, const std::string& planted = {});

// The same failure with as few steps as can be found in this many seconds.
Plan shrink(const Plan& plan, const Outcome& failed, const std::string& planted, int seconds);

}  // namespace phien::simulation
