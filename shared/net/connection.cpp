#include "shared/net/connection.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>

#include "shared/bytes.hpp"
#include "shared/net/answer_head.hpp"
#include "shared/net/event_stream.hpp"
#include "shared/net/message_readers.hpp"
#include "shared/net/run.hpp"

namespace phien::net {
namespace {

using namespace std::chrono_literals;
constexpr auto kLingerDeadline = 2s;
constexpr std::size_t kMaxLinger = 4 * 1024 * 1024;  // read and thrown away after a refusal
constexpr std::size_t kMaxHandshakes = 1'000;        // under way: each holds some 80 KiB of somebody who has shown nothing yet
constexpr std::size_t kKeptInbox = 4 * 1024;         // an idle connection holds no more
constexpr std::size_t kReservedBody = 256 * 1024;    // beyond it a body must arrive before it takes memory

Response malformed(int status) {
  switch (status) {
    case 417:
      return refusal(417, {"unknown_expectation", "", {"Trường Expect không được hỗ trợ.", "This expectation is not met here."}});
    case 431:
      return refusal(431, {"head_too_large", "", {"Phần đầu của yêu cầu quá lớn.", "The head of the request is too large."}});
    case 505:
      return refusal(505,
                     {"http_version", "", {"Chỉ nhận HTTP/1.0 và HTTP/1.1.", "Only HTTP/1.0 and HTTP/1.1 are spoken here."}});
    default:
      return refusal(400, {"bad_request", "", {"Yêu cầu HTTP không hợp lệ.", "This is not a valid HTTP request."}});
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, Wire wire, const asio::ip::address& peer)
    : shared_(std::move(shared)),
      wire_(std::move(wire)),
      peer_(unmapped(peer)),
      remote_(peer_.to_string()),
      loopback_(peer_.is_loopback()) {
  shared_->addresses.enter(peer_);
  slot_ = shared_->slots.size();
  shared_->slots.push_back(Slot{SteadyTime::max(), this});
}

Connection::~Connection() {
  shared_->addresses.leave(peer_);
  std::vector<Slot>& slots = shared_->slots;
  slots[slot_] = slots.back();
  slots[slot_].connection->slot_ = slot_;
  slots.pop_back();
  if (slots.empty()) shared_->emptied.cancel();
}

void Connection::start() { spawn(shared_->executor, serve(shared_from_this()), "connection", {shared_from_this(), &cancel_}); }
void Connection::start_refusing() {
  spawn(shared_->executor, refuse_all(shared_from_this()), "refused connection", {shared_from_this(), &cancel_});
}

void Connection::stop() {
  if (phase_ != Phase::busy) cut();
}

void Connection::cut() {
  const auto alive = shared_from_this();  // what is cancelled may let go of it
  gone_ = true;
  without_deadline();
  wire_.close();
  cancel_.emit(asio::cancellation_type::terminal);
}

void Connection::within(std::chrono::milliseconds time) {
  shared_->slots[slot_].deadline = std::chrono::steady_clock::now() + time;
}
void Connection::without_deadline() { shared_->slots[slot_].deadline = SteadyTime::max(); }

// Nobody may send anything while a long poll or a stream is open, so a socket that can be read means the peer has left (or does
// not keep to the protocol; then it is closed as well).
void Connection::watch_for_leaving() {
  ++watch_;
  wire_.socket().async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this(), watch = watch_](const Error& error) {
    if (!error && self->watch_ == watch) self->cut();
  });
}

void Connection::end_watch() {
  ++watch_;
  Error ignored;
  wire_.socket().cancel(ignored);
}

asio::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  if (self->wire_.secure()) {
    const bool begun = co_await begin_tls(self);
    if (!begun) co_return;
  }
  After after = After::keep;
  while (after == After::keep && !self->shared_->stopping) {
    Request request;
    request.remote = self->remote_;
    request.loopback = self->loopback_;
    request.secure = self->wire_.secure();
    const Route* route = co_await self->take_request(request, after);
    if (!route) continue;
    if (route->stream) {
      after = co_await self->stream(request, *route);
      continue;
    }
    if (route->long_poll)
      self->begin_waiting(request);
    else
      self->within(self->shared_->limits.answer_deadline);
    std::exception_ptr thrown;
    try {
      const Response response = co_await route->handler(request);
      require_sendable(response);
      after = co_await self->respond(request, response, self->kept());
    } catch (...) {
      thrown = std::current_exception();
    }
    if (self->gone_) {
      if (!route->long_poll) spdlog::warn("{} {}: closed before it was answered", request.method, request.path);
      co_return;
    }
    if (thrown) after = co_await self->respond_failure(request, thrown);
  }
  if (after == After::linger) co_await self->linger();
  self->wire_.close();
}

