#include "db/sqlite/connection.hpp"

#include <stdexcept>
#include <utility>

#include "db/store.hpp"

namespace phien::db {
namespace {

// Readers wait this long where SQLite must rebuild the WAL's index; the writer, for readers to leave a WAL that must be cut.
constexpr int kReaderPatienceMs = 250;
constexpr int kWriterPatienceMs = 50;

std::string describe(const std::string& path, sqlite3* db, int code) {
  return path + ": " + std::string(db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code)) + " (code " + std::to_string(code) +
         ")";
}

}  // namespace

Connection::Connection(const std::string& path, const std::string& vfs, Use use) : path_(path) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (use == Use::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const std::string what = describe(path_, db_, code);
    sqlite3_close_v2(db_);
    throw StoreFailed(what);
  }
  sqlite3_busy_timeout(db_, use == Use::write ? kWriterPatienceMs : kReaderPatienceMs);
  try {
    run("PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA wal_autocheckpoint = 0;"
        "PRAGMA temp_store = MEMORY");
    if (use == Use::read) {
      run("PRAGMA query_only = ON; PRAGMA cache_size = -8192");
      sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
  } catch (...) {
    sqlite3_close_v2(db_);
    throw;
  }
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

void Connection::run(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

sqlite3_stmt* Connection::statement(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) fail(code);
  }
  if (sqlite3_stmt_busy(statement) != 0) throw std::logic_error("a statement was run inside its own run");
  return statement;
}

void Connection::fail(int code) {
  const std::string what = describe(path_, db_, code);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_MISUSE:
      throw std::logic_error(what);  // the job's own doing: it alone fails
    case SQLITE_FULL:
      if (!trouble_) trouble_ = std::make_exception_ptr(StoreFull(what));
      throw StoreFull(what);
    case SQLITE_BUSY:  // somebody looks at the file with another program
      if (!trouble_) trouble_ = std::make_exception_ptr(StoreBusy(what));
      throw StoreBusy(what);
    default:
      trouble_ = std::make_exception_ptr(StoreFailed(what));
      throw StoreFailed(what);
  }
}

std::exception_ptr Connection::take_trouble() { return std::exchange(trouble_, nullptr); }

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::row() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_.fail(code);
  return false;
}

std::string_view Query::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::bind(int index, std::int64_t value) { check(sqlite3_bind_int64(statement_, index, value)); }

void Query::bind(int index, std::string_view text) {
  // A null pointer would bind NULL, which is not the empty text.
  const char* data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(int index, const Blob& blob) {
  const char* data = blob.bytes.empty() ? "" : blob.bytes.data();
  check(sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC));
}

}  // namespace phien::db
