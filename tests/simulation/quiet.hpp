// What is looked at once, when all is quiet: order, rebuild, shelves, tampering.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "shared/sync/feed.hpp"
#include "tests/simulation/dice.hpp"

namespace phien::simulation {

struct Shelf {
  std::string device;
  std::vector<std::string> exhibitors;
  std::vector<sync::FeedRow> rows;
};

// `lost`: a machine was lost with entries that others may have seen, so that a witness may name what nobody has.
void look_when_quiet(const ledger::Reader& books, const std::vector<Shelf>& shelves, bool lost, Dice dice);

}  // namespace phien::simulation
