#include "tests/unit/net/support.hpp"

#include <stdexcept>

namespace phien::net::test {
namespace {

Response text(std::string body) {
  Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

Route route(std::string method, std::string pattern, Handler handler) {
  Route r;
  r.method = std::move(method);
  r.pattern = std::move(pattern);
  r.guard = open_to_all();
  r.handler = std::move(handler);
  return r;
}

void add_routes(Venue& venue) {
  const auto hello = [&venue](Request&) -> asio::awaitable<Response> {
    ++venue.handled;
    co_return text("hello");
  };
  venue.router.add(route("GET", "/hello", hello));

  Route echo = route("POST", "/echo", [&venue](Request& request) -> asio::awaitable<Response> {
    ++venue.handled;
    ++venue.bodies;
    co_return text(request.body);
  });
  echo.max_body = 4 * 1024 * 1024;
  venue.router.add(echo);

  venue.router.add(route("GET", "/named/{who}/x", [](Request& request) -> asio::awaitable<Response> {
    std::string seen = request.params["who"];
    for (const auto& [name, value] : request.query) seen += "|" + name + "=" + value;
    co_return text(seen);
  }));

  Route locked = route("POST", "/locked", hello);
  locked.max_body = 1000;
  locked.guard = [](Request& request) -> std::optional<Response> {
    if (request.header("authorization") == "Bearer good") return std::nullopt;
    return refusal(401, {"no_token", "", {"Chưa đăng nhập.", "Not signed in."}});
  };
  venue.router.add(locked);

  Route broken_guard = route("GET", "/broken-guard", hello);
  broken_guard.guard = [](Request&) -> std::optional<Response> { throw std::runtime_error("secret of the guard"); };
  venue.router.add(broken_guard);
  venue.router.add(route("GET", "/broken", [](Request&) -> asio::awaitable<Response> {
    throw std::runtime_error("secret of the handler");
    co_return Response{};
  }));
  venue.router.add(route("GET", "/split", [](Request&) -> asio::awaitable<Response> {
    Response response = text("x");
    response.headers["X-Name"] = "a\r\nSet-Cookie: stolen";
    co_return response;
  }));
  venue.router.add(route("GET", "/slow", [&venue](Request&) -> asio::awaitable<Response> {
    ++venue.waiting;
    co_await venue.news.wait_beyond(venue.news.version(), 15'000);
    --venue.waiting;
    co_return text("done");
  }));
  venue.router.add(
      route("GET", "/big", [](Request&) -> asio::awaitable<Response> { co_return text(std::string(8'000'000, 'b')); }));

  struct Count {
    explicit Count(int& n) : counted(n) { ++counted; }
    ~Count() { --counted; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    int& counted;
  };
  Route wait = route("GET", "/wait", [&venue](Request&) -> asio::awaitable<Response> {
    const Count here(venue.waiting);
    const bool news = co_await venue.news.wait_beyond(venue.news.version(), 60'000);
    co_return text(news ? "news" : "nothing");
  });
  wait.long_poll = true;
  venue.router.add(wait);

  Route events;
  events.method = "GET";
  events.pattern = "/events";
  events.guard = open_to_all();
  events.stream = [&venue](Request&, EventSink& sink) -> asio::awaitable<void> {
    const Count here(venue.waiting);
    co_await sink.send("hello", "one\ntwo");
    for (std::uint64_t version = venue.news.version();;) {
      const bool news = co_await venue.news.wait_beyond(version, 60'000);
      if (!news) co_return;
      version = venue.news.version();
      const std::string data = std::to_string(version);
      co_await sink.send("news", data);
    }
  };
  venue.router.add(events);
}

}  // namespace

Venue::Venue(Limits limits, std::shared_ptr<asio::ssl::context> tls) : secure(tls != nullptr) {
  add_routes(*this);
  server = std::make_unique<HttpServer>(io.get_executor(), router, limits);
  const Result<unsigned short> bound = server->listen("127.0.0.1", 0, std::move(tls));
  REQUIRE(bound.ok());
  port = *bound;
}

Venue::~Venue() {
  server.reset();
  io.restart();
  io.run_for(1s);  // lets what was cut unwind
}

void Venue::run_until(const std::function<bool()>& holds, const char* what) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) FAIL("waited in vain: " << what);
    io.restart();
    io.run_one_for(50ms);
  }
}

void Venue::finish(asio::awaitable<void> task, const char* what) {
  bool done = false;
  const auto whole = [](asio::awaitable<void> inner, bool& flag) -> asio::awaitable<void> {
    co_await std::move(inner);
    flag = true;
  };
  spawn(io.get_executor(), whole(std::move(task), done), what);
  run_until([&] { return done; }, what);
}

std::string Venue::url() const { return (secure ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port); }

Result<Response> Venue::ask(const std::string& method, const std::string& target, std::string body, ClientOptions options) {
  HttpClient client(io.get_executor(), url(), std::move(options));
  std::optional<Result<Response>> answer;
  const auto task = [&]() -> asio::awaitable<void> {
    std::map<std::string, std::string> headers;
    Result<Response> got = co_await client.request(method, target, std::move(body), headers, 0ms);
    answer.emplace(std::move(got));
  };
  finish(task(), "an answer");
  return std::move(*answer);
}

RawPeer::RawPeer(Venue& venue) : venue_(venue), socket_(venue.io) {
  socket_.connect({asio::ip::make_address("127.0.0.1"), venue.port});
  read_on();
}

void RawPeer::read_on() {
  socket_.async_read_some(asio::buffer(chunk_), [this, alive = std::weak_ptr<bool>(alive_)](const Error& error, std::size_t n) {
    if (alive.expired()) return;
    got_.append(chunk_, n);
    if (error)
      ended_ = true;
    else
      read_on();
  });
}

void RawPeer::send(std::string_view bytes) {
  Error ignored;  // the server may have closed already: what it answered is what counts
  asio::write(socket_, asio::buffer(bytes), ignored);
}

void RawPeer::end_of_writing() {
  Error ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void RawPeer::close() { socket_.close(); }

const std::string& RawPeer::read_until(const std::function<bool(const std::string&)>& enough, const char* what) {
  venue_.run_until([&] { return ended_ || enough(got_); }, what);
  return got_;
}

const std::string& RawPeer::read_to_end() {
  return read_until([](const std::string&) { return false; }, "the server closes");
}

const std::string& RawPeer::read_answer() {
  return read_until(
      [](const std::string& got) {
        const std::size_t head_end = got.find("\r\n\r\n");
        const std::size_t length = got.find("Content-Length: ");
        if (head_end == std::string::npos || length == std::string::npos) return false;
        return got.size() >= head_end + 4 + std::stoul(got.substr(length + 16));
      },
      "an answer");
}

int RawPeer::status() const { return got_.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(got_.substr(9, 3)) : 0; }

}  // namespace phien::net::test
