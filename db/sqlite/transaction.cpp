#include "db/sqlite/transaction.hpp"

#include <algorithm>
#include <utility>

namespace phien::db {

using journal::Branch;
using journal::BranchNo;
using journal::Head;
using journal::JournalId;
using journal::PersonalData;
using journal::Seq;
using journal::StoredEntry;
using ledger::Sum;
using Blob = Query::Blob;

namespace {

// Rows remembered between transactions; beyond it all are read anew. Sums are added to again and again; a fact is mostly written
// once and looked for by its prefix, which reads the table anyway.
constexpr std::size_t kMaxRememberedSums = 20'000;
constexpr std::size_t kMaxRememberedFacts = 1'000;

// With its '|'; "" of what has none.
std::string_view family_of(std::string_view key) {
  const std::size_t end = key.find('|');
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end + 1);
}

}  // namespace

// ---- what is gathered -----------------------------------------------------------------------------------------------------

template <class Key, class Value>
void SqliteTransaction::Gathered<Key, Value>::keep() {
  map.keep([this](auto cell) {
    if (!std::exchange(cell->second.changed, true)) changed.push_back(cell);
  });
}

template <class Key, class Value>
void SqliteTransaction::Gathered<Key, Value>::forget_all() {
  changed.clear();
  map.forget_all();
}

template <class Key, class Value>
template <class Write>
void SqliteTransaction::Gathered<Key, Value>::flush(const Write& write) {
  // In key order neighbours share a page.
  std::sort(changed.begin(), changed.end(), [](auto a, auto b) { return a->first < b->first; });
  for (const auto& cell : changed) {
    write(cell->first, cell->second.value);
    cell->second.changed = false;
  }
  changed.clear();
}

template <class Value>
const std::optional<Value>& SqliteTransaction::known(Gathered<std::string, Value>& gathered, std::string_view key) const {
  if (const auto* cell = gathered.map.cell(key)) return cell->value;
  return gathered.map.remember(key, queries::value(db_, key, static_cast<Value*>(nullptr))).value;
}

// The rows of the table, overlaid by what is known of them.
template <class Value, class Visit>
void SqliteTransaction::visit_prefix(const Gathered<std::string, Value>& gathered, std::string_view prefix, bool in_table,
                                     const Visit& visit) const {
  const auto& cells = gathered.map.cells();
  auto cell = cells.lower_bound(prefix);
  const auto cell_before = [&](const std::string* limit) {  // is there a cell of this prefix, below the limit?
    return cell != cells.end() && cell->first.starts_with(prefix) && (limit == nullptr || cell->first < *limit);
  };
  const auto visit_cell = [&] {
    const auto at = cell++;
    if (!at->second.value) return true;
    const Value value = *at->second.value;  // a copy: the visitor may write to this very key
    return visit(at->first, value);
  };
  if (!in_table) {
    while (cell_before(nullptr) && visit_cell()) {}
    return;
  }
  queries::for_prefix<Value>(db_, prefix, [&](const queries::KeyedRows<Value>& rows, bool complete) {
    for (const auto& [key, value] : rows) {
      while (cell_before(&key)) {
        if (!visit_cell()) return false;
      }
      const bool overlaid = cell != cells.end() && cell->first == key;
      if (!(overlaid ? visit_cell() : visit(key, value))) return false;
    }
    while (complete && cell_before(nullptr)) {
      if (!visit_cell()) return false;
    }
    return true;
  });
}

bool SqliteTransaction::table_has_family(std::string_view key) const {
  const std::string_view family = family_of(key);
  if (family.empty()) return true;
  auto known = fact_families_.find(family);
  if (known == fact_families_.end()) {
    const bool has = !queries::chunk(db_, family, family, false, static_cast<std::string*>(nullptr)).empty();
    known = fact_families_.emplace(family, has).first;
  }
  return known->second;
}

// ---- the course of a transaction --------------------------------------------------------------------------------------------

SqliteTransaction::SqliteTransaction(Connection& db) : TableReads(db) { load_branches(); }

void SqliteTransaction::load_branches() {
  branches_.forget_all();
  for (Branch& branch : queries::branches(db_)) {
    const BranchNo no = branch.no;
    branches_.map.remember(no, std::move(branch));
  }
}

void SqliteTransaction::begin() {
  static constexpr const char* kSql = "BEGIN IMMEDIATE";
  Query(db_, kSql).finish();
}

void SqliteTransaction::begin_job() {
  static constexpr const char* kSql = "SAVEPOINT job";
  Query(db_, kSql).finish();
}

void SqliteTransaction::keep_job() {
  static constexpr const char* kSql = "RELEASE job";
  Query(db_, kSql).finish();
  branches_.keep(), sums_.keep(), facts_.keep();
  cleared_ = false;
}

