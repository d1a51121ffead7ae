#include "db/sqlite/backup.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include "db/sqlite/files.hpp"
#include "db/store.hpp"

namespace phien::db {
namespace {

constexpr int kPagesPerStep = 1024;  // 4 MiB: how often progress is told

struct Finish {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

void copy_pages(Connection& source, Connection& copy, const Progress& progress) {
  const std::unique_ptr<sqlite3_backup, Finish> backup(sqlite3_backup_init(copy.raw(), "main", source.raw(), "main"));
  if (!backup) copy.fail(sqlite3_extended_errcode(copy.raw()));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup.get(), kPagesPerStep);
    const int total = sqlite3_backup_pagecount(backup.get());
    if (progress) progress(total - sqlite3_backup_remaining(backup.get()), total);
  }
  if (code != SQLITE_DONE) throw StoreFailed(std::string("the copy failed: ") + sqlite3_errstr(code));
}

}  // namespace

void copy_to(Connection& source, const std::string& path, const Progress& progress) {
  static constexpr const char* kFirstRead = "SELECT 1 FROM meta LIMIT 1";
  const std::string unfinished = path + ".tmp";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);  // of a copy that was interrupted
  try {
    create_private(unfinished);
    Connection copy(unfinished, "", Connection::Use::write);
    copy.run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");  // synced once, when whole
    // One read transaction: the copy is of one commit, and need not start again when others follow.
    source.run("BEGIN");
    Query(source, kFirstRead).finish();
    copy_pages(source, copy, progress);
    source.run("ROLLBACK");
  } catch (...) {
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
  rename_durably(unfinished, path);
}

}  // namespace phien::db
