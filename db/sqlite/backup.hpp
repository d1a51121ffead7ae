// A consistent copy of a store's file while it is in use.
#pragma once
#include <functional>
#include <string>

#include "db/sqlite/connection.hpp"

namespace phien::db {

// Copies what `source` sees now into `path`, by way of `path`.tmp. Throws StoreFailed; then `path` is what it was.
void copy_to(Connection& source, const std::string& path, const std::function<void(int done, int total)>& progress);

}  // namespace phien::db
