// Only wires: options, commands, and how a command's end is said.
#include <sys/stat.h>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <cstdio>

#include "server/commands/context.hpp"
#include "shared/bytes.hpp"

namespace {

using namespace phien;
using namespace phien::server;

int say_failure(const Context& context, Exit exit, const Problem& problem) {
  if (context.json) {
    const nlohmann::json error{
        {"error",
         {{"code", problem.code}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}, {"where", problem.where}}}};
    std::printf("%s\n", error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  }
  std::fprintf(stderr, "%s%s[%s]\n", problem.what.in(context.lang).c_str(),
               problem.where.empty() ? " " : (" (" + problem.where + ") ").c_str(), problem.code.c_str());
  return static_cast<int>(exit);
}

int run(const Context& context) {
  try {
    return context.run();
  } catch (const Failure& failure) {
    return say_failure(context, failure.exit, failure.problem);
  } catch (const Refusal& refusal) {
    return say_failure(context, Exit::refused, refusal.problem());
  } catch (const db::StoreBusy&) {
    return say_failure(context, Exit::store,
                       {"store_busy",
                        context.paths.store(),
                        {"Dữ liệu đang được chương trình khác dùng.", "The data is in use by another program."}});
  } catch (const db::StoreTooNew& e) {
    return say_failure(context, Exit::store,
                       {"store_too_new",
                        context.paths.store(),
                        {std::string("Dữ liệu của phiên bản mới hơn: ") + e.what(),
                         std::string("The data is of a newer version: ") + e.what()}});
  } catch (const db::StoreFailed& e) {
    return say_failure(context, Exit::store,
                       {"store_failed",
                        context.paths.store(),
                        {std::string("Kho dữ liệu hỏng hoặc không ghi được: ") + e.what(),
                         std::string("The store is damaged or cannot be written: ") + e.what()}});
  } catch (const std::exception& e) {
    return say_failure(
        context, Exit::refused,
        {"failed", "", {std::string("Lỗi không lường trước: ") + e.what(), std::string("Unexpected: ") + e.what()}});
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(S_IRWXG | S_IRWXO);  // whatever this program writes is its owner's alone
  spdlog::set_default_logger(spdlog::stderr_color_mt("phien-server"));
  init_crypto();
  Context context;
  CLI::App app("phien-server — máy chủ phiên chợ / the fair's server", "phien-server");
  app.set_version_flag("--version", "phien-server " PHIEN_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--data", context.paths.directory, "Thư mục dữ liệu / data directory")->capture_default_str();
  app.add_option("--lang", context.lang, "vi | en")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Lang>{{"vi", Lang::vi}, {"en", Lang::en}}));
  app.add_flag("--json", context.json, "Kết quả cho chương trình / answers for programs");
  app.add_option("--fair", context.fair, "Phiên nào, ở máy chủ trên / which fair, at a hub");
  app.add_option("--clock", context.clock_file, "Đồng hồ diễn tập / a rehearsal's clock file");
  add_setup_command(app, context);
  add_recover_command(app, context);
  add_kit_command(app, context);
  add_hub_commands(app, context);
  add_serve_command(app, context);
  add_status_command(app, context);
  add_import_command(app, context);
  add_list_commands(app, context);
  add_terminal_commands(app, context);
  add_account_commands(app, context);
  add_report_commands(app, context);
  add_upkeep_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return run(context);
}
