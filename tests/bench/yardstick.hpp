// The reference L of the benchmarks: what one thread and plain SQLite, with the server's settings (WAL, synchronous=FULL), do
// with the same sales in normalized tables: sale, sale_line, payment, movement (WITHOUT ROWID, keyed by terminal and seq), a
// duplicate check by key, stock and hourly takings kept by upserts, 100 sales a transaction. It parses nothing, checks no
// signature and sends nothing.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace phien::bench {

struct PlainLine {
  int product = 0;
  std::int64_t qty = 0, total = 0;
};
struct PlainSale {
  int terminal = 0;
  std::int64_t seq = 0, time = 0, total = 0;
  bool transfer = false;
  std::vector<PlainLine> lines;
};

// Plausible sales: 2.5 lines each on average, a third paid by transfer, from a seed.
std::vector<PlainSale> plausible_sales(int terminals, int sales_each, std::uint64_t seed);

// Writes them into a new database `path`, 100 a transaction; returns sales per second.
double yardstick(const std::string& path, const std::vector<PlainSale>& sales);

}  // namespace phien::bench
