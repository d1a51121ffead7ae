// A share of the runs keep the server's journals in the real SQLite store, on a disk that loses what was not synced.
#include <unistd.h>

#include <filesystem>

#include "db/sqlite/sqlite_store.hpp"
#include "tests/contract/lossy_vfs.hpp"
#include "tests/simulation/disk.hpp"

namespace phien::simulation {

namespace {

class SqlitePlatter final : public Platter {
 public:
  explicit SqlitePlatter(const std::string& name) : disk_(name) {
    std::string folder = (std::filesystem::temp_directory_path() / "phien-simulation-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    open();
  }
  ~SqlitePlatter() override {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  db::JournalStore& store() override { return *store_; }
  void cut_power(Dice& dice) override {
    disk_.cut_power();
    store_.reset();
    disk_.restore_power(dice.next());
    open();
  }

 private:
  void open() {
    db::SqliteOptions options;
    options.vfs = disk_.name();
    store_ = db::open_sqlite(folder_ + "/phien.db", options);
  }
  tests::LossyDisk disk_;
  std::string folder_;
  std::unique_ptr<db::JournalStore> store_;
};

}  // namespace

std::unique_ptr<Platter> sqlite_platter(const std::string& name) {
  static int made = 0;  // a VFS is registered under its name
  return std::make_unique<SqlitePlatter>(name + std::to_string(++made));
}

}  // namespace phien::simulation
