#include "server/live/totals.hpp"

#include <algorithm>
#include <exception>

namespace phien::server {

namespace asio = net::asio;

Totals::Totals(asio::any_io_executor executor, Compute compute)
    : compute_(std::move(compute)), changes_(executor), computed_(executor) {}

std::int64_t Totals::age() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - computed_at_).count();
}

std::int64_t Totals::to_rest() const { return std::max(kCoalesce, took_ * kRests); }

asio::awaitable<std::shared_ptr<const Summary>> Totals::current() {
  constexpr std::int64_t kOneComputation = 60'000;  // ms; a wait for somebody else's, then look again
  const std::uint64_t wanted = changes_.version();
  while (!last_ || computed_version_ < wanted || age() > std::max(kFresh, to_rest())) {
    if (computing_) {
      co_await computed_.wait_beyond(computed_.version(), kOneComputation);
      continue;
    }
    computing_ = true;
    std::exception_ptr failed;
    try {
      const std::int64_t young = age(), rest = to_rest();
      if (last_ && young < rest) co_await net::sleep_for(rest - young);
      const std::uint64_t version = changes_.version();
      const auto began = std::chrono::steady_clock::now();
      last_ = co_await compute_();
      took_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
      computed_version_ = version;
      computed_at_ = std::chrono::steady_clock::now();
    } catch (...) {
      failed = std::current_exception();
    }
    computing_ = false;
    computed_.announce();
    if (failed) std::rethrow_exception(failed);
  }
  co_return last_;
}

}  // namespace phien::server
