#include <optional>

#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/unit/net/support.hpp"

namespace phien::net::test {
namespace {

// A peer that answers each connection it accepts with prepared bytes, to see what a client makes of them.
class Scripted {
 public:
  // `answers[i]` is sent on the i-th connection once the request's head is there; then it is closed or left open.
  Scripted(Venue& venue, std::vector<std::string> answers, bool close_after)
      : acceptor_(venue.io, {asio::ip::make_address("127.0.0.1"), 0}), answers_(std::move(answers)), close_after_(close_after) {
    spawn(venue.io.get_executor(), serve(), "scripted peer");
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  int requests() const { return requests_; }
  void stop() { acceptor_.close(); }

 private:
  asio::awaitable<void> serve() {
    for (const std::string& answer : answers_) {
      kept_.push_back(co_await acceptor_.async_accept(asio::use_awaitable));
      std::string got;
      const std::string_view end = "\r\n\r\n";
      co_await asio::async_read_until(kept_.back(), asio::dynamic_buffer(got), end, asio::use_awaitable);
      ++requests_;
      co_await asio::async_write(kept_.back(), asio::buffer(answer), asio::use_awaitable);
      if (close_after_) kept_.back().close();
    }
  }
  tcp::acceptor acceptor_;
  std::vector<std::string> answers_;
  std::vector<tcp::socket> kept_;
  bool close_after_;
  int requests_ = 0;
};

Result<Response> ask(Venue& venue, HttpClient& client, const char* method, const char* target, std::string body = {},
                     std::chrono::milliseconds deadline = 5000ms) {
  std::optional<Result<Response>> answer;
  const auto task = [&]() -> asio::awaitable<void> {
    std::map<std::string, std::string> none;
    Result<Response> got = co_await client.request(method, target, std::move(body), none, deadline);
    answer.emplace(std::move(got));
  };
  venue.finish(task(), "an answer");
  return std::move(*answer);
}

std::string code_of(const Result<Response>& result) { return result.ok() ? "ok" : result.problem().code; }

}  // namespace

TEST_CASE("a client keeps its connection") {
  Venue venue;
  HttpClient client(venue.io.get_executor(), venue.url());
  for (int i = 0; i < 20; ++i) CHECK(ask(venue, client, "GET", "/hello")->body == "hello");
  CHECK(venue.server->counters().connections == 1);
  CHECK(client.peer_key().empty());
}

TEST_CASE("a body of megabytes goes and comes back whole") {
  Venue venue;
  HttpClient client(venue.io.get_executor(), venue.url());
  std::string body(4 * 1024 * 1024, '.');
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>('a' + i % 26);
  const auto answer = ask(venue, client, "POST", "/echo", body);
  REQUIRE(answer.ok());
  CHECK(answer->body == body);
}

TEST_CASE("a connection the server closed while idle is opened anew, unseen by the caller") {
  Limits limits;
  limits.idle_deadline = 50ms;
  Venue venue(limits);
  HttpClient client(venue.io.get_executor(), venue.url());
  CHECK(ask(venue, client, "GET", "/hello").ok());
  venue.run_until([&] { return venue.server->counters().open == 0; }, "the server closes it");
  CHECK(ask(venue, client, "GET", "/hello").ok());
  CHECK(venue.server->counters().connections == 2);
}

TEST_CASE("a request is sent again only on a kept connection, once, and not after a byte of the answer") {
  Venue venue;
  Scripted dies_at_once(venue, {"", ""}, true);
  HttpClient first(venue.io.get_executor(), dies_at_once.url());
  CHECK(code_of(ask(venue, first, "GET", "/x")) == "no_connection");
  CHECK(dies_at_once.requests() == 1);

  Scripted breaks_off(
      venue, {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}, true);
  HttpClient second(venue.io.get_executor(), breaks_off.url());
  CHECK(code_of(ask(venue, second, "GET", "/x")) == "bad_answer");
  CHECK(breaks_off.requests() == 1);
}

TEST_CASE("no listener, a wrong address and a silent server are told apart") {
  Venue venue;
  unsigned short free_port = 0;
  {
    tcp::acceptor taken(venue.io, {asio::ip::make_address("127.0.0.1"), 0});
    free_port = taken.local_endpoint().port();
  }
  HttpClient nobody(venue.io.get_executor(), "http://127.0.0.1:" + std::to_string(free_port));
  CHECK(code_of(ask(venue, nobody, "GET", "/")) == "no_connection");
  for (const char* url : {"", "127.0.0.1", "ftp://h", "http://", "http://h:", "http://h:70000", "http://h:x", "http://[::1",
                          "http://a b", "http://h/path", "http://u@h"}) {
    CAPTURE(url);
    HttpClient client(venue.io.get_executor(), url);
    CHECK(code_of(ask(venue, client, "GET", "/")) == "bad_url");
  }
  HttpClient slow(venue.io.get_executor(), venue.url());
  CHECK(code_of(ask(venue, slow, "GET", "/wait", {}, 150ms)) == "time_out");
  venue.run_until([&] { return venue.waiting == 0; }, "the server notices that the client has given up");
  CHECK(ask(venue, slow, "GET", "/hello").ok());
}

TEST_CASE("answers: chunked, ended by closing, interim, and what is no answer") {
  Venue venue;
  struct Line {
    const char* bytes;
    const char* outcome;
  };
  for (const Line& line : {Line{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"},
                           Line{"HTTP/1.1 200 OK\r\n\r\nabcde", "abcde"},
                           Line{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", "abcde"},
                           Line{"HTTP/1.1 204 No Content\r\n\r\n", ""},
                           Line{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "bad_answer"},
                           Line{"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabcde", "bad_answer"},
                           Line{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", "bad_answer"},
                           Line{"220 smtp.example\r\n", "bad_answer"}, Line{"HTTP/1.1 100 Continue\r\n\r\n", "bad_answer"}}) {
    CAPTURE(line.bytes);
    Scripted peer(venue, {line.bytes}, true);
    ClientOptions options;
    options.max_body = 1000;
    HttpClient client(venue.io.get_executor(), peer.url(), options);
    const auto answer = ask(venue, client, "GET", "/x");
    CHECK((answer.ok() ? answer->body : answer.problem().code) == line.outcome);
  }
}

TEST_CASE("the early refusal of a body reaches the client") {
  Venue venue;
  HttpClient client(venue.io.get_executor(), venue.url());
  const auto answer = ask(venue, client, "POST", "/locked", std::string(3'000'000, 'x'));
  REQUIRE(answer.ok());
  CHECK(answer->status == 401);
}

TEST_CASE("a client closed during a request ends it; one that is destroyed too") {
  Venue venue;
  auto client = std::make_unique<HttpClient>(venue.io.get_executor(), venue.url());
  for (const bool destroy : {false, true}) {
    std::string outcome;
    const auto task = [&]() -> asio::awaitable<void> {
      std::map<std::string, std::string> none;
      const auto answer = co_await client->request("GET", "/wait", {}, none, 15'000ms);
      outcome = code_of(answer);
    };
    spawn(venue.io.get_executor(), task(), "request");
    venue.run_until([&] { return venue.waiting == 1; }, "it waits");
    if (destroy)
      client.reset();
    else
      client->close();
    venue.run_until([&] { return !outcome.empty() && venue.waiting == 0; }, "it ends");
    CHECK(outcome == "no_connection");
  }
}

TEST_CASE("TLS: the pinned key is compared before anything is sent") {
  const TlsKey key = make_tls_key("Phiên thử", {"127.0.0.1", "::1", "phien.local"});
  const std::string right = spki_hex(key.certificate_pem);
  CHECK(right.size() == 64);
  CHECK(spki_hex(make_tls_key("other", {}).certificate_pem) != right);
  Venue venue({}, tls_server_context(key));

  ClientOptions pinned;
  std::string shown;
  pinned.accept_key = [&](std::string_view hex) {
    shown = std::string(hex);
    return hex == right;
  };
  HttpClient good(venue.io.get_executor(), venue.url(), pinned);
  for (int i = 0; i < 3; ++i) CHECK(ask(venue, good, "GET", "/hello")->body == "hello");
  CHECK(shown == right);
  CHECK(good.peer_key() == right);
  CHECK(venue.server->counters().connections == 1);
  const std::string body(3'000'000, 'z');
  CHECK(ask(venue, good, "POST", "/echo", body)->body == body);

  const auto requests = venue.server->counters().requests;
  ClientOptions other;
  other.accept_key = [](std::string_view) { return false; };
  HttpClient wrong(venue.io.get_executor(), venue.url(), other);
  CHECK(code_of(ask(venue, wrong, "POST", "/echo", "secret")) == "wrong_key");
  CHECK(venue.server->counters().requests == requests);
}

TEST_CASE("TLS: garbage, plain HTTP and silence at the handshake do not hold up others; 1.1 is refused") {
  Limits limits;
  limits.header_deadline = 300ms;
  Venue venue(limits, tls_server_context(make_tls_key("x", {})));
  RawPeer plain(venue), garbage(venue), silent(venue);
  plain.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  garbage.send(std::string(3000, '\x17'));
  CHECK(ask(venue, *std::make_unique<HttpClient>(venue.io.get_executor(), venue.url()), "GET", "/hello").ok());
  plain.read_to_end();
  garbage.read_to_end();
  silent.read_to_end();
  CHECK(silent.status() == 0);

  asio::ssl::context old(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(old.native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_security_level(old.native_handle(), 0);
  asio::ssl::stream<tcp::socket> stream(venue.io, old);
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), venue.port});
  std::optional<Error> outcome;
  stream.async_handshake(asio::ssl::stream_base::client, [&](const Error& error) { outcome = error; });
  venue.run_until([&] { return outcome.has_value(); }, "the handshake ends");
  CHECK(outcome->failed());
}

TEST_CASE("TLS: long polls and streams work, and end when the client leaves") {
  Venue venue({}, tls_server_context(make_tls_key("x", {})));
  HttpClient client(venue.io.get_executor(), venue.url());
  for (const char* path : {"/wait", "/events"}) {
    const auto task = [&]() -> asio::awaitable<void> {
      std::map<std::string, std::string> none;
      const auto answer = co_await client.request("GET", path, {}, none, 15'000ms);
    };
    spawn(venue.io.get_executor(), task(), "request");
    venue.run_until([&] { return venue.waiting == 1; }, "it waits");
    client.close();
    venue.run_until([&] { return venue.waiting == 0 && venue.server->counters().open == 0; }, "the server notices");
  }
  bool news = false;
  const auto task = [&]() -> asio::awaitable<void> {
    std::map<std::string, std::string> none;
    const auto answer = co_await client.request("GET", "/wait", {}, none, 15'000ms);
    news = answer.ok() && answer->body == "news";
  };
  spawn(venue.io.get_executor(), task(), "request");
  venue.run_until([&] { return venue.waiting == 1; }, "it waits");
  venue.news.announce();
  venue.run_until([&] { return news; }, "the news");
}

}  // namespace phien::net::test
