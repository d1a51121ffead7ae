// The hub: a server that holds copies of many fairs and writes no journal.
#include <unistd.h>

#include <cstdio>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>

#include "server/commands/context.hpp"
#include "server/commands/listening.hpp"
#include "server/commands/table.hpp"
#include "server/files.hpp"
#include "server/hub/hub.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

asio::awaitable<void> stop(net::HttpServer& server) { co_await server.stop(); }

int serve_hub(const Context& context, const Listening& where) {
  raise_descriptor_limit();
  asio::io_context io(1);
  auto opened = Hub::open(io.get_executor(), HubPaths{context.paths.directory}, context.clock());
  if (!opened) throw Failure{Exit::refused, opened.problem()};
  Hub& hub = **opened;
  net::HttpServer server(io.get_executor(), hub.router());
  const Ports ports = listen(server, where, hub.tls());
  hub.tls_address = where.tls_address;
  hub.tls_port = ports.tls;
  announce(context.paths, ports);
  net::on_stop_signal(io, [&] { net::spawn(io.get_executor(), stop(server), "stop"); });
  spdlog::info("hub: http://127.0.0.1:{}, {}", ports.plain, hub.link(""));
  io.run();
  std::remove(context.paths.running().c_str());
  return 0;
}

int init_hub(const Context& context) {
  const auto made = Hub::create(HubPaths{context.paths.directory});
  if (!made) throw Failure{Exit::refused, made.problem()};
  context.say(
      {"Đã lập máy chủ trên ở " + context.paths.directory + ".", "The hub is set up in " + context.paths.directory + "."});
  return 0;
}

int enrol_fair(const Context& context) {
  const json answer = Caller(context).call_json("POST", "/api/v1/codes", json::object());
  if (context.json) std::printf("%s\n", answer.dump().c_str());
  const std::string link = answer["link"], until = local_minute(answer["expires_at"].get<Milliseconds>());
  if (!context.json)
    context.say({"Ở máy chủ của phiên (đến " + until + "):\n  phien-server serve --upstream '" + link + "'",
                 "At the fair's server (until " + until + "):\n  phien-server serve --upstream '" + link + "'"});
  return 0;
}

int list_fairs(const Context& context) {
  const json answer = Caller(context).call_json("GET", "/api/v1/fairs");
  if (context.json) {
    std::printf("%s\n", answer.dump().c_str());
    return 0;
  }
  print_table(answer["rows"],
              {{"name", {"Phiên (--fair)", "Fair (--fair)"}},
               {"title", {"Tên", "Title"}},
               {"journals", {"Nhật ký", "Journals"}, Column::Type::count},
               {"entries", {"Mục", "Entries"}, Column::Type::count},
               {"last_contact", {"Liên lạc lần cuối", "Last contact"}, Column::Type::time}},
              context.lang, stdout);
  return 0;
}

}  // namespace

void add_hub_commands(CLI::App& app, Context& context) {
  auto* hub = app.add_subcommand("hub", "Máy chủ trên, giữ nhiều phiên / a hub of many fairs");
  hub->require_subcommand(1);
  hub->fallthrough();
  hub->add_subcommand("init", "Lập mới / set up")->callback([&context] {
    context.run = [&context] { return init_hub(context); };
  });
  hub->add_subcommand("enrol", "Mã cho một phiên / a code for a fair")->callback([&context] {
    context.run = [&context] { return enrol_fair(context); };
  });
  hub->add_subcommand("fairs", "Các phiên ở đây / the fairs here")->callback([&context] {
    context.run = [&context] { return list_fairs(context); };
  });
  auto* serve = hub->add_subcommand("serve", "Chạy / run");
  auto where = std::make_shared<Listening>();
  add_listening_options(*serve, *where);
  serve->callback([&context, where] { context.run = [&context, where] { return serve_hub(context, *where); }; });
}

}  // namespace phien::server
