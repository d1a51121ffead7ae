// What can still be read of a damaged store's journals.
#pragma once
#include <functional>
#include <vector>

#include "shared/journal/journals.hpp"
#include "shared/sync/receive.hpp"

namespace phien::sync {

// Calls `take` with each journal's entries from its start as far as they can be read and their chain and seals hold, a batch at a
// time. What the store throws on the way ends that journal, not the others. Gives how many entries that was.
std::int64_t salvage(const journal::JournalsReader& journals, const std::function<void(DecodedBatch)>& take);

}  // namespace phien::sync
