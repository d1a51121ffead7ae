#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "shared/net/http.hpp"
#include "shared/net/message_readers.hpp"
#include "shared/net/peer_key.hpp"
#include "shared/net/quiet.hpp"
#include "shared/net/wire.hpp"

namespace phien::net {
namespace {

using asio::ip::tcp;

struct Url {
  bool secure = false;
  std::string authority, host, port;  // "[::1]:8443", "::1", "8443"
};

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (text.substr(0, 8) == "https://")
    url.secure = true;
  else if (text.substr(0, 7) != "http://")
    return std::nullopt;
  text.remove_prefix(url.secure ? 8 : 7);
  if (!text.empty() && text.back() == '/') text.remove_suffix(1);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
  if (!plain) return std::nullopt;
  url.authority = std::string(text);
  const bool bracketed = !text.empty() && text.front() == '[';
  const std::size_t host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (host_end == std::string_view::npos) return std::nullopt;
  url.host = std::string(text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0)));
  text.remove_prefix(host_end + (bracketed ? 1 : 0));
  url.port = url.secure ? "443" : "80";
  if (!text.empty()) {
    if (text.front() != ':' || text.size() < 2 || text.size() > 6) return std::nullopt;
    url.port = std::string(text.substr(1));
    const bool digits = std::all_of(url.port.begin(), url.port.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || std::stoul(url.port) > 65535) return std::nullopt;
  }
  if (url.host.empty()) return std::nullopt;
  return url;
}

bool breaks_line(std::string_view s) {
  return std::any_of(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

Problem no_connection(const std::string& base_url) {
  return {"no_connection", base_url, {"Không kết nối được với máy chủ.", "The server cannot be reached."}};
}
Problem time_out(const std::string& base_url) {
  return {"time_out", base_url, {"Máy chủ không trả lời kịp.", "The server did not answer in time."}};
}
Problem bad_answer(const std::string& base_url) {
  return {"bad_answer", base_url, {"Câu trả lời của máy chủ không hợp lệ.", "The server's answer is not valid."}};
}
Problem wrong_key(const std::string& base_url) {
  return {"wrong_key",
          base_url,
          {"Khóa của máy chủ không phải là khóa đã biết: không gửi gì cả.",
           "The server's key is not the known one: nothing was sent."}};
}

// What a name lookup outlives: it runs in a thread of its own and cannot be cut short, so the request stops waiting for it.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  std::optional<tcp::resolver::results_type> found;
};

}  // namespace

struct HttpClient::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor e, std::string base, ClientOptions o)
      : executor(std::move(e)), base_url(std::move(base)), options(std::move(o)), url(parse_url(base_url)), timer(executor) {}

  static asio::awaitable<Result<Response>> request(std::shared_ptr<State> self, std::string method, std::string target,
                                                   std::string body, std::map<std::string, std::string> headers,
                                                   std::chrono::milliseconds deadline);
  asio::awaitable<Result<Response>> send(const std::string& method, const std::string& head, const std::string& body,
                                         std::chrono::milliseconds deadline);
  asio::awaitable<std::optional<Problem>> connect();
  asio::awaitable<std::vector<tcp::endpoint>> find_endpoints();
  asio::awaitable<std::optional<Problem>> agree_on_key();
  void arm(std::chrono::milliseconds time);
  void disarm();
  void close();
  Problem lost() const { return timed_out ? time_out(base_url) : no_connection(base_url); }

  asio::any_io_executor executor;
  std::string base_url;
  ClientOptions options;
  std::optional<Url> url;
  std::optional<Wire> wire;
  std::shared_ptr<asio::ssl::context> tls;
  std::string inbox;
  std::string peer_key;
  asio::steady_timer timer;
  std::uint64_t armed = 0;   // which deadline runs: a late one finds another number
  std::uint64_t closed = 0;  // close() was called so often: a request under way is not sent anew
  bool timed_out = false;
  bool nothing_read = true;  // of the answer under way
  bool busy = false;
};

void HttpClient::State::arm(std::chrono::milliseconds time) {
  ++armed;
  timer.expires_after(time);
  timer.async_wait([weak = weak_from_this(), number = armed](const Error& error) {
    const std::shared_ptr<State> self = weak.lock();
    if (error || !self || self->armed != number) return;
    self->timed_out = true;
    if (self->wire) self->wire->close();
  });
}

void HttpClient::State::disarm() {
  ++armed;
  timer.cancel();
}

void HttpClient::State::close() {
  if (wire) wire->close();
  inbox.clear();
}

