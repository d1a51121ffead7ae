// Faults planted to show that each invariant is really watched. Most lie in the production core, compiled a second time for
// phien-simulation-planted (shared/planted.hpp); some in the parts of the test that stand for a disk or a server's habits.
#pragma once
#include <span>
#include <string>

#include "tests/simulation/simulate.hpp"

namespace phien::simulation {

struct Plant {
  const char* name;
  const char* breaks;  // the invariant
  const char* what;
  bool core;
  std::uint64_t seed;  // known to show it; should it not any more, the first that does is looked for
};
std::span<const Plant> plants();

// Plants a fault in the core of this program ("" takes it out). False where the core was compiled without any.
bool plant_in_core(const std::string& name);

// Each fault, a seed that finds it, and what the oracle said; the same seed passes without it. Exit code.
int show_plants(const std::string& only);

}  // namespace phien::simulation
