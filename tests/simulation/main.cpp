// phien-simulation: see README.md.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/partitioned.hpp"
#include "tests/simulation/plants.hpp"
#include "tests/simulation/simulate.hpp"

namespace {

using namespace phien::simulation;

struct Wanted {
  std::uint64_t first = 1, last = 1;
  int minutes = 0, shrink_seconds = 20, workers = 1, worker = 0;
  bool verbose = false;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void tell(const Plan& plan, const Outcome& outcome, const std::string& planted, int shrink_seconds) {
  std::printf("seed %llu violates %s: %s\n", static_cast<unsigned long long>(plan.seed), outcome.violated->c_str(),
              outcome.what.c_str());
  const Plan small = shrink(plan, outcome, planted, shrink_seconds);
  const Outcome again = simulate(small, planted);
  std::printf("  %zu of %zu steps are enough (%d devices, %d hubs):\n", small.steps.size(), plan.steps.size(), plan.devices,
              plan.hubs);
  for (const Step& step : small.steps) std::printf("    %s\n", to_text(step).c_str());
  std::printf("  then: %s\n  the last of what happened:\n", again.what.c_str());
  const std::size_t from = again.last_lines.size() > 60 ? again.last_lines.size() - 60 : 0;
  for (std::size_t i = from; i < again.last_lines.size(); ++i) std::printf("    %s\n", again.last_lines[i].c_str());
  std::fflush(stdout);
}

int run(const Wanted& wanted) {
  const auto start = std::chrono::steady_clock::now();
  Tally tally;
  std::int64_t seeds = 0, failed = 0;
  for (std::uint64_t seed = wanted.first; wanted.minutes > 0 || seed <= wanted.last; ++seed) {
    if (wanted.minutes > 0 && seconds_since(start) > wanted.minutes * 60.0) break;
    if (static_cast<int>(seed % static_cast<std::uint64_t>(wanted.workers)) != wanted.worker) continue;
    const Plan plan = plan_of(seed);
    const Outcome outcome = simulate(plan);
    tally += outcome.tally;
    ++seeds;
    if (wanted.verbose) {
      for (const auto& line : outcome.last_lines) std::printf("%s\n", line.c_str());
      std::printf("seed %llu: digest %016llx\n", static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(outcome.digest));
    }
    if (!outcome.violated) continue;
    ++failed;
    tell(plan, outcome, "", wanted.shrink_seconds);
  }
  std::printf("faults:\n");
  for (const auto& [kind, count] : tally.faults) std::printf("  %9lld %s\n", static_cast<long long>(count), kind.c_str());
  std::printf(
      "seeds %lld, failed %lld, sales %lld, entries %lld, refused at the till %lld, messages %lld, events %lld, seconds %.1f\n",
      static_cast<long long>(seeds), static_cast<long long>(failed), static_cast<long long>(tally.sales),
      static_cast<long long>(tally.entries), static_cast<long long>(tally.refused), static_cast<long long>(tally.messages),
      static_cast<long long>(tally.events), seconds_since(start));
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Replays disasters: one seed is one run"};
  Wanted wanted;
  app.add_option("--from", wanted.first, "the first seed");
  app.add_option("--to", wanted.last, "the last seed");
  app.add_option("--minutes", wanted.minutes, "go on from the first seed for so long");
  app.add_option("--workers", wanted.workers, "how many processes share the seeds");
  app.add_option("--worker", wanted.worker, "which of them this is");
  app.add_option("--shrink", wanted.shrink_seconds, "seconds to look for a shorter run that fails the same way");
  std::string fault;
  bool planted = false, partitioned = false;
  int sales = 2'000;
  app.add_flag("--partitioned", partitioned, "40 tills cut off for three days, on the real SQLite store");
  app.add_option("--sales", sales, "of each of them");
  app.add_flag("--planted", planted, "every planted fault must be found");
  app.add_option("--fault", fault, "only this one of them");
  app.add_flag("--verbose", wanted.verbose, "print what happens");
  CLI11_PARSE(app, argc, argv);
  if (wanted.last < wanted.first) wanted.last = wanted.first;
  if (planted) return show_plants(fault);
  if (partitioned) return heal_a_partition(sales);
  return run(wanted);
}
