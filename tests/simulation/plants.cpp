#include "tests/simulation/plants.hpp"

#include <array>
#include <cstdio>

namespace phien::simulation {

namespace {

constexpr std::uint64_t kMostSeeds = 1'000;

constexpr std::array<Plant, 19> kPlants{{
    {"receipt_before_durable", "I1", "the till says done before its disk does", false, 9},
    {"skip_duplicate_check", "I2", "a batch that comes again is taken for new", true, 1},
    {"post_twice_on_retry", "I2", "what is known already is posted once more", true, 1},
    {"split_a_unit", "I2", "a batch may end inside a unit", true, 1},
    {"forget_the_rounding", "I3", "cash rounded down is posted nowhere", true, 1},
    {"acknowledge_before_commit", "I4", "the server answers before its disk does", false, 5},
    {"accept_a_gap", "I4", "a batch that continues what is not here is taken", true, 2},
    {"lose_the_cursor", "I4", "what was sent counts as acknowledged, and is not sent again", true, 1},
    {"count_by_arrival", "I5", "a movement heard after a count comes after it", true, 1},
    {"offset_at_arrival", "I5", "a clock's offset holds from when it was heard of", true, 1},
    {"refuse_by_arrival_order", "I6", "a refund whose sale has not come is sent away", true, 1},
    {"quarantine_blocks", "I6", "nothing is taken after an entry that is not understood", true, 5},
    {"reuse_number", "I7", "a server that came back gives numbers of the lost one again", false, 846},
    {"refuse_the_revoked", "I7", "what a revoked till wrote before is sent away with it", false, 27},
    {"restored_goes_on", "I7", "an old copy of the server writes on", false, 61},
    {"renumber_a_fork", "I8", "a second branch is put behind the first", true, 33},
    {"truncate_quietly", "I8", "verify passes over a head that is gone", true, 3},
    {"trust_the_device_clock", "I9", "what the device shows is the time", true, 1},
    {"drop_a_limit", "I10", "an entry may be of any size", true, 5},
}};

Outcome simulate_with(const Plant& plant, std::uint64_t seed) {
  plant_in_core(plant.core ? plant.name : "");
  Outcome outcome = simulate(plan_of(seed), plant.core ? "" : plant.name);
  plant_in_core("");
  return outcome;
}

// A seed at which this fault shows: the one known to, or else the first. 0: none.
std::uint64_t seed_that_shows(const Plant& plant, Outcome& outcome) {
  outcome = simulate_with(plant, plant.seed);
  if (outcome.violated) return plant.seed;
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    outcome = simulate_with(plant, seed);
    if (outcome.violated) return seed;
  }
  return 0;
}

}  // namespace

std::span<const Plant> plants() { return kPlants; }

int show_plants(const std::string& only) {
  if (!plant_in_core("")) {
    std::printf("this program has no planted faults: run phien-simulation-planted\n");
    return 2;
  }
  int missed = 0, shown = 0;
  std::printf("%-26s %-6s %5s  %-8s %s\n", "fault", "breaks", "seed", "noticed", "the oracle said");
  for (const Plant& plant : kPlants) {
    if (!only.empty() && only != plant.name) continue;
    Outcome outcome;
    const std::uint64_t seed = seed_that_shows(plant, outcome);
    const bool clean = seed > 0 && !simulate(plan_of(seed)).violated;
    missed += clean ? 0 : 1;
    ++shown;
    std::printf("%-26s %-6s %5llu  %-8s %s%s\n", plant.name, plant.breaks, static_cast<unsigned long long>(seed),
                seed > 0 ? outcome.violated->c_str() : "NOT", outcome.what.c_str(), clean ? "" : " — AND NOT WITHOUT IT");
    std::fflush(stdout);
  }
  std::printf("%d planted faults, %d missed; without them the same seeds pass\n", shown, missed);
  return missed == 0 && shown > 0 ? 0 : 1;
}

}  // namespace phien::simulation
