// What the store does to files beside SQLite: its lock, and making a finished copy durable.
#pragma once
#include <string>

namespace phien::db {

// One process owns a store: `path`, locked while this lives. Throws StoreBusy, StoreFailed.
class FileLock {
 public:
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

// Creates `path` for its owner's eyes alone, unless it is there. SQLite gives its companion files the same mode.
void create_private(const std::string& path);
// Syncs `from`, renames it to `to` and syncs the folder: afterwards `to` is whole, whatever happens. Throws StoreFailed.
void rename_durably(const std::string& from, const std::string& to);

}  // namespace phien::db
