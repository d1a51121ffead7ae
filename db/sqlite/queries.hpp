// Reading the tables: the same for snapshots and for the writer. Scans fetch some rows at a time and visit them with no
// statement open, so that a visitor may read, write and scan again.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/sqlite/connection.hpp"
#include "db/store.hpp"

namespace phien::db {

inline constexpr std::size_t kScanChunk = 64;  // rows held at a time: at most 4 MiB of entries

// An entry's place in its table: a branch is one stretch of it.
inline constexpr int kSeqBits = 40;
constexpr std::int64_t entry_id(journal::BranchNo branch, journal::Seq seq) { return (branch << kSeqBits) | seq; }

// The columns `flags` and `bytes` of an entry.
std::int64_t flags_of(const journal::StoredEntry& entry);
std::string_view bytes_column(const journal::StoredEntry& entry);

template <class Bytes>
std::string_view raw(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

namespace queries {

std::vector<journal::Branch> branches(Connection& db);
std::vector<journal::Branch> branches_of_terminal(Connection& db, std::string_view terminal);
std::optional<journal::Branch> branch(Connection& db, journal::BranchNo no);
std::optional<journal::StoredEntry> entry(Connection& db, journal::BranchNo branch, journal::Seq seq);
void scan(Connection& db, journal::BranchNo branch, journal::Seq from, journal::Seq to,
          const std::function<bool(const journal::StoredEntry&)>& visit);
journal::Seq first_at_or_after(Connection& db, const journal::Branch& branch, journal::Seq from, journal::Seq to,
                               Milliseconds time);
std::vector<std::pair<journal::Seq, Signature>> seals(Connection& db, journal::BranchNo branch, journal::Seq from,
                                                      journal::Seq to);
journal::Seq last_seal(Connection& db, journal::BranchNo branch, journal::Seq seq);
std::optional<journal::PersonalData> personal(Connection& db, journal::BranchNo branch, journal::Seq seq);
std::optional<std::string> meta(Connection& db, std::string_view name);

std::optional<ledger::Sum> value(Connection& db, std::string_view key, ledger::Sum*);
std::optional<std::string> value(Connection& db, std::string_view key, std::string*);
// At most kScanChunk rows that begin with `prefix`, from the key `from` on (after it, if `after`), in byte order.
template <class Value>
using KeyedRows = std::vector<std::pair<std::string, Value>>;
KeyedRows<ledger::Sum> chunk(Connection& db, std::string_view prefix, std::string_view from, bool after, ledger::Sum*);
KeyedRows<std::string> chunk(Connection& db, std::string_view prefix, std::string_view from, bool after, std::string*);

// All rows that begin with `prefix`; `visit_chunk(rows, complete)` until it returns false.
template <class Value, class VisitChunk>
void for_prefix(Connection& db, std::string_view prefix, const VisitChunk& visit_chunk) {
  std::string from(prefix);
  for (bool after = false, more = true; more; after = true) {
    const KeyedRows<Value> rows = chunk(db, prefix, from, after, static_cast<Value*>(nullptr));
    more = rows.size() == kScanChunk;
    if (more) from = rows.back().first;
    if (!visit_chunk(rows, !more)) return;
  }
}

}  // namespace queries

// What snapshots and transactions read in the same way: straight from the tables.
template <class Base>
class TableReads : public Base {
 public:
  explicit TableReads(Connection& db) : db_(db) {}

  std::optional<journal::StoredEntry> entry(journal::BranchNo branch, journal::Seq seq) const override {
    return queries::entry(db_, branch, seq);
  }
  void scan(journal::BranchNo branch, journal::Seq from, journal::Seq to,
            const std::function<bool(const journal::StoredEntry&)>& visit) const override {
    queries::scan(db_, branch, from, to, visit);
  }
  journal::Seq first_at_or_after(journal::BranchNo no, journal::Seq from, journal::Seq to, Milliseconds time) const override {
    const auto branch = this->branch(no);
    return branch ? queries::first_at_or_after(db_, *branch, from, to, time) : to + 1;
  }
  std::vector<std::pair<journal::Seq, Signature>> seals(journal::BranchNo branch, journal::Seq from,
                                                        journal::Seq to) const override {
    return queries::seals(db_, branch, from, to);
  }
  journal::Seq last_seal(journal::BranchNo branch, journal::Seq seq) const override {
    return queries::last_seal(db_, branch, seq);
  }
  std::optional<journal::PersonalData> personal(journal::BranchNo branch, journal::Seq seq) const override {
    return queries::personal(db_, branch, seq);
  }
  std::optional<std::string> meta(std::string_view name) const override { return queries::meta(db_, name); }

 protected:
  Connection& db_;
};

}  // namespace phien::db
