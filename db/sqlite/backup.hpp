// A consistent copy of a store's file while it is in use.
#pragma once
#include <string>

#include "db/sqlite/connection.hpp"
#include "shared/progress.hpp"

namespace phien::db {

// Copies what `source` sees now into `path`, by way of `path`.tmp. Throws StoreFailed; then `path` is what it was.
void copy_to(Connection& source, const std::string& path, const Progress& progress);

}  // namespace phien::db
