// What the server counts of itself, in the text form of Prometheus.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace phien::server {

class Metrics {
 public:
  std::atomic<std::uint64_t> batches{0}, entries{0}, refused_batches{0};
  void committed(std::chrono::steady_clock::duration took);
  std::string text() const;

 private:
  // Upper bounds in microseconds; the last bucket has none.
  static constexpr std::array<std::uint64_t, 11> kBounds{500,    1'000,   2'000,   5'000,     10'000,   20'000,
                                                         50'000, 100'000, 500'000, 1'000'000, 5'000'000};
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> microseconds_{0};
};

std::string metric(const std::string& name, const char* type, const char* help, std::uint64_t value);
std::uint64_t resident_bytes();

}  // namespace phien::server
