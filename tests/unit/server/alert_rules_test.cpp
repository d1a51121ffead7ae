// What a test cannot make a whole machine do: its disk fills up.
#include <doctest/doctest.h>

#include <filesystem>

#include "db/memory/memory_store.hpp"
#include "server/alerts/rules.hpp"

using namespace phien;
using namespace phien::server;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;

// Alerts of an empty fair on a machine with that disk.
std::vector<Alert> alerts_with_disk(std::uint64_t free, std::uint64_t size) {
  const nlohmann::json live{
      {"hours", nlohmann::json::array()}, {"behind", nlohmann::json::array()}, {"stock", {{"rows", nlohmann::json::array()}}}};
  MachineState machine;
  machine.disk_free = free;
  machine.disk_size = size;
  return alerts_now(*db::open_memory()->snapshot(), live, {}, machine, 1'747'274'400'000);
}

}  // namespace

TEST_CASE("a disk with less than 1 GiB, or less than one part in twenty, is told as grave, with what is left") {
  CHECK(alerts_with_disk(kGiB, 10 * kGiB).empty());
  CHECK(alerts_with_disk(5 * kGiB, 100 * kGiB).empty());
  CHECK(alerts_with_disk(0, 0).empty());  // nobody knows how large it is
  for (const auto& [free, size] : {std::pair{kGiB - 1, 10 * kGiB}, {5 * kGiB - 1, 100 * kGiB}, {std::uint64_t{0}, 100 * kGiB}}) {
    CAPTURE(free);
    const auto alerts = alerts_with_disk(free, size);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].rule == "disk");
    CHECK(alerts[0].grave);
    CHECK(alerts[0].what.vi.find(" " + std::to_string(free >> 20U) + " MB") != std::string::npos);
    CHECK(alerts[0].what.en.find(" " + std::to_string(free >> 20U) + " MB") != std::string::npos);
  }
}

TEST_CASE("the machine is looked at where the data is, and what cannot be known is not made up") {
  const std::string here = std::filesystem::temp_directory_path();
  const MachineState machine = look_at_machine(here, "no certificate");
  CHECK(machine.disk_size == std::filesystem::space(here).capacity);
  CHECK(machine.disk_free > 0);
  CHECK(machine.certificate_ends == 0);
  CHECK(look_at_machine(here + "/no/such/folder", "").disk_size == 0);
}
