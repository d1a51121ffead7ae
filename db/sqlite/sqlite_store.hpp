// A JournalStore in one SQLite file (WAL, synchronous=FULL). One writer connection also checkpoints; readers are read-only and
// never do (SQLite before 3.51.3 can damage a WAL that two connections reset at once).
#pragma once
#include <memory>
#include <string>

#include "db/store.hpp"
#include "shared/progress.hpp"

namespace phien::db {

struct SqliteOptions {
  std::string vfs;          // name of a registered VFS; tests give one that loses unsynced writes
  int readers = 2;          // read-only connections kept open
  bool synchronous = true;  // tests plant false, to prove that they would notice a commit that does not reach the disk
  Progress progress;        // of opening a file whose books must be made anew: entries
};

// Opens or creates `path`, takes its lock (`path`.lock), migrates. Throws StoreBusy, StoreTooNew, StoreFailed.
std::unique_ptr<JournalStore> open_sqlite(const std::string& path, const SqliteOptions& options = {});

}  // namespace phien::db
