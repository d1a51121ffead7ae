// The battery as the kernel's files tell it.
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "pos/devices/battery.hpp"

using namespace phien;
namespace fs = std::filesystem;

namespace {

struct Supplies {
  fs::path at = fs::temp_directory_path() / ("phien-power-" + std::to_string(::getpid()));
  Supplies() { fs::create_directories(at); }
  ~Supplies() { fs::remove_all(at); }
  void put(const char* name, const std::map<std::string, std::string>& files) const {
    fs::create_directories(at / name);
    for (const auto& [file, text] : files) std::ofstream(at / name / file) << text << "\n";
  }
};

}  // namespace

TEST_CASE("battery: of this device, not of its mouse, and whether it is on mains") {
  const Supplies supplies;
  CHECK_FALSE(devices::read_battery(supplies.at / "none"));
  supplies.put("AC", {{"type", "Mains"}, {"online", "0"}});
  CHECK_FALSE(devices::read_battery(supplies.at));
  supplies.put("hidpp_battery_0", {{"type", "Battery"}, {"scope", "Device"}, {"capacity", "90"}, {"status", "Discharging"}});
  CHECK_FALSE(devices::read_battery(supplies.at));
  supplies.put("BAT0", {{"type", "Battery"}, {"capacity", "12"}, {"status", "Discharging"}});
  auto battery = devices::read_battery(supplies.at);
  REQUIRE(battery);
  CHECK(battery->percent == 12);
  CHECK_FALSE(battery->charging);
  supplies.put("AC", {{"online", "1"}});
  CHECK(devices::read_battery(supplies.at)->charging);
  supplies.put("AC", {{"online", "0"}});
  supplies.put("BAT0", {{"status", "Charging"}});
  CHECK(devices::read_battery(supplies.at)->charging);
  for (const char* odd : {"", "x", "-3", "101", "999999999999"}) {
    supplies.put("BAT0", {{"capacity", odd}});
    CHECK_FALSE(devices::read_battery(supplies.at));
  }
}
