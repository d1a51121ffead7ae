#include <csignal>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/post.hpp>

#include "shared/net/target.hpp"
#include "tests/unit/net/support.hpp"

namespace phien::net::test {

TEST_CASE("spawn logs and counts what a task throws; being cancelled is no failure") {
  asio::io_context io;
  const std::uint64_t before = failed_tasks();
  const auto throws = []() -> asio::awaitable<void> {
    throw std::runtime_error("on purpose");
    co_return;
  };
  spawn(io.get_executor(), throws(), "throws");
  const auto cancel = std::make_shared<asio::cancellation_signal>();
  bool slept_whole = true;
  const auto sleeps = [&]() -> asio::awaitable<void> {
    slept_whole = co_await sleep_for(60'000);
    co_await sleep_for(60'000);  // never begins: the task is cancelled
    slept_whole = true;
  };
  spawn(io.get_executor(), sleeps(), "sleeps", cancel);
  io.poll();
  cancel->emit(asio::cancellation_type::terminal);  // from outside the context, so it arrives later
  cancel->emit(asio::cancellation_type::terminal);
  io.restart();
  io.run_one_for(5s);
  cancel->emit(asio::cancellation_type::terminal);  // at any moment up to the end and after it
  io.run_for(5s);
  cancel->emit(asio::cancellation_type::terminal);
  io.restart();
  io.run_for(5s);
  CHECK(io.stopped());
  CHECK_FALSE(slept_whole);
  CHECK(failed_tasks() == before + 1);
}

TEST_CASE("run_to_end gives back what the task throws, and leaves other work behind") {
  bool ran = false;
  run_to_end([&](asio::any_io_executor executor) -> asio::awaitable<void> {
    spawn(
        executor, []() -> asio::awaitable<void> { co_await sleep_for(3'600'000); }(), "left behind");
    const bool whole = co_await sleep_for(1);
    ran = whole;
  });
  CHECK(ran);
  CHECK_THROWS_WITH(run_to_end([](asio::any_io_executor) -> asio::awaitable<void> {
                      throw std::runtime_error("told");
                      co_return;
                    }),
                    "told");
}

TEST_CASE("an announcement wakes all who wait for it, and only those") {
  asio::io_context io;
  auto news = std::make_unique<Announcement>(io.get_executor());
  CHECK(news->version() == 1);
  int woken = 0, timed_out = 0;
  const auto wait = [&](std::uint64_t beyond, std::int64_t ms) -> asio::awaitable<void> {
    const bool there = co_await news->wait_beyond(beyond, ms);
    ++(there ? woken : timed_out);
  };
  for (int i = 0; i < 100; ++i) spawn(io.get_executor(), wait(1, 60'000), "waits");
  spawn(io.get_executor(), wait(2, 60'000), "waits for the one after");
  spawn(io.get_executor(), wait(1, 0), "does not wait");
  spawn(io.get_executor(), wait(0, 60'000), "is late");
  io.poll();
  CHECK(woken == 1);
  io.run_one_for(1s);
  io.poll();
  CHECK(timed_out == 1);
  news->announce();
  io.restart();
  io.poll();
  CHECK(woken == 101);
  news->announce();
  news.reset();  // what was announced still arrives
  io.restart();
  io.poll();
  CHECK(woken == 102);
}

TEST_CASE("the first stop signal stops, and then the context may run out of work") {
  asio::io_context io;
  int stops = 0;
  on_stop_signal(io, [&] { ++stops; });
  asio::post(io, [] { std::raise(SIGTERM); });
  io.run_for(5s);
  CHECK(stops == 1);
  CHECK(io.stopped());
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

TEST_CASE("a second stop signal ends the process at once with 130") {
  const pid_t child = ::fork();
  if (child == 0) {
    asio::io_context io;
    on_stop_signal(io, [] { std::raise(SIGINT); });
    asio::post(io, [] { std::raise(SIGTERM); });
    io.run_for(10s);
    ::_exit(1);  // the second one did not end it
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("targets: what is accepted, and how it reads") {
  std::string path;
  std::map<std::string, std::string> query;
  CHECK(parse_target("/", path, query));
  CHECK(path == "/");
  CHECK(parse_target("/a%20b/%C4%91/?q=%C4%90+%25&empty=&flag", path, query));
  CHECK(path == "/a b/đ/");
  CHECK(query == std::map<std::string, std::string>{{"q", "Đ %"}, {"empty", ""}, {"flag", ""}});
  query.clear();
  std::string many = "/?";
  for (std::size_t i = 0; i < kMaxQueryNames; ++i) many += "n" + std::to_string(i) + "&";
  CHECK(parse_target(many, path, query));
  query.clear();
  CHECK_FALSE(parse_target(many + "one=more", path, query));
}

TEST_CASE("headers: found by name, joined when repeated, cookies taken apart") {
  Request request;
  request.headers.add("accept", "a");
  request.headers.add("x", "");
  request.headers.add("cookie", "phien=1; session=abc=; other=2");
  request.headers.add("accept", "b");
  CHECK(request.header("accept") == "a, b");
  CHECK(request.headers.has("x"));
  CHECK(request.header("x").empty());
  CHECK_FALSE(request.headers.has("a"));  // a value is not a name
  CHECK(request.header("abc").empty());
  CHECK(request.cookie("session") == "abc=");
  CHECK(request.cookie("phien") == "1");
  CHECK(request.cookie("sess").empty());
}

}  // namespace phien::net::test
