// Numbers of terminals.
#pragma once
#include <cstdint>
#include <string>

#include "shared/ledger/books.hpp"

namespace phien::ledger {

// The number for the next terminal, "T07", above all that are known here. Each incarnation of the server has numbers of its own
// ("T1001" and up for the second): it may have been restored from before the last ones were given, and none is given twice.
std::string next_terminal(const Reader& books, std::int64_t incarnation);

}  // namespace phien::ledger
