// The server itself: two listeners, one io thread, until a signal.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include "server/alerts/watch.hpp"
#include "server/api/pages.hpp"
#include "server/api/route.hpp"
#include "server/commands/context.hpp"
#include "server/commands/listening.hpp"
#include "server/files.hpp"
#include "server/notices/inbox.hpp"
#include "server/upstream/forwarder.hpp"
#include "server/web/assets.hpp"

namespace phien::server {
namespace {

constexpr std::int64_t kWitnessEvery = 60'000;      // ms
constexpr std::uintmax_t kLongToCheck = 256 << 20;  // bytes: some seconds

Failure damaged(const Context& context, const std::string& what) {
  return {Exit::store,
          {"store_damaged",
           context.paths.store(),
           {"TỆP DỮ LIỆU HỎNG, máy chủ không chạy tiếp. Hãy chạy: phien-server recover --kit … (" + what + ")",
            "THE DATA FILE IS DAMAGED, the server does not go on. Run: phien-server recover --kit … (" + what + ")"}}};
}

void say_if_it_takes_long(const Context& context) {
  std::error_code none_yet;
  const std::uintmax_t bytes = std::filesystem::file_size(context.paths.store(), none_yet);
  if (none_yet || bytes < kLongToCheck) return;
  const std::string megabytes = std::to_string(bytes >> 20);
  context.say({"Đang kiểm tra tệp dữ liệu (" + megabytes + " MiB), xin chờ.",
               "Checking the data file (" + megabytes + " MiB), please wait."});
  std::fflush(stdout);
}

// Opened and looked through: nothing is served from a damaged file.
std::unique_ptr<House> open_sound(const Context& context, asio::io_context& io) {
  const Progress progress = context.progress({"Mở và kiểm tra tệp dữ liệu", "Opening and checking the data file"});
  say_if_it_takes_long(context);
  try {
    auto opened = House::open(io.get_executor(), context.paths, context.clock(), progress);
    if (!opened && opened.problem().code != "wrong_store") throw Failure{Exit::refused, opened.problem()};
    if (!opened) throw damaged(context, opened.problem().what.en);
    const std::vector<std::string> damage = (*opened)->store().check(progress);
    if (!damage.empty()) throw damaged(context, damage.front());
    return std::move(*opened);
  } catch (const Failure&) {
    throw;
  } catch (const db::StoreBusy&) {
    throw;
  } catch (const db::StoreTooNew&) {
    throw;
  } catch (const std::exception& e) {
    throw damaged(context, e.what());
  }
}

// While it runs too: pages go bad without a word.
asio::awaitable<void> check_now_and_then(House& house, std::int64_t every, net::Announcement& stopping, std::string& damage) {
  for (;;) {
    const bool stopped = co_await stopping.wait_beyond(1, every);
    if (stopped) co_return;
    std::vector<std::string> found;
    const std::function<void()> checking = [&house, &found] { found = house.store().check(); };
    co_await house.aside(checking);
    if (found.empty()) continue;
    damage = found.front();
    spdlog::critical("the store is damaged: {}", damage);
    std::raise(SIGTERM);  // the way every stop goes
    co_return;
  }
}

struct ServeOptions {
  Listening where;
  std::string upstream;
  std::int64_t check_every = 1'800;  // seconds
  bool alerts_to_this_machine = false;
};

asio::awaitable<void> witness_now_and_then(House& house, net::Announcement& stopping) {
  for (;;) {
    const bool stopped = co_await stopping.wait_beyond(1, kWitnessEvery);
    if (stopped) co_return;
    co_await house.witness();
  }
}

asio::awaitable<void> stop(House& house, net::HttpServer& server, Forwarder* forwarder, net::Announcement& stopping) {
  spdlog::info("stopping");
  stopping.announce();
  house.close();
  co_await server.stop();
  co_await house.witness();
  if (forwarder) co_await forwarder->stop();
}

// The hub's link as it was given, or as it was the last time: a server that is started anew goes on forwarding.
std::optional<HubLink> hub_link(const House& house, const std::string& given) {
  const std::string path = house.paths().directory + "/upstream.link";
  const auto kept = read_file(path);
  if (given.empty() && !kept) return std::nullopt;
  const std::string text = given.empty() ? kept->substr(0, kept->find('\n')) : given;
  auto link = parse_hub_link(text);
  if (!link) throw Failure{Exit::usage, link.problem()};
  if (!given.empty())
    if (const auto written = write_private(path, text + "\n"); !written) throw Failure{Exit::store, written.problem()};
  return std::move(*link);
}

asio::awaitable<void> end_setup(asio::io_context& io, net::HttpServer& server) {
  co_await server.stop();  // the last answer still goes out
  io.stop();
}

// A page on this machine alone, until a fair is made and its kit kept. The port it had, for the server that follows; nothing when
// it was told to stop.
std::optional<unsigned short> first_run(const Context& context, const ServeOptions& options) {
  asio::io_context io(1);
  FirstRun run(context.paths, context.clock());
  net::Router router;
  net::HttpServer server(io.get_executor(), router);
  const auto end = [&] { net::spawn(io.get_executor(), end_setup(io, server), "end of the first run"); };
  api::add_setup_routes(router, &run, end);
  api::add_page_routes(router, web::organizer_pages());
  const unsigned short port = listen_here(server, options.where.port);
  net::on_stop_signal(io, end);
  const std::string link = "http://127.0.0.1:" + std::to_string(port) + "/#setup=" + run.code();
  if (context.json)
    std::printf("%s\n", nlohmann::json{{"setup", link}}.dump().c_str());
  else
    context.say({"Mở liên kết này trên máy này để bắt đầu (một lần):\n" + link,
                 "Open this link on this machine to begin (once):\n" + link});
  std::fflush(stdout);
  io.run();
  return run.step() == FirstRun::Step::done ? std::optional(port) : std::nullopt;
}

int serve(const Context& context, ServeOptions options) {
  raise_descriptor_limit();
  if (FirstRun::needed(context.paths)) {
    const auto port = first_run(context, options);
    if (!port) return 0;
    options.where.port = *port;
  }
  asio::io_context io(1);
  const auto opened = open_sound(context, io);
  House& house = *opened;
  net::Router router;
  api::add_all_routes(router, house);
  api::add_page_routes(router, web::organizer_pages());
  net::HttpServer server(io.get_executor(), router);
  house.counters = [&server] { return server.counters(); };
  const Ports ports = listen(server, options.where, house.keys().tls);
  house.port = ports.plain;
  house.tls_address = options.where.tls_address;
  house.tls_port = ports.tls;
  house.alerts_to_this_machine = options.alerts_to_this_machine;
  announce(context.paths, ports);
  std::unique_ptr<Forwarder> forwarder;
  if (auto link = hub_link(house, options.upstream)) {
    forwarder = std::make_unique<Forwarder>(io.get_executor(), house, std::move(*link));
    house.upstream = [&forwarder] { return forwarder->status(); };
    forwarder->start();
  }

  net::Announcement stopping(io.get_executor());
  net::spawn(io.get_executor(), witness_now_and_then(house, stopping), "witness");
  Watch watch(house);
  house.alerts = [&watch] { return watch.shown(); };
  net::spawn(io.get_executor(), watch.look_until(stopping), "alerts");
  net::spawn(io.get_executor(), watch.send_until(stopping), "sending of alerts");
  net::spawn(io.get_executor(), match_waiting(house, stopping), "bank notices that wait");
  std::string damage;
  net::spawn(io.get_executor(), check_now_and_then(house, options.check_every * 1'000, stopping, damage), "check");
  net::on_stop_signal(io, [&] { net::spawn(io.get_executor(), stop(house, server, forwarder.get(), stopping), "stop"); });
  spdlog::info("{} incarnation {}: http://127.0.0.1:{}, https://{}:{}", house.keys().fair, house.keys().incarnation, ports.plain,
               options.where.tls_address, ports.tls);
  io.run();
  std::remove(context.paths.running().c_str());
  if (!damage.empty()) throw damaged(context, damage);
  spdlog::info("stopped");
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("serve", "Chạy máy chủ / run the server");
  auto options = std::make_shared<ServeOptions>();
  add_listening_options(*command, options->where);
  command
      ->add_option("--check-every", options->check_every,
                   "Kiểm tra tệp dữ liệu mỗi bấy nhiêu giây / check the file so often, seconds")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  command->add_option("--upstream", options->upstream, "Liên kết của máy chủ trên / link of the hub above");
  command->add_flag("--alerts-to-this-machine", options->alerts_to_this_machine,
                    "Cho gửi cảnh báo đến dịch vụ trên chính máy này / alerts may go to a service on this machine");
  command->callback([&context, options] { context.run = [&context, options] { return serve(context, *options); }; });
}

}  // namespace phien::server
