#include "db/sqlite/sqlite_store.hpp"

#include <utility>

#include "db/sqlite/backup.hpp"
#include "db/sqlite/check.hpp"
#include "db/sqlite/files.hpp"
#include "db/sqlite/gathering_vfs.hpp"
#include "db/sqlite/readers.hpp"
#include "db/sqlite/schema.hpp"
#include "db/sqlite/writer.hpp"
#include "shared/ledger/ledger.hpp"

namespace phien::db {
namespace {

constexpr std::string_view kStaleBooks = "books.stale";  // set by migrations

std::unique_ptr<Connection> open_writer(const std::string& path, const std::string& vfs, bool synchronous) {
  create_private(path);
  auto connection = std::make_unique<Connection>(path, vfs, Connection::Use::write);
  // Until the file is known to be ours, closing must not write to it either.
  sqlite3_db_config(connection->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  migrate(*connection);
  {
    static constexpr const char* kWal = "PRAGMA journal_mode = WAL";
    Query mode(*connection, kWal);
    if (!mode.row() || mode.bytes(0) != "wal") throw StoreFailed(path + ": this file system cannot keep a write-ahead log");
  }
  connection->run(synchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  // Erased bytes are overwritten; a WAL that has grown is cut when it starts anew; 12 MiB of pages are kept in memory:
  // what is read again and again are the sums, and the system keeps the rest of the file at hand.
  connection->run("PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -12288");
  sqlite3_db_config(connection->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return connection;
}

class SqliteStore final : public JournalStore {
 public:
  SqliteStore(const std::string& path, const SqliteOptions& options)
      : lock_(path + ".lock"),
        vfs_(options.vfs),
        writer_(open_writer(path, vfs_.name(), options.synchronous)),
        readers_(std::make_shared<Readers>(path, options.vfs, static_cast<std::size_t>(options.readers))) {
    make_books_anew_if_stale(options.progress);
  }

  bool submit(Job job, Done done) override { return writer_.submit(std::move(job), std::move(done)); }
  std::unique_ptr<Snapshot> snapshot() const override { return readers_->snapshot(); }
  void backup(const std::string& path, const Progress& progress) override {
    const auto source = readers_->open();
    copy_to(*source, path, progress);
  }
  std::vector<std::string> check(const Progress& progress) const override {
    try {
      const auto connection = readers_->open();
      const auto view = snapshot();
      return check_file(*connection, *view, progress);
    } catch (const StoreFailed& problem) {
      return {problem.what()};
    }
  }

 private:
  // A migration changed the form of sums or facts: they are made again from the journals, which must be sound for it.
  void make_books_anew_if_stale(const Progress& progress) {
    if (!snapshot()->meta(kStaleBooks)) return;
    if (const auto damage = check(progress); !damage.empty()) throw StoreFailed(damage.front());
    run([&progress](Transaction& tx) {
      ledger::rebuild(tx, progress);
      tx.erase_meta(kStaleBooks);
    });
  }

  // In this order: readers close before the writer (the last one checkpoints), and the lock is let go at the end.
  FileLock lock_;
  GatheringVfs vfs_;
  Writer writer_;
  std::shared_ptr<Readers> readers_;
};

}  // namespace

std::unique_ptr<JournalStore> open_sqlite(const std::string& path, const SqliteOptions& options) {
  // Before SQLite's first use, or without effect: to count its memory, which nobody asks for, it locks at each allocation.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  return std::make_unique<SqliteStore>(path, options);
}

}  // namespace phien::db
