#include "server/live/channels.hpp"

#include <algorithm>
#include <cstring>

#include "shared/bytes.hpp"

namespace phien::server {
namespace {

std::int64_t first_version() {
  std::uint32_t number = 0;
  std::memcpy(&number, random_bytes(sizeof number).data(), sizeof number);
  return (std::int64_t{number} << 20) + 1;  // within what JSON readers keep exactly
}

void add_exhibitors(const journal::Body& body, std::set<std::string>& exhibitors) {
  const auto visit = [&exhibitors](const auto& b) {
    using B = std::decay_t<decltype(b)>;
    if constexpr (std::is_same_v<B, journal::VoidBody>) {
      if (b) add_exhibitors(b->body, exhibitors);
    } else if constexpr (requires {
                           { b.exhibitor } -> std::convertible_to<std::string>;
                         }) {
      exhibitors.insert(b.exhibitor);
    }
  };
  std::visit(visit, body);
}

}  // namespace

void add_exhibitors(const journal::Entry& entry, std::set<std::string>& exhibitors) { add_exhibitors(entry.body, exhibitors); }

std::shared_ptr<Channel> Channels::of(const journal::TerminalEnrolled& terminal) {
  auto& channel = by_terminal_[terminal.terminal];
  if (!channel)
    channel =
        std::make_shared<Channel>(Channel{terminal.terminal, net::Announcement(executor_), terminal.exhibitors, first_version()});
  return channel;
}

void Channels::stock_changed(const std::set<std::string>& exhibitors, std::string_view writer) {
  for (const auto& [terminal, channel] : by_terminal_) {
    const auto shown = [&exhibitors](const std::string& id) { return exhibitors.contains(id); };
    if (std::none_of(channel->exhibitors.begin(), channel->exhibitors.end(), shown)) continue;
    ++channel->stock_version;
    if (terminal != writer) channel->wake.announce();
  }
}

void Channels::everything_changed() {
  for (const auto& [terminal, channel] : by_terminal_) {
    ++channel->stock_version;
    channel->wake.announce();
  }
}

}  // namespace phien::server
