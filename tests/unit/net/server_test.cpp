#include "tests/unit/net/support.hpp"

namespace phien::net::test {

TEST_CASE("a request is answered, with the security fields and a length") {
  Venue venue;
  RawPeer peer(venue);
  peer.send("GET /hello HTTP/1.1\r\nHost: here\r\n\r\n");
  const std::string got = peer.read_answer();
  CHECK(got.substr(0, 17) == "HTTP/1.1 200 OK\r\n");
  for (const char* field : {"Content-Length: 5\r\n", "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
                            "Cache-Control: no-store\r\n", "Content-Security-Policy: default-src 'none'"}) {
    CHECK_MESSAGE(got.find(field) != std::string::npos, field);
  }
  CHECK(got.substr(got.size() - 9) == "\r\n\r\nhello");
}

TEST_CASE("a path's names and a query arrive decoded") {
  Venue venue;
  const auto answer = venue.ask("GET", "/named/Th%E1%BA%A1ch%20%C4%91en/x?a=1+2&b=%26%3D");
  REQUIRE(answer.ok());
  CHECK(answer->body == "Thạch đen|a=1 2|b=&=");
}

TEST_CASE("HEAD is GET without the body") {
  Venue venue;
  RawPeer peer(venue);
  peer.send("HEAD /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string got = peer.read_to_end();
  CHECK(peer.status() == 200);
  CHECK(got.find("Content-Length: 5\r\n") != std::string::npos);
  CHECK(got.substr(got.size() - 4) == "\r\n\r\n");
}

TEST_CASE("405 names what is allowed") {
  Venue venue;
  auto answer = venue.ask("DELETE", "/hello");
  REQUIRE(answer.ok());
  CHECK(answer->status == 405);
  CHECK(answer->headers["allow"] == "GET, HEAD");
}

TEST_CASE("pipelined requests are answered in order") {
  Venue venue;
  RawPeer peer(venue);
  std::string burst;
  for (int i = 0; i < 50; ++i) burst += "GET /named/n" + std::to_string(i) + "/x HTTP/1.1\r\nHost: h\r\n\r\n";
  burst += "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  peer.send(burst);
  const std::string got = peer.read_to_end();
  std::size_t at = 0;
  for (int i = 0; i < 50; ++i) {
    at = got.find("\r\n\r\nn" + std::to_string(i), at);
    REQUIRE(at != std::string::npos);
  }
  CHECK(got.find("hello", at) != std::string::npos);
}

TEST_CASE("what a handler or guard throws goes to the log, not to the peer") {
  Venue venue;
  for (const char* path : {"/broken", "/broken-guard", "/split"}) {
    const auto answer = venue.ask("GET", path);
    REQUIRE(answer.ok());
    CHECK(answer->status == 500);
    CHECK(answer->body.find("secret") == std::string::npos);
    CHECK(answer->body.find("\"code\":\"internal\"") != std::string::npos);
    CHECK(answer->headers.count("set-cookie") == 0);
  }
  CHECK(venue.server->counters().failed == 3);
}

TEST_CASE("100-continue is said after the guard, and not for a body that is refused") {
  Venue venue;
  RawPeer peer(venue);
  peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  peer.read_until([](const std::string& got) { return got == "HTTP/1.1 100 Continue\r\n\r\n"; }, "100");
  peer.forget();
  peer.send("abcd");
  CHECK(peer.read_answer().find("\r\n\r\nabcd") != std::string::npos);

  RawPeer unknown(venue);
  unknown.send("POST /locked HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  unknown.read_until([](const std::string& got) { return got.find("\r\n\r\n") != std::string::npos; }, "401");
  CHECK(unknown.status() == 401);
}

TEST_CASE("I10: an over-limit body is refused unread and is not taken for a second request") {
  Venue venue;
  RawPeer peer(venue);
  peer.send(
      "POST /locked HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer good\r\nContent-Length: 1001\r\n\r\nGET /hello "
      "HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string got = peer.read_to_end();
  CHECK(peer.status() == 413);
  CHECK(got.find("HTTP/1.1", 10) == std::string::npos);
  CHECK(venue.handled == 0);
}

TEST_CASE("I10: a head that drips and a body that stalls end at their deadlines while others are served") {
  Limits limits;
  limits.header_deadline = 300ms;
  limits.body_deadline = 300ms;
  Venue venue(limits);
  RawPeer slow_head(venue), slow_body(venue);
  slow_head.send("GET /hello HT");
  slow_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  const auto began = std::chrono::steady_clock::now();
  const auto answer = venue.ask("GET", "/hello");
  REQUIRE(answer.ok());
  CHECK(answer->body == "hello");
  int drips = 0;
  auto next = began;
  venue.run_until(
      [&] {
        if (std::chrono::steady_clock::now() >= next && !slow_head.ended()) {
          slow_head.send("T");
          ++drips;
          next += 50ms;
        }
        return slow_head.ended() && slow_body.ended();
      },
      "both closed");
  CHECK(std::chrono::steady_clock::now() - began >= 300ms);
  CHECK(drips >= 1);
  CHECK(slow_head.status() == 0);
  CHECK(venue.bodies == 0);
}

TEST_CASE("I10: a kept connection nobody uses is closed, and so is a peer that does not read its answer") {
  Limits limits;
  limits.idle_deadline = 200ms;
  limits.write_deadline = 200ms;
  Venue venue(limits);
  RawPeer idle(venue);
  idle.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.read_to_end();
  CHECK(idle.status() == 200);

  tcp::socket deaf(venue.io);
  deaf.open(tcp::v4());
  deaf.set_option(asio::socket_base::receive_buffer_size(4096));
  deaf.connect({asio::ip::make_address("127.0.0.1"), venue.port});
  asio::write(deaf, asio::buffer(std::string_view("GET /big HTTP/1.1\r\nHost: h\r\n\r\n")));
  venue.run_until([&] { return venue.server->counters().requests == 2; }, "the big request");
  venue.run_until([&] { return venue.server->counters().open == 0; }, "the deaf peer is dropped");
}

TEST_CASE("I10: a handler beyond its deadline is cancelled") {
  Limits limits;
  limits.answer_deadline = 200ms;
  Venue venue(limits);
  RawPeer peer(venue);
  peer.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(peer.read_to_end().empty());
  CHECK(venue.waiting == 0);
}

TEST_CASE("a long poll answers at the news, and stays usable") {
  Venue venue;
  RawPeer peer(venue);
  for (int round = 0; round < 3; ++round) {
    peer.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    venue.run_until([&] { return venue.waiting == 1; }, "the long poll waits");
    venue.news.announce();
    CHECK(peer.read_answer().find("\r\n\r\nnews") != std::string::npos);
    peer.forget();
    CHECK(venue.waiting == 0);
  }
}

TEST_CASE("a long poll whose client leaves, half-closes or talks on is cancelled") {
  const std::uint64_t failed_before = failed_tasks();
  Venue venue;
  const auto leaves = [&](const std::function<void(RawPeer&)>& how) {
    RawPeer peer(venue);
    peer.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    venue.run_until([&] { return venue.waiting == 1; }, "the long poll waits");
    how(peer);
    venue.run_until([&] { return venue.waiting == 0 && venue.server->counters().open == 0; }, "the long poll is cancelled");
  };
  leaves([](RawPeer& peer) { peer.close(); });
  leaves([](RawPeer& peer) { peer.end_of_writing(); });
  leaves([](RawPeer& peer) { peer.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"); });
  CHECK(failed_tasks() == failed_before);
}

TEST_CASE("an event stream carries events and heartbeats, and ends when the client leaves") {
  const std::uint64_t failed_before = failed_tasks();
  Limits limits;
  limits.heartbeat = 100ms;
  Venue venue(limits);
  RawPeer peer(venue);
  peer.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto has = [](const char* what) {
    return [what](const std::string& got) { return got.find(what) != std::string::npos; };
  };
  const std::string head = peer.read_until(has("event: hello\ndata: one\ndata: two\n\n"), "the first event");
  CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("X-Accel-Buffering: no\r\n") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  peer.read_until(has("\n\n:\n\n:\n\n"), "two heartbeats");
  peer.forget();
  venue.news.announce();
  peer.read_until(has("event: news\ndata: 2\n\n"), "news");
  peer.close();
  venue.run_until([&] { return venue.waiting == 0 && venue.server->counters().open == 0; }, "the stream ends");
  CHECK(failed_tasks() == failed_before);
}

TEST_CASE("I10: over the cap: 503 and closed; served again when there is room") {
  Limits limits;
  limits.max_connections = 3;
  Venue venue(limits);
  auto a = std::make_unique<RawPeer>(venue);
  RawPeer b(venue), c(venue);
  venue.run_until([&] { return venue.server->counters().open == 3; }, "three are in");
  {
    RawPeer d(venue);
    d.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    d.read_to_end();
    CHECK(d.status() == 503);
  }
  a.reset();
  venue.run_until([&] { return venue.server->counters().open == 2; }, "one has left");
  const auto answer = venue.ask("GET", "/hello");
  REQUIRE(answer.ok());
  CHECK(answer->status == 200);
  CHECK(venue.server->counters().refused == 1);
}

TEST_CASE("stopping lets an answer finish, ends long polls and idle connections, and takes nobody new") {
  Venue venue;
  RawPeer idle(venue), slow(venue), waiting(venue), stream(venue);
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  waiting.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  stream.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  venue.run_until([&] { return venue.waiting == 3; }, "all wait");
  bool stopped = false;
  const auto stop = [&]() -> asio::awaitable<void> {
    co_await venue.server->stop();
    stopped = true;
  };
  spawn(venue.io.get_executor(), stop(), "stop");
  venue.run_until([&] { return idle.ended() && waiting.ended() && stream.ended(); }, "the waiting are closed");
  CHECK_FALSE(stopped);
  CHECK_FALSE(slow.ended());
  tcp::socket late(venue.io);
  Error refused;
  late.connect({asio::ip::make_address("127.0.0.1"), venue.port}, refused);
  CHECK(refused == asio::error::connection_refused);
  venue.news.announce();
  const std::string got = slow.read_to_end();
  CHECK(got.find("Connection: close\r\n") != std::string::npos);
  CHECK(got.find("\r\n\r\ndone") != std::string::npos);
  venue.run_until([&] { return stopped; }, "stopped");
  CHECK(venue.server->counters().open == 0);
}

TEST_CASE("I10: stopping does not wait for ever for a handler") {
  Limits limits;
  limits.stop_deadline = 100ms;
  Venue venue(limits);
  RawPeer slow(venue);
  slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  venue.run_until([&] { return venue.waiting == 1; }, "the handler runs");
  venue.finish(venue.server->stop(), "stop");
  CHECK(venue.server->counters().open == 0);
}

TEST_CASE("plain HTTP off loopback, a wrong address and a taken port are refused with a reason") {
  Venue venue;
  HttpServer second(venue.io.get_executor(), venue.router);
  CHECK(second.listen("0.0.0.0", 0).problem().code == "plain_http_off_loopback");
  CHECK(second.listen("::", 0).problem().code == "plain_http_off_loopback");
  CHECK(second.listen("nowhere", 0).problem().code == "bad_address");
  CHECK(second.listen("127.0.0.1", venue.port).problem().code == "address_in_use");
}

TEST_CASE("the router answers in process: guard, limit and handler alike") {
  Venue venue;
  const auto ask = [&](const char* method, const char* path, std::string body) {
    Request request;
    request.method = method;
    request.path = path;
    request.body = std::move(body);
    Response response;
    const auto task = [&]() -> asio::awaitable<void> { response = co_await venue.router.handle(request); };
    venue.finish(task(), "in process");
    return response.status;
  };
  CHECK(ask("GET", "/hello", "") == 200);
  CHECK(ask("GET", "/hello", "x") == 413);
  CHECK(ask("POST", "/locked", "") == 401);
  CHECK(ask("GET", "/nowhere", "") == 404);
  CHECK(ask("GET", "/named//x", "") == 404);
  CHECK(ask("GET", "/events", "") == 406);
}

}  // namespace phien::net::test
