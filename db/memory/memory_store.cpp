#include "db/memory/memory_store.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "db/undo_map.hpp"

namespace phien::db {
namespace {

using journal::Branch;
using journal::BranchNo;
using journal::Head;
using journal::JournalId;
using journal::PersonalData;
using journal::Seq;
using journal::StoredEntry;
using ledger::Sum;
using Address = std::pair<BranchNo, Seq>;

// Each branch's own entries; like UndoMap it takes back what one job did, and a copy holds what was committed.
class Entries {
 public:
  using Row = std::shared_ptr<const StoredEntry>;
  using Rows = std::vector<Row>;

  Entries() = default;
  Entries& operator=(const Entries&) = delete;
  Entries(const Entries& other) : rows_(other.rows_), undo_(other.undo_) { undo(); }

  const Rows& of(BranchNo branch) const {
    static const Rows kNone;
    const auto found = rows_.find(branch);
    return found == rows_.end() ? kNone : found->second;
  }
  void append(const StoredEntry& entry) {
    Rows& rows = rows_[entry.branch];
    undo_.push_back({entry.branch, rows.size(), nullptr});
    rows.push_back(std::make_shared<const StoredEntry>(entry));
  }
  void replace(std::size_t index, StoredEntry entry) {
    Row& row = rows_.at(entry.branch).at(index);
    undo_.push_back({entry.branch, index, row});
    row = std::make_shared<const StoredEntry>(std::move(entry));
  }
  void undo() {
    for (auto old = undo_.rbegin(); old != undo_.rend(); ++old) {
      Rows& rows = rows_.at(old->branch);
      if (old->row) {
        rows[old->index] = old->row;
      } else {
        rows.pop_back();
      }
    }
    undo_.clear();
  }
  void keep() { undo_.clear(); }

 private:
  struct Old {
    BranchNo branch;
    std::size_t index;
    Row row;  // null: it was appended
  };
  std::map<BranchNo, Rows> rows_;
  std::vector<Old> undo_;
};

struct State {
  UndoMap<BranchNo, Branch> branches;
  Entries entries;
  UndoMap<Address, Signature> seals;
  UndoMap<Address, PersonalData> personal;
  UndoMap<std::string, Sum> sums;
  UndoMap<std::string, std::string> facts;
  UndoMap<std::string, std::string> meta;

