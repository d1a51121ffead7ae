#include "db/sqlite/readers.hpp"

#include <utility>

#include "db/sqlite/queries.hpp"

namespace phien::db {
namespace {

using journal::Branch;
using journal::BranchNo;
using journal::JournalId;
using ledger::Sum;

// Holds one read transaction. It may outlive the store: then its connection closes with it.
class SqliteSnapshot final : public TableReads<Snapshot> {
 public:
  SqliteSnapshot(std::shared_ptr<Readers> readers, std::unique_ptr<Connection> connection)
      : TableReads(*connection), readers_(std::move(readers)), connection_(std::move(connection)) {
    static constexpr const char* kFirstRead = "SELECT 1 FROM meta LIMIT 1";
    connection_->run("BEGIN");
    Query(*connection_, kFirstRead).finish();  // BEGIN alone does not fix what will be seen
  }
  ~SqliteSnapshot() override {
    if (sqlite3_exec(connection_->raw(), "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) return;  // closed, not lent again
    readers_->give_back(std::move(connection_));
  }

  std::vector<Branch> branches() const override { return queries::branches(db_); }
  std::vector<Branch> branches_of(const JournalId& journal) const override {
    auto found = queries::branches_of_terminal(db_, journal.terminal);
    std::erase_if(found, [&](const Branch& branch) { return branch.journal != journal; });
    return found;
  }
  std::vector<Branch> branches_of_terminal(const std::string& terminal) const override {
    return queries::branches_of_terminal(db_, terminal);
  }
  std::optional<Branch> branch(BranchNo no) const override { return queries::branch(db_, no); }
  Sum sum(std::string_view key) const override { return queries::value(db_, key, static_cast<Sum*>(nullptr)).value_or(Sum{}); }
  std::optional<std::string> fact(std::string_view key) const override {
    return queries::value(db_, key, static_cast<std::string*>(nullptr));
  }
  void sums(std::string_view prefix, const std::function<bool(std::string_view, const Sum&)>& visit) const override {
    visit_all<Sum>(prefix, visit);
  }
  void facts(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    visit_all<std::string>(prefix, visit);
  }

 private:
  template <class Value, class Visit>
  void visit_all(std::string_view prefix, const Visit& visit) const {
    queries::for_prefix<Value>(db_, prefix, [&](const queries::KeyedRows<Value>& rows, bool) {
      for (const auto& [key, value] : rows) {
        if (!visit(key, value)) return false;
      }
      return true;
    });
  }

  std::shared_ptr<Readers> readers_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Connection> Readers::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto connection = std::move(free_.back());
      free_.pop_back();
      return connection;
    }
  }
  return open();
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (free_.size() < kept_) free_.push_back(std::move(connection));
}

std::unique_ptr<Snapshot> Readers::snapshot() { return std::make_unique<SqliteSnapshot>(shared_from_this(), borrow()); }

}  // namespace phien::db
