// A store whose file was damaged: noticed, and put aside.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "db/sqlite/sqlite_store.hpp"

namespace phien::db {

// A store that was opened and checked whole. With damage it may still be readable here and there; null: not even opened.
struct Examined {
  std::unique_ptr<JournalStore> store;
  std::vector<std::string> damage;
};
// Throws StoreBusy and StoreTooNew.
Examined examine_sqlite(const std::string& path);

// Renames the files of a store that is closed to "<path>.damaged-<n>…", the first n that is free. Gives that name; "" when there
// was no such store. Throws StoreFailed.
std::string put_aside(const std::string& path);

}  // namespace phien::db
