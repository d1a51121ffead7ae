#include "pos/devices/battery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>

#include "pos/agent/durable.hpp"
#include "shared/net/run.hpp"

namespace phien::devices {

namespace {
constexpr int kMostSupplies = 16;
constexpr std::int64_t kLookEvery = 30'000;
constexpr const char* kToldKey = "battery.told";

std::string line_of(const std::filesystem::path& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(in, line);
  return line;
}
}  // namespace

std::optional<Battery> read_battery(const std::filesystem::path& supplies) {
  std::optional<Battery> found;
  bool mains = false;
  std::error_code none;
  int left = kMostSupplies;
  for (std::filesystem::directory_iterator one(supplies, none), end; !none && one != end && left-- > 0; one.increment(none)) {
    const std::string type = line_of(one->path() / "type");
    if (type == "Mains" || type == "USB") mains = mains || line_of(one->path() / "online") == "1";
    if (type != "Battery" || line_of(one->path() / "scope") == "Device") continue;  // "Device": of a mouse
    const std::string text = line_of(one->path() / "capacity");
    int percent = -1;
    std::from_chars(text.data(), text.data() + text.size(), percent);
    if (percent < 0 || percent > 100) continue;
    const std::string status = line_of(one->path() / "status");
    if (!found) found = Battery{0, false};
    found->percent = std::max(found->percent, percent);
    found->charging = found->charging || status == "Charging" || status == "Full";
  }
  if (found) found->charging = found->charging || mains;
  return found;
}

boost::asio::awaitable<void> tell_of_low_battery(till::Till& till, std::filesystem::path supplies) {
  for (;;) {
    const auto battery = read_battery(supplies);
    const bool low = battery && battery->percent < kLow && !battery->charging;
    const bool well = !battery || battery->charging || battery->percent >= kWell;
    if (low || well) {
      const auto told =
          till.read(Lang::vi, [](const till::View& view) { return nlohmann::json(view.books.meta(kToldKey).has_value()); });
      const bool news = low != told.get<bool>();
      const db::JournalStore::Job job = till.own_job([low, percent = battery ? battery->percent : 0](till::Work& work) {
        if (!low) return work.tx.erase_meta(kToldKey);
        work.tx.set_meta(kToldKey, "1");
        journal::Note note;
        note.text = fmt::format("Pin máy {} chỉ còn {} %, chưa cắm sạc.", work.me.terminal, percent);
        work.write_one("_system", std::move(note));
      });
      if (news) co_await agent::durable(till.store(), job);
    }
    const bool waited = co_await net::sleep_for(kLookEvery);
    if (!waited) co_return;
  }
}

}  // namespace phien::devices
