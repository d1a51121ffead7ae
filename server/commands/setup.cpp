// A new fair.
#include "server/commands/context.hpp"
#include "server/files.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

int init(const Context& context, const std::string& fair, const std::string& kit) {
  if (!is_fair_id(fair))
    throw Failure{Exit::usage,
                  {"bad_fair_id",
                   "--fair-id",
                   {"Mã phiên chợ chỉ gồm a–z, 0–9 và gạch nối: " + fair, "A fair id is a–z, 0–9 and hyphens: " + fair}}};
  need(House::create(context.paths, fair, kit, context.clock()), Exit::refused);
  const Keys keys = need(read_keys(context.paths.keys()), Exit::refused);
  if (context.json)
    std::printf(
        "%s\n",
        json{{"fair", fair}, {"root", hex(keys.root)}, {"data", absolute(context.paths.directory)}, {"kit", absolute(kit)}}
            .dump()
            .c_str());
  context.say({"Đã mở phiên " + fair + " ở " + context.paths.directory + ".\nBộ khôi phục: " + kit +
                   " — cất nơi khác máy này; ai giữ nó là ban tổ chức.",
               "Fair " + fair + " is opened in " + context.paths.directory + ".\nRecovery kit: " + kit +
                   " — keep it away from this machine; who holds it is the organizer."});
  return 0;
}

}  // namespace

void add_setup_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("init", "Mở một phiên chợ mới / open a new fair");
  auto fair = std::make_shared<std::string>(), kit = std::make_shared<std::string>();
  command->add_option("--fair-id", *fair, "Mã phiên chợ / the fair's id")->required();
  command->add_option("--kit", *kit, "Tệp khôi phục sẽ tạo / recovery kit to write")->required();
  command->callback([&context, fair, kit] { context.run = [&context, fair, kit] { return init(context, *fair, *kit); }; });
}

}  // namespace phien::server
