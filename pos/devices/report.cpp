#include "pos/devices/report.hpp"

#include "pos/devices/battery.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::devices {
using nlohmann::json;

std::string report(till::Till& till, const std::filesystem::path& directory, const std::filesystem::path& supplies) {
  json told = till.read(Lang::vi, [](const till::View& view) {
    return json{{"head", view.branch.head.seq},
                {"clock_ms", view.time() - view.now.wall},
                {"program", "phien-pos " PHIEN_VERSION},
                {"printer", till::printer_brief(view)["state"]}};
  });
  std::error_code unknown;
  if (const auto space = std::filesystem::space(directory, unknown); !unknown) told["disk_free"] = space.available;
  if (const auto battery = read_battery(supplies)) {
    told["battery"] = battery->percent;
    told["charging"] = battery->charging;
  }
  return told.dump();
}

}  // namespace phien::devices
