// What a server must not guess about: each line is sent raw, must end as said, and leave the server serving others.
#include <array>
#include <vector>

#include "tests/unit/net/support.hpp"

namespace phien::net::test {
namespace {

enum class Then { closed, kept };
struct Case {
  std::string name;
  std::string bytes;
  int status;  // 0: no answer at all
  Then then = Then::closed;
};

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}
const std::string kSmuggled = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

std::vector<Case> request_lines() {
  return {
      {"two words", "GET /hello\r\nHost: h\r\n\r\n", 400},
      {"one word", "GET\r\n\r\n", 400},
      {"HTTP/0.9", "GET /hello\r\n\r\n", 400},
      {"HTTP/2 in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET /hello HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"HTTP/2.0", "GET /hello HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"lower-case http", "GET /hello http/1.1\r\nHost: h\r\n\r\n", 505},
      {"a version of three digits", "GET /hello HTTP/1.10\r\nHost: h\r\n\r\n", 505},
      {"an empty method", " /hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a method with a colon", "GE:T /hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"two spaces", "GET  /hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a space in the target", "GET /hel lo HTTP/1.1\r\nHost: h\r\n\r\n", 505},
      {"a tab for a space", "GET\t/hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a space after the version", "GET /hello HTTP/1.1 \r\nHost: h\r\n\r\n", 505},
      {"a leading empty line", "\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"bare line feeds", "GET /hello HTTP/1.1\nHost: h\n\n", 505},
      {"a bare carriage return", "GET /hello HTTP/1.1\rHost: h\r\n\r\n", 505},
      {"binary garbage", std::string("\x00\xff\xfe\x01\x02\x03 garbage\r\n\r\n", 18), 400},
      {"a TLS hello on a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"an SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n", 400},
      {"an unknown method", "BREW /hello HTTP/1.1\r\nHost: h\r\n\r\n", 405, Then::kept},
      {"a method in lower case", "get /hello HTTP/1.1\r\nHost: h\r\n\r\n", 405, Then::kept},
  };
}

std::vector<Case> targets() {
  return {
      {"absolute form", "GET http://h/hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"authority form", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"no leading slash", get("hello"), 400},
      {"two leading slashes", get("//hello"), 400},
      {"an empty segment", get("/named//x"), 400},
      {"traversal", get("/named/../hello"), 400},
      {"traversal, encoded", get("/named/%2e%2E/hello"), 400},
      {"traversal at the end", get("/.."), 400},
      {"a dot segment", get("/./hello"), 400},
      {"an encoded slash", get("/named%2Fhello"), 400},
      {"an encoded backslash", get("/named/..%5c..%5c/x"), 400},
      {"a backslash", get("/named\\x"), 400},
      {"an encoded NUL", get("/hello%00"), 400},
      {"an encoded line break", get("/hello%0d%0aX:%20y"), 400},
      {"half an escape", get("/hello%2"), 400},
      {"a wrong escape", get("/hello%zz"), 400},
      {"bytes that are not UTF-8", get("/named/%ff%fe/x"), 400},
      {"overlong UTF-8 of a slash", get("/named/%c0%af/x"), 400},
      {"raw bytes over 127", get("/named/\xe1\xba\xa1/x"), 400},
      {"a fragment", get("/hello#top"), 400},
      {"a repeated name in the query", get("/hello?a=1&a=2"), 400},
      {"a repeated name, encoded", get("/hello?a=1&%61=2"), 400},
      {"a NUL in the query", get("/hello?a=%00"), 400},
      {"a value without a name", get("/hello?=1"), 400},
      {"an unknown path", get("/nowhere"), 404, Then::kept},
      {"traversal encoded twice is only a strange name", get("/%252e%252e/hello"), 404, Then::kept},
      {"a trailing slash is another path", get("/hello/"), 404, Then::kept},
  };
}

std::vector<Case> fields() {
  return {
      {"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400},
      {"an empty Host", "GET /hello HTTP/1.1\r\nHost: \r\n\r\n", 400},
      {"two Hosts", get("/hello", "Host: other\r\n"), 400},
      {"two equal Hosts", get("/hello", "Host: h\r\n"), 400},
      {"a space before the colon", get("/hello", "X-A : b\r\n"), 400},
      {"no colon", get("/hello", "nonsense\r\n"), 400},
      {"an empty name", get("/hello", ": b\r\n"), 400},
      {"a name with a bracket", get("/hello", "X(A): b\r\n"), 400},
      {"a name with a byte over 127", get("/hello", "X\xe1: b\r\n"), 400},
      {"a NUL in a value", get("/hello", std::string("X-A: b\0c\r\n", 10)), 400},
      {"a control character in a value", get("/hello", "X-A: b\x01\r\n"), 400},
      {"a bare carriage return in a value", get("/hello", "X-A: b\rc\r\n"), 400},
      {"a folded line", get("/hello", "X-A: b\r\n c\r\n"), 400},
      {"a folded line with a tab", get("/hello", "X-A: b\r\n\tc\r\n"), 400},
      {"a first field that is folded", "GET /hello HTTP/1.1\r\n Host: h\r\n\r\n", 400},
      {"a head over the limit", get("/hello", "X-A: " + std::string(20'000, 'a') + "\r\n"), 431},
      {"a target over the limit", get("/" + std::string(20'000, 'a')), 431},
      {"a thousand fields",
       [] {
         std::string many;
         for (int i = 0; i < 2000; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
         return get("/hello", many);
       }(),
       431},
      {"two Authorizations", get("/hello", "Authorization: a\r\nAuthorization: b\r\n"), 400},
      {"two Cookies", get("/hello", "Cookie: a=1\r\nCookie: a=2\r\n"), 400},
      {"two Origins", get("/hello", "Origin: http://a\r\nOrigin: http://b\r\n"), 400},
      {"an unknown expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), 417},
      {"a wrong Connection", get("/hello", "Connection: @\r\n"), 400},
      {"Connection: close", get("/hello", "Connection: close\r\n"), 200},
      {"HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", 200},
      {"HTTP/1.0 that wants to stay", "GET /hello HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", 200},
      {"an upgrade is not taken up", get("/hello", "Connection: Upgrade\r\nUpgrade: websocket\r\n"), 200, Then::kept},
  };
}

std::vector<Case> lengths() {
  return {
      {"Transfer-Encoding", post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + kSmuggled), 400},
      {"CL.TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + kSmuggled), 400},
      {"an encoding nobody knows", post("Transfer-Encoding: xchunked\r\n", kSmuggled), 400},
      {"identity", post("Transfer-Encoding: identity\r\nContent-Length: 0\r\n", kSmuggled), 400},
      {"a Transfer-Encoding with a space", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"a folded Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {"a Transfer-Encoding in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"two lengths", post("Content-Length: 0\r\nContent-Length: 33\r\n", kSmuggled), 400},
      {"two equal lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "a"), 400},
      {"a list of different lengths", post("Content-Length: 0, 33\r\n", kSmuggled), 400},
      {"a negative length", post("Content-Length: -1\r\n"), 400},
      {"a length with a sign", post("Content-Length: +1\r\n", "a"), 400},
      {"a length in hex", post("Content-Length: 0x1\r\n", "a"), 400},
      {"a length with a fraction", post("Content-Length: 1.0\r\n", "a"), 400},
      {"an empty length", post("Content-Length:\r\n", "a"), 400},
      {"a length with a space inside", post("Content-Length: 1 1\r\n", "a"), 400},
      {"a length over 64 bits", post("Content-Length: 99999999999999999999999\r\n"), 400},
      {"the largest length", post("Content-Length: 18446744073709551615\r\n"), 413},
      {"a length over the route's limit", post("Content-Length: 4194305\r\n", "a"), 413},
      {"a body where none is wanted", get("/hello", "Content-Length: 31\r\n") + kSmuggled, 413},
      {"a body for an unknown path", "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 31\r\n\r\n" + kSmuggled, 404},
      {"a body the guard does not let in", "POST /locked HTTP/1.1\r\nHost: h\r\nContent-Length: 31\r\n\r\n" + kSmuggled, 401},
      {"a body without a length is a second request", post("", "not a request\r\n\r\n"), 200},
      {"a length of zeros", post("Content-Length: 000\r\n"), 200, Then::kept},
  };
}

void expect_end(Venue& venue, const Case& c) {
  CAPTURE(c.name);
  const int handled_before = venue.handled;
  RawPeer peer(venue);
  peer.send(c.bytes);
  if (c.then == Then::kept) {
    peer.read_answer();
    CHECK_FALSE(peer.ended());
  } else {
    peer.read_to_end();
  }
  CHECK(peer.status() == c.status);
  if (c.status >= 400) CHECK(venue.handled == handled_before);  // nothing smuggled in reached a handler
}

void expect_all(const std::vector<Case>& cases) {
  const std::uint64_t failed_before = failed_tasks();
  Venue venue;
  HttpClient bystander(venue.io.get_executor(), venue.url());
  for (const Case& c : cases) {
    expect_end(venue, c);
    bool served = false;
    const auto task = [&]() -> asio::awaitable<void> {
      std::map<std::string, std::string> none;
      const auto answer = co_await bystander.request("GET", "/hello", {}, none, 5000ms);
      served = answer.ok() && answer->body == "hello";
    };
    venue.finish(task(), "a bystander is served");
    CHECK_MESSAGE(served, c.name);
  }
  CHECK(failed_tasks() == failed_before);
  CHECK(venue.server->counters().failed == 0);
}

}  // namespace

TEST_CASE("malformed request lines are refused and closed") { expect_all(request_lines()); }
TEST_CASE("targets that two readers could take differently are refused") { expect_all(targets()); }
TEST_CASE("malformed and repeated fields are refused") { expect_all(fields()); }
TEST_CASE("requests whose end two readers could see differently are refused and closed") { expect_all(lengths()); }

TEST_CASE("requests cut off anywhere end without an answer and without harm") {
  const std::uint64_t failed_before = failed_tasks();
  Venue venue;
  const std::string whole = post("Content-Length: 10\r\nX-A: b\r\n", "0123456789");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    RawPeer peer(venue);
    peer.send(whole.substr(0, n));
    peer.end_of_writing();
    CHECK(peer.read_to_end().empty());
  }
  CHECK(venue.handled == 0);
  CHECK(failed_tasks() == failed_before);
}

TEST_CASE("a request that comes byte by byte is one request") {
  Venue venue;
  RawPeer peer(venue);
  for (const char c : post("Content-Length: 10\r\nX-A: b\r\n", "0123456789")) {
    peer.send(std::string_view(&c, 1));
    venue.io.restart();
    venue.io.poll();
  }
  CHECK(peer.read_answer().find("\r\n\r\n0123456789") != std::string::npos);
}

}  // namespace phien::net::test
