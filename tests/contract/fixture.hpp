// The stores under test, and journals to put into them.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "db/sqlite/sqlite_store.hpp"

namespace phien::tests {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "phien-contract-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name = "store.db") const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// The kinds of store, for TEST_CASE_TEMPLATE: every promise of db/store.hpp is checked on each.
struct Memory {
  std::unique_ptr<db::JournalStore> store = db::open_memory();
};
struct Sqlite {
  Folder folder;
  std::unique_ptr<db::JournalStore> store = db::open_sqlite(folder.file());
};
#define EVERY_STORE phien::tests::Memory, phien::tests::Sqlite

inline journal::JournalId journal_id(const std::string& terminal = "A-1") {
  journal::JournalId id{"cao-bang-2025", {}, terminal, {}};
  id.root.bytes.fill(1);
  id.key.bytes.fill(2);
  return id;
}

inline Signature signature(std::uint8_t fill) {
  Signature seal;
  seal.bytes.fill(fill);
  return seal;
}

// The entry that may follow `head`, rightly chained.
inline journal::StoredEntry next_entry(journal::BranchNo branch, const journal::Head& head, std::string bytes,
                                       Milliseconds time = 0) {
  journal::StoredEntry entry;
  entry.branch = branch;
  entry.digest = sha256(bytes);
  entry.at = {head.seq + 1, journal::next_hash(head.hash, entry.digest)};
  entry.bytes = std::move(bytes);
  entry.time = time;
  return entry;
}

inline journal::StoredEntry append(db::Transaction& tx, journal::BranchNo branch, std::string bytes, Milliseconds time = 0) {
  const auto entry = next_entry(branch, tx.branch(branch)->head, std::move(bytes), time);
  tx.append(entry);
  return entry;
}

inline journal::BranchNo add_journal(db::JournalStore& store, const journal::JournalId& id = journal_id()) {
  journal::BranchNo no = 0;
  store.run([&](db::Transaction& tx) { no = tx.add_branch(id, 0, {0, journal::genesis(id)}); });
  return no;
}

using Sums = std::vector<std::pair<std::string, ledger::Sum>>;
using Facts = std::vector<std::pair<std::string, std::string>>;
inline Sums sums(const ledger::BooksReader& books, std::string_view prefix = "") {
  Sums found;
  books.sums(prefix, [&](std::string_view key, const ledger::Sum& sum) {
    found.emplace_back(key, sum);
    return true;
  });
  return found;
}
inline Facts facts(const ledger::BooksReader& books, std::string_view prefix = "") {
  Facts found;
  books.facts(prefix, [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  });
  return found;
}

// All there is, as text: two stores or two moments are equal if and only if these are.
std::string everything(const db::Snapshot& view);

}  // namespace phien::tests
