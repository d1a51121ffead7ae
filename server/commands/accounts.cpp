// Who may work with the server: accounts of people, tokens of programs.
#include "server/commands/context.hpp"
#include "server/commands/table.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

struct HolderWanted {
  std::string id, name, role = "organizer", owner;
  std::vector<std::string> exhibitors;
  int days = 30;
};

json holder_json(const HolderWanted& wanted) {
  json holder{{"name", wanted.name}, {"role", wanted.role}};
  if (!wanted.exhibitors.empty()) holder["exhibitors"] = wanted.exhibitors;
  return holder;
}

// Says what the server answered, in words or as it is.
int told(const Context& context, const json& answer, const Message& words) {
  if (context.json)
    std::printf("%s\n", answer.dump().c_str());
  else
    context.say(words);
  return 0;
}

Message invitation(const json& answer) {
  const std::string account = answer["account"], link = answer["link"], here = answer["link_here"],
                    until = local_minute(answer["expires_at"].get<Milliseconds>());
  return {"Liên kết để " + account + " đặt mật khẩu (một lần, đến " + until + "):\n" + link + "\nTrên máy này: " + here,
          "Link for " + account + " to set a password (once, until " + until + "):\n" + link + "\nOn this machine: " + here};
}

int add_account(const Context& context, const HolderWanted& wanted) {
  json request = holder_json(wanted);
  request["account"] = wanted.id;
  const json answer = Caller(context).call_json("POST", "/api/v1/accounts", request);
  return told(context, answer, invitation(answer));
}

int reset_account(const Context& context, const std::string& id) {
  const json answer = Caller(context).call_json("POST", "/api/v1/accounts/" + id + "/invitation", json::object());
  return told(context, answer, invitation(answer));
}

int remove_account(const Context& context, const std::string& id) {
  const json answer = Caller(context).call_json("DELETE", "/api/v1/accounts/" + id);
  return told(context, answer, {"Đã xóa tài khoản " + id + ".", "Account " + id + " is removed."});
}

int add_token(const Context& context, const HolderWanted& wanted) {
  json request = holder_json(wanted);
  request["account"] = wanted.owner;
  request["days"] = wanted.days;
  const json answer = Caller(context).call_json("POST", "/api/v1/tokens", request);
  const std::string id = answer["token"], secret = answer["secret"],
                    until = local_minute(answer["expires_at"].get<Milliseconds>());
  return told(context, answer,
              {"Khóa " + id + " (đến " + until + "), chỉ hiện một lần:\n" + secret,
               "Token " + id + " (until " + until + "), shown only now:\n" + secret});
}

int revoke_token(const Context& context, const std::string& id) {
  const json answer = Caller(context).call_json("DELETE", "/api/v1/tokens/" + id);
  return told(context, answer, {"Đã thu hồi khóa " + id + ".", "Token " + id + " is revoked."});
}

std::string joined(const json& ids) {
  std::string text;
  for (const json& id : ids) text += (text.empty() ? "" : " ") + id.get<std::string>();
  return text;
}

int list(const Context& context, const std::string& what, const std::vector<Column>& columns) {
  json answer = Caller(context).call_json("GET", "/api/v1/" + what);
  if (context.json) return told(context, answer, {});
  for (json& row : answer["rows"]) row["exhibitors"] = joined(row["exhibitors"]);
  print_table(answer["rows"], columns, context.lang, stdout);
  return 0;
}

int list_accounts(const Context& context) {
  return list(context, "accounts",
              {{"account", {"Tài khoản", "Account"}},
               {"name", {"Tên", "Name"}},
               {"role", {"Vai trò", "Role"}},
               {"exhibitors", {"Đơn vị", "Exhibitors"}},
               {"has_password", {"Có mật khẩu", "Password"}, Column::Type::flag},
               {"removed", {"Đã xóa", "Removed"}, Column::Type::flag}});
}

int list_tokens(const Context& context) {
  return list(context, "tokens",
              {{"token", {"Khóa", "Token"}},
               {"name", {"Tên", "Name"}},
               {"account", {"Đứng tên", "Account"}},
               {"role", {"Vai trò", "Role"}},
               {"exhibitors", {"Đơn vị", "Exhibitors"}},
               {"expires_at", {"Đến", "Until"}, Column::Type::time},
               {"good", {"Còn hiệu lực", "Good"}, Column::Type::flag}});
}

void add_holder_options(CLI::App* command, const std::shared_ptr<HolderWanted>& wanted) {
  command->add_option("--name", wanted->name, "Tên người hoặc chương trình / name")->required();
  command->add_option("--role", wanted->role, "organizer | exhibitor | reporter | auditor")->capture_default_str();
  command->add_option("--exhibitor", wanted->exhibitors, "Đơn vị của vai trò exhibitor / exhibitors of that role");
}

void add_account_family(CLI::App& app, Context& context) {
  auto* family = app.add_subcommand("account", "Tài khoản của người làm việc với máy chủ / accounts of people");
  family->require_subcommand(1);
  auto wanted = std::make_shared<HolderWanted>();
  auto* add = family->add_subcommand("add", "Thêm, và lấy liên kết đặt mật khẩu / add, and get the link");
  add->add_option("account", wanted->id, "Mã tài khoản / id")->required();
  add_holder_options(add, wanted);
  add->callback([&context, wanted] { context.run = [&context, wanted] { return add_account(context, *wanted); }; });
  family->add_subcommand("list", "Liệt kê / list")->callback([&context] {
    context.run = [&context] { return list_accounts(context); };
  });
  auto* reset = family->add_subcommand("reset", "Bỏ mật khẩu cũ, lấy liên kết mới / a new link, the old password is void");
  reset->add_option("account", wanted->id)->required();
  reset->callback([&context, wanted] { context.run = [&context, wanted] { return reset_account(context, wanted->id); }; });
  auto* remove = family->add_subcommand("remove", "Xóa / remove");
  remove->add_option("account", wanted->id)->required();
  remove->callback([&context, wanted] { context.run = [&context, wanted] { return remove_account(context, wanted->id); }; });
}

void add_token_family(CLI::App& app, Context& context) {
  auto* family = app.add_subcommand("token", "Khóa cho chương trình / keys for programs");
  family->require_subcommand(1);
  auto wanted = std::make_shared<HolderWanted>();
  wanted->role = "reporter";
  auto* add = family->add_subcommand("add", "Tạo một khóa / make one");
  add_holder_options(add, wanted);
  add->add_option("--account", wanted->owner, "Tài khoản ban tổ chức đứng tên / the organizer's account that answers for it")
      ->required();
  add->add_option("--days", wanted->days, "Số ngày có hiệu lực / days it is good for")->capture_default_str();
  add->callback([&context, wanted] { context.run = [&context, wanted] { return add_token(context, *wanted); }; });
  family->add_subcommand("list", "Liệt kê / list")->callback([&context] {
    context.run = [&context] { return list_tokens(context); };
  });
  auto* revoke = family->add_subcommand("revoke", "Thu hồi / revoke");
  revoke->add_option("token", wanted->id)->required();
  revoke->callback([&context, wanted] { context.run = [&context, wanted] { return revoke_token(context, wanted->id); }; });
}

}  // namespace

void add_account_commands(CLI::App& app, Context& context) {
  add_account_family(app, context);
  add_token_family(app, context);
}

}  // namespace phien::server
