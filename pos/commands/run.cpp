// run: the sync agent and the local API, until told to stop.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include "db/sqlite/sqlite_store.hpp"
#include "pos/agent/agent.hpp"
#include "pos/agent/move.hpp"
#include "pos/api/local_api.hpp"
#include "pos/commands/context.hpp"
#include "pos/commands/listening.hpp"
#include "pos/commands/opening.hpp"
#include "pos/devices/battery.hpp"
#include "pos/devices/printer.hpp"
#include "pos/devices/report.hpp"
#include "pos/web/assets.hpp"
#include "shared/net/callback.hpp"
#include "shared/net/run.hpp"

namespace phien::commands {

namespace {

namespace asio = boost::asio;

constexpr unsigned short kPort = 8090;
constexpr std::chrono::milliseconds kStorePatience{10'000}, kStorePause{50};

// A command that has just the store open is waited for; another running program is not.
std::unique_ptr<db::JournalStore> open_store(const home::Home& home) {
  const auto end = std::chrono::steady_clock::now() + kStorePatience;
  for (;;) {
    try {
      return db::open_sqlite(home.store_path());
    } catch (const db::StoreBusy&) {
      const auto running = home.running();
      const bool alive = running && running->pid > 0 && ::access(("/proc/" + std::to_string(running->pid)).c_str(), F_OK) == 0;
      if (alive || std::chrono::steady_clock::now() >= end) throw;
      std::this_thread::sleep_for(kStorePause);
    }
  }
}

Failure damaged(const home::Home& home, const std::string& what) {
  return {
      Exit::store,
      {"store_damaged",
       home.store_path(),
       {"TỆP DỮ LIỆU HỎNG, máy không bán tiếp trên tệp này. Xin ban tổ chức một mã rồi chạy: phien-pos enrol LIÊN-KẾT (" + what +
            ")",
        "THE DATA FILE IS DAMAGED and is not used. Ask the organizer for a code and run: phien-pos enrol LINK (" + what + ")"}}};
}

void require_sound(const home::Home& home, const db::JournalStore& store) {
  const auto damage = store.check();
  if (!damage.empty()) throw damaged(home, damage.front());
}

std::unique_ptr<db::JournalStore> open_sound(const home::Home& home) {
  try {
    auto store = open_store(home);
    require_sound(home, *store);
    return store;
  } catch (const db::StoreFull&) {
    throw;
  } catch (const db::StoreFailed& e) {
    throw damaged(home, e.what());
  }
}

struct Running {
  asio::io_context io{1};
  net::HttpServer* server = nullptr;
  net::HttpServer* phones = nullptr;
  agent::Agent* agent = nullptr;
  devices::Printer* printer = nullptr;
};

// While it runs too: pages go bad without a word. On a thread of its own, beside the loop that sells.
asio::awaitable<void> check_now_and_then(const db::JournalStore& store, std::int64_t every, asio::thread_pool& worker,
                                         std::string& damage) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    const bool waited = co_await net::sleep_for(every);
    if (!waited) co_return;
    std::vector<std::string> found;
    std::function<void(net::Callback)> start = [&](net::Callback done) {
      asio::post(worker, [&store, &found, done] {
        found = store.check();
        done(nullptr);
      });
    };
    auto checked = net::wait_for_callback(executor, std::move(start));
    co_await std::move(checked);
    if (found.empty()) continue;
    damage = found.front();
    spdlog::critical("the store is damaged: {}", damage);
    std::raise(SIGTERM);  // the way every stop goes
    co_return;
  }
}

asio::awaitable<void> stop(Running& running) {
  running.printer->stop();
  co_await running.server->stop();
  co_await running.phones->stop();
  co_await running.agent->stop();
  running.io.stop();
}

struct RunOptions {
  unsigned short port = kPort;
  std::int64_t check_every = 1'800;
  std::string power = devices::kPowerSupplies;
  std::string listen;  // for phones; "": none
};

// What a person types to run this very till with a door for phones.
std::string command_for_phones(const Context& context, unsigned short port, const std::string& listen) {
  const auto quoted = [](const std::string& word) {
    return word.find_first_of(" '\"$\\") == std::string::npos ? word : "\"" + word + "\"";
  };
  std::string command = "phien-pos --data " + quoted(std::filesystem::absolute(context.data).string()) + " run";
  if (port != kPort) command += " --port " + std::to_string(port);
  return command + " --listen " + (listen.empty() ? "0.0.0.0" : listen);
}

int run(const Context& context, const RunOptions& asked) {
  const home::Home home(context.data);
  const home::Keys keys = enrolled_keys(home);
  const auto clock = context.clock();
  const auto store = open_sound(home);
  const auto till = open_till(*store, *clock, home, keys);

  Running running;
  const auto executor = running.io.get_executor();
  agent::Agent agent(executor, *till, keys, *clock);
  agent.tell([&] { return devices::report(*till, home.path(), asked.power); });
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
  api.battery = [&asked] {
    const auto battery = devices::read_battery(asked.power);
    return battery ? json{{"charging", battery->charging}, {"percent", battery->percent}} : json();
  };
  api.find_server = [&](std::string address) { return agent::move_to(executor, home, *till, std::move(address), *clock); };
  // Phones come over a listener of their own: whatever they do to it, the till's page is not shut out.
  net::HttpServer phones(executor, api.phone_router(), kPhoneLimits);
  running.server = &server;
  running.phones = &phones;
  running.agent = &agent;
  running.printer = &printer;

  const auto bound = server.listen("127.0.0.1", asked.port);
  if (!bound) throw Failure{Exit::network, bound.problem()};
  api.access().set_port(*bound);
  std::optional<PhonePlace> place;
  if (!asked.listen.empty()) {
    place = phone_place(asked.listen);
    listen_for_phones(phones, api.phones(), home, keys.current, *clock, *place);
    if (const auto& why = api.phones().why_not) spdlog::warn("no phones for now: {}: {}", why->code, why->what.en);
  }
  api.command = command_for_phones(context, *bound, asked.listen);
  home.announce({*bound, ::getpid()});
  const std::string link = api.access().new_link();
  context.say(
      {"Máy " + keys.current.terminal + " sẵn sàng: " + link, "Terminal " + keys.current.terminal + " is ready: " + link});
  for (const auto& url : api.phones().urls())
    context.say({"Điện thoại ghép ở mục “Điện thoại”, tới: " + url, "Phones are paired under “Phones” and come to: " + url});
  if (context.json_output)
    std::printf("%s\n", json{{"link", link},
                             {"phones", api.phones().urls()},
                             {"pid", ::getpid()},
                             {"port", *bound},
                             {"terminal", keys.current.terminal}}
                            .dump()
                            .c_str());
  std::fflush(stdout);

  net::on_stop_signal(running.io, [&] { net::spawn(executor, stop(running), "stopping"); });
  agent.start();
  printer.start();
  std::string damage;
  asio::thread_pool worker{1};
  net::spawn(executor, check_now_and_then(*store, asked.check_every * 1'000, worker, damage), "check");
  net::spawn(executor, devices::tell_of_low_battery(*till, asked.power), "battery");
  if (place)
    net::spawn(executor, listen_when_possible(phones, api.phones(), home, keys.current, *clock, *place), "opening for phones");
  running.io.run();
  worker.join();
  home.retract();
  if (!damage.empty()) throw damaged(home, damage);
  return 0;
}

}  // namespace

void add_run_command(CLI::App& app, Context& context) {
  auto asked = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand("run", "Chạy máy bán hàng / run this till");
  command->add_option("--port", asked->port, "Cổng trên máy này / local port; 0: any")->capture_default_str();
  command
      ->add_option("--listen", asked->listen,
                   "Mở cho điện thoại của gian qua Wi-Fi (TLS), ghép bằng mã QR và PIN / open to the booth's phones over Wi-Fi "
                   "(TLS), paired by QR code and PIN")
      ->type_name("ADDRESS[:PORT]");
  command
      ->add_option("--check-every", asked->check_every,
                   "Kiểm tra tệp dữ liệu mỗi bấy nhiêu giây / check the file so often, seconds")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  command->add_option("--power", asked->power, "Nơi đọc mức pin / where the battery is read")->capture_default_str();
  command->callback([&context, asked] { context.run = [&context, asked] { return run(context, *asked); }; });
}

}  // namespace phien::commands
