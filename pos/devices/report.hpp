// What this device tells the server of itself beside each question for news, so that an organizer sees a till that will stop
// before it stops. Shown there and nowhere kept: no figure depends on it.
#pragma once
#include <filesystem>
#include <string>

#include "pos/till/till.hpp"

namespace phien::devices {

// One line of JSON: {"head","clock_ms","program","disk_free"?,"battery"?,"charging"?,"printer"}. `head`: how far the own journal
// goes. `directory`: on whose disk it is. `supplies`: where the battery is read.
std::string report(till::Till& till, const std::filesystem::path& directory, const std::filesystem::path& supplies);

}  // namespace phien::devices
