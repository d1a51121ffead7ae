#include "db/sqlite/damage.hpp"

#include <filesystem>

#include "db/sqlite/files.hpp"

namespace phien::db {

Examined examine_sqlite(const std::string& path) {
  Examined examined;
  try {
    examined.store = open_sqlite(path);
    examined.damage = examined.store->check();
  } catch (const StoreBusy&) {
    throw;
  } catch (const StoreTooNew&) {
    throw;
  } catch (const std::exception& problem) {  // pages that hold anything make any part fail in its own way
    examined.damage.emplace_back(problem.what());
  }
  return examined;
}

std::string put_aside(const std::string& path) {
  if (!std::filesystem::exists(path)) return "";
  int n = 1;
  while (std::filesystem::exists(path + ".damaged-" + std::to_string(n))) ++n;
  const std::string aside = path + ".damaged-" + std::to_string(n);
  // The store itself last: should this end half way, the next try finds it and goes on.
  for (const char* companion : {"-wal", "-shm"})
    if (std::filesystem::exists(path + companion)) rename_durably(path + companion, aside + companion);
  rename_durably(path, aside);
  return aside;
}

}  // namespace phien::db
