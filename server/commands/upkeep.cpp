// Is it sound, and where else is it: verify, rebuild, backup, journals as files.
#include <filesystem>
#include <iostream>

#include "server/commands/context.hpp"
#include "server/commands/table.hpp"
#include "server/exchange/report_files.hpp"
#include "server/files.hpp"
#include "shared/sync/verify.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

// Prints what a verification found; 0 only when all is sound.
int print_verification(const Context& context, const json& answer) {
  const bool sound = answer["sound"];
  if (context.json) {
    std::printf("%s\n", answer.dump().c_str());
    return sound ? 0 : static_cast<int>(Exit::refused);
  }
  json journals = json::array();
  for (const json& verdict : answer["journals"])
    journals.push_back({{"terminal", verdict["terminal"]},
                        {"head", verdict["head"]["seq"]},
                        {"vouched", verdict["vouched"]},
                        {"witness", verdict["witness"]}});
  print_table(journals,
              {{"terminal", {"Nhật ký", "Journal"}},
               {"head", {"Mục cuối", "Head"}, Column::Type::count},
               {"vouched", {"Có chứng đến", "Vouched to"}, Column::Type::count},
               {"witness", {"Bằng chứng", "Witness"}}},
              context.lang, stdout);
  for (const json& finding : answer["findings"]) {
    const json& place = finding["place"];
    std::printf("%s:%s %s: %s\n", place["terminal"].get<std::string>().c_str(), place["seq"].dump().c_str(),
                finding["code"].get<std::string>().c_str(),
                finding["message"].value(context.lang == Lang::vi ? "vi" : "en", "").c_str());
  }
  for (const char* list : {"imbalances", "damage"})
    for (const json& line : answer[list]) std::printf("%s\n", line.get<std::string>().c_str());
  context.say(sound ? Message{"Mọi thứ đúng như đã ghi.", "Everything is as it was written."}
                    : Message{"Có chỗ KHÔNG đúng như đã ghi.", "Something is NOT as it was written."});
  return sound ? 0 : static_cast<int>(Exit::refused);
}

json verification_of_file(const std::string& path) {
  const auto text = read_file(path);
  if (!text) throw Failure{Exit::bad_input, text.problem()};
  const auto verified = sync::verify_export(*text);
  if (!verified)
    throw Failure{Exit::bad_input, {verified.problem().code, path + ":" + verified.problem().where, verified.problem().what}};
  json journals = json::array(), findings = json::array();
  for (const auto& verdict : verified->journals)
    journals.push_back({{"terminal", verdict.journal.terminal},
                        {"head", {{"hash", hex(verdict.head.hash)}, {"seq", verdict.head.seq}}},
                        {"vouched", verdict.vouched_to},
                        {"witness", verdict.witness}});
  for (const auto& finding : verified->findings)
    findings.push_back(
        {{"code", finding.code},
         {"place", {{"terminal", finding.place.terminal}, {"seq", finding.place.seq}, {"hash", hex(finding.place.hash)}}},
         {"message", {{"en", finding.what.en}, {"vi", finding.what.vi}}}});
  const bool sound = findings.empty();
  return {{"sound", sound},
          {"journals", std::move(journals)},
          {"findings", std::move(findings)},
          {"imbalances", json::array()},
          {"damage", json::array()}};
}

int verify(const Context& context, const std::vector<std::string>& files) {
  if (files.empty()) return print_verification(context, Caller(context).call_json("GET", "/api/v1/verify"));
  int worst = 0;
  for (const std::string& file : files) worst = std::max(worst, print_verification(context, verification_of_file(file)));
  return worst;
}

int rebuild(const Context& context) {
  const json answer = Caller(context).call_json("POST", "/api/v1/rebuild", json::object());
  if (context.json) std::printf("%s\n", answer.dump().c_str());
  const std::string digest = answer["digest"];
  if (!context.json) context.say({"Sổ dựng lại giống hệt: " + digest, "The books made anew are the same: " + digest});
  return 0;
}

