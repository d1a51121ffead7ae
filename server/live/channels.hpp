// Who waits for what: a channel per terminal, woken when the server's journal grows or the stock it shows changes. Lives on the
// io thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "shared/journal/entry.hpp"
#include "shared/net/run.hpp"

namespace phien::server {

struct Channel {
  std::string terminal;
  net::Announcement wake;
  std::vector<std::string> exhibitors;
  // Of the stock of these exhibitors. Begins at a random number, so that a version of an earlier run of the server never fits
  // this one.
  std::int64_t stock_version;
};

class Channels {
 public:
  explicit Channels(net::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  std::shared_ptr<Channel> of(const journal::TerminalEnrolled& terminal);
  // Entries of `writer` that touch `exhibitors` are durable. The writer itself is not woken: it knows what it sold.
  void stock_changed(const std::set<std::string>& exhibitors, std::string_view writer);
  void everything_changed();

 private:
  net::asio::any_io_executor executor_;
  std::map<std::string, std::shared_ptr<Channel>> by_terminal_;
};

// Exhibitors an entry names, so that their tills hear of it.
void add_exhibitors(const journal::Entry& entry, std::set<std::string>& exhibitors);

}  // namespace phien::server
