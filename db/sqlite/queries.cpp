#include "db/sqlite/queries.hpp"

#include <algorithm>
#include <cstring>

namespace phien::db {
namespace {

using journal::Branch;
using journal::BranchNo;
using journal::PersonalData;
using journal::Seq;
using journal::Standing;
using journal::StoredEntry;
using journal::TimeQuality;
using ledger::Sum;

constexpr std::int64_t kQualityMask = 3, kStandingMask = 7, kBytesMissing = 32;
constexpr int kStandingShift = 2;
constexpr std::int64_t kSeqMask = (std::int64_t{1} << kSeqBits) - 1;

template <class Bytes>
void read_bytes(std::string_view column, Bytes& into) {
  if (column.size() != into.size()) throw StoreFailed("the store is damaged: a hash, key or signature has another length");
  std::memcpy(into.data(), column.data(), into.size());
}

Branch read_branch(const Query& row) {
  Branch branch;
  branch.no = row.integer(0);
  branch.journal.fair = row.bytes(1);
  read_bytes(row.bytes(2), branch.journal.root.bytes);
  branch.journal.terminal = row.bytes(3);
  read_bytes(row.bytes(4), branch.journal.key.bytes);
  branch.parent = row.integer(5);
  branch.base.seq = row.integer(6);
  read_bytes(row.bytes(7), branch.base.hash.bytes);
  branch.head.seq = row.integer(8);
  read_bytes(row.bytes(9), branch.head.hash.bytes);
  branch.state = row.bytes(10);
  return branch;
}

StoredEntry read_entry(const Query& row) {
  StoredEntry entry;
  const std::int64_t id = row.integer(0);
  entry.branch = id >> kSeqBits;
  entry.at.seq = id & kSeqMask;
  entry.time = row.integer(1);
  const std::int64_t flags = row.integer(2);
  entry.quality = static_cast<TimeQuality>(flags & kQualityMask);
  entry.standing = static_cast<Standing>((flags >> kStandingShift) & kStandingMask);
  read_bytes(row.bytes(3), entry.at.hash.bytes);
  if ((flags & kBytesMissing) != 0) {
    read_bytes(row.bytes(4), entry.digest.bytes);
  } else {
    entry.bytes = row.bytes(4);
    entry.digest = sha256(entry.bytes);  // cheaper to make again than to keep
  }
  return entry;
}

std::vector<Branch> read_branches(Query& rows) {
  std::vector<Branch> found;
  while (rows.row()) found.push_back(read_branch(rows));
  return found;
}

// Ids never leave their branch, whatever the caller asks for.
std::int64_t clamped_id(BranchNo branch, Seq seq) { return entry_id(branch, std::clamp<Seq>(seq, 0, kSeqMask)); }

}  // namespace

std::int64_t flags_of(const StoredEntry& entry) {
  return static_cast<std::int64_t>(entry.quality) | (static_cast<std::int64_t>(entry.standing) << kStandingShift) |
         (entry.bytes.empty() ? kBytesMissing : 0);
}

std::string_view bytes_column(const StoredEntry& entry) {
  return entry.bytes.empty() ? raw(entry.digest.bytes) : std::string_view(entry.bytes);
}

namespace queries {

#define BRANCH_COLUMNS \
  "SELECT no, fair, root, terminal, key, parent, base_seq, base_hash, head_seq, head_hash, state FROM branch "
#define ENTRY_COLUMNS "SELECT id, time, flags, hash, bytes FROM entry "

std::vector<Branch> branches(Connection& db) {
  static constexpr const char* kSql = BRANCH_COLUMNS "ORDER BY no";
  Query rows(db, kSql);
  return read_branches(rows);
}

std::vector<Branch> branches_of_terminal(Connection& db, std::string_view terminal) {
  static constexpr const char* kSql = BRANCH_COLUMNS "WHERE terminal = ? ORDER BY no";
  Query rows(db, kSql, terminal);
  return read_branches(rows);
}

std::optional<Branch> branch(Connection& db, BranchNo no) {
  static constexpr const char* kSql = BRANCH_COLUMNS "WHERE no = ?";
  Query rows(db, kSql, no);
  return rows.row() ? std::optional<Branch>(read_branch(rows)) : std::nullopt;
}

std::optional<StoredEntry> entry(Connection& db, BranchNo branch, Seq seq) {
  static constexpr const char* kSql = ENTRY_COLUMNS "WHERE id = ?";
  if (seq < 1 || seq > kSeqMask) return std::nullopt;
  Query rows(db, kSql, entry_id(branch, seq));
  return rows.row() ? std::optional<StoredEntry>(read_entry(rows)) : std::nullopt;
}

void scan(Connection& db, BranchNo branch, Seq from, Seq to, const std::function<bool(const StoredEntry&)>& visit) {
  static constexpr const char* kSql = ENTRY_COLUMNS "WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?";
  std::vector<StoredEntry> chunk;
  std::size_t wanted = 8;  // many callers want the first few only
  do {
    chunk.clear();
    {
      Query rows(db, kSql, clamped_id(branch, from), clamped_id(branch, to), static_cast<std::int64_t>(wanted));
      while (rows.row()) chunk.push_back(read_entry(rows));
    }
    for (const StoredEntry& row : chunk) {
      if (!visit(row)) return;
    }
    if (!chunk.empty()) from = chunk.back().at.seq + 1;
  } while (chunk.size() == std::exchange(wanted, kScanChunk));
}

Seq first_at_or_after(Connection& db, const Branch& branch, Seq from, Seq to, Milliseconds time) {
  static constexpr const char* kSql = "SELECT time FROM entry WHERE id = ?";
  Seq low = std::max(from, branch.base.seq + 1);
  Seq high = std::min(to, branch.head.seq);
  const Seq last = high;
  while (low <= high) {
    const Seq middle = low + (high - low) / 2;
    Query row(db, kSql, entry_id(branch.no, middle));
    if (!row.row()) throw StoreFailed("the store is damaged: an entry is not there");
    if (row.integer(0) < time) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return low <= last ? low : to + 1;
}

std::vector<std::pair<Seq, Signature>> seals(Connection& db, BranchNo branch, Seq from, Seq to) {
  static constexpr const char* kSql = "SELECT id, signature FROM seal WHERE id >= ? AND id <= ? ORDER BY id";
  Query rows(db, kSql, clamped_id(branch, from), clamped_id(branch, to));
  std::vector<std::pair<Seq, Signature>> found;
  while (rows.row()) {
    found.emplace_back(rows.integer(0) & kSeqMask, Signature{});
    read_bytes(rows.bytes(1), found.back().second.bytes);
  }
  return found;
}

Seq last_seal(Connection& db, BranchNo branch, Seq seq) {
  static constexpr const char* kSql = "SELECT id FROM seal WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT 1";
  Query rows(db, kSql, entry_id(branch, 0), clamped_id(branch, seq));
  return rows.row() ? rows.integer(0) & kSeqMask : 0;
}

std::optional<PersonalData> personal(Connection& db, BranchNo branch, Seq seq) {
  static constexpr const char* kSql = "SELECT salt, data FROM personal WHERE id = ?";
  Query rows(db, kSql, clamped_id(branch, seq));
  if (!rows.row()) return std::nullopt;
  PersonalData found;
  read_bytes(rows.bytes(0), found.salt.bytes);
  found.data = rows.bytes(1);
  return found;
}

std::optional<std::string> meta(Connection& db, std::string_view name) {
  static constexpr const char* kSql = "SELECT value FROM meta WHERE name = ?";
  Query rows(db, kSql, name);
  return rows.row() ? std::optional<std::string>(rows.bytes(0)) : std::nullopt;
}

std::optional<Sum> value(Connection& db, std::string_view key, Sum*) {
  static constexpr const char* kSql = "SELECT count, quantity, amount FROM sum WHERE key = ?";
  Query rows(db, kSql, key);
  return rows.row() ? std::optional<Sum>({rows.integer(0), rows.integer(1), rows.integer(2)}) : std::nullopt;
}

std::optional<std::string> value(Connection& db, std::string_view key, std::string*) {
  static constexpr const char* kSql = "SELECT value FROM fact WHERE key = ?";
  Query rows(db, kSql, key);
  return rows.row() ? std::optional<std::string>(rows.bytes(0)) : std::nullopt;
}

namespace {

template <class Value, class Read>
KeyedRows<Value> read_chunk(Query& rows, std::string_view prefix, const Read& read) {
  KeyedRows<Value> found;
  while (found.size() < kScanChunk && rows.row()) {
    const std::string_view key = rows.bytes(0);
    if (!key.starts_with(prefix)) break;
    found.emplace_back(key, read(rows));
  }
  return found;
}

}  // namespace

KeyedRows<Sum> chunk(Connection& db, std::string_view prefix, std::string_view from, bool after, Sum*) {
  static constexpr const char* kFrom = "SELECT key, count, quantity, amount FROM sum WHERE key >= ? ORDER BY key";
  static constexpr const char* kAfter = "SELECT key, count, quantity, amount FROM sum WHERE key > ? ORDER BY key";
  Query rows(db, after ? kAfter : kFrom, from);
  return read_chunk<Sum>(rows, prefix, [](const Query& row) { return Sum{row.integer(1), row.integer(2), row.integer(3)}; });
}

KeyedRows<std::string> chunk(Connection& db, std::string_view prefix, std::string_view from, bool after, std::string*) {
  static constexpr const char* kFrom = "SELECT key, value FROM fact WHERE key >= ? ORDER BY key";
  static constexpr const char* kAfter = "SELECT key, value FROM fact WHERE key > ? ORDER BY key";
  Query rows(db, after ? kAfter : kFrom, from);
  return read_chunk<std::string>(rows, prefix, [](const Query& row) { return std::string(row.bytes(1)); });
}

}  // namespace queries
}  // namespace phien::db
