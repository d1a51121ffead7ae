// Running coroutines and stopping a program.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

namespace phien::net {

namespace asio = boost::asio;

// The one way to start a coroutine nobody awaits: logs and counts what it throws (operation_aborted is an end, not a failure).
// What is emitted to `cancel`, if given, ends it, and after its end does nothing; the signal lives as long as the task.
// `name` is a literal.
void spawn(asio::any_io_executor executor, asio::awaitable<void> task, const char* name,
           std::shared_ptr<asio::cancellation_signal> cancel = nullptr);
std::uint64_t failed_tasks();

// Runs `task` on a fresh io_context in this thread until it is done; rethrows. For commands.
void run_to_end(const std::function<asio::awaitable<void>(asio::any_io_executor)>& task);

// Waits in `executor`'s context. Returns true if `ms` passed, false if cancelled.
asio::awaitable<bool> sleep_for(std::int64_t ms);

// SIGINT and SIGTERM call `stop` once; a second one ends the process at once with 130. Until the first, `io` has work.
void on_stop_signal(asio::io_context& io, std::function<void()> stop);

// Something that waiters wait for and others announce; single-threaded (one executor). Version 1, 2, 3, …
class Announcement {
 public:
  explicit Announcement(asio::any_io_executor executor);
  ~Announcement();
  std::uint64_t version() const;
  void announce();  // wakes all waiters
  // True if the version is beyond; false when the time is over or the waiter was cancelled.
  asio::awaitable<bool> wait_beyond(std::uint64_t version, std::int64_t at_most_ms);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace phien::net
