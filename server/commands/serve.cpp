// The server itself: two listeners, one io thread, until a signal.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include "server/api/route.hpp"
#include "server/commands/context.hpp"
#include "server/files.hpp"

namespace phien::server {
namespace {

constexpr std::int64_t kWitnessEvery = 60'000;  // ms
constexpr const char* kLoopback = "127.0.0.1";

struct Options {
  unsigned short port = 8080, tls_port = 8443;
  std::string tls_address = "0.0.0.0";
};

// Every waiting terminal is a descriptor: as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

asio::awaitable<void> witness_now_and_then(House& house, net::Announcement& stopping) {
  for (;;) {
    const bool stopped = co_await stopping.wait_beyond(1, kWitnessEvery);
    if (stopped) co_return;
    co_await house.witness();
  }
}

asio::awaitable<void> stop(House& house, net::HttpServer& server, net::Announcement& stopping) {
  spdlog::info("stopping");
  stopping.announce();
  co_await server.stop();
  co_await house.witness();
}

unsigned short need_port(Result<unsigned short> bound) {
  if (!bound) throw Failure{Exit::network, bound.problem()};
  return *bound;
}

int serve(const Context& context, const Options& options) {
  raise_descriptor_limit();
  asio::io_context io(1);
  auto opened = House::open(io.get_executor(), context.paths, context.clock());
  if (!opened) throw Failure{Exit::refused, opened.problem()};
  House& house = **opened;
  net::Router router;
  api::add_all_routes(router, house);
  net::HttpServer server(io.get_executor(), router);
  house.counters = [&server] { return server.counters(); };
  const unsigned short port = need_port(server.listen(kLoopback, options.port));
  const unsigned short tls_port =
      need_port(server.listen(options.tls_address, options.tls_port, net::tls_server_context(house.keys().tls)));
  house.tls_address = options.tls_address;
  house.tls_port = tls_port;
  const nlohmann::json state{{"port", port}, {"tls_port", tls_port}, {"pid", ::getpid()}};
  if (auto written = write_private(context.paths.running(), state.dump() + "\n"); !written)
    throw Failure{Exit::store, written.problem()};

  net::Announcement stopping(io.get_executor());
  net::spawn(io.get_executor(), witness_now_and_then(house, stopping), "witness");
  net::on_stop_signal(io, [&] { net::spawn(io.get_executor(), stop(house, server, stopping), "stop"); });
  spdlog::info("{} incarnation {}: http://{}:{}, https://{}:{}", house.keys().fair, house.keys().incarnation, kLoopback, port,
               options.tls_address, tls_port);
  io.run();
  std::remove(context.paths.running().c_str());
  spdlog::info("stopped");
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("serve", "Chạy máy chủ / run the server");
  auto options = std::make_shared<Options>();
  command->add_option("--port", options->port, "Cổng HTTP trên máy này / HTTP port on this machine")->capture_default_str();
  command->add_option("--tls-port", options->tls_port, "Cổng HTTPS cho các máy bán / HTTPS port for the terminals")
      ->capture_default_str();
  command->add_option("--tls-address", options->tls_address, "Địa chỉ HTTPS / HTTPS address")->capture_default_str();
  command->callback([&context, options] { context.run = [&context, options] { return serve(context, *options); }; });
}

}  // namespace phien::server
