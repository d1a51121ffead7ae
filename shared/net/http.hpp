// HTTP/1.1 over TCP or TLS for both programs: values, routing, a server, a client. Beast stays behind message_readers.cpp
// (one Beast file can take 20 s to compile).
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include "shared/result.hpp"

namespace phien::net {

namespace asio = boost::asio;

// Header fields, names in lower case, in one block of memory: a waiting long-poll keeps its request, and a tree node a field
// would cost more than the rest of it. Requests have few fields, so a search from the front is quick too.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);  // a repeated name is joined by ", "; neither may hold a NUL
  bool has(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // "" if absent
  bool empty() const { return block_.empty(); }
  void shrink() { block_.shrink_to_fit(); }

 private:
  std::size_t find(std::string_view name) const;  // where its value begins, or npos
  std::string block_;                             // name NUL value NUL …
};

struct Request {
  std::string method;                        // "GET"
  std::string path;                          // decoded, without query: "/api/v1/stock/EX01"
  std::map<std::string, std::string> query;  // decoded; a repeated name is refused (400)
  Headers headers;
  std::map<std::string, std::string> params;  // from the route pattern
  std::string body;
  std::string remote;  // "127.0.0.1"
  bool loopback = false;
  bool secure = false;                              // came over TLS
  std::string principal;                            // filled in by the route's guard: who this is
  std::string header(std::string_view name) const;  // "" if absent
  std::string cookie(std::string_view name) const;  // "" if absent
};

struct Response {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::map<std::string, std::string> headers;
};
// {"error":{"code","message":{"en","vi"},"where"}} with the given status.
Response refusal(int status, const Problem& problem);
Response json_response(std::string body, int status = 200);

// A server-sent event stream. The handler returns when the client has gone or the server stops.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // Sends one event; throws boost::system::system_error when the client has gone.
  virtual asio::awaitable<void> send(std::string_view event, std::string_view data) = 0;
};

using Handler = std::function<asio::awaitable<Response>(Request&)>;
using StreamHandler = std::function<asio::awaitable<void>(Request&, EventSink&)>;
// Runs before the body is read: nothing lets the request through (and may set request.principal), a Response ends it.
using Guard = std::function<std::optional<Response>(Request&)>;

struct Route {
  std::string method;
  std::string pattern;  // "/api/v1/stock/{exhibitor}"
  Guard guard;          // required: deny by default. `open_to_all()` where anyone may.
  Handler handler;      // or:
  StreamHandler stream;
  std::size_t max_body = 0;  // bytes; 0: a body is refused
  bool long_poll = false;    // may wait: no deadline for the answer, ends when the client goes
  std::string summary;       // for the table of routes
};
Guard open_to_all();

class Router {
 public:
  void add(Route route);  // aborts on a missing guard, a duplicate, or not exactly one of handler and stream
  const std::vector<Route>& routes() const { return routes_; }
  // 404 for an unknown path, 405 (with Allow) for a known path and another method.
  const Route* match(const std::string& method, const std::string& path, std::map<std::string, std::string>& params,
                     bool& path_known) const;
  // What decides before a body is read: the route (params filled in) whose guard lets the request through, or the refusal.
  std::variant<const Route*, Response> admit(Request& request) const;
  // The same dispatch without a socket: for commands run in-process. What a handler throws comes out. A stream has no answer.
  asio::awaitable<Response> handle(Request& request) const;

 private:
  std::vector<Route> routes_;
  std::unordered_map<std::string, std::vector<std::size_t>> exact_;  // path → routes, for patterns without a {name}
  std::vector<std::size_t> with_names_;
};

// Every wait and size has a name (I10).
struct Limits {
  std::size_t max_connections = 12'000;
  // Of one address, not counting this machine's own. Terminals behind one router have one address: more than a hall has.
  std::size_t max_of_address = 1'000;
  std::size_t max_header_bytes = 16 * 1024;
  std::chrono::milliseconds header_deadline{10'000};
  std::chrono::milliseconds body_deadline{60'000};
  std::chrono::milliseconds idle_deadline{75'000};  // between requests of one connection
  std::chrono::milliseconds write_deadline{30'000};
  std::chrono::milliseconds answer_deadline{60'000};  // a handler that is no long poll; then it is cancelled
  std::chrono::milliseconds heartbeat{15'000};        // a comment on a silent event stream
  std::chrono::milliseconds stop_deadline{5'000};     // graceful: running requests may finish
};

struct Counters {
  std::uint64_t connections = 0;  // accepted since the start
  std::uint64_t open = 0;         // now
  std::uint64_t requests = 0;     // with a readable head
  std::uint64_t refused = 0;      // before a handler: over the cap, malformed, no route, guard, body
  std::uint64_t failed = 0;       // guards and handlers that threw
};

class HttpServer {
 public:
  HttpServer(asio::any_io_executor executor, const Router& router, Limits limits = {});
  ~HttpServer();
  // Raises the soft limit of open files to the hard one. Returns the bound port (port 0: any). `tls` null: plain HTTP, which is
  // refused for any address but loopback. Problem codes: bad_address, plain_http_off_loopback, address_in_use, cannot_listen.
  Result<unsigned short> listen(const std::string& address, unsigned short port,
                                std::shared_ptr<asio::ssl::context> tls = nullptr);
  asio::awaitable<void> stop();  // no new connections, lets answers finish, then closes
  Counters counters() const;
  struct State;

 private:
  std::shared_ptr<State> state_;
};

// What a client knows about the peer's key: SHA-256 of the DER SubjectPublicKeyInfo, in hex, "" on plain HTTP.
struct ClientOptions {
  std::chrono::milliseconds connect_deadline{5'000};
  std::chrono::milliseconds answer_deadline{30'000};
  std::size_t max_body = 8 * 1024 * 1024;
  // Called with the peer's key before anything is sent; false closes the connection. Absent: any key (the caller checks
  // peer_key()).
  std::function<bool(std::string_view spki_hex)> accept_key;
};

// One persistent connection, reopened as needed. One request at a time.
class HttpClient {
 public:
  HttpClient(asio::any_io_executor executor, std::string base_url, ClientOptions options = {});  // "https://192.168.1.10:8443"
  ~HttpClient();
  // Problem codes: bad_url, no_connection, time_out, bad_answer, wrong_key. `answer_deadline` 0: the default.
  // Sent a second time, once, when a kept connection turns out closed before any byte of the answer: requests must be idempotent.
  asio::awaitable<Result<Response>> request(std::string method, std::string target, std::string body,
                                            std::map<std::string, std::string> headers,
                                            std::chrono::milliseconds answer_deadline);
  const std::string& peer_key() const;
  void close();
  struct State;

 private:
  std::shared_ptr<State> state_;
};

// A fresh self-signed P-256 certificate for TLS, as PEM. Terminals check the key, not the dates; browsers want days to be few.
struct TlsKey {
  std::string key_pem, certificate_pem;
};
inline constexpr int kTenYears = 3'650;  // in days
TlsKey make_tls_key(const std::string& common_name, const std::vector<std::string>& subject_alt_names, int days = kTenYears);
std::string spki_hex(const std::string& certificate_pem);
std::shared_ptr<asio::ssl::context> tls_server_context(const TlsKey& key);  // TLS 1.2 and up

}  // namespace phien::net
