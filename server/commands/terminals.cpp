// Letting a terminal in, shutting one out, and what becomes of what it wrote after that.
#include <algorithm>

#include "server/commands/context.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

struct EnrolWanted {
  std::vector<std::string> exhibitors;
  std::string booth, holder, replaces;
};

int enrol(const Context& context, const EnrolWanted& wanted) {
  json request = json::object();
  if (!wanted.exhibitors.empty()) request["exhibitors"] = wanted.exhibitors;
  if (!wanted.replaces.empty()) request["replaces"] = wanted.replaces;
  if (!wanted.booth.empty()) request["booth"] = wanted.booth;
  if (!wanted.holder.empty()) request["holder"] = wanted.holder;
  const json answer = Caller(context).call_json("POST", "/api/v1/enrolments", request);
  if (context.json) {
    std::printf("%s\n", answer.dump().c_str());
    return 0;
  }
  const std::string code = answer["code"], link = answer["link"], until = local_minute(answer["expires_at"].get<Milliseconds>());
  context.say({"Mã ghi danh: " + code + " (đến " + until + ")\nLiên kết: " + link,
               "Code: " + code + " (until " + until + ")\nLink: " + link});
  return 0;
}

int revoke(const Context& context, const std::string& terminal, const std::string& reason) {
  const json answer = Caller(context).call_json("POST", "/api/v1/revocations", {{"terminal", terminal}, {"reason", reason}});
  if (context.json) {
    std::printf("%s\n", answer.dump().c_str());
    return 0;
  }
  const std::string seq = answer["head"]["seq"].dump();
  context.say({"Đã thu hồi máy " + terminal + ". Giữ nguyên các mục đến số " + seq +
                   "; mục sau đó được giữ lại mà không tính, cho tới khi quyết định: phien-server rule " + terminal +
                   " --post | --keep-out --text …",
               "Terminal " + terminal + " is revoked. Its entries up to " + seq +
                   " stay; what comes after is kept and not counted until it is decided: phien-server rule " + terminal +
                   " --post | --keep-out --text …"});
  return 0;
}

struct Decision {
  std::string terminal, text;
  std::vector<std::int64_t> entries;
  bool post = false, keep_out = false;
};

// One ruling for each entry of the terminal that is held: for all of them, or for those that are named.
int rule(const Context& context, const Decision& decision) {
  Caller server(context);
  const json rows = server.list("/api/v1/exceptions", {})["rows"];
  std::vector<std::int64_t> ruled;
  for (const json& row : rows) {
    if (row["code"] != "held" || row["terminal"] != decision.terminal || row["settled"].get<bool>() || !row.contains("entry"))
      continue;
    const auto seq = row["entry"]["seq"].get<std::int64_t>();
    const auto& named = decision.entries;
    if (!named.empty() && std::find(named.begin(), named.end(), seq) == named.end()) continue;
    server.call_json("POST", "/api/v1/rulings",
                     {{"about", row["entry"]}, {"decision", decision.post ? "post" : "keep_out"}, {"text", decision.text}});
    ruled.push_back(seq);
  }
  if (ruled.empty())
    throw Failure{Exit::refused,
                  {"nothing_held",
                   decision.terminal,
                   {"Không có mục nào như vậy đang chờ quyết định.", "No such entry waits for a decision."}}};
  if (context.json) std::printf("%s\n", json{{"terminal", decision.terminal}, {"entries", ruled}}.dump().c_str());
  const std::string count = std::to_string(ruled.size());
  context.say(decision.post ? Message{"Đã tính " + count + " mục của " + decision.terminal + ".",
                                      count + " entries of " + decision.terminal + " count now."}
                            : Message{"Đã để ngoài " + count + " mục của " + decision.terminal + ".",
                                      count + " entries of " + decision.terminal + " are kept out."});
  return 0;
}

}  // namespace

void add_terminal_commands(CLI::App& app, Context& context) {
  auto* enrol_command = app.add_subcommand("enrol", "Lấy mã ghi danh cho một máy bán / a code for a terminal");
  auto wanted = std::make_shared<EnrolWanted>();
  auto* exhibitors =
      enrol_command->add_option("--exhibitor", wanted->exhibitors, "Đơn vị, có thể nhiều / exhibitor, may be repeated");
  auto* replaces = enrol_command->add_option(
      "--replaces", wanted->replaces, "Thay cho máy đã hỏng: cùng đơn vị, giữ nhật ký của nó / instead of a dead terminal");
  exhibitors->excludes(replaces);
  enrol_command->add_option("--booth", wanted->booth, "Gian in trên phiếu / booth printed on receipts");
  enrol_command->add_option("--holder", wanted->holder,
                            "Ai giữ tiền, cần cho máy chung / who holds the money, needed for a shared till");
  enrol_command->callback([&context, wanted] { context.run = [&context, wanted] { return enrol(context, *wanted); }; });

  auto* revoke_command = app.add_subcommand("revoke", "Thu hồi một máy bán / revoke a terminal");
  auto terminal = std::make_shared<std::string>(), reason = std::make_shared<std::string>();
  revoke_command->add_option("terminal", *terminal, "Máy / terminal")->required();
  revoke_command->add_option("--reason", *reason, "Lý do / reason")->required();
  revoke_command->callback([&context, terminal, reason] {
    context.run = [&context, terminal, reason] { return revoke(context, *terminal, *reason); };
  });

  auto* rule_command =
      app.add_subcommand("rule", "Tính hay không tính những mục đang giữ lại / count what is held, or keep it out");
  auto decision = std::make_shared<Decision>();
  rule_command->add_option("terminal", decision->terminal, "Máy / terminal")->required();
  rule_command->add_option("entries", decision->entries, "Số mục; bỏ trống: tất cả / their numbers; all if left out");
  auto* post = rule_command->add_flag("--post", decision->post, "Tính / count them");
  auto* keep_out = rule_command->add_flag("--keep-out", decision->keep_out, "Không tính / keep them out");
  post->excludes(keep_out);
  rule_command->add_option("--text", decision->text, "Vì sao / why")->required();
  rule_command->callback([&context, decision] {
    if (!decision->post && !decision->keep_out) throw CLI::RequiredError("--post | --keep-out");
    context.run = [&context, decision] { return rule(context, *decision); };
  });
}

}  // namespace phien::server