asio::awaitable<std::vector<tcp::endpoint>> HttpClient::State::find_endpoints() {
  std::vector<tcp::endpoint> endpoints;
  Error not_an_address;
  const asio::ip::address address = asio::ip::make_address(url->host, not_an_address);
  if (!not_an_address) {
    endpoints.emplace_back(address, static_cast<unsigned short>(std::stoul(url->port)));
    co_return endpoints;
  }
  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->done.expires_after(options.connect_deadline);
  lookup->resolver.async_resolve(url->host, url->port, [lookup](const Error& error, tcp::resolver::results_type results) {
    if (!error) lookup->found = std::move(results);
    lookup->done.cancel();
  });
  const auto [ended] = co_await lookup->done.async_wait(kQuiet);
  if (!ended) timed_out = true;
  if (!lookup->found) co_return endpoints;
  for (const auto& entry : *lookup->found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

asio::awaitable<std::optional<Problem>> HttpClient::State::connect() {
  close();
  wire.reset();
  peer_key.clear();
  timed_out = false;
  const std::vector<tcp::endpoint> endpoints = co_await find_endpoints();
  if (url->secure && !tls) tls = tls_client_context();
  arm(options.connect_deadline);
  bool connected = false;
  for (const tcp::endpoint& endpoint : endpoints) {
    if (timed_out) break;
    tcp::socket socket(executor);
    Error failed;
    socket.open(endpoint.protocol(), failed);
    if (failed) continue;
    wire.emplace(std::move(socket), tls);  // before connecting, so that the deadline can close it
    const auto [error] = co_await wire->socket().async_connect(endpoint, kQuiet);
    if (!error) {
      connected = true;
      break;
    }
  }
  std::optional<Problem> problem;
  if (!connected)
    problem = lost();
  else if (url->secure)
    problem = co_await agree_on_key();
  disarm();
  if (problem) {
    close();
    wire.reset();
  }
  co_return problem;
}

asio::awaitable<std::optional<Problem>> HttpClient::State::agree_on_key() {
  SSL* ssl = wire->tls().native_handle();
  Error not_an_address;
  asio::ip::make_address(url->host, not_an_address);
  if (not_an_address)
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, url->host.data());  // the macro casts
  const Error error = co_await wire->handshake(asio::ssl::stream_base::client);
  if (error) co_return lost();
  const X509* certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate) co_return wrong_key(base_url);
  peer_key = spki_hex(certificate);
  if (options.accept_key && !options.accept_key(peer_key)) co_return wrong_key(base_url);
  co_return std::nullopt;
}

asio::awaitable<Result<Response>> HttpClient::State::send(const std::string& method, const std::string& head,
                                                          const std::string& body, std::chrono::milliseconds deadline) {
  AnswerReader reader(method == "HEAD", options.max_body);
  timed_out = false;
  nothing_read = true;
  inbox.clear();
  arm(deadline);
  std::string first = head;
  Error error = co_await wire->write(first, body);
  // A server that refuses a body answers and closes before it was read: its answer counts, not our broken pipe.
  Step step = Step::more;
  while (step == Step::more) {
    error = co_await wire->read_more(inbox);
    step = !error ? reader.take(inbox) : error == asio::error::eof ? reader.take_end() : Step::bad;  // a cut TLS stream is no end
    nothing_read = nothing_read && !reader.begun();
  }
  disarm();
  if (step == Step::bad || !reader.keep_alive() || error || !inbox.empty()) close();
  if (step == Step::done) co_return reader.take_response();
  if (timed_out) co_return time_out(base_url);
  if (error && nothing_read) co_return no_connection(base_url);
  co_return bad_answer(base_url);
}

asio::awaitable<Result<Response>> HttpClient::State::request(std::shared_ptr<State> self, std::string method, std::string target,
                                                             std::string body, std::map<std::string, std::string> headers,
                                                             std::chrono::milliseconds deadline) {
  if (!self->url) {
    co_return Problem{"bad_url", self->base_url, {"Địa chỉ máy chủ không hợp lệ.", "This is not the address of a server."}};
  }
  std::string head =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: phien/{}\r\n", method, target, self->url->authority, PHIEN_VERSION);
  bool sendable = !target.empty() && target.front() == '/' && !breaks_line(target) && target.find(' ') == std::string::npos;
  for (const auto& [name, value] : headers) {
    sendable = sendable && !name.empty() && !breaks_line(name) && !breaks_line(value);
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!sendable || self->busy) {
    std::fprintf(stderr, "bug: HTTP request %s: %s\n", target.c_str(),
                 self->busy ? "another one is under way" : "cannot be sent");
    std::abort();
  }
  if (!body.empty() || (method != "GET" && method != "HEAD"))
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", body.size());
  head += "\r\n";
  if (deadline.count() <= 0) deadline = self->options.answer_deadline;

  // Also when the caller is cancelled: then the connection is in the middle of something, and of no use.
  struct Turn {
    explicit Turn(State& s) : state(s) { state.busy = true; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      state.busy = false;
      if (!finished) state.close();
      state.disarm();
    }
    State& state;
    bool finished = false;
  };
  Turn turn(*self);
  const std::uint64_t closed_before = self->closed;
  for (int attempt = 0;; ++attempt) {
    const bool reused = self->wire && self->wire->socket().is_open();
    if (!reused) {
      std::optional<Problem> problem = co_await self->connect();
      if (problem) co_return std::move(*problem);
    }
    Result<Response> answer = co_await self->send(method, head, body, deadline);
    const bool stale = reused && !answer.ok() && self->nothing_read && !self->timed_out && self->closed == closed_before;
    if (stale && attempt == 0) continue;
    turn.finished = true;
    co_return answer;
  }
}

HttpClient::HttpClient(asio::any_io_executor executor, std::string base_url, ClientOptions options)
    : state_(std::make_shared<State>(std::move(executor), std::move(base_url), std::move(options))) {}

HttpClient::~HttpClient() { close(); }

// Not a coroutine itself, so that a request outlives the client it was made by.
asio::awaitable<Result<Response>> HttpClient::request(std::string method, std::string target, std::string body,
                                                      std::map<std::string, std::string> headers,
                                                      std::chrono::milliseconds answer_deadline) {
  return State::request(state_, std::move(method), std::move(target), std::move(body), std::move(headers), answer_deadline);
}

const std::string& HttpClient::peer_key() const { return state_->peer_key; }

void HttpClient::close() {
  ++state_->closed;
  state_->close();
}

}  // namespace phien::net
