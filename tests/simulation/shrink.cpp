#include <algorithm>
#include <chrono>

#include "tests/simulation/simulate.hpp"

namespace phien::simulation {

// Leaves out ever smaller runs of steps as long as the same invariant still breaks.
Plan shrink(const Plan& plan, const Outcome& failed, const std::string& planted, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  Plan best = plan;
  for (std::size_t piece = std::max<std::size_t>(1, best.steps.size() / 2); piece > 0; piece /= 2) {
    for (std::size_t from = 0; from < best.steps.size();) {
      if (std::chrono::steady_clock::now() > end) return best;
      Plan fewer = best;
      const auto begin = fewer.steps.begin() + static_cast<std::ptrdiff_t>(from);
      fewer.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(piece, fewer.steps.size() - from)));
      if (simulate(fewer, planted).violated == failed.violated) {
        best = std::move(fewer);
      } else {
        from += piece;
      }
    }
  }
  return best;
}

}  // namespace phien::simulation
