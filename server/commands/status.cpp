// How far a recovery has got, and what a backup is needed for.
#include <chrono>
#include <thread>

#include "server/commands/context.hpp"
#include "server/commands/table.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kPause{500};
constexpr int kQuietPauses = 4;  // pauses in which nothing came

bool all_back(const json& answer) { return answer["whole"].get<bool>() && answer["unheard"].empty(); }

std::string names(const json& journals) {
  std::string all;
  for (const json& name : journals) all += " " + name.get<std::string>();
  return all;
}

void print_holdings(const Context& context, const json& answer) {
  const std::string number = answer["incarnation"].dump(), fair = answer["fair"], missing = answer["missing"].dump(),
                    only_here = answer["only_here"].dump();
  const std::string address = answer["address"];
  context.say({"Phiên " + fair + ", máy chủ số " + number + ", địa chỉ cho máy bán: " + address,
               "Fair " + fair + ", server number " + number + ", address for the tills: " + address});
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
  if (answer["missing"].get<std::int64_t>() > 0)
    context.say({"CHƯA ĐỦ: còn thiếu ít nhất " + missing + " mục; xem cột CÒN THIẾU.",
                 "NOT WHOLE: at least " + missing + " entries are missing; see MISSING."});
  else if (all_back(answer))
    context.say({"ĐỦ: mọi mục mà ai đó làm chứng đều có ở đây.", "WHOLE: every entry that anybody vouches for is here."});
  else
    context.say({"CHƯA BIẾT: chưa nghe đủ các máy bán để biết còn thiếu gì không.",
                 "NOT KNOWN YET: not all tills were heard, so nobody can say whether something is missing."});
  if (const std::string servers = names(answer["unwitnessed"]); !servers.empty() && all_back(answer))
    context.say(
        {"Không ai giữ gì và không ai làm chứng gì của:" + servers +
             ". Nếu máy chủ ấy đã từng chạy, hãy tìm nó và các máy bán chỉ ghi danh ở đó; nếu chưa từng chạy thì không thiếu gì.",
         "Nobody holds or vouches for anything of:" + servers +
             ". If that server ever ran, look for it and for tills enrolled there alone; if it never did, nothing is missing."});
  if (answer.contains("upstream")) {
    const json& up = answer["upstream"];
    const std::string url = up["url"], waiting = up["waiting"].dump();
    const json why = up.contains("problem") ? up["problem"]["message"] : json{{"vi", ""}, {"en", ""}};
    context.say(
        up["online"].get<bool>()
            ? Message{"Máy chủ trên " + url + ": nối được, còn chờ " + waiting + " mục.",
                      "Hub " + url + ": reached, " + waiting + " entries wait."}
            : Message{"Máy chủ trên " + url + ": KHÔNG nối được, còn chờ " + waiting + " mục. " + why["vi"].get<std::string>(),
                      "Hub " + url + ": NOT reached, " + waiting + " entries wait. " + why["en"].get<std::string>()});
  }
  if (const std::string unheard = names(answer["unheard"]); !unheard.empty())
    context.say({"Chưa nghe từ:" + unheard + " (có thể còn giữ mục chưa ai biết).",
                 "Not heard of yet:" + unheard + " (they may hold entries nobody knows of)."});
  if (answer["only_here"].get<std::int64_t>() > 0)
    context.say({"HÃY SAO LƯU: " + only_here + " mục chỉ có ở máy này (phien-server backup TỆP).",
                 "MAKE A BACKUP: " + only_here + " entries are on this machine alone (phien-server backup FILE)."});
}

std::vector<std::int64_t> heads_of(const json& answer) {
  std::vector<std::int64_t> heads;
  for (const json& row : answer["rows"]) heads.push_back(row["here"]);
  return heads;
}

// Asks until every terminal was heard of, nothing is missing and nothing more comes, or the time is over; 0 only in the first
// case.
int status(const Context& context, int wait_seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(wait_seconds);
  Caller server(context);
  json answer = server.call_json("GET", "/api/v1/holdings");
  for (int quiet = 0; quiet < kQuietPauses && std::chrono::steady_clock::now() < end;) {
    std::this_thread::sleep_for(kPause);
    json next = server.call_json("GET", "/api/v1/holdings");
    quiet = all_back(next) && heads_of(next) == heads_of(answer) ? quiet + 1 : 0;
    answer = std::move(next);
  }
  if (context.json)
    std::printf("%s\n", answer.dump().c_str());
  else
    print_holdings(context, answer);
  return wait_seconds == 0 || all_back(answer) ? 0 : static_cast<int>(Exit::refused);
}

}  // namespace

void add_status_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("status", "Có gì ở đây, còn thiếu gì / what is here, what is missing");
  auto seconds = std::make_shared<int>(0);
  command->add_option("--wait", *seconds, "Đợi đủ, nhiều nhất bấy nhiêu giây / wait until all is back, at most so many seconds")
      ->check(CLI::Range(0, 86'400));
  command->callback([&context, seconds] { context.run = [&context, seconds] { return status(context, *seconds); }; });
}

}  // namespace phien::server
