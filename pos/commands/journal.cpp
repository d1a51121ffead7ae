// status, journal verify | export | close.
#include <fstream>

#include "pos/commands/context.hpp"
#include "shared/money.hpp"

namespace phien::commands {

namespace {

void print_status(const Context& context, const json& status) {
  const char* lang = context.lang == Lang::vi ? "vi" : "en";
  std::printf("%s · %s\n", status.at("terminal").get<std::string>().c_str(), status.at("fair").get<std::string>().c_str());
  std::printf("%s\n", status.at("text").at(lang).get<std::string>().c_str());
  for (const auto& problem : status.at("problems"))
    std::printf("! %s [%s]\n", problem.at("message").at(lang).get<std::string>().c_str(),
                problem.at("code").get<std::string>().c_str());
}

int verify(const Context& context) {
  bool sound = true;
  const auto response = Caller(context).call("GET", "/api/v1/journal/verify");
  const json answer = json::parse(response.body);
  sound = answer.at("sound").get<bool>();
  if (context.json_output) {
    std::printf("%s\n", response.body.c_str());
    return sound ? 0 : static_cast<int>(Exit::refused);
  }
  for (const auto& journal : answer.at("journals")) {
    const std::string name = journal.at("terminal"), entries = std::to_string(journal.at("entries").get<std::int64_t>()),
                      vouched = std::to_string(journal.at("vouched_to").get<std::int64_t>());
    context.say({name + ": " + entries + " mục, được chứng kiến tới mục " + vouched,
                 name + ": " + entries + " entries, witnessed up to entry " + vouched});
  }
  for (const auto& finding : answer.at("findings")) {
    const auto& place = finding.at("place");
    std::printf("! %s:%lld [%s] %s\n", place.at("terminal").get<std::string>().c_str(), place.at("seq").get<long long>(),
                finding.at("code").get<std::string>().c_str(),
                finding.at("message").at(context.lang == Lang::vi ? "vi" : "en").get<std::string>().c_str());
  }
  context.say(sound ? Message{"Nhật ký nguyên vẹn.", "The journals are sound."}
                    : Message{"Nhật ký đã bị thay đổi.", "The journals were tampered with."});
  return sound ? 0 : static_cast<int>(Exit::refused);
}

int export_to(const Context& context, const std::string& file) {
  const auto response = Caller(context).call("GET", "/api/v1/journal/export");
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << response.body;
  out.close();
  if (!out) throw Failure{Exit::store, {"cannot_write", file, {"Không ghi được tệp này.", "That file cannot be written."}}};
  context.say({"Đã xuất nhật ký ra " + file, "The journal was exported to " + file});
  if (context.json_output) std::printf("%s\n", json{{"bytes", response.body.size()}, {"file", file}}.dump().c_str());
  return 0;
}

}  // namespace

void add_journal_commands(CLI::App& app, Context& context) {
  app.add_subcommand("status", "Tình trạng máy / how this till is")->callback([&context] {
    context.run = [&context] {
      return get(context, "status", [&context](const json& answer) { print_status(context, answer); });
    };
  });
  auto address = std::make_shared<std::string>();
  auto* server = app.add_subcommand("server", "Máy chủ ở địa chỉ mới / the server is at another address now");
  server->add_option("address", *address, "Địa chỉ hoặc liên kết / address or link")->required();
  server->callback([&context, address] {
    context.run = [&context, address] {
      return post(context, "server", {{"server", *address}}, [&context](const json& status) { print_status(context, status); });
    };
  });

  auto* journal = app.add_subcommand("journal", "Nhật ký / the journal");
  journal->require_subcommand(1);
  journal->add_subcommand("verify", "Kiểm tra / check")->callback([&context] {
    context.run = [&context] { return verify(context); };
  });
  auto file = std::make_shared<std::string>();
  auto* to_file = journal->add_subcommand("export", "Xuất ra tệp / write to a file");
  to_file->add_option("file", *file)->required();
  to_file->callback([&context, file] { context.run = [&context, file] { return export_to(context, *file); }; });
  auto reason = std::make_shared<std::string>();
  auto* close = journal->add_subcommand("close", "Kết thúc phiên ở máy này / this terminal goes home");
  close->add_option("--reason", *reason);
  close->callback([&context, reason] {
    context.run = [&context, reason] {
      json request = json::object();
      put(request, "reason", *reason);
      return post(context, "journal-close", request, noted(context));
    };
  });
}

}  // namespace phien::commands
