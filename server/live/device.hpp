// What a terminal tells of itself beside its question for news (X-Phien-Device): shown, never believed. No figure, no rule and no
// right depends on it; it is not kept beyond this run.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "shared/clock.hpp"

namespace phien::server {

inline constexpr std::size_t kMaxDeviceBytes = 512;

struct Device {
  Milliseconds at = 0;                    // when it was told: the server's clock
  std::optional<std::int64_t> head;       // how far its own journal goes
  std::optional<std::int64_t> clock_ms;   // by how much it corrects its own clock
  std::optional<std::int64_t> disk_free;  // bytes
  std::optional<std::int64_t> battery;    // per cent
  std::optional<bool> charging;
  std::string program, printer;  // printer: none, ready, busy, waiting, trouble
};

// Nothing when it is no such thing. Fields that are out of bounds or of another kind are left out, others passed over.
std::optional<Device> read_device(std::string_view text, Milliseconds now);
// `here`: how far its journal goes here. What it has beyond that waits.
nlohmann::json device_json(const Device& device, std::int64_t here);

}  // namespace phien::server
