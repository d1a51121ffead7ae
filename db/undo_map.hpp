// An ordered map that can take back what one job did to it. Undoing costs memory per key touched, not per write: a job that
// adds a million times to a thousand sums remembers a thousand old values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "shared/ledger/books.hpp"

namespace phien::db {

template <class Key, class Value>
class UndoMap {
 public:
  struct Cell {
    std::optional<Value> value;  // none: known to be absent
    std::uint64_t touched_by = 0;
    bool changed = false;  // for the owner: not written to disk yet
  };
  using Cells = std::map<Key, Cell, std::less<>>;
  using Iterator = typename Cells::iterator;

  UndoMap() = default;
  UndoMap& operator=(const UndoMap&) = delete;
  // A copy holds what was committed, also while a job runs: that is what a snapshot may see.
  // Its next job is one that no copied cell was touched by.
  UndoMap(const UndoMap& other) : cells_(other.cells_), job_(other.job_ + 1) {
    for (const Old& old : other.undo_) restore(cells_.find(old.cell->first), old.value);
  }

  // Nothing when the key was never seen here; a cell without a value when it is known to be absent.
  template <class K>
  const Cell* cell(const K& key) const {
    const auto found = cells_.find(key);
    return found == cells_.end() ? nullptr : &found->second;
  }
  template <class K>
  const Value* find(const K& key) const {
    const Cell* found = cell(key);
    return found != nullptr && found->value ? &*found->value : nullptr;
  }
  const Cells& cells() const { return cells_; }

  // The value to write to; its old state is remembered once a job. `read()` says what is below, where nothing is known here.
  template <class K, class Read>
  std::optional<Value>& touch(const K& key, const Read& read) {
    auto at = cells_.lower_bound(key);
    const bool is_new = at == cells_.end() || cells_.key_comp()(key, at->first);
    if (is_new) at = cells_.emplace_hint(at, Key(key), Cell{read()});
    return touch(at, is_new);
  }
  // The same where what is below does not matter.
  template <class K>
  std::optional<Value>& touch(const K& key) {
    return touch(key, [] { return std::optional<Value>(); });
  }
  void clear() {
    for (auto at = cells_.begin(); at != cells_.end(); ++at) touch(at, false).reset();
  }
  // What was read from below, not a write: survives undo().
  template <class K>
  const Cell& remember(const K& key, std::optional<Value> value) {
    const auto at = cells_.emplace(Key(key), Cell{}).first;
    at->second.value = std::move(value);
    return at->second;
  }

  void undo() {
    for (const Old& old : undo_) restore(old.cell, old.value);
    undo_.clear();
    ++job_;
  }
  // The job is kept: `visit(iterator)` for each cell it touched. The visitor may erase that cell.
  template <class Visit>
  void keep(const Visit& visit) {
    for (const Old& old : undo_) visit(old.cell);
    undo_.clear();
    ++job_;
  }
  void keep_dropping_absent() {
    keep([this](Iterator at) {
      if (!at->second.value) cells_.erase(at);
    });
  }
  // Not while a job runs.
  void forget_unchanged() {
    std::erase_if(cells_, [](const auto& cell) { return !cell.second.changed; });
  }
  void forget_all() {
    undo_.clear();
    cells_.clear();
  }

 private:
  struct Old {
    Iterator cell;
    std::optional<std::optional<Value>> value;  // outer none: there was no cell
  };
  std::optional<Value>& touch(Iterator at, bool is_new) {
    Cell& cell = at->second;
    if (cell.touched_by != job_) {
      undo_.push_back({at, is_new ? std::nullopt : std::optional<std::optional<Value>>(cell.value)});
      cell.touched_by = job_;
    }
    return cell.value;
  }
  void restore(Iterator at, const std::optional<std::optional<Value>>& old) {
    if (!old) {
      cells_.erase(at);
    } else {
      at->second.value = *old;
    }
  }

  Cells cells_;
  std::vector<Old> undo_;
  std::uint64_t job_ = 1;
};

// `sum` += `delta`, or an exception that fails the job: a figure must never wrap round or become a float.
inline void add_exactly(std::string_view key, ledger::Sum& sum, const ledger::Sum& delta) {
  ledger::Sum result;
  if (__builtin_add_overflow(sum.count, delta.count, &result.count) ||
      __builtin_add_overflow(sum.quantity, delta.quantity, &result.quantity) ||
      __builtin_add_overflow(sum.amount, delta.amount, &result.amount)) {
    throw std::overflow_error("the sum " + std::string(key) + " does not fit 64 bits");
  }
  sum = result;
}

}  // namespace phien::db