void SqliteTransaction::undo_job() {
  static constexpr const char* kUndo = "ROLLBACK TO job";
  static constexpr const char* kRelease = "RELEASE job";
  Query(db_, kUndo).finish();
  Query(db_, kRelease).finish();
  branches_.map.undo(), sums_.map.undo(), facts_.map.undo();
  // What was read of the cleared tables is not so any more.
  if (std::exchange(cleared_, false)) sums_.map.forget_unchanged(), facts_.map.forget_unchanged(), fact_families_.clear();
}

void SqliteTransaction::commit() {
  static constexpr const char* kSql = "COMMIT";
  flush();
  Query(db_, kSql).finish();
  if (sums_.map.cells().size() > kMaxRememberedSums) sums_.map.forget_unchanged();
  if (facts_.map.cells().size() > kMaxRememberedFacts) facts_.map.forget_unchanged();
}

void SqliteTransaction::abandon() {
  erased_ = cleared_ = false;
  sums_.forget_all(), facts_.forget_all(), fact_families_.clear();
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(db_.raw()) == 0) db_.run("ROLLBACK");
  load_branches();
}

void SqliteTransaction::flush() {
  branches_.flush([this](BranchNo, const std::optional<Branch>& branch) {
    static constexpr const char* kSql =
        "INSERT INTO branch (no, fair, root, terminal, key, parent, base_seq, base_hash, head_seq, head_hash, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (no) DO UPDATE SET head_seq = excluded.head_seq, head_hash = excluded.head_hash, state = excluded.state";
    Query(db_, kSql, branch->no, branch->journal.fair, Blob{raw(branch->journal.root.bytes)}, branch->journal.terminal,
          Blob{raw(branch->journal.key.bytes)}, branch->parent, branch->base.seq, Blob{raw(branch->base.hash.bytes)},
          branch->head.seq, Blob{raw(branch->head.hash.bytes)}, Blob{branch->state})
        .finish();
  });
  sums_.flush([this](const std::string& key, const std::optional<Sum>& sum) {
    static constexpr const char* kPut = "INSERT OR REPLACE INTO sum (key, count, quantity, amount) VALUES (?, ?, ?, ?)";
    static constexpr const char* kErase = "DELETE FROM sum WHERE key = ?";
    if (sum) {
      Query(db_, kPut, key, sum->count, sum->quantity, sum->amount).finish();
    } else {
      Query(db_, kErase, key).finish();
    }
  });
  facts_.flush([this](const std::string& key, const std::optional<std::string>& value) {
    static constexpr const char* kPut = "INSERT OR REPLACE INTO fact (key, value) VALUES (?, ?)";
    static constexpr const char* kErase = "DELETE FROM fact WHERE key = ?";
    if (value) {
      if (const auto family = fact_families_.find(family_of(key)); family != fact_families_.end()) family->second = true;
      Query(db_, kPut, key, Blob{*value}).finish();
    } else {
      Query(db_, kErase, key).finish();
    }
  });
}

// ---- journals -----------------------------------------------------------------------------------------------------------------

template <class Wanted>
std::vector<Branch> SqliteTransaction::select_branches(const Wanted& wanted) const {
  std::vector<Branch> found;
  for (const auto& [no, cell] : branches_.map.cells()) {
    if (cell.value && wanted(*cell.value)) found.push_back(*cell.value);
  }
  return found;
}

std::vector<Branch> SqliteTransaction::branches() const {
  return select_branches([](const Branch&) { return true; });
}

std::vector<Branch> SqliteTransaction::branches_of(const JournalId& journal) const {
  return select_branches([&](const Branch& branch) { return branch.journal == journal; });
}

std::vector<Branch> SqliteTransaction::branches_of_terminal(const std::string& terminal) const {
  return select_branches([&](const Branch& branch) { return branch.journal.terminal == terminal; });
}

std::optional<Branch> SqliteTransaction::branch(BranchNo no) const {
  const Branch* found = branches_.map.find(no);
  return found != nullptr ? std::optional<Branch>(*found) : std::nullopt;
}

Branch& SqliteTransaction::branch_to_change(BranchNo no) {
  if (branches_.map.find(no) == nullptr) throw std::logic_error("no branch " + std::to_string(no));
  return *branches_.map.touch(no);
}

BranchNo SqliteTransaction::add_branch(const JournalId& journal, BranchNo parent, const Head& base) {
  const auto& cells = branches_.map.cells();
  const BranchNo no = cells.empty() ? 1 : cells.rbegin()->first + 1;
  branches_.map.touch(no) = Branch{no, journal, parent, base, base, {}};
  return no;
}

