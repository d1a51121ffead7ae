#include "shared/net/callback.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace phien::net {

namespace asio = boost::asio;

namespace {

// What is resumed, and the guard that keeps the loop running until then. Emptied in the loop's thread.
template <class Handler>
struct Waiting {
  Waiting(Handler h, asio::any_io_executor e) : handler(std::move(h)), executor(e), busy(e) {}
  Handler handler;
  const asio::any_io_executor executor;  // tracks no work: harmless when the loop is gone
  asio::executor_work_guard<asio::any_io_executor> busy;
  std::atomic<bool> posted{false};
};

}  // namespace

asio::awaitable<void> wait_for_callback(asio::any_io_executor executor, std::function<void(Callback)> start) {
  auto initiate = [executor, start = std::move(start)](auto handler) {
    auto waiting = std::make_shared<Waiting<decltype(handler)>>(std::move(handler), executor);
    start([waiting](std::exception_ptr failed) {
      const asio::any_io_executor to = waiting->executor;
      asio::post(to, [waiting, failed] {
        waiting->posted.wait(false);  // microseconds: until the other thread has let go of the loop, which may end after this
        waiting->busy.reset();
        auto resume = std::move(waiting->handler);
        std::move(resume)(failed);
      });
      waiting->posted = true;
      waiting->posted.notify_one();
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(std::move(initiate), asio::use_awaitable);
}

}  // namespace phien::net