// The oldest makes room when there are too many: who means it has done within milliseconds.
asio::awaitable<bool> Connection::begin_tls(std::shared_ptr<Connection> self) {
  struct UnderWay {
    UnderWay(Shared& s, Connection* c) : shared(s), connection(c) {
      if (shared.handshakes.size() >= kMaxHandshakes) {
        Connection* oldest = shared.handshakes.front();
        shared.handshakes.pop_front();
        ++shared.counters.refused;
        oldest->cut();
      }
      shared.handshakes.push_back(connection);
    }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    ~UnderWay() { shared.handshakes.remove(connection); }
    Shared& shared;
    Connection* connection;
  };
  self->within(self->shared_->limits.header_deadline);
  const Error silent = co_await self->wire_.first_byte();
  if (silent) co_return false;
  const UnderWay under_way(*self->shared_, self.get());
  const Error error = co_await self->wire_.handshake(asio::ssl::stream_base::server);
  co_return !error;
}

asio::awaitable<void> Connection::refuse_all(std::shared_ptr<Connection> self) {
  if (self->wire_.secure()) co_return;  // a handshake would cost what the cap protects
  const Response full =
      refusal(503, {"too_many_connections", "", {"Máy chủ đang quá tải, xin thử lại.", "The server is full: try again."}});
  self->wire_.write_at_once(answer_head(full, full.body.size(), false) + full.body);
  co_await self->linger();
}

// Closing with unread bytes makes TCP throw away the answer under the peer's eyes, so they are read first, up to a limit.
asio::awaitable<void> Connection::linger() {
  phase_ = Phase::idle;  // nothing is owed any more
  wire_.end_of_writing();
  within(kLingerDeadline);
  for (std::size_t dropped = 0; dropped < kMaxLinger; dropped += inbox_.size()) {
    inbox_.clear();
    const Error error = co_await wire_.read_more(inbox_);
    if (error) break;
  }
}

asio::awaitable<Connection::Head> Connection::read_head(Request& request) {
  const Limits& limits = shared_->limits;
  Head head;
  HeadReader reader(request, limits.max_header_bytes);
  phase_ = Phase::idle;
  if (inbox_.empty() && inbox_.capacity() > kKeptInbox) std::string().swap(inbox_);
  within(first_ ? limits.header_deadline : limits.idle_deadline);
  for (;;) {
    if (phase_ == Phase::idle && !inbox_.empty()) {
      phase_ = Phase::busy;
      if (!first_) within(limits.header_deadline);  // for the whole head, however slowly it drips
    }
    const Step step = inbox_.empty() ? Step::more : reader.take(inbox_);
    if (step == Step::bad) {
      head.refused_with = reader.refused_with();
      co_return head;
    }
    if (step == Step::done) {
      head.content_length = reader.content_length();
      head.keep_alive = reader.keep_alive();
      head.expects_continue = reader.expects_continue();
      co_return head;
    }
    const Error error = co_await wire_.read_more(inbox_);
    if (error) {
      head.ended = true;
      co_return head;
    }
  }
}

asio::awaitable<bool> Connection::read_body(Request& request, const Head& head) {
  const std::size_t length = static_cast<std::size_t>(head.content_length);  // ≤ max_body
  within(shared_->limits.body_deadline);
  if (head.expects_continue && inbox_.empty()) {
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const Error error = co_await wire_.write(go_on, std::string_view());
    if (error) co_return false;
  }
  request.body.reserve(std::min(length, kReservedBody));
  for (;;) {
    const std::size_t taken = std::min(length - request.body.size(), inbox_.size());
    request.body.append(inbox_, 0, taken);
    inbox_.erase(0, taken);
    if (request.body.size() == length) co_return true;
    const Error error = co_await wire_.read_more(inbox_);
    if (error) co_return false;
  }
}

