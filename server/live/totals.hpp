// The fair at a glance, computed from a snapshot at most every kCoalesce however much is sold, and shared by all who look.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "shared/net/run.hpp"

namespace phien::server {

struct Summary {
  std::string json;
  std::string headline;                            // of it what fits hundreds of open pages: no row per exhibitor or terminal
  std::map<std::string, std::int64_t> exceptions;  // that are not settled, by code
};

class Totals {
 public:
  static constexpr std::int64_t kCoalesce = 200;  // ms
  static constexpr std::int64_t kRests = 1;       // times as long as the last one took: a big fair leaves time for selling
  static constexpr std::int64_t kFresh = 10'000;  // ms: a day begins and a terminal falls silent without anything being sold
  using Compute = std::function<net::asio::awaitable<std::shared_ptr<const Summary>>()>;

  Totals(net::asio::any_io_executor executor, Compute compute);
  void changed() { changes_.announce(); }
  std::uint64_t version() const { return changes_.version(); }
  net::asio::awaitable<bool> wait_beyond(std::uint64_t version, std::int64_t at_most_ms) {
    return changes_.wait_beyond(version, at_most_ms);
  }
  // What it was at this moment or later.
  net::asio::awaitable<std::shared_ptr<const Summary>> current();

 private:
  std::int64_t age() const;      // ms
  std::int64_t to_rest() const;  // ms

  Compute compute_;
  net::Announcement changes_, computed_;
  bool computing_ = false;
  std::uint64_t computed_version_ = 0;
  std::chrono::steady_clock::time_point computed_at_{};
  std::int64_t took_ = 0;  // ms
  std::shared_ptr<const Summary> last_;
};

}  // namespace phien::server
