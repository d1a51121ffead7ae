// A full check of a store's file.
#pragma once
#include <string>
#include <vector>

#include "db/sqlite/connection.hpp"
#include "db/store.hpp"

namespace phien::db {

// `connection` and `snapshot` see the same file. SQLite's own check, then whether each journal's chain holds.
// `progress`: entries; SQLite tells nothing of its own part, which comes first.
std::vector<std::string> check_file(Connection& connection, const Snapshot& snapshot, const Progress& progress);

}  // namespace phien::db
