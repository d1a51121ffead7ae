// What entries add up to, twice: from their bytes by the oracle's own sums, and as the ledger's views tell it.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "shared/ledger/books.hpp"
#include "tests/simulation/nodes.hpp"

namespace phien::simulation {

// "stock|EX1|P11|booth|on_hand" → 12000. What is zero is left out. What others rest on (times, standings) sorts first.
using Table = std::map<std::string, std::int64_t>;

Table figures_of(const Nodes& nodes);
Table figures_in(const ledger::Reader& books);

// The first line in which they differ, "" if none: "<key>: <left> and not <right>".
std::string first_difference(const Table& left, const Table& right);

}  // namespace phien::simulation
