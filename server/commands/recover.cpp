// The way back when the server is lost: a new incarnation of it, certified by the recovery kit.
#include <algorithm>
#include <filesystem>
#include <set>

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

struct Recovery {
  std::string kit, backup;
  std::vector<std::string> journals;
};

// An exported file, read and found to hold.
struct File {
  std::string path, text;
};

// A store that is begun, and what lies beside it: gone again unless it is done with, for it would stand in the way of the next
// try. One that was there before stays.
class Begun {
 public:
  Begun(std::string store, std::string directory)
      : store_(std::move(store)),
        directory_(std::move(directory)),
        new_store_(!std::filesystem::exists(store_)),
        new_directory_(!std::filesystem::exists(directory_)),
        before_(files()) {}
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;
  ~Begun() {
    if (done_ || !new_store_) return;
    std::error_code ignored;
    for (const auto& file : files())
      if (!before_.contains(file)) std::filesystem::remove(file, ignored);
    if (new_directory_) std::filesystem::remove(directory_, ignored);  // if nothing else is in it
  }
  bool new_store() const { return new_store_; }
  void done() { done_ = true; }

 private:
  std::set<std::filesystem::path> files() const {
    const std::string name = std::filesystem::path(store_).filename().string();
    std::set<std::filesystem::path> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, none))
      if (entry.path().filename().string().starts_with(name)) found.insert(entry.path());
    return found;
  }

  const std::string store_, directory_;
  const bool new_store_, new_directory_;
  const std::set<std::filesystem::path> before_;
  bool done_ = false;
};

Failure bad_file(const std::string& path, const Problem& problem) {
  return {Exit::bad_input, {problem.code, path + (problem.where.empty() ? "" : ":" + problem.where), problem.what}};
}

Problem of_another_fair() {
  return {"wrong_root",
          "",
          {"Không phải của phiên chợ mà bộ khôi phục này mở ra.", "This is not of the fair that the recovery kit belongs to."}};
}

std::vector<File> read_exports(const std::vector<std::string>& paths, const Kit& kit) {
  std::vector<File> files;
  for (const std::string& path : paths) {
    files.push_back({path, need(read_file(path), Exit::bad_input)});
    const auto check = [&kit](const sync::DecodedBatch& batch) -> Result<bool> {
      if (batch.batch.journal.root != kit.root.public_key()) return of_another_fair();
      return true;
    };
    if (const auto holds = sync::decode_export(files.back().text, kit.fair, check); !holds) throw bad_file(path, holds.problem());
  }
  return files;
}

void copy_backup(const std::string& backup, const std::string& store) {
  const std::string copy = store + ".new";
  std::error_code failed;
  std::filesystem::copy_file(backup, copy, std::filesystem::copy_options::overwrite_existing, failed);
  if (!failed) std::filesystem::rename(copy, store, failed);
  if (failed)
    throw Failure{Exit::bad_input, {"cannot_read", backup, {"Không chép được bản sao lưu.", "The backup cannot be copied."}}};
}

void require_fair(const db::Snapshot& books, const std::string& where, const Kit& kit) {
  for (const journal::Branch& branch : books.branches())
    if (branch.journal.fair != kit.fair || branch.journal.root != kit.root.public_key()) throw bad_file(where, of_another_fair());
}

Failure no_backup(const std::string& backup) {
  return {Exit::bad_input,
          {"not_a_backup",
           backup,
           {"Tệp này không phải bản sao lưu, hoặc không đọc được gì từ nó.",
            "This file is no backup, or nothing of it can be read."}}};
}

// The journals of a backup, besides what is here: of a store that was damaged, or came back from an earlier day.
void add_backup(db::JournalStore& store, const std::string& backup, const Paths& paths, const Kit& kit) {
  const std::string copy = paths.store() + ".backup";  // it is opened for writing, which the one on the stick should not be
  const Begun passing(copy, paths.directory);
  copy_backup(backup, copy);
  const db::Examined examined = db::examine_sqlite(copy);
  if (!examined.store) throw no_backup(backup);
  const auto books = examined.store->snapshot();
  require_fair(*books, backup, kit);
  store.run([&](db::Transaction& tx) {
    const auto take = [&tx](const sync::DecodedBatch& batch) { (void)sync::receive(tx, batch, true); };
    if (sync::salvage(*books, take) == 0) throw no_backup(backup);
  });
}

// All or none of them.
void take_files(db::JournalStore& store, const std::vector<File>& files, const std::string& fair) {
  store.run([&](db::Transaction& tx) {
    for (const File& file : files)
      if (const auto taken = take_export(tx, file.text, fair); !taken) throw bad_file(file.path, taken.problem());
  });
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

// A new incarnation: from nothing but the kit, from a backup, from exported journals, or in the directory of a server that was
// overtaken. Every file is looked at before anything is made.
int recover(const Context& context, const Recovery& from) {
  Kit kit = need(read_kit(from.kit), Exit::bad_input);
  const std::vector<File> exports = read_exports(from.journals, kit);
  Begun begun(context.paths.store(), context.paths.directory);
  need(make_private_directory(context.paths.directory), Exit::refused);
  const bool add = !from.backup.empty() && !begun.new_store();
  if (!from.backup.empty() && !add) copy_backup(from.backup, context.paths.store());
  const auto store = open_or_salvage(context);
  if (!from.backup.empty() && !add && store->snapshot()->branches().empty()) throw no_backup(from.backup);
  require_fair(*store->snapshot(), from.backup.empty() || add ? context.paths.store() : from.backup, kit);
  if (add) add_backup(*store, from.backup, context.paths, kit);
  take_files(*store, exports, kit.fair);
  const auto snapshot = store->snapshot();
  const auto parent = last_position(*snapshot, kit.root.public_key());
  kit.incarnation = highest_incarnation(*snapshot, kit) + 1;
  const Keys keys = certify(kit, kit.incarnation, parent);
  // The kit first: should this end half way, the number is used up and the next try takes another.
  need(write_kit(from.kit, kit), Exit::refused);
  const auto clock = context.clock();
  store->run([&](db::Transaction& tx) { begin_journal(tx, keys, clock->now()); });
  if (!read_file(context.paths.admin_token()))
    need(write_private(context.paths.admin_token(), random_hex(32) + "\n"), Exit::refused);
  need(write_keys(context.paths.keys(), keys), Exit::refused);
  begun.done();
  if (context.json)
    std::printf("%s\n", json{{"fair", kit.fair}, {"incarnation", kit.incarnation}, {"root", hex(keys.root)}}.dump().c_str());
  const std::string number = std::to_string(kit.incarnation);
  context.say({"Máy chủ mang số hiệu mới: " + number + ". Các máy bán sẽ tự gửi lại nhật ký của chúng.",
               "This server is incarnation " + number + " now. The terminals send their journals again by themselves."});
  return 0;
}

}  // namespace

void add_recover_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("recover", "Dựng lại máy chủ từ bộ khôi phục / a new incarnation from the recovery kit");
  auto from = std::make_shared<Recovery>();
  command->add_option("--kit", from->kit, "Bộ khôi phục / recovery kit")->required();
  command->add_option("--backup", from->backup, "Bản sao lưu / a backup");
  command->add_option("journals", from->journals, "Nhật ký đã xuất / exported journals");
  command->callback([&context, from] { context.run = [&context, from] { return recover(context, *from); }; });
}

}  // namespace phien::server
