// Simulated time and what happens in it, one event after the other; what was seen is told to the trace.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "shared/clock.hpp"

namespace phien::simulation {

inline constexpr Milliseconds kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
inline constexpr Milliseconds kOpening = 1'747'274'400'000;  // 2025-05-15 09:00 in the fair's zone

// Something that must always hold did not. `invariant`: "I1" … "I10", or "live" (it did not converge) or "bug" (a program threw).
struct Violation : std::runtime_error {
  Violation(std::string which, const std::string& what) : runtime_error(what), invariant(std::move(which)) {}
  std::string invariant;
};

// Figures of a run, summed over all runs.
struct Tally {
  std::map<std::string, std::int64_t> faults;  // by kind
  std::int64_t sales = 0, entries = 0, refused = 0, events = 0, messages = 0;
  void operator+=(const Tally& o);
};

class World {
 public:
  Milliseconds now() const { return now_; }
  void at(Milliseconds when, std::function<void()> what);
  void after(Milliseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  // Everything that is to happen until then.
  void run_until(Milliseconds end);

  // One line; kept among the last ones, and part of the digest by which two runs are compared.
  void trace(const std::string& who, const std::string& what);
  void fault(const std::string& kind, const std::string& who, const std::string& what = {});
  const std::deque<std::string>& last_lines() const { return lines_; }
  std::uint64_t digest() const { return digest_; }
  void digest(std::string_view more);

  Tally tally;

 private:
  Milliseconds now_ = kOpening;
  std::int64_t events_made_ = 0;
  std::map<std::pair<Milliseconds, std::int64_t>, std::function<void()>> events_;
  std::deque<std::string> lines_;
  std::uint64_t digest_ = 0xcbf29ce484222325ULL;
};

// A device's clock: what CLOCK_BOOTTIME and the wall say there. The device never learns the true time.
class DeviceClock final : public Clock {
 public:
  DeviceClock(const World& world, std::string boot) : world_(world), boot_(std::move(boot)), booted_(world.now()) {}
  Reading now() const override;
  void boot(std::string id) { boot_ = std::move(id), booted_ = world_.now(); }
  void set_wall(Milliseconds ahead) { ahead_ = ahead; }  // of the true time
  void drift(std::int64_t parts_per_million) { ppm_ = parts_per_million; }

 private:
  const World& world_;
  std::string boot_;
  Milliseconds booted_, ahead_ = 0;
  std::int64_t ppm_ = 0;
};

}  // namespace phien::simulation