void SqliteTransaction::append(const StoredEntry& entry) {
  static constexpr const char* kSql = "INSERT INTO entry (id, time, flags, hash, bytes) VALUES (?, ?, ?, ?, ?)";
  Branch& branch = branch_to_change(entry.branch);
  if (entry.at.seq != branch.head.seq + 1) throw std::logic_error("append: not the next entry of its branch");
  Query(db_, kSql, entry_id(entry.branch, entry.at.seq), entry.time, flags_of(entry), Blob{raw(entry.at.hash.bytes)},
        Blob{bytes_column(entry)})
      .finish();
  branch.head = entry.at;
}

void SqliteTransaction::restate(const StoredEntry& entry) {
  static constexpr const char* kState = "UPDATE entry SET time = ?, flags = ? WHERE id = ?";
  static constexpr const char* kBytes = "UPDATE entry SET bytes = ? WHERE id = ?";
  auto changed = this->entry(entry.branch, entry.at.seq);
  if (!changed) throw std::logic_error("restate: no such entry");
  const std::int64_t id = entry_id(entry.branch, entry.at.seq);
  if (changed->bytes.empty() && !entry.bytes.empty()) {
    changed->bytes = entry.bytes;
    Query(db_, kBytes, Blob{entry.bytes}, id).finish();
  }
  changed->quality = entry.quality;
  changed->standing = entry.standing;
  Query(db_, kState, entry.time, flags_of(*changed), id).finish();
}

void SqliteTransaction::set_state(BranchNo branch, const std::string& state) { branch_to_change(branch).state = state; }

void SqliteTransaction::put_seal(BranchNo branch, Seq seq, const Signature& seal) {
  static constexpr const char* kSql = "INSERT OR IGNORE INTO seal (id, signature) VALUES (?, ?)";
  Query(db_, kSql, entry_id(branch, seq), Blob{raw(seal.bytes)}).finish();
}

void SqliteTransaction::put_personal(BranchNo branch, Seq seq, const PersonalData& personal) {
  static constexpr const char* kSql = "INSERT OR REPLACE INTO personal (id, salt, data) VALUES (?, ?, ?)";
  Query(db_, kSql, entry_id(branch, seq), Blob{raw(personal.salt.bytes)}, Blob{personal.data}).finish();
}

void SqliteTransaction::erase_personal(BranchNo branch, Seq seq) {
  static constexpr const char* kSql = "DELETE FROM personal WHERE id = ?";
  Query(db_, kSql, entry_id(branch, seq)).finish();
  erased_ = true;
}

// ---- books and meta
// -------------------------------------------------------------------------------------------------------------

Sum SqliteTransaction::sum(std::string_view key) const { return known(sums_, key).value_or(Sum{}); }

std::optional<std::string> SqliteTransaction::fact(std::string_view key) const { return known(facts_, key); }

void SqliteTransaction::sums(std::string_view prefix, const std::function<bool(std::string_view, const Sum&)>& visit) const {
  visit_prefix(sums_, prefix, true, visit);
}

void SqliteTransaction::facts(std::string_view prefix,
                              const std::function<bool(std::string_view, std::string_view)>& visit) const {
  visit_prefix(facts_, prefix, table_has_family(prefix), visit);
}

void SqliteTransaction::add(std::string_view key, const Sum& delta) {
  std::optional<Sum>& kept = sums_.map.touch(key, [&] { return queries::value(db_, key, static_cast<Sum*>(nullptr)); });
  Sum sum = kept.value_or(Sum{});
  add_exactly(key, sum, delta);
  kept = sum.zero() ? std::nullopt : std::optional<Sum>(sum);
}

void SqliteTransaction::put(std::string_view key, std::string_view value) {
  facts_.map.touch(key) = std::string(value);  // undone, a cell that is new is unknown again, and read when it is asked for
}

void SqliteTransaction::erase(std::string_view key) { facts_.map.touch(key).reset(); }

void SqliteTransaction::clear_books() {
  static constexpr const char* kSums = "DELETE FROM sum";
  static constexpr const char* kFacts = "DELETE FROM fact";
  Query(db_, kSums).finish();
  Query(db_, kFacts).finish();
  sums_.map.clear(), facts_.map.clear();
  cleared_ = true;
}

void SqliteTransaction::set_meta(std::string_view name, std::string_view value) {
  static constexpr const char* kSql = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)";
  Query(db_, kSql, name, Blob{value}).finish();
}

void SqliteTransaction::erase_meta(std::string_view name) {
  static constexpr const char* kSql = "DELETE FROM meta WHERE name = ?";
  Query(db_, kSql, name).finish();
}

}  // namespace phien::db
