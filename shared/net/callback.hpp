// Waiting in a coroutine for something that another thread will report by a callback.
#pragma once
#include <exception>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace phien::net {

using Callback = std::function<void(std::exception_ptr)>;

// Calls `start` with a callback that may be called once, from any thread, at any time; resumes in `executor` then and throws what
// the callback was given. The event loop does not end while this waits. Nothing of the loop is touched after the coroutine was
// resumed: the other thread may still hold the callback when the loop is gone.
boost::asio::awaitable<void> wait_for_callback(boost::asio::any_io_executor executor, std::function<void(Callback)> start);

}  // namespace phien::net
