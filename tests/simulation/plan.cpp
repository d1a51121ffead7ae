#include "tests/simulation/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

namespace {

struct Kind {
  What what;
  const char* name;
  double often;  // times in a run that has this kind at all
  double in;     // in how many runs
};
constexpr std::array<Kind, 27> kKinds{{
    {What::act, "act", 0, 0},
    {What::unknown_kind, "an entry of an unknown kind", 1, 0.1},
    {What::organizer, "the organizer acts", 5, 0.8},
    {What::revoke, "a terminal is revoked", 1, 0.12},
    {What::close_fair, "the fair is closed", 1, 0.1},
    {What::server_clock, "the server's clock is set", 1, 0.05},
    {What::power, "power cut at a till", 4, 0.7},
    {What::disk_full, "a till's disk is full", 2, 0.2},
    {What::disk_fails, "a till's disk fails", 1, 0.15},
    {What::clock, "a till's clock is wrong", 4, 0.7},
    {What::image, "a till's card is copied", 1, 0.35},
    {What::restore, "a till goes on from an old copy", 1, 0.2},
    {What::clone, "a copied card sells too", 1, 0.15},
    {What::die, "a till dies", 1, 0.12},
    {What::enrol_anew, "a till gets a new number", 1, 0.1},
    {What::server_power, "power cut at the server", 3, 0.6},
    {What::server_full, "the server's disk is full", 1, 0.15},
    {What::server_fails, "the server's disk fails", 1, 0.15},
    {What::server_image, "the server is backed up", 1, 0.35},
    {What::server_restore, "the server comes back from a backup", 1, 0.15},
    {What::server_restore_unaware, "the server goes on from an old copy", 1, 0.1},
    {What::server_dies, "the server dies", 1, 0.12},
    {What::hub_power, "power cut at a hub", 2, 0.4},
    {What::hub_dies, "a hub dies", 1, 0.15},
    {What::weather, "bad network", 4, 0.8},
    {What::partition, "a till is cut off", 3, 0.6},
    {What::half_open, "a line passes one way", 2, 0.3},
}};
constexpr double kUpstream = 0.6;
constexpr double kDiesAfterRevoking = 0.4;  // of the runs in which a terminal was revoked: what it owes is owed to another server

const Kind& kind(What what) {
  return *std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) { return one.what == what; });
}

}  // namespace

std::string name_of(What what) {
  return what == What::partition_upstream ? "the server is cut off from its hub" : kind(what).name;
}

Plan plan_of(std::uint64_t seed) {
  Dice dice = Dice::of(seed, "plan");
  Plan plan;
  plan.seed = seed;
  const bool big = dice.chance(0.01);
  plan.devices = big ? 40 : static_cast<int>(dice.between(2, 6));
  plan.hubs = dice.chance(0.5) ? 0 : dice.chance(0.7) ? 1 : 2;
  plan.sqlite = !big && dice.chance(0.01);
  plan.length = dice.between(30, 150) * kMinute;
  const auto add = [&](What what) {
    plan.steps.push_back({dice.upto(plan.length), what, static_cast<int>(dice.upto(plan.devices - 1)), dice.next()});
  };
  for (std::int64_t n = dice.between(15, big ? 200 : 110); n > 0; --n) add(What::act);
  for (const Kind& one : kKinds) {
    if (!dice.chance(one.in)) continue;
    // A store on files is not copied while it runs.
    if (plan.sqlite && one.what >= What::server_image && one.what <= What::server_dies) continue;
    for (std::int64_t n = dice.between(1, static_cast<std::int64_t>(2 * one.often) - 1); n > 0; --n) add(one.what);
  }
  if (plan.hubs > 0 && dice.chance(kUpstream)) add(What::partition_upstream);
  const bool revoking =
      std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step& step) { return step.what == What::revoke; });
  if (revoking && !plan.sqlite && dice.chance(kDiesAfterRevoking))
    plan.steps.push_back({plan.length, What::server_dies, 0, dice.next()});
  std::stable_sort(plan.steps.begin(), plan.steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  return plan;
}

std::string to_text(const Step& step) {
  const std::string whose = step.what >= What::act && step.what <= What::unknown_kind ? fmt::format(" at D{}", step.who + 1) : "";
  const bool device = (step.what >= What::power && step.what <= What::enrol_anew) || step.what == What::partition ||
                      step.what == What::half_open || step.what == What::revoke;
  return fmt::format("{:>4} min {}{}{}", step.at / kMinute, name_of(step.what), whose,
                     device ? fmt::format(" (D{})", step.who + 1) : "");
}

}  // namespace phien::simulation
