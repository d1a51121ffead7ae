// What this device tells the server of itself beside each question for news, so that an organizer sees a till that will stop
// before it stops. Shown there and nowhere kept: no figure depends on it.
#pragma once
#include <optional>
#include <string>

#include "pos/till/till.hpp"

namespace phien::agent {

struct Battery {
  int percent = 0;
  bool charging = false;  // or on mains
};
// The first battery the kernel tells of; nothing on a machine that has none.
std::optional<Battery> battery(const std::string& folder = "/sys/class/power_supply");

// One line of JSON: {"head","clock_ms","program","disk_free"?,"battery"?,"charging"?,"printer"}. `head`: how far the own journal
// goes. `directory`: on whose disk it is.
std::string device_report(till::Till& till, const std::string& directory);

}  // namespace phien::agent