int backup(const Context& context, const std::string& path) {
  const json answer = Caller(context).call_json("POST", "/api/v1/backups", {{"path", absolute(path)}});
  if (context.json) std::printf("%s\n", answer.dump().c_str());
  const std::string bytes = answer["bytes"].dump();
  if (!context.json)
    context.say({"Đã sao lưu vào " + path + " (" + bytes + " byte).", "Backed up to " + path + " (" + bytes + " bytes)."});
  return 0;
}

int import_journals(const Context& context, const std::vector<std::string>& files) {
  Caller server(context);
  json all{{"batches", 0}, {"appended", 0}, {"known", 0}, {"forked", 0}};
  for (const std::string& file : files) {
    const auto text = read_file(file);
    if (!text) throw Failure{Exit::bad_input, text.problem()};
    json answer;
    try {
      answer = json::parse(server.call("POST", "/api/v1/journals/import", *text).body);
    } catch (Failure& failure) {
      failure.exit = failure.exit == Exit::refused ? Exit::bad_input : failure.exit;
      failure.problem.where = file + (failure.problem.where.empty() ? "" : ":" + failure.problem.where);
      throw;
    }
    for (auto& [name, count] : all.items()) count = count.get<std::int64_t>() + answer[name].get<std::int64_t>();
  }
  if (context.json) std::printf("%s\n", all.dump().c_str());
  const std::string fresh = all["appended"].dump(), known = all["known"].dump();
  if (!context.json)
    context.say({"Mục mới: " + fresh + ", đã có: " + known + ".", "New entries: " + fresh + ", known: " + known + "."});
  return 0;
}

int export_journals(const Context& context, const std::string& terminal, const std::string& out) {
  std::map<std::string, std::string> query;
  if (!terminal.empty()) query["terminal"] = terminal;
  const std::string text = Caller(context).call("GET", with_query("/api/v1/journals/export", query)).body;
  if (out.empty()) {
    std::cout.write(text.data(), static_cast<std::streamsize>(text.size())).flush();
    return 0;
  }
  const auto written = write_private(out, text);
  if (!written) throw Failure{Exit::refused, written.problem()};
  return 0;
}

}  // namespace

void add_upkeep_commands(CLI::App& app, Context& context) {
  auto files = std::make_shared<std::vector<std::string>>();
  auto* verify_command = app.add_subcommand("verify", "Kiểm tra mọi nhật ký / check every journal, or exported files");
  verify_command->add_option("files", *files, "Nhật ký đã xuất / exported journals");
  verify_command->callback([&context, files] { context.run = [&context, files] { return verify(context, *files); }; });

  app.add_subcommand("rebuild", "Dựng lại sổ từ nhật ký / make the books anew")->callback([&context] {
    context.run = [&context] { return rebuild(context); };
  });

  auto path = std::make_shared<std::string>();
  auto* backup_command = app.add_subcommand("backup", "Sao lưu khi đang chạy / copy the store while it runs");
  backup_command->add_option("file", *path, "Tệp mới / new file")->required();
  backup_command->callback([&context, path] { context.run = [&context, path] { return backup(context, *path); }; });

  auto* journal_command = app.add_subcommand("journal", "Nhật ký ra và vào tệp / journals to and from files");
  journal_command->require_subcommand(1);
  journal_command->fallthrough();
  auto* import_command = journal_command->add_subcommand("import", "Nhận nhật ký đã xuất / take exported journals");
  import_command->add_option("files", *files, "Tệp / files")->required();
  import_command->callback([&context, files] { context.run = [&context, files] { return import_journals(context, *files); }; });
  auto terminal = std::make_shared<std::string>(), out = std::make_shared<std::string>();
  auto* export_command = journal_command->add_subcommand("export", "Xuất nhật ký / export journals");
  export_command->add_option("--terminal", *terminal, "Chỉ của máy này / of this one alone");
  export_command->add_option("--out", *out, "Tệp, nếu không thì ra màn hình / file, else standard output");
  export_command->callback([&context, terminal, out] {
    context.run = [&context, terminal, out] { return export_journals(context, *terminal, *out); };
  });
}

}  // namespace phien::server
