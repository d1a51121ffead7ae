// The battery this device runs on, as the kernel tells it.
#pragma once
#include <filesystem>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "pos/till/till.hpp"

namespace phien::devices {

struct Battery {
  int percent = 100;      // of all batteries, the fullest: a tablet's keyboard has one of its own
  bool charging = false;  // on mains, whether or not it still fills
};
inline constexpr const char* kPowerSupplies = "/sys/class/power_supply";

// Nothing where there is none.
std::optional<Battery> read_battery(const std::filesystem::path& supplies);

// Below kLow and not charging, the organizer is told by a note, once: again only when it has been at kWell since.
inline constexpr int kLow = 15, kWell = 25;
boost::asio::awaitable<void> tell_of_low_battery(till::Till& till, std::filesystem::path supplies);

}  // namespace phien::devices
