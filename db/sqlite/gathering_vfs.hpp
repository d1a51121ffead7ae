// A layer between SQLite and the file system that writes the WAL in large pieces. SQLite hands over the WAL of one commit in two
// small writes a page; they follow each other in the file, so they are gathered and written when the commit syncs. That is before
// SQLite tells any reader of them: with synchronous=FULL it moves the end of the WAL only after the sync.
#pragma once
#include <sqlite3.h>

#include <string>

namespace phien::db {

class GatheringVfs {
 public:
  // On top of the VFS of that name ("": the system's own). No file may be open through it any more when it goes.
  explicit GatheringVfs(const std::string& below);
  ~GatheringVfs();
  GatheringVfs(const GatheringVfs&) = delete;
  GatheringVfs& operator=(const GatheringVfs&) = delete;
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace phien::db