// What is decided before a body is read.
std::optional<Response> Connection::refused(Request& request, const Head& head, const Route*& route) {
  if (head.refused_with != 0) return malformed(head.refused_with);
  ++shared_->counters.requests;
  try {
    std::variant<const Route*, Response> admitted = shared_->router.admit(request);
    if (Response* response = std::get_if<Response>(&admitted)) {
      require_sendable(*response);
      return std::move(*response);
    }
    route = std::get<const Route*>(admitted);
  } catch (...) {
    return failure(request, std::current_exception());
  }
  if (head.content_length <= route->max_body) return std::nullopt;
  return refusal(413, {"body_too_large", request.path, {"Nội dung gửi lên quá lớn.", "The body is too large."}});
}

asio::awaitable<const Route*> Connection::take_request(Request& request, After& after) {
  after = After::close;
  const Head head = co_await read_head(request);
  if (head.ended) co_return nullptr;
  first_ = false;
  keep_alive_ = head.keep_alive;
  const Route* route = nullptr;
  const std::optional<Response> refusal = refused(request, head, route);
  if (refusal) {
    ++shared_->counters.refused;
    // A body that is not wanted must not be read as the next request.
    const bool clean = head.refused_with == 0 && head.content_length == 0;
    const After then = clean ? kept() : After::linger;
    after = co_await respond(request, *refusal, then);
    co_return nullptr;
  }
  if (head.content_length > 0) {
    const bool whole = co_await read_body(request, head);
    if (!whole) co_return nullptr;
  }
  co_return route;
}

void Connection::begin_waiting(Request& request) {
  phase_ = Phase::waiting;
  if (inbox_.empty()) std::string().swap(inbox_);
  request.headers.shrink();
  without_deadline();
  watch_for_leaving();
}

asio::awaitable<Connection::After> Connection::respond_failure(const Request& request, std::exception_ptr thrown) {
  const Response response = failure(request, thrown);
  const After after = co_await respond(request, response, kept());
  co_return after;
}

asio::awaitable<Connection::After> Connection::respond(const Request& request, const Response& response, After after) {
  if (phase_ == Phase::waiting) {
    end_watch();
    phase_ = Phase::busy;
  }
  std::string head = answer_head(response, response.body.size(), after == After::keep);
  const bool with_body = request.method != "HEAD" && may_have_body(response.status);
  const std::string_view body = with_body ? std::string_view(response.body) : std::string_view();
  within(shared_->limits.write_deadline);
  const Error error = co_await wire_.write(head, body);
  co_return error ? After::close : after;
}

asio::awaitable<Connection::After> Connection::stream(Request& request, const Route& route) {
  Response opening;
  opening.content_type = "text/event-stream";
  opening.headers["X-Accel-Buffering"] = "no";  // a proxy hands each event on at once
  std::string head = answer_head(opening, std::nullopt, false);
  within(shared_->limits.write_deadline);
  const Error error = co_await wire_.write(head, std::string_view());
  if (error || request.method == "HEAD") co_return After::close;

  const auto events = std::make_shared<EventStream>(shared_from_this());
  begin_waiting(request);
  events->start_heartbeat();
  try {
    co_await route.stream(request, *events);
  } catch (...) {
    if (!gone_ && !events->broken()) failure(request, std::current_exception());
  }
  events->end();
  end_watch();
  co_return After::close;
}

// What went wrong is in the log under a number; the peer gets the number.
Response Connection::failure(const Request& request, const std::exception_ptr& thrown) {
  ++shared_->counters.failed;
  const std::string number = random_hex(4);
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    spdlog::error("failure {}: {} {}: {}", number, request.method, request.path, e.what());
  } catch (...) {
    spdlog::error("failure {}: {} {}", number, request.method, request.path);
  }
  return refusal(500, {"internal",
                       number,
                       {"Có lỗi trong chương trình; số để tra nhật ký: " + number + ".",
                        "Something failed in the program; its number in the log is " + number + "."}});
}

}  // namespace phien::net
