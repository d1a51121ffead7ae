// run: the sync agent and the local API, until told to stop.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "db/sqlite/sqlite_store.hpp"
#include "pos/agent/agent.hpp"
#include "pos/agent/move.hpp"
#include "pos/api/local_api.hpp"
#include "pos/commands/context.hpp"
#include "pos/commands/opening.hpp"
#include "pos/devices/printer.hpp"
#include "pos/web/assets.hpp"
#include "shared/net/run.hpp"

namespace phien::commands {

namespace {

namespace asio = boost::asio;

constexpr unsigned short kPort = 8090;
constexpr std::chrono::milliseconds kPatience{10'000}, kPause{50};

// A command that has just the store open is waited for; another running program is not.
std::unique_ptr<db::JournalStore> open_store(const home::Home& home) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    try {
      return db::open_sqlite(home.store_path());
    } catch (const db::StoreBusy&) {
      const auto running = home.running();
      const bool alive = running && running->pid > 0 && ::access(("/proc/" + std::to_string(running->pid)).c_str(), F_OK) == 0;
      if (alive || std::chrono::steady_clock::now() >= end) throw;
      std::this_thread::sleep_for(kPause);
    }
  }
}

struct Running {
  asio::io_context io{1};
  net::HttpServer* server = nullptr;
  agent::Agent* agent = nullptr;
  devices::Printer* printer = nullptr;
};

asio::awaitable<void> stop(Running& running) {
  running.printer->stop();
  co_await running.server->stop();
  co_await running.agent->stop();
  running.io.stop();
}

int run(const Context& context, unsigned short port) {
  const home::Home home(context.data);
  const home::Keys keys = enrolled_keys(home);
  const auto clock = context.clock();
  const auto store = open_store(home);
  const auto till = open_till(*store, *clock, home, keys);

  Running running;
  const auto executor = running.io.get_executor();
  agent::Agent agent(executor, *till, keys, *clock);
  devices::Printer printer(executor, *till);
  till->on_commit([&agent, &printer] {
    agent.poke();
    printer.poke();
  });
  api::LocalApi api(*till, keys.server, home.local_token(), &agent, web::till_assets());
  api.access().keep_sessions(home.sessions(), [&home](const std::vector<std::string>& digests) {
    try {
      home.save_sessions(digests);
    } catch (const std::exception& e) {
      spdlog::warn("the session will not outlive this program: {}", e.what());
    }
  });
  net::HttpServer server(executor, api.router());
  api.counters = [&server] { return server.counters(); };
  api.find_server = [&](std::string address) { return agent::move_to(executor, home, *till, std::move(address), *clock); };
  running.server = &server;
  running.agent = &agent;
  running.printer = &printer;

  const auto bound = server.listen("127.0.0.1", port);
  if (!bound) throw Failure{Exit::network, bound.problem()};
  api.access().set_port(*bound);
  home.announce({*bound, ::getpid()});
  const std::string link = api.access().new_link();
  context.say(
      {"Máy " + keys.current.terminal + " sẵn sàng: " + link, "Terminal " + keys.current.terminal + " is ready: " + link});
  if (context.json_output)
    std::printf("%s\n",
                json{{"link", link}, {"pid", ::getpid()}, {"port", *bound}, {"terminal", keys.current.terminal}}.dump().c_str());
  std::fflush(stdout);

  net::on_stop_signal(running.io, [&] { net::spawn(executor, stop(running), "stopping"); });
  agent.start();
  printer.start();
  running.io.run();
  home.retract();
  return 0;
}

}  // namespace

void add_run_command(CLI::App& app, Context& context) {
  auto port = std::make_shared<unsigned short>(kPort);
  auto* command = app.add_subcommand("run", "Chạy máy bán hàng / run this till");
  command->add_option("--port", *port, "Cổng trên máy này / local port; 0: any")->capture_default_str();
  command->callback([&context, port] { context.run = [&context, port] { return run(context, *port); }; });
}

}  // namespace phien::commands
