// Cuts short what waits on a socket, a pipe or a process.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace phien::devices {

class Deadline {
 public:
  // `cut` is called once when the time is over, unless this is gone by then.
  Deadline(boost::asio::any_io_executor executor, std::chrono::milliseconds time, std::function<void()> cut)
      : timer_(std::move(executor), time) {
    timer_.async_wait([state = state_, cut = std::move(cut)](const boost::system::error_code& error) {
      if (error || !state->waits) return;
      state->over = true;
      cut();
    });
  }
  ~Deadline() { state_->waits = false; }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  bool over() const { return state_->over; }

 private:
  struct State {
    bool waits = true, over = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  boost::asio::steady_timer timer_;
};

}  // namespace phien::devices
