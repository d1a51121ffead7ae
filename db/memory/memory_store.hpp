// A JournalStore in memory: for reports (a replayed cut), for tests and for the simulator.
#pragma once
#include <memory>

#include "db/store.hpp"

namespace phien::db {

// Jobs run at once, in the caller's thread: what is submitted is done when submit returns. Not safe for several threads.
std::unique_ptr<JournalStore> open_memory();

}  // namespace phien::db
