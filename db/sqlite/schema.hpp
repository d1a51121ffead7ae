// Bringing a file to the schema of this program.
#pragma once
#include "db/sqlite/connection.hpp"

namespace phien::db {

// Checks whose file it is, then applies the migrations it lacks, in one transaction. Changes nothing when it throws StoreTooNew.
void migrate(Connection& connection);

}  // namespace phien::db
