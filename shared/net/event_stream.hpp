// A server-sent event stream on one connection, with a comment now and then so that a proxy and the peer see it is alive.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

#include "shared/net/connection.hpp"

namespace phien::net {

class EventStream final : public EventSink, public std::enable_shared_from_this<EventStream> {
 public:
  explicit EventStream(std::shared_ptr<Connection> connection);
  asio::awaitable<void> send(std::string_view event, std::string_view data) override;
  void start_heartbeat();
  void end();  // nothing is written after it
  bool broken() const { return broken_; }

 private:
  static asio::awaitable<void> beat(std::shared_ptr<EventStream> self);
  asio::awaitable<Error> write(std::string& text);  // one after the other: events and heartbeats do not mix

  std::shared_ptr<Connection> connection_;
  asio::steady_timer turn_;  // never expires; cancelled when a write has ended
  asio::steady_timer pulse_;
  SteadyTime last_write_;
  bool writing_ = false;
  bool ended_ = false;
  bool broken_ = false;
};

}  // namespace phien::net
