// A new fair, and the way back when the server is lost.
#include <algorithm>
#include <filesystem>

#include "db/sqlite/damage.hpp"
#include "db/sqlite/sqlite_store.hpp"
#include "server/commands/context.hpp"
#include "server/files.hpp"
#include "server/take_export.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/sync/salvage.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

template <class T>
T need(Result<T> result, Exit exit = Exit::refused) {
  if (!result) throw Failure{exit, result.problem()};
  return std::move(result).value();
}

int init(const Context& context, const std::string& fair, const std::string& kit) {
  if (!is_fair_id(fair))
    throw Failure{Exit::usage,
                  {"bad_fair_id",
                   "--fair-id",
                   {"Mã phiên chợ chỉ gồm a–z, 0–9 và gạch nối: " + fair, "A fair id is a–z, 0–9 and hyphens: " + fair}}};
  need(House::create(context.paths, fair, kit, context.clock()));
  const Keys keys = need(read_keys(context.paths.keys()));
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

// The furthest place of any certified server journal here: what the new incarnation goes on from.
std::optional<journal::ServerPosition> last_position(const ledger::Reader& books, const PublicKey& root) {
  std::optional<journal::ServerPosition> last;
  for (const journal::Branch& branch : books.branches()) {
    const auto number = journal::server_incarnation(branch.journal.terminal);
    if (!number || branch.journal.root != root || branch.head.seq == 0) continue;
    const journal::ServerPosition here{*number, branch.head};
    if (!last || std::pair(here.incarnation, here.head.seq) > std::pair(last->incarnation, last->head.seq)) last = here;
  }
  return last;
}

// The highest incarnation anything here knows of, so that a number is never given twice.
std::int64_t highest_incarnation(const ledger::Reader& books, const Kit& kit) {
  std::int64_t highest = kit.incarnation;
  for (const auto& branch : books.branches())
    highest = std::max(highest, journal::server_incarnation(branch.journal.terminal).value_or(0));
  for (const auto& position : ledger::witnessed_server_positions(books)) highest = std::max(highest, position.incarnation);
  return highest;
}

void take_files(db::JournalStore& store, const std::vector<std::string>& files, const std::string& fair) {
  for (const std::string& path : files) {
    const std::string text = need(read_file(path), Exit::bad_input);
    store.run([&](db::Transaction& tx) {
      const auto taken = take_export(tx, text, fair);
      if (taken) return;
      const Problem& problem = taken.problem();
      throw Failure{Exit::bad_input, {problem.code, path + (problem.where.empty() ? "" : ":" + problem.where), problem.what}};
    });
  }
}

// The store of this directory, new if there is none. One that is damaged is put aside, and what can be read of its journals goes
// into the new one: what terminals hold comes back from them, the rest from here.
std::unique_ptr<db::JournalStore> open_or_salvage(const Context& context) {
  db::Examined examined = db::examine_sqlite(context.paths.store());
  if (examined.damage.empty()) return std::move(examined.store);
  std::vector<sync::DecodedBatch> readable;
  try {
    const auto keep = [&readable](sync::DecodedBatch batch) { readable.push_back(std::move(batch)); };
    if (examined.store) sync::salvage(*examined.store->snapshot(), keep);
  } catch (const db::StoreFailed&) {  // not even the list of journals can be read
  }
  examined.store.reset();
  const std::string aside = db::put_aside(context.paths.store());
  auto store = db::open_sqlite(context.paths.store());
  std::int64_t entries = 0;
  store->run([&](db::Transaction& tx) {
    for (const sync::DecodedBatch& batch : readable) {
      const sync::Outcome outcome = sync::receive(tx, batch, true);
      if (const auto* accepted = std::get_if<sync::Accepted>(&outcome)) entries += accepted->appended;
    }
  });
  const std::string saved = std::to_string(entries);
  context.say({"Tệp dữ liệu hỏng, cất ở " + aside + ". Cứu được " + saved + " mục.",
               "The data file is damaged and kept as " + aside + ". " + saved + " entries were saved."});
  return store;
}

struct Recovery {
  std::string kit, backup;
  std::vector<std::string> journals;
};

// A new incarnation: from nothing but the kit, from a backup, from exported journals, or in the directory of a server that was
// overtaken.
int recover(const Context& context, const Recovery& from) {
  Kit kit = need(read_kit(from.kit), Exit::bad_input);
  need(make_private_directory(context.paths.directory));
  if (!from.backup.empty()) {
    if (std::filesystem::exists(context.paths.store()))
      throw Failure{Exit::refused,
                    {"exists",
                     context.paths.store(),
                     {"Đã có dữ liệu ở đây; hãy dùng thư mục trống cho bản sao lưu.",
                      "There is data here already; use an empty directory for the backup."}}};
    const std::string copy = context.paths.store() + ".new";
    std::error_code failed;
    std::filesystem::copy_file(from.backup, copy, std::filesystem::copy_options::overwrite_existing, failed);
    if (!failed) std::filesystem::rename(copy, context.paths.store(), failed);
    if (failed)
      throw Failure{Exit::bad_input,
                    {"cannot_read", from.backup, {"Không chép được bản sao lưu.", "The backup cannot be copied."}}};
  }
  const auto store = open_or_salvage(context);
  take_files(*store, from.journals, kit.fair);
  const auto snapshot = store->snapshot();
  const auto parent = last_position(*snapshot, kit.root.public_key());
  kit.incarnation = highest_incarnation(*snapshot, kit) + 1;
  const Keys keys = certify(kit, kit.incarnation, parent);
  // The kit first: should this end half way, the number is used up and the next try takes another.
  need(write_kit(from.kit, kit));
  const auto clock = context.clock();
  store->run([&](db::Transaction& tx) { begin_journal(tx, keys, clock->now()); });
  if (!read_file(context.paths.admin_token())) need(write_private(context.paths.admin_token(), random_hex(32) + "\n"));
  need(write_keys(context.paths.keys(), keys));
  if (context.json)
    std::printf("%s\n", json{{"fair", kit.fair}, {"incarnation", kit.incarnation}, {"root", hex(keys.root)}}.dump().c_str());
  const std::string number = std::to_string(kit.incarnation);
  context.say({"Máy chủ mang số hiệu mới: " + number + ". Các máy bán sẽ tự gửi lại nhật ký của chúng.",
               "This server is incarnation " + number + " now. The terminals send their journals again by themselves."});
  return 0;
}

}  // namespace

void add_setup_commands(CLI::App& app, Context& context) {
  auto* init_command = app.add_subcommand("init", "Mở một phiên chợ mới / open a new fair");
  auto fair = std::make_shared<std::string>(), kit = std::make_shared<std::string>();
  init_command->add_option("--fair-id", *fair, "Mã phiên chợ / the fair's id")->required();
  init_command->add_option("--kit", *kit, "Tệp khôi phục sẽ tạo / recovery kit to write")->required();
  init_command->callback([&context, fair, kit] { context.run = [&context, fair, kit] { return init(context, *fair, *kit); }; });

  auto* recover_command =
      app.add_subcommand("recover", "Dựng lại máy chủ từ bộ khôi phục / a new incarnation from the recovery kit");
  auto from = std::make_shared<Recovery>();
  recover_command->add_option("--kit", from->kit, "Bộ khôi phục / recovery kit")->required();
  recover_command->add_option("--backup", from->backup, "Bản sao lưu / a backup");
  recover_command->add_option("journals", from->journals, "Nhật ký đã xuất / exported journals");
  recover_command->callback([&context, from] { context.run = [&context, from] { return recover(context, *from); }; });
}

}  // namespace phien::server
