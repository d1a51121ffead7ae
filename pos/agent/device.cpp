#include "pos/agent/device.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "pos/till/use_cases.hpp"

namespace phien::agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string first_word(const fs::path& file) {
  std::ifstream in(file);
  std::string word;
  in >> word;
  return word;
}

}  // namespace

std::optional<Battery> battery(const std::string& folder) {
  std::error_code none;
  for (const fs::directory_entry& one : fs::directory_iterator(folder, none)) {
    if (first_word(one.path() / "type") != "Battery" || first_word(one.path() / "scope") == "Device") continue;  // a mouse's
    const std::string capacity = first_word(one.path() / "capacity");
    if (capacity.empty() || capacity.size() > 3 ||
        !std::all_of(capacity.begin(), capacity.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    return Battery{std::min(100, std::stoi(capacity)), first_word(one.path() / "status") != "Discharging"};
  }
  return std::nullopt;
}

std::string device_report(till::Till& till, const std::string& directory) {
  json report = till.read(Lang::vi, [](const till::View& view) {
    return json{{"head", view.branch.head.seq},
                {"clock_ms", view.time() - view.now.wall},
                {"program", "phien-pos " PHIEN_VERSION},
                {"printer", till::printer_brief(view)["state"]}};
  });
  std::error_code unknown;
  if (const auto space = fs::space(directory, unknown); !unknown) report["disk_free"] = space.available;
  if (const auto power = battery()) {
    report["battery"] = power->percent;
    report["charging"] = power->charging;
  }
  return report.dump();
}

}  // namespace phien::agent
