// Letting a terminal in, and shutting one out.
#include "server/commands/context.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

struct Wanted {
  std::vector<std::string> exhibitors;
  std::string booth, holder, replaces;
};

int enrol(const Context& context, const Wanted& wanted) {
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
  context.say({"Đã thu hồi máy " + terminal + ". Giữ nguyên các mục đến số " + seq + "; mục sau đó chờ quyết định.",
               "Terminal " + terminal + " is revoked. Its entries up to " + seq + " stay; what comes after waits for a ruling."});
  return 0;
}

}  // namespace

void add_terminal_commands(CLI::App& app, Context& context) {
  auto* enrol_command = app.add_subcommand("enrol", "Lấy mã ghi danh cho một máy bán / a code for a terminal");
  auto wanted = std::make_shared<Wanted>();
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
}

}  // namespace phien::server
