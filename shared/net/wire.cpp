#include "shared/net/wire.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "shared/net/quiet.hpp"

namespace phien::net {
namespace {

constexpr std::size_t kScratch = 64 * 1024;
constexpr std::size_t kTlsRead = 4 * 1024;
constexpr std::size_t kOneTlsRecord = 16 * 1024;

bool must_wait(const Error& error) { return error == asio::error::would_block || error == asio::error::try_again; }

}  // namespace

Wire::Wire(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
    : plain_(std::move(socket)), context_(std::move(context)) {
  Error ignored;  // a peer that has gone already: the first read says so
  plain_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!context_) plain_.non_blocking(true, ignored);
}

Wire::Tls& Wire::tls() {
  if (!tls_) tls_ = std::make_unique<Tls>(std::move(plain_), *context_);
  return *tls_;
}

asio::awaitable<Error> Wire::first_byte() {
  const auto [error] = co_await plain_.async_wait(asio::ip::tcp::socket::wait_read, kQuiet);
  co_return error;
}

asio::awaitable<Error> Wire::handshake(asio::ssl::stream_base::handshake_type role) {
  const auto [error] = co_await tls().async_handshake(role, kQuiet);
  co_return error;
}

asio::awaitable<Error> Wire::read_more(std::string& inbox) {
  if (tls_) {
    const std::size_t had = inbox.size();
    // Small while nothing is there: this is what an idle connection holds.
    inbox.resize(had + (had == 0 ? kTlsRead : kOneTlsRecord));
    const asio::mutable_buffer room(inbox.data() + had, inbox.size() - had);
    const auto [error, n] = co_await tls_->async_read_some(room, kQuiet);
    inbox.resize(had + n);
    co_return n > 0 ? Error{} : error;
  }
  static thread_local std::array<char, kScratch> scratch;
  for (;;) {
    const auto [failed] = co_await plain_.async_wait(asio::ip::tcp::socket::wait_read, kQuiet);
    if (failed) co_return failed;
    Error error;
    const std::size_t n = plain_.read_some(asio::buffer(scratch), error);
    inbox.append(scratch.data(), n);
    if (n > 0) co_return Error{};
    if (!must_wait(error)) co_return error;
  }
}

asio::awaitable<Error> Wire::write(std::string& head, std::string_view body) {
  if (tls_) {
    if (head.size() + body.size() <= kOneTlsRecord) {  // one record, one packet
      head.append(body);
      body = {};
    }
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    const auto [error, n] = co_await asio::async_write(*tls_, parts, kQuiet);
    co_return error;
  }
  std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  Error error;
  const std::size_t sent = plain_.write_some(parts, error);  // an answer nearly always fits: no suspension
  if (error && !must_wait(error)) co_return error;
  if (sent == head.size() + body.size()) co_return Error{};
  parts[0] += std::min(sent, head.size());
  parts[1] += sent - std::min(sent, head.size());
  const auto [failed, n] = co_await asio::async_write(plain_, parts, kQuiet);
  co_return failed;
}

void Wire::write_at_once(std::string_view bytes) {
  if (secure()) return;
  Error ignored;
  plain_.write_some(asio::buffer(bytes), ignored);
}

void Wire::end_of_writing() {
  Error ignored;
  socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Wire::close() {
  Error ignored;
  socket().close(ignored);
}

}  // namespace phien::net
