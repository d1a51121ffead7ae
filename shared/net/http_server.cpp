#include <sys/resource.h>
#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/ip/tcp.hpp>

#include "shared/net/connection.hpp"
#include "shared/net/quiet.hpp"
#include "shared/net/run.hpp"

namespace phien::net {
namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;
constexpr std::size_t kMaxRefusing = 64;  // connections over the cap that are told so; those beyond are just closed
constexpr auto kAcceptPause = 50ms;       // out of file descriptors: others must close first
constexpr auto kUnwinding = 1s;           // for coroutines that were cut

// 1,024 files, the usual soft limit, would stop a hall of terminals.
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) spdlog::warn("the limit of open files stays at its soft value");
}

Problem no_listener(const std::string& address, unsigned short port, const Error& error) {
  const std::string place = fmt::format("{}:{}", address, port);
  if (error == asio::error::address_in_use) {
    return {"address_in_use", place, {"Cổng này đã có chương trình khác dùng.", "Another program uses this port already."}};
  }
  return {"cannot_listen",
          place,
          {"Không mở được cổng: " + error.message() + ".", "The port could not be opened: " + error.message() + "."}};
}

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, const Router& router, Limits limits)
      : shared(std::make_shared<Shared>(executor, router, limits)), sweep_timer(executor) {}

  void accepted(tcp::socket socket, const std::shared_ptr<asio::ssl::context>& tls);
  void close_acceptors();
  void cut_all();
  static asio::awaitable<void> accept(std::shared_ptr<State> self, std::shared_ptr<tcp::acceptor> acceptor,
                                      std::shared_ptr<asio::ssl::context> tls);
  static asio::awaitable<void> sweep(std::shared_ptr<State> self);
  static asio::awaitable<void> stop(std::shared_ptr<State> self);

  std::shared_ptr<Shared> shared;
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors;
  asio::steady_timer sweep_timer;
  bool sweeping = false;
};

void HttpServer::State::accepted(tcp::socket socket, const std::shared_ptr<asio::ssl::context>& tls) {
  ++shared->counters.connections;
  Error error;
  const asio::ip::address peer = socket.remote_endpoint(error).address();
  if (error) return;  // left already
  if (!shared->addresses.has_room(unmapped(peer))) {
    ++shared->counters.refused;
    return;
  }
  const std::size_t open = shared->slots.size();
  if (open >= shared->limits.max_connections) ++shared->counters.refused;
  if (open >= shared->limits.max_connections + kMaxRefusing) return;
  const auto connection = std::make_shared<Connection>(shared, Wire(std::move(socket), tls), peer);
  if (open >= shared->limits.max_connections)
    connection->start_refusing();
  else
    connection->start();
}

asio::awaitable<void> HttpServer::State::accept(std::shared_ptr<State> self, std::shared_ptr<tcp::acceptor> acceptor,
                                                std::shared_ptr<asio::ssl::context> tls) {
  bool failing = false;
  while (acceptor->is_open()) {
    auto [error, socket] = co_await acceptor->async_accept(kQuiet);
    if (!acceptor->is_open()) co_return;
    if (!error) {
      failing = false;
      self->accepted(std::move(socket), tls);
      continue;
    }
    if (!failing) spdlog::warn("no connection could be accepted: {}", error.message());
    failing = true;
    co_await sleep_for(kAcceptPause.count());
  }
}

asio::awaitable<void> HttpServer::State::sweep(std::shared_ptr<State> self) {
  const Limits& limits = self->shared->limits;
  const auto shortest = std::min(
      {limits.header_deadline, limits.body_deadline, limits.idle_deadline, limits.write_deadline, limits.answer_deadline});
  const std::chrono::milliseconds tick = std::clamp<std::chrono::milliseconds>(shortest / 8, 5ms, 500ms);
  while (self->sweeping) {
    self->sweep_timer.expires_after(tick);
    co_await self->sweep_timer.async_wait(kQuiet);
    const SteadyTime now = std::chrono::steady_clock::now();
    std::vector<Slot>& slots = self->shared->slots;
    for (std::size_t i = 0; i < slots.size(); ++i) {  // by index: one that is cut may leave at once
      if (slots[i].deadline <= now) slots[i].connection->cut();
    }
  }
}

void HttpServer::State::close_acceptors() {
  shared->stopping = true;
  Error ignored;
  for (const auto& acceptor : acceptors) acceptor->close(ignored);
  acceptors.clear();
}

void HttpServer::State::cut_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const Slot& slot : shared->slots) all.push_back(slot.connection->shared_from_this());
  for (const auto& connection : all) connection->cut();
}

asio::awaitable<void> HttpServer::State::stop(std::shared_ptr<State> self) {
  self->close_acceptors();
  const std::shared_ptr<Shared> shared = self->shared;
  std::vector<std::shared_ptr<Connection>> all;
  for (const Slot& slot : shared->slots) all.push_back(slot.connection->shared_from_this());
  for (const auto& connection : all) connection->stop();
  all.clear();
  if (!shared->slots.empty()) {
    shared->emptied.expires_after(shared->limits.stop_deadline);
    co_await shared->emptied.async_wait(kQuiet);
  }
  if (!shared->slots.empty()) {
    self->cut_all();
    shared->emptied.expires_after(kUnwinding);
    co_await shared->emptied.async_wait(kQuiet);
  }
  self->sweeping = false;
  self->sweep_timer.cancel();
}

HttpServer::HttpServer(asio::any_io_executor executor, const Router& router, Limits limits)
    : state_(std::make_shared<State>(std::move(executor), router, limits)) {}

HttpServer::~HttpServer() {
  state_->close_acceptors();
  state_->cut_all();
  state_->sweeping = false;
  state_->sweep_timer.cancel();
}

Result<unsigned short> HttpServer::listen(const std::string& address, unsigned short port,
                                          std::shared_ptr<asio::ssl::context> tls) {
  Error error;
  const asio::ip::address where = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) {
    return Problem{"bad_address", address, {"Đây không phải là địa chỉ IP.", "This is not an IP address."}};
  }
  if (!tls && !where.is_loopback()) {
    return Problem{"plain_http_off_loopback",
                   address,
                   {"HTTP không mã hóa chỉ được dùng trên chính máy này (127.0.0.1).",
                    "HTTP without TLS is allowed on this machine only (127.0.0.1)."}};
  }
  raise_file_limit();
  const tcp::endpoint endpoint(where, port);
  const auto acceptor = std::make_shared<tcp::acceptor>(state_->shared->executor);
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  if (error) return no_listener(address, port, error);
  const unsigned short bound = acceptor->local_endpoint(error).port();
  if (error) return no_listener(address, port, error);
  state_->acceptors.push_back(acceptor);
  spawn(state_->shared->executor, State::accept(state_, acceptor, std::move(tls)), "accepting");
  if (!state_->sweeping) {
    state_->sweeping = true;
    spawn(state_->shared->executor, State::sweep(state_), "deadlines");
  }
  return bound;
}

asio::awaitable<void> HttpServer::stop() { return State::stop(state_); }

Counters HttpServer::counters() const {
  Counters counters = state_->shared->counters;
  counters.open = state_->shared->slots.size();
  return counters;
}

}  // namespace phien::net
