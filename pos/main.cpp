// Only wires: options, commands, and how a command's end is said.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cstdio>

#include "db/store.hpp"
#include "pos/commands/context.hpp"
#include "pos/till/refuse.hpp"
#include "shared/bytes.hpp"

namespace {

using namespace phien;
using namespace phien::commands;

int say_failure(const Context& context, Exit exit, const Problem& problem) {
  if (context.json_output) {
    const json error{
        {"error",
         {{"code", problem.code}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}, {"where", problem.where}}}};
    std::printf("%s\n", error.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
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
  } catch (const till::Refusal& refusal) {
    return say_failure(context, Exit::refused, refusal.problem);
  } catch (const db::StoreBusy&) {
    return say_failure(context, Exit::store,
                       {"store_busy",
                        context.data,
                        {"Dữ liệu đang được chương trình khác dùng. Nếu đó là phien-pos run, hãy dừng nó (Ctrl-C) rồi làm lại.",
                         "The data is in use by another program. If that is phien-pos run, stop it (Ctrl-C) and try again."}});
  } catch (const db::StoreTooNew& e) {
    return say_failure(context, Exit::store,
                       {"store_too_new",
                        context.data,
                        {std::string("Dữ liệu của phiên bản mới hơn: ") + e.what(),
                         std::string("The data is of a newer version: ") + e.what()}});
  } catch (const db::StoreFailed& e) {
    return say_failure(context, Exit::store,
                       {"store_failed",
                        context.data,
                        {std::string("Kho dữ liệu hỏng hoặc không ghi được (") + e.what() +
                             "). Chạy phien-pos run: nó xem lại tệp và nói phải làm gì.",
                         std::string("The store is damaged or cannot be written (") + e.what() +
                             "). Run phien-pos run: it looks through the file and says what to do."}});
  } catch (const std::exception& e) {
    return say_failure(
        context, Exit::store,
        {"failed", "", {std::string("Lỗi không lường trước: ") + e.what(), std::string("Unexpected: ") + e.what()}});
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(S_IRWXG | S_IRWXO);  // whatever this program writes is its owner's alone
  spdlog::set_default_logger(spdlog::stderr_color_mt("phien-pos"));
  init_crypto();
  Context context;
  CLI::App app("phien-pos — máy bán hàng phiên chợ / a fair's till", "phien-pos");
  app.set_version_flag("--version", "phien-pos " PHIEN_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--data", context.data, "Thư mục dữ liệu / data directory")->capture_default_str();
  app.add_option("--lang", context.lang, "vi | en")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Lang>{{"vi", Lang::vi}, {"en", Lang::en}}));
  app.add_flag("--json", context.json_output, "Kết quả cho chương trình / answers for programs");
  app.add_option("--clock", context.clock_file, "Đồng hồ diễn tập / a rehearsal's clock file");
  app.add_option("--key", context.key,
                 "Khóa của lần làm này: lặp lại cũng chỉ một lần / key of this attempt: repeated, it is done once");
  add_enrol_command(app, context);
  add_run_command(app, context);
  add_selling_commands(app, context);
  add_printing_commands(app, context);
  add_stock_commands(app, context);
  add_offer_commands(app, context);
  add_money_commands(app, context);
  add_order_commands(app, context);
  add_meeting_commands(app, context);
  add_journal_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  return run(context);
}
