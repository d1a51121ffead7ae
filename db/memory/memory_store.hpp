// A JournalStore in memory: for reports (a replayed cut), for tests and for the simulator.
#pragma once
#include <memory>

#include "db/store.hpp"

namespace phien::db {

// Jobs run at once, in the caller's thread: what is submitted is done when submit returns. Not safe for several threads.
std::unique_ptr<JournalStore> open_memory();
// One that begins with what a snapshot of another memory store holds: a copied card, a disk as it was when power went.
std::unique_ptr<JournalStore> open_memory(const Snapshot& image);

}  // namespace phien::db
