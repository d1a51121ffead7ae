#include "db/sqlite/schema.hpp"

#include <iterator>
#include <string>

#include "db/sqlite/migrations.hpp"
#include "db/store.hpp"

namespace phien::db {
namespace {

constexpr std::int64_t kApplicationId = 0x50486965;  // "PHie"
constexpr std::int64_t kSchema = std::size(kMigrations);

std::int64_t number(Connection& connection, const char* sql) {
  Query row(connection, sql);
  return row.row() ? row.integer(0) : 0;
}

}  // namespace

void migrate(Connection& connection) {
  static constexpr const char* kVersion = "PRAGMA user_version";
  static constexpr const char* kOwner = "PRAGMA application_id";
  static constexpr const char* kTables = "SELECT count(*) FROM sqlite_schema";
  const std::int64_t version = number(connection, kVersion);
  const bool is_empty = number(connection, kTables) == 0;
  if (!is_empty && number(connection, kOwner) != kApplicationId)
    throw StoreFailed(connection.path() + ": not a file of this program");
  if (version > kSchema) {
    throw StoreTooNew(connection.path() + ": made by a newer program (schema " + std::to_string(version) + ", known here up to " +
                      std::to_string(kSchema) + ")");
  }
  if (version == kSchema) return;
  connection.run("BEGIN IMMEDIATE");
  try {
    for (std::int64_t next = version; next < kSchema; ++next) connection.run(kMigrations[next]);
    connection.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    connection.run(("PRAGMA user_version = " + std::to_string(kSchema)).c_str());
    connection.run("COMMIT");
  } catch (...) {
    sqlite3_exec(connection.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

}  // namespace phien::db