  void undo() { branches.undo(), entries.undo(), seals.undo(), personal.undo(), sums.undo(), facts.undo(), meta.undo(); }
  void keep() {
    branches.keep_dropping_absent();
    entries.keep();
    seals.keep_dropping_absent();
    personal.keep_dropping_absent();
    sums.keep_dropping_absent();
    facts.keep_dropping_absent();
    meta.keep_dropping_absent();
  }
};

template <class T>
std::optional<T> copy_of(const T* found) {
  return found ? std::optional<T>(*found) : std::nullopt;
}

template <class Value, class Visit>
void visit_prefix(const UndoMap<std::string, Value>& map, std::string_view prefix, const Visit& visit) {
  for (auto at = map.cells().lower_bound(prefix); at != map.cells().end() && at->first.starts_with(prefix); ++at) {
    if (!at->second.value) continue;
    const Value value = *at->second.value;  // a copy: the visitor may write to this very key
    if (!visit(at->first, value)) return;
  }
}

// Everything that reads, for snapshots and transactions alike.
template <class Base>
class Reading : public Base {
 public:
  explicit Reading(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::vector<Branch> branches() const override {
    return select([](const Branch&) { return true; });
  }
  std::vector<Branch> branches_of(const JournalId& journal) const override {
    return select([&](const Branch& branch) { return branch.journal == journal; });
  }
  std::vector<Branch> branches_of_terminal(const std::string& terminal) const override {
    return select([&](const Branch& branch) { return branch.journal.terminal == terminal; });
  }
  std::optional<Branch> branch(BranchNo no) const override { return copy_of(state_->branches.find(no)); }

  std::optional<StoredEntry> entry(BranchNo branch, Seq seq) const override {
    std::optional<StoredEntry> found;
    scan(branch, seq, seq, [&](const StoredEntry& row) {
      found = row;
      return false;
    });
    return found;
  }
  void scan(BranchNo branch, Seq from, Seq to, const std::function<bool(const StoredEntry&)>& visit) const override {
    const Branch* found = state_->branches.find(branch);
    if (!found) return;
    const Seq base = found->base.seq;
    const Seq last = std::min(to, found->head.seq);
    for (Seq seq = std::max(from, base + 1); seq <= last; ++seq) {
      // Held while visited: the visitor may restate this very entry.
      const Entries::Row row = state_->entries.of(branch)[static_cast<std::size_t>(seq - base - 1)];
      if (!visit(*row)) return;
    }
  }
  Seq first_at_or_after(BranchNo branch, Seq from, Seq to, Milliseconds time) const override {
    const Branch* found = state_->branches.find(branch);
    if (!found) return to + 1;
    const Entries::Rows& rows = state_->entries.of(branch);
    const Seq base = found->base.seq;
    const Seq first = std::max(from, base + 1);
    const Seq last = std::min(to, found->head.seq);
    if (first > last) return to + 1;
    const auto begin = rows.begin() + (first - base - 1);
    const auto end = rows.begin() + (last - base);
    const auto at = std::partition_point(begin, end, [&](const Entries::Row& row) { return row->time < time; });
    return at == end ? to + 1 : (*at)->at.seq;
  }
  std::vector<std::pair<Seq, Signature>> seals(BranchNo branch, Seq from, Seq to) const override {
    std::vector<std::pair<Seq, Signature>> found;
    const auto& cells = state_->seals.cells();
    for (auto at = cells.lower_bound(Address{branch, from}); at != cells.end() && at->first <= Address{branch, to}; ++at) {
      if (at->second.value) found.emplace_back(at->first.second, *at->second.value);
    }
    return found;
  }
  Seq last_seal(BranchNo branch, Seq seq) const override {
    const auto& cells = state_->seals.cells();
    const auto above = cells.upper_bound(Address{branch, seq});
    if (above == cells.begin()) return 0;
    const Address& below = std::prev(above)->first;
    return below.first == branch ? below.second : 0;
  }
  std::optional<PersonalData> personal(BranchNo branch, Seq seq) const override {
    return copy_of(state_->personal.find(Address{branch, seq}));
  }
  Sum sum(std::string_view key) const override { return copy_of(state_->sums.find(key)).value_or(Sum{}); }
  std::optional<std::string> fact(std::string_view key) const override { return copy_of(state_->facts.find(key)); }
  void sums(std::string_view prefix, const std::function<bool(std::string_view, const Sum&)>& visit) const override {
    visit_prefix(state_->sums, prefix, visit);
  }
  void facts(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    visit_prefix(state_->facts, prefix, visit);
  }
  std::optional<std::string> meta(std::string_view name) const override { return copy_of(state_->meta.find(name)); }

  std::shared_ptr<State> copy() const { return std::make_shared<State>(*state_); }

 private:
  template <class Wanted>
  std::vector<Branch> select(const Wanted& wanted) const {
    std::vector<Branch> found;
    for (const auto& [no, cell] : state_->branches.cells()) {
      if (cell.value && wanted(*cell.value)) found.push_back(*cell.value);
    }
    return found;
  }
  std::shared_ptr<const State> state_;
};

class MemoryTransaction final : public Reading<Transaction> {
 public:
  explicit MemoryTransaction(const std::shared_ptr<State>& state) : Reading(state), state_(*state) {}

