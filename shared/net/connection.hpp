// One accepted connection: its requests one after the other, and what all connections of a server share.
#pragma once
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include "shared/net/address_counts.hpp"
#include "shared/net/http.hpp"
#include "shared/net/wire.hpp"

namespace phien::net {

class Connection;
class EventStream;
using SteadyTime = std::chrono::steady_clock::time_point;

// The deadlines lie together so that looking at all of them is cheap: one sweep a tick instead of a timer an operation.
struct Slot {
  SteadyTime deadline = SteadyTime::max();
  Connection* connection = nullptr;
};

struct Shared {
  Shared(asio::any_io_executor e, const Router& r, Limits l)
      : executor(std::move(e)), router(r), limits(l), addresses(l.max_of_address), emptied(executor) {}
  asio::any_io_executor executor;
  const Router& router;
  Limits limits;
  Counters counters;
  bool stopping = false;
  std::vector<Slot> slots;
  std::list<Connection*> handshakes;  // under way, the oldest first
  AddressCounts addresses;
  asio::steady_timer emptied;  // cancelled when the last connection has gone
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Shared> shared, Wire wire, const asio::ip::address& peer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void start();
  // Answers 503 to whatever is asked: over the cap.
  void start_refusing();
  // Graceful: closes what is idle or waits for an event, lets a request be answered.
  void stop();
  // At once: a deadline has passed, or the server goes.
  void cut();

 private:
  friend class EventStream;
  enum class Phase { idle, busy, waiting };  // between requests; from the first byte to the answer; a long poll or stream
  enum class After { keep, close, linger };
  struct Head {
    std::uint64_t content_length = 0;
    bool keep_alive = false;
    bool expects_continue = false;
    int refused_with = 0;
    bool ended = false;  // the peer left before a whole head
  };

  static asio::awaitable<void> serve(std::shared_ptr<Connection> self);
  static asio::awaitable<bool> begin_tls(std::shared_ptr<Connection> self);
  static asio::awaitable<void> refuse_all(std::shared_ptr<Connection> self);
  // A coroutine each, so that `serve` alone is in memory while a handler waits.
  asio::awaitable<const Route*> take_request(Request& request,
                                             After& after);  // null: refused or ended, and `after` says how to go on
  asio::awaitable<Head> read_head(Request& request);
  asio::awaitable<bool> read_body(Request& request, const Head& head);
  asio::awaitable<After> respond(const Request& request, const Response& response, After after);
  asio::awaitable<After> respond_failure(const Request& request, std::exception_ptr thrown);
  asio::awaitable<After> stream(Request& request, const Route& route);
  std::optional<Response> refused(Request& request, const Head& head, const Route*& route);
  void begin_waiting(Request& request);
  After kept() const { return keep_alive_ && !shared_->stopping ? After::keep : After::close; }
  asio::awaitable<void> linger();
  Response failure(const Request& request, const std::exception_ptr& thrown);
  void within(std::chrono::milliseconds time);  // the deadline of the operation that follows
  void without_deadline();
  void watch_for_leaving();
  void end_watch();

  std::shared_ptr<Shared> shared_;
  Wire wire_;
  const asio::ip::address peer_;
  std::string remote_;
  bool loopback_ = false;
  Phase phase_ = Phase::idle;
  bool first_ = true;        // nothing was asked yet
  bool gone_ = false;        // was cut
  bool keep_alive_ = false;  // the last request allows another one
  std::uint32_t watch_ = 0;  // odd while the peer is watched
  std::size_t slot_ = 0;
  std::string inbox_;  // read and not yet consumed
  asio::cancellation_signal cancel_;
};

}  // namespace phien::net
