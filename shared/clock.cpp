#include "shared/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace phien {
namespace {

constexpr Milliseconds kZone = 7 * 3'600'000;  // Asia/Ho_Chi_Minh, no daylight saving since 1975

bool is_boot(const std::string& s) { return s.size() == 32 && s.find_first_not_of("0123456789abcdef") == std::string::npos; }

Milliseconds read_clock(clockid_t id) {
  timespec now{};
  if (clock_gettime(id, &now) != 0) throw std::runtime_error(fmt::format("clock_gettime: {}", std::strerror(errno)));
  return Milliseconds{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class SystemClock : public Clock {
 public:
  SystemClock() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::getline(file, boot_);
    std::erase(boot_, '-');
    if (!is_boot(boot_)) throw std::runtime_error("/proc/sys/kernel/random/boot_id is not there");
  }
  Reading now() const override { return {boot_, read_clock(CLOCK_BOOTTIME), read_clock(CLOCK_REALTIME)}; }

 private:
  std::string boot_;
};

class FileClock : public Clock {
 public:
  explicit FileClock(std::string path) : path_(std::move(path)) { now(); }
  Reading now() const override {
    std::ifstream file(path_);
    Reading reading;
    if (!(file >> reading.boot >> reading.up >> reading.wall) || !is_boot(reading.boot) || reading.up < 0) {
      throw std::runtime_error(fmt::format("{}: expected one line \"<boot, 32 hex digits> <up, ms> <wall, ms>\"", path_));
    }
    return reading;
  }

 private:
  std::string path_;
};

struct Parts {
  int year;
  unsigned month, day;
  int hour, minute, second, millisecond;
};

// A device's clock may say anything; beyond the years that have four digits the nearest of them is shown, which keeps the order.
Parts parts(Milliseconds wall) {
  constexpr Milliseconds kFirst = -62'135'596'800'000, kLast = 253'402'300'799'999;  // 0001-01-01 … 9999-12-31T23:59:59.999
  using namespace std::chrono;
  const milliseconds time(std::clamp(wall, kFirst, kLast));
  const auto midnight = floor<days>(time);
  const year_month_day date{sys_days(midnight)};
  const auto rest = time - midnight;
  return {int{date.year()},
          unsigned{date.month()},
          unsigned{date.day()},
          static_cast<int>(rest / hours(1)),
          static_cast<int>(rest % hours(1) / minutes(1)),
          static_cast<int>(rest % minutes(1) / seconds(1)),
          static_cast<int>(rest % seconds(1) / milliseconds(1))};
}

Parts local(Milliseconds wall) {
  Milliseconds shifted = 0;
  return parts(__builtin_add_overflow(wall, kZone, &shifted) ? wall : shifted);
}

}  // namespace

Milliseconds steady_ms() { return read_clock(CLOCK_MONOTONIC); }

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }
std::unique_ptr<Clock> file_clock(std::string path) { return std::make_unique<FileClock>(std::move(path)); }

std::string local_day(Milliseconds wall) {
  const Parts p = local(wall);
  return fmt::format("{:04}-{:02}-{:02}", p.year, p.month, p.day);
}

std::string local_hour(Milliseconds wall) {
  const Parts p = local(wall);
  return fmt::format("{:04}-{:02}-{:02}T{:02}", p.year, p.month, p.day, p.hour);
}

std::string local_minute(Milliseconds wall) {
  const Parts p = local(wall);
  return fmt::format("{:02}/{:02}/{:04} {:02}:{:02}", p.day, p.month, p.year, p.hour, p.minute);
}

std::string iso_utc(Milliseconds wall) {
  const Parts p = parts(wall);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", p.year, p.month, p.day, p.hour, p.minute, p.second,
                     p.millisecond);
}

}  // namespace phien