  BranchNo add_branch(const JournalId& journal, BranchNo parent, const Head& base) override {
    const auto& cells = state_.branches.cells();
    const BranchNo no = cells.empty() ? 1 : cells.rbegin()->first + 1;
    state_.branches.touch(no) = Branch{no, journal, parent, base, base, {}};
    return no;
  }
  void append(const StoredEntry& entry) override {
    Branch& branch = branch_to_change(entry.branch);
    if (entry.at.seq != branch.head.seq + 1) throw std::logic_error("append: not the next entry of its branch");
    state_.entries.append(entry);
    branch.head = entry.at;
  }
  void restate(const StoredEntry& entry) override {
    const auto old = this->entry(entry.branch, entry.at.seq);
    if (!old) throw std::logic_error("restate: no such entry");
    StoredEntry changed = *old;
    changed.time = entry.time;
    changed.quality = entry.quality;
    changed.standing = entry.standing;
    if (changed.bytes.empty()) changed.bytes = entry.bytes;
    const Seq base = state_.branches.find(entry.branch)->base.seq;
    state_.entries.replace(static_cast<std::size_t>(entry.at.seq - base - 1), std::move(changed));
  }
  void set_state(BranchNo branch, const std::string& state) override { branch_to_change(branch).state = state; }
  void put_seal(BranchNo branch, Seq seq, const Signature& seal) override {
    if (!state_.seals.find(Address{branch, seq})) state_.seals.touch(Address{branch, seq}) = seal;
  }
  void put_personal(BranchNo branch, Seq seq, const PersonalData& personal) override {
    state_.personal.touch(Address{branch, seq}) = personal;
  }
  void erase_personal(BranchNo branch, Seq seq) override { state_.personal.touch(Address{branch, seq}).reset(); }
  void add(std::string_view key, const Sum& delta) override {
    std::optional<Sum>& cell = state_.sums.touch(key);
    Sum sum = cell.value_or(Sum{});
    add_exactly(key, sum, delta);
    cell = sum.zero() ? std::nullopt : std::optional<Sum>(sum);
  }
  void put(std::string_view key, std::string_view value) override { state_.facts.touch(key) = std::string(value); }
  void erase(std::string_view key) override { state_.facts.touch(key).reset(); }
  void clear_books() override { state_.sums.clear(), state_.facts.clear(); }
  void set_meta(std::string_view name, std::string_view value) override { state_.meta.touch(name) = std::string(value); }
  void erase_meta(std::string_view name) override { state_.meta.touch(name).reset(); }

 private:
  Branch& branch_to_change(BranchNo no) {
    if (!state_.branches.find(no)) throw std::logic_error("no branch " + std::to_string(no));
    return *state_.branches.touch(no);
  }
  State& state_;
};

class MemoryStore final : public JournalStore {
 public:
  explicit MemoryStore(std::shared_ptr<State> state) : state_(std::move(state)) {}

  bool submit(Job job, Done done) override {
    std::exception_ptr problem;
    // Snapshots share the state until somebody writes.
    if (state_.use_count() > 1) state_ = std::make_shared<State>(*state_);
    running_ = true;
    try {
      MemoryTransaction transaction(state_);
      job(transaction);
      state_->keep();
    } catch (...) {
      problem = std::current_exception();
      state_->undo();
    }
    running_ = false;
    if (done) done(problem);
    return true;
  }
  std::unique_ptr<Snapshot> snapshot() const override {
    // A copy made while a job runs holds what was committed before it.
    return std::make_unique<Reading<Snapshot>>(running_ ? std::make_shared<State>(*state_) : state_);
  }
  void backup(const std::string&, const Progress&) override { throw StoreFailed("a store in memory cannot be backed up"); }
  std::vector<std::string> check(const Progress&) const override { return {}; }

 private:
  std::shared_ptr<State> state_;
  bool running_ = false;
};

}  // namespace

std::unique_ptr<JournalStore> open_memory() { return std::make_unique<MemoryStore>(std::make_shared<State>()); }

std::unique_ptr<JournalStore> open_memory(const Snapshot& image) {
  const auto* view = dynamic_cast<const Reading<Snapshot>*>(&image);
  if (!view) throw StoreFailed("not a snapshot of a store in memory");
  return std::make_unique<MemoryStore>(view->copy());
}

}  // namespace phien::db
