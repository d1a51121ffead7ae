#include "tests/bench/yardstick.hpp"

#include <sqlite3.h>

#include <chrono>
#include <random>
#include <stdexcept>

namespace phien::bench {
namespace {

constexpr int kSalesPerTransaction = 100;
constexpr int kProducts = 80;

class Database {
 public:
  explicit Database(const std::string& path) {
    require(sqlite3_open(path.c_str(), &db_));
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE sale(terminal INTEGER, seq INTEGER, time INTEGER, total INTEGER, PRIMARY KEY(terminal, seq)) WITHOUT ROWID;"
        "CREATE TABLE sale_line(terminal INTEGER, seq INTEGER, line INTEGER, product INTEGER, qty INTEGER, total INTEGER,"
        "  PRIMARY KEY(terminal, seq, line)) WITHOUT ROWID;"
        "CREATE TABLE payment(terminal INTEGER, seq INTEGER, nr INTEGER, method INTEGER, amount INTEGER, PRIMARY KEY(terminal, "
        "seq, nr)) WITHOUT ROWID;"
        "CREATE TABLE movement(terminal INTEGER, seq INTEGER, line INTEGER, product INTEGER, delta INTEGER, PRIMARY "
        "KEY(terminal, seq, line)) WITHOUT ROWID;"
        "CREATE TABLE stock(product INTEGER PRIMARY KEY, on_hand INTEGER);"
        "CREATE TABLE takings(terminal INTEGER, hour INTEGER, method INTEGER, amount INTEGER, PRIMARY KEY(terminal, hour, "
        "method)) WITHOUT ROWID;");
  }
  ~Database() { sqlite3_close_v2(db_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const char* sql) { require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }

 private:
  void require(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  sqlite3* db_ = nullptr;
};

bool step(sqlite3_stmt* statement, std::initializer_list<std::int64_t> values) {
  int position = 0;
  for (const auto value : values) sqlite3_bind_int64(statement, ++position, value);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) throw std::runtime_error("yardstick: a statement failed");
  return code == SQLITE_ROW;
}

}  // namespace

std::vector<PlainSale> plausible_sales(int terminals, int sales_each, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<PlainSale> sales;
  sales.reserve(static_cast<std::size_t>(terminals) * static_cast<std::size_t>(sales_each));
  for (int n = 0; n < sales_each; ++n) {
    for (int terminal = 0; terminal < terminals; ++terminal) {
      PlainSale sale{.terminal = terminal,
                     .seq = n + 1,
                     .time = 1'747'270'000'000 + n * 60'000,
                     .total = 0,
                     .transfer = random() % 3 == 0,
                     .lines = {}};
      const int lines = 1 + static_cast<int>(random() % 4);  // 1…4: 2.5 on average
      for (int i = 0; i < lines; ++i) {
        const auto qty = static_cast<std::int64_t>(1 + random() % 3) * 1000;
        const auto price = static_cast<std::int64_t>(20 + random() % 200) * 1000;
        sale.lines.push_back({.product = static_cast<int>(random() % kProducts), .qty = qty, .total = qty / 1000 * price});
        sale.total += sale.lines.back().total;
      }
      sales.push_back(std::move(sale));
    }
  }
  return sales;
}

double yardstick(const std::string& path, const std::vector<PlainSale>& sales) {
  Database db(path);
  auto* const known = db.prepare("SELECT 1 FROM sale WHERE terminal=? AND seq=?");
  auto* const sale_row = db.prepare("INSERT INTO sale VALUES(?,?,?,?)");
  auto* const line_row = db.prepare("INSERT INTO sale_line VALUES(?,?,?,?,?,?)");
  auto* const payment_row = db.prepare("INSERT INTO payment VALUES(?,?,?,?,?)");
  auto* const movement_row = db.prepare("INSERT INTO movement VALUES(?,?,?,?,?)");
  auto* const stock_row = db.prepare("INSERT INTO stock VALUES(?,?) ON CONFLICT DO UPDATE SET on_hand=on_hand+excluded.on_hand");
  auto* const takings_row =
      db.prepare("INSERT INTO takings VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET amount=amount+excluded.amount");
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < sales.size(); ++i) {
    if (i % kSalesPerTransaction == 0) db.run("BEGIN IMMEDIATE");
    const auto& s = sales[i];
    if (!step(known, {s.terminal, s.seq})) {
      step(sale_row, {s.terminal, s.seq, s.time, s.total});
      std::int64_t number = 0;
      for (const auto& line : s.lines) {
        ++number;
        step(line_row, {s.terminal, s.seq, number, line.product, line.qty, line.total});
        step(movement_row, {s.terminal, s.seq, number, line.product, -line.qty});
        step(stock_row, {line.product, -line.qty});
      }
      step(payment_row, {s.terminal, s.seq, 1, s.transfer ? 1 : 0, s.total});
      step(takings_row, {s.terminal, s.time / 3'600'000, s.transfer ? 1 : 0, s.total});
    }
    if (i % kSalesPerTransaction == kSalesPerTransaction - 1 || i + 1 == sales.size()) db.run("COMMIT");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  for (auto* statement : {known, sale_row, line_row, payment_row, movement_row, stock_row, takings_row})
    sqlite3_finalize(statement);
  return static_cast<double>(sales.size()) / took.count();
}

}  // namespace phien::bench
