#include "pos/agent/durable.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace phien::agent {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> submitted(db::JournalStore& store, db::JournalStore::Job job, asio::any_io_executor executor) {
  auto start = [&store, job = std::move(job), executor](auto handler) mutable {
    auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
    // The event loop must not end while the store works for it.
    const auto busy = std::make_shared<asio::executor_work_guard<asio::any_io_executor>>(executor);
    const auto resume = [waiting, executor, busy](std::exception_ptr failed) {
      asio::post(executor, [waiting, failed] { std::move (*waiting)(failed); });
    };
    if (!store.submit(std::move(job), resume)) resume(std::make_exception_ptr(db::StoreFailed("too many writes are waiting")));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(std::move(start), asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> durable(db::JournalStore& store, db::JournalStore::Job job) {
  const auto executor = co_await asio::this_coro::executor;
  auto waiting = submitted(store, std::move(job), executor);
  co_await std::move(waiting);
}

}  // namespace phien::agent
