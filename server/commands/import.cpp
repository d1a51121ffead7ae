// The organizer's lists, shown before they count.
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "server/commands/context.hpp"
#include "server/exchange/import.hpp"
#include "server/files.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

struct ImportOptions {
  std::vector<std::string> paths;
  bool yes = false, dry_run = false;
};

void print_problems(const std::vector<Problem>& problems, Lang lang, const Message& title) {
  if (problems.empty()) return;
  std::fprintf(stderr, "%s\n", title.in(lang).c_str());
  for (const Problem& problem : problems)
    std::fprintf(stderr, "  %s: %s\n", problem.where.c_str(), problem.what.in(lang).c_str());
}

json problems_json(const std::vector<Problem>& problems) {
  json all = json::array();
  for (const Problem& p : problems)
    all.push_back({{"code", p.code}, {"where", p.where}, {"message", {{"en", p.what.en}, {"vi", p.what.vi}}}});
  return all;
}

// A folder, or the files one by one: which is which their names say.
exchange::Files files_of(const std::vector<std::string>& paths) {
  if (paths.size() == 1 && std::filesystem::is_directory(paths[0])) {
    auto files = exchange::read_files(paths[0]);
    if (!files) throw Failure{Exit::bad_input, files.problem()};
    return std::move(*files);
  }
  exchange::Files files;
  std::size_t found = 0;
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename().string();
    auto text = read_file(path);
    if (!text) throw Failure{Exit::bad_input, text.problem()};
    const auto is = [&name](const char* part) { return name.find(part) != std::string::npos; };
    if (is("exhibitors"))
      files.exhibitors = std::move(*text), found |= 1U;
    else if (is("products"))
      files.products = std::move(*text), found |= 2U;
    else if (is("cashiers"))
      files.cashiers = std::move(*text);
    else if (is("fair"))
      files.fair = std::move(*text), found |= 4U;
    else
      throw Failure{Exit::usage,
                    {"unknown_file",
                     path,
                     {"Tên tệp phải có fair, exhibitors, products hoặc cashiers: " + path,
                      "A file's name must contain fair, exhibitors, products or cashiers: " + path}}};
  }
  if (found != 7U)
    throw Failure{Exit::usage,
                  {"missing_file",
                   "",
                   {"Cần cả ba: fair.json, exhibitors.csv và products.csv.",
                    "All three are needed: fair.json, exhibitors.csv and products.csv."}}};
  return files;
}

bool agreed(const Context& context) {
  if (!::isatty(STDIN_FILENO))
    throw Failure{
        Exit::refused,
        {"not_confirmed", "", {"Không hỏi được ở đây; thêm --yes để áp dụng.", "Nobody to ask here; add --yes to apply."}}};
  std::fprintf(stderr, "%s", context.lang == Lang::vi ? "Áp dụng? [c/K] " : "Apply? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "c" || answer == "C" || answer == "có" || answer == "y" || answer == "Y" || answer == "yes";
}

int import(const Context& context, const ImportOptions& options) {
  const exchange::Files files = files_of(options.paths);
  // Read here first: bytes that are not text could not be sent at all, and every fault is to be listed with its place.
  const exchange::Imported imported = exchange::read_catalogue(files);
  print_problems(imported.warnings, context.lang, {"Lưu ý:", "Warnings:"});
  if (!imported.ok()) {
    if (context.json)
      std::printf(
          "%s\n",
          json{{"problems", problems_json(imported.problems)}, {"warnings", problems_json(imported.warnings)}, {"applied", false}}
              .dump()
              .c_str());
    print_problems(imported.problems, context.lang,
                   {"Danh sách có lỗi, không nhập gì:", "The lists have faults, nothing is imported:"});
    return static_cast<int>(Exit::bad_input);
  }
  json request{
      {"fair_json", files.fair}, {"exhibitors_csv", files.exhibitors}, {"products_csv", files.products}, {"apply", false}};
  if (files.cashiers) request["cashiers_csv"] = *files.cashiers;
  Caller server(context);
  json answer = server.call_json("POST", "/api/v1/imports", request);
  const json& changes = answer["changes"];
  const bool any = changes["added"] != 0 || changes["changed"] != 0 || !changes["openings"].empty();
  const std::string text = changes["text"].value(context.lang == Lang::vi ? "vi" : "en", "");
  if (!text.empty()) context.say({text, text});
  if (!any) context.say({"Không có gì thay đổi.", "Nothing changes."});
  if (any && !options.dry_run && (options.yes || agreed(context))) {
    request["apply"] = true;
    answer = server.call_json("POST", "/api/v1/imports", request);
    context.say({"Đã nhập.", "Imported."});
  }
  if (context.json) std::printf("%s\n", answer.dump().c_str());
  return 0;
}

}  // namespace

void add_import_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("import", "Nhập danh sách đơn vị và sản phẩm / import the lists");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("paths", options->paths, "Thư mục hoặc các tệp / a folder or the files")->required();
  command->add_flag("--yes", options->yes, "Áp dụng không hỏi / apply without asking");
  command->add_flag("--dry-run", options->dry_run, "Chỉ xem khác biệt / only show the difference");
  command->callback([&context, options] { context.run = [&context, options] { return import(context, *options); }; });
}

}  // namespace phien::server
