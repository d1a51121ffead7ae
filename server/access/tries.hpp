// How often somebody may be wrong about a password.
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "shared/clock.hpp"

namespace phien::server {

inline constexpr std::size_t kMaxWatched = 10'000;  // who tries, or what is tried; then whoever comes first by name goes

// At most `most` tries of one in a span of time. All times are of a clock that only moves forward.
class Tries {
 public:
  Tries(std::size_t most, Milliseconds within) : most_(most), within_(within) {}
  // Counts a try before it is looked at, so that tries at the same moment are all counted. False: there were too many.
  [[nodiscard]] bool begin(const std::string& who, Milliseconds now);
  void take_back(const std::string& who);  // it was right, or was not looked at

 private:
  std::size_t most_;
  Milliseconds within_;
  std::map<std::string, std::deque<Milliseconds>> by_who_;  // when, those within the span alone
};

}  // namespace phien::server
