// The one way both programs read time, so that a rehearsal, a simulation and a test can give their own.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace phien {

using Milliseconds = std::int64_t;

// One reading: which run of the kernel, milliseconds since it began (CLOCK_BOOTTIME), and the device's wall clock.
struct Reading {
  std::string boot;  // 32 lower-case hex digits
  Milliseconds up = 0;
  Milliseconds wall = 0;  // since 1970-01-01T00:00:00Z
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Reading now() const = 0;
};

// /proc/sys/kernel/random/boot_id, CLOCK_BOOTTIME, CLOCK_REALTIME.
std::unique_ptr<Clock> system_clock();
// For rehearsals (`--clock FILE`): the file holds one line "<boot> <up> <wall>" and is read at every call; it is replaced by
// rename. Throws std::runtime_error when the file cannot be read or parsed.
std::unique_ptr<Clock> file_clock(std::string path);

// For waits within this run of the program: never jumps, means nothing elsewhere.
Milliseconds steady_ms();

// Day and hour in the fair's zone, Asia/Ho_Chi_Minh: UTC+7 without daylight saving.
std::string local_day(Milliseconds wall);     // "2025-05-15"
std::string local_hour(Milliseconds wall);    // "2025-05-15T09"
std::string local_minute(Milliseconds wall);  // "15/05/2025 09:07", for people
std::string iso_utc(Milliseconds wall);       // "2025-05-15T02:07:31.123Z"

}  // namespace phien
