#include "pos/agent/durable.hpp"

#include <boost/asio/this_coro.hpp>

#include "shared/net/callback.hpp"

namespace phien::agent {

namespace asio = boost::asio;

asio::awaitable<void> durable(db::JournalStore& store, db::JournalStore::Job job) {
  const auto executor = co_await asio::this_coro::executor;
  std::function<void(net::Callback)> start = [&store, job = std::move(job)](net::Callback resume) mutable {
    if (!store.submit(std::move(job), resume)) resume(std::make_exception_ptr(db::StoreFailed("too many writes are waiting")));
  };
  auto waiting = net::wait_for_callback(executor, std::move(start));
  co_await std::move(waiting);
}

}  // namespace phien::agent
