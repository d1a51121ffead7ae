// How far a recovery has got, and what a backup is needed for.
#include "server/commands/context.hpp"
#include "server/commands/table.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

void print_holdings(const Context& context, const json& answer) {
  const std::string number = answer["incarnation"].dump(), fair = answer["fair"], missing = answer["missing"].dump(),
                    only_here = answer["only_here"].dump();
  context.say({"Phiên " + fair + ", máy chủ số " + number, "Fair " + fair + ", server number " + number});
  print_table(answer["rows"],
              {{"terminal", {"Nhật ký", "Journal"}},
               {"exhibitors", {"Đơn vị", "Exhibitors"}},
               {"here", {"Có ở đây", "Here"}, Column::Type::count},
               {"witnessed", {"Có chứng", "Witnessed"}, Column::Type::count},
               {"missing", {"CÒN THIẾU", "MISSING"}, Column::Type::count},
               {"only_here", {"Chỉ có ở đây", "Only here"}, Column::Type::count},
               {"last_contact", {"Liên lạc lần cuối", "Last contact"}, Column::Type::time}},
              context.lang, stdout);
  if (answer["overtaken"].get<bool>())
    context.say(
        {"DỪNG GHI: có nơi giữ mục mới hơn của máy chủ này, hoặc đã có máy chủ thay thế. Chạy: phien-server recover --kit …",
         "WRITING STOPPED: somebody holds newer entries of this server, or another has replaced it. Run: phien-server "
         "recover --kit …"});
  if (answer["whole"].get<bool>())
    context.say({"ĐỦ: mọi mục mà ai đó làm chứng đều có ở đây.", "WHOLE: every entry that anybody vouches for is here."});
  else
    context.say({"CHƯA ĐỦ: còn thiếu ít nhất " + missing + " mục; xem cột CÒN THIẾU.",
                 "NOT WHOLE: at least " + missing + " entries are missing; see MISSING."});
  if (answer["only_here"].get<std::int64_t>() > 0)
    context.say({"HÃY SAO LƯU: " + only_here + " mục chỉ có ở máy này (phien-server backup TỆP).",
                 "MAKE A BACKUP: " + only_here + " entries are on this machine alone (phien-server backup FILE)."});
}

}  // namespace

void add_status_command(CLI::App& app, Context& context) {
  app.add_subcommand("status", "Có gì ở đây, còn thiếu gì / what is here, what is missing")->callback([&context] {
    context.run = [&context] {
      const json answer = Caller(context).call_json("GET", "/api/v1/holdings");
      if (context.json)
        std::printf("%s\n", answer.dump().c_str());
      else
        print_holdings(context, answer);
      return 0;
    };
  });
}

}  // namespace phien::server
