// SQLite's C interface, as little of it as the store needs: a connection with its prepared statements, and one run of a
// statement.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <unordered_map>

namespace phien::db {

class Connection {
 public:
  enum class Use { write, read };

  // Opens (and creates, to write) `path`. Throws StoreFailed.
  Connection(const std::string& path, const std::string& vfs, Use use);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs statements that yield nothing of interest.
  void run(const char* sql);
  // The prepared statement of `sql`, a string with static storage: its address is its name.
  sqlite3_stmt* statement(const char* sql);
  // Throws what `code` stands for; the connection remembers disk errors.
  [[noreturn]] void fail(int code);
  // A disk error met since the last call, also when the code that met it swallowed the exception.
  std::exception_ptr take_trouble();
  sqlite3* raw() const { return db_; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::exception_ptr trouble_;
};

// One run of a prepared statement. Parameters are bound in order and must outlive the run; it is reset at the end.
class Query {
 public:
  template <class... Parameters>
  Query(Connection& connection, const char* sql, const Parameters&... parameters)
      : connection_(connection), statement_(connection.statement(sql)) {
    int index = 0;
    (bind(++index, parameters), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Steps; false when there are no more rows.
  bool row();
  // Steps to the end.
  void finish() {
    while (row()) {}
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  // Text or blob; holds until the next step.
  std::string_view bytes(int column) const;

  struct Blob {
    std::string_view bytes;
  };

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, const Blob& blob);
  void check(int code) {
    if (code != SQLITE_OK) connection_.fail(code);
  }
  Connection& connection_;
  sqlite3_stmt* statement_;
};

}  // namespace phien::db
