#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace phien::net {

// co_await with it gives errors as values: what goes wrong on a line is no exception.
inline constexpr auto kQuiet = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace phien::net
