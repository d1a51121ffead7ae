#include "server/metrics.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace phien::server {

void Metrics::committed(std::chrono::steady_clock::duration took) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(0, count));
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), us) - kBounds.begin();
  ++buckets_[static_cast<std::size_t>(bucket)];
  microseconds_ += us;
}

std::string metric(const std::string& name, const char* type, const char* help, std::uint64_t value) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

std::string Metrics::text() const {
  std::string text =
      metric("phien_batches_total", "counter", "Batches taken into the store.", batches) +
      metric("phien_entries_total", "counter", "Entries taken into the store that were new here.", entries) +
      metric("phien_batches_refused_total", "counter", "Batches refused or continuing an unknown hash.", refused_batches);
  text +=
      "# HELP phien_commit_seconds From handing a job to the store until it was durable.\n# TYPE phien_commit_seconds "
      "histogram\n";
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    const std::string bound = i < kBounds.size() ? fmt::format("{}", static_cast<double>(kBounds[i]) / 1e6) : "+Inf";
    text += fmt::format("phien_commit_seconds_bucket{{le=\"{}\"}} {}\n", bound, seen);
  }
  text +=
      fmt::format("phien_commit_seconds_sum {}\nphien_commit_seconds_count {}\n", static_cast<double>(microseconds_) / 1e6, seen);
  return text;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return statm ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace phien::server
