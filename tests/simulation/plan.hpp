// What a seed says will happen: a fair, and a list of steps that can be shortened to the few that matter.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "shared/clock.hpp"

namespace phien::simulation {

enum class What {
  act,
  unknown_kind,
  organizer,
  revoke,
  close_fair,
  server_clock,  // people
  power,
  disk_full,
  disk_fails,
  clock,
  image,
  restore,
  clone,
  die,
  enrol_anew,  // a device
  server_power,
  server_full,
  server_fails,
  server_image,
  server_restore,
  server_restore_unaware,
  server_dies,  // the server
  hub_power,
  hub_dies,
  weather,
  partition,
  half_open,
  partition_upstream,  // the network
};
std::string name_of(What what);

struct Step {
  Milliseconds at = 0;  // after the opening
  What what{};
  int who = 0;  // which device
  std::uint64_t salt = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  int devices = 2, hubs = 0;
  bool sqlite = false;  // the server keeps its journals in SQLite on a file system that loses power
  Milliseconds length = 0;
  std::vector<Step> steps;
};

Plan plan_of(std::uint64_t seed);
std::string to_text(const Step& step);

}  // namespace phien::simulation
