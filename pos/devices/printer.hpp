// Prints what the queue holds, one after the other, beside everything else: a printer that is off, out of paper or slow holds up
// nothing but its own queue.
#pragma once
#include <atomic>
#include <memory>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>

#include "pos/devices/link.hpp"
#include "pos/till/printing.hpp"
#include "shared/net/run.hpp"

namespace phien::devices {

inline constexpr Milliseconds kFirstRetry = 500, kLongestRetry = 15'000;
inline constexpr Milliseconds kKickWithin = 20'000;      // later nobody waits for the drawer, and it shall not open by itself
inline constexpr Milliseconds kPrintWithin = 7'200'000;  // what waited longer is not wanted any more

class Printer {
 public:
  Printer(asio::any_io_executor executor, till::Till& till, Patience patience = {});
  void start();
  // Ends what waits. A job that is being sent then is unsure, as after a power cut.
  void stop();
  void poke();  // something may have been queued: any thread

 private:
  enum class Outcome { done, later, nothing };
  asio::awaitable<void> run();
  asio::awaitable<Outcome> step();
  asio::awaitable<void> recover();
  asio::awaitable<Outcome> print(const till::PrintJob& job, const till::PrinterSettings& settings);
  asio::awaitable<std::shared_ptr<std::string>> bytes_of(const till::PrintJob& job, const till::PrinterSettings& settings,
                                                         bool kick);
  asio::awaitable<bool> change(std::string id, std::function<void(till::PrintQueue&, till::PrintJob&)> what);
  asio::awaitable<void> end(const till::PrintJob& job, till::PrintState state, std::optional<Problem> problem);

  asio::any_io_executor executor_;
  till::Till& till_;
  const Patience patience_;
  net::Announcement work_;
  std::shared_ptr<asio::cancellation_signal> stopping_ = std::make_shared<asio::cancellation_signal>();
  std::atomic<bool> stopped_{false};
  asio::thread_pool worker_{1};  // drawing takes milliseconds that the loop that sells does not have
};

}  // namespace phien::devices
