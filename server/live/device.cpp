#include "server/live/device.hpp"

#include <algorithm>
#include <array>

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::int64_t kMost = std::int64_t{1} << 50;
constexpr std::size_t kMaxProgram = 40;
constexpr std::array kPrinters{"none", "ready", "busy", "waiting", "trouble"};

std::optional<std::int64_t> number(const json& told, const char* name, std::int64_t least, std::int64_t most) {
  const auto found = told.find(name);
  if (found == told.end() || !found->is_number_integer()) return std::nullopt;
  // A number beyond int64 would wrap around.
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(most)) return std::nullopt;
  const auto value = found->get<std::int64_t>();
  return value >= least && value <= most ? std::optional(value) : std::nullopt;
}

// Letters that cannot be taken for anything else wherever they are shown.
bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '.' || c == '-';
}

}  // namespace

std::optional<Device> read_device(std::string_view text, Milliseconds now) {
  if (text.empty() || text.size() > kMaxDeviceBytes) return std::nullopt;
  const json told = json::parse(text, nullptr, false);
  if (!told.is_object()) return std::nullopt;
  Device device;
  device.at = now;
  device.head = number(told, "head", 0, kMost);
  device.clock_ms = number(told, "clock_ms", -kMost, kMost);
  device.disk_free = number(told, "disk_free", 0, kMost);
  device.battery = number(told, "battery", 0, 100);
  if (told.contains("charging") && told["charging"].is_boolean()) device.charging = told["charging"].get<bool>();
  const std::string program = told.contains("program") && told["program"].is_string() ? told["program"].get<std::string>() : "";
  if (program.size() <= kMaxProgram && std::all_of(program.begin(), program.end(), plain)) device.program = program;
  for (const char* known : kPrinters)
    if (told.contains("printer") && told["printer"] == known) device.printer = known;
  return device;
}

json device_json(const Device& device, std::int64_t here) {
  json shown{{"at", device.at}};
  if (device.head) shown["waiting"] = std::max<std::int64_t>(0, *device.head - here);
  if (device.clock_ms) shown["clock_ms"] = *device.clock_ms;
  if (device.disk_free) shown["disk_free"] = *device.disk_free;
  if (device.battery) shown["battery"] = *device.battery;
  if (device.charging) shown["charging"] = *device.charging;
  if (!device.program.empty()) shown["program"] = device.program;
  if (!device.printer.empty()) shown["printer"] = device.printer;
  return shown;
}

}  // namespace phien::server
