// Closing the fair and writing its report.
#include <algorithm>
#include <filesystem>

#include "server/commands/context.hpp"
#include "server/exchange/report_files.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

struct ReportOptions {
  std::string out = ".", edition;
  std::vector<std::string> formats{"json", "csv", "xlsx"};
};

int close_fair(const Context& context) {
  const json answer = Caller(context).call_json("POST", "/api/v1/closing", json::object());
  if (context.json) std::printf("%s\n", answer.dump().c_str());
  const std::string edition = answer["edition"].dump(), heads = answer["cut"].dump();
  if (!context.json)
    context.say(
        {"Đã chốt sổ, bản " + edition + " (" + heads + " nhật ký). Xuất báo cáo: phien-server export --edition " + edition,
         "Closed, edition " + edition + " (" + heads + " journals). Write the report: phien-server export --edition " + edition});
  return 0;
}

// What came after the last closing is in none of the editions.
void warn_of_late_entries(const Context& context, Caller& server) {
  const json rows = server.list("/api/v1/exceptions", {})["rows"];
  const auto late = std::count_if(rows.begin(), rows.end(), [](const json& row) { return row["code"] == "late_entry"; });
  if (late == 0) return;
  const std::string count = std::to_string(late);
  const Message warning{
      "CHÚ Ý: " + count + " mục đến sau khi chốt, KHÔNG có trong báo cáo này. Muốn tính: phien-server close-fair, rồi xuất lại.",
      "NOTE: " + count +
          " entries came after the closing and are NOT in this report. To have them: phien-server close-fair, then export "
          "again."};
  std::fprintf(stderr, "%s\n", warning.in(context.lang).c_str());
}

int write_report(const Context& context, const ReportOptions& options) {
  Caller server(context);
  std::map<std::string, std::string> query{{"lang", context.lang == Lang::vi ? "vi" : "en"}};
  if (!options.edition.empty()) query["edition"] = options.edition;
  const auto get = [&](const char* format, const std::string& table = "") {
    auto wanted = query;
    wanted["format"] = format;
    if (!table.empty()) wanted["table"] = table;
    return server.call("GET", with_query("/api/v1/report", wanted)).body;
  };
  const std::string text = get("json");
  const json report = json::parse(text);
  const std::string edition = report["edition"] == 0 ? "tam-tinh" : "ban-" + report["edition"].dump();
  const std::filesystem::path folder = options.out, stem = "bao-cao-" + edition;
  json files = json::array();
  const auto write = [&](const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = folder / name;
    exchange::write_file(path, bytes);
    files.push_back(absolute(path.string()));
  };
  try {
    std::filesystem::create_directories(folder);
    const auto wanted = [&](const char* format) {
      return std::find(options.formats.begin(), options.formats.end(), format) != options.formats.end();
    };
    if (wanted("json")) write(stem.string() + ".json", text);
    if (wanted("xlsx")) write(stem.string() + ".xlsx", get("xlsx"));
    if (wanted("csv"))
      for (const json& table : report["tables"]) {
        const std::string key = table["key"];
        write(stem.string() + "-" + key + ".csv", get("csv", key));
      }
  } catch (const std::system_error& e) {
    throw Failure{Exit::refused,
                  {"cannot_write",
                   folder.string(),
                   {std::string("Không ghi được báo cáo: ") + e.what(), std::string("Cannot write the report: ") + e.what()}}};
  }
  if (report["edition"] != 0) warn_of_late_entries(context, server);
  if (context.json)
    std::printf("%s\n", json{{"edition", report["edition"]}, {"files", files}}.dump().c_str());
  else
    for (const json& file : files) std::printf("%s\n", file.get<std::string>().c_str());
  return 0;
}

}  // namespace

void add_report_commands(CLI::App& app, Context& context) {
  app.add_subcommand("close-fair", "Chốt sổ / close the fair: one more edition of the report")->callback([&context] {
    context.run = [&context] { return close_fair(context); };
  });
  auto* command = app.add_subcommand("export", "Xuất báo cáo / write the report");
  auto options = std::make_shared<ReportOptions>();
  command->add_option("--out", options->out, "Thư mục / folder")->capture_default_str();
  command->add_option("--format", options->formats, "json,csv,xlsx")
      ->delimiter(',')
      ->check(CLI::IsMember({"json", "csv", "xlsx"}));
  command->add_option("--edition", options->edition, "Bản chốt, hoặc now / an edition, or now");
  command->callback([&context, options] { context.run = [&context, options] { return write_report(context, *options); }; });
}

}  // namespace phien::server
