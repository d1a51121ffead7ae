#include "shared/net/event_stream.hpp"

#include <algorithm>

#include "shared/net/quiet.hpp"
#include "shared/net/run.hpp"

namespace phien::net {
namespace {

// A line break would begin a field of its own.
void append_line(std::string& out, std::string_view field, std::string_view value) {
  out.append(field).append(": ");
  std::copy_if(value.begin(), value.end(), std::back_inserter(out), [](char c) { return c != '\r' && c != '\n'; });
  out += '\n';
}

}  // namespace

EventStream::EventStream(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)),
      turn_(connection_->shared_->executor, SteadyTime::max()),
      pulse_(connection_->shared_->executor),
      last_write_(std::chrono::steady_clock::now()) {}

void EventStream::start_heartbeat() { spawn(connection_->shared_->executor, beat(shared_from_this()), "event stream heartbeat"); }

void EventStream::end() {
  ended_ = true;
  pulse_.cancel();
  turn_.cancel();
}

asio::awaitable<void> EventStream::send(std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(event.size() + data.size() + 16);
  append_line(text, "event", event);
  for (;;) {
    const std::size_t end = data.find('\n');
    append_line(text, "data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + 1);
  }
  text += '\n';
  const Error error = co_await write(text);
  if (error) throw boost::system::system_error(error);
}

asio::awaitable<Error> EventStream::write(std::string& text) {
  while (writing_ && !ended_) co_await turn_.async_wait(kQuiet);
  if (ended_ || broken_) co_return asio::error::operation_aborted;
  writing_ = true;
  connection_->within(connection_->shared_->limits.write_deadline);
  const Error error = co_await connection_->wire_.write(text, std::string_view());
  writing_ = false;
  last_write_ = std::chrono::steady_clock::now();
  turn_.cancel();
  if (error) {
    broken_ = true;
    connection_->cut();
  } else {
    connection_->without_deadline();
  }
  co_return error;
}

asio::awaitable<void> EventStream::beat(std::shared_ptr<EventStream> self) {
  const std::chrono::milliseconds pause = self->connection_->shared_->limits.heartbeat;
  while (!self->ended_ && !self->broken_) {
    self->pulse_.expires_at(self->last_write_ + pause);
    co_await self->pulse_.async_wait(kQuiet);
    const bool silent = std::chrono::steady_clock::now() - self->last_write_ >= pause;
    if (self->ended_ || !silent) continue;
    std::string comment = ":\n\n";
    co_await self->write(comment);
  }
}

}  // namespace phien::net
