#include "shared/sync/walk.hpp"

#include <algorithm>
#include <limits>

#include "shared/planted.hpp"
#include "shared/sync/limits.hpp"

namespace phien::sync {

using journal::BatchItem;
using journal::Branch;
using journal::Head;
using journal::JournalsReader;
using journal::Seq;
using journal::StoredEntry;

namespace {

// What lines cost in a batch (FORMAT.md §6).
constexpr std::size_t kHeaderBytes = 512, kMissingLine = 2 + 64 + 1, kSealLine = 2 + 128 + 1;
std::size_t entry_line(const BatchItem& item) { return item.bytes.empty() ? kMissingLine : 2 + item.bytes.size() + 1; }
std::size_t personal_line(const BatchItem& item) { return item.personal ? 2 + 64 + 1 + item.personal->data.size() + 1 : 0; }

using Seals = std::vector<std::pair<Seq, Signature>>;
Seals seals_on_chain(const JournalsReader& journals, const Branch& branch, Seq from, Seq to) {
  Seals all;
  for (const Stretch& s : stretches(journals, branch, from, to)) {
    Seals some = journals.seals(s.branch, s.from, s.to);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

// Entries of a chain with what travels beside them; owns what the items view.
struct Cargo {
  std::vector<StoredEntry> entries;
  std::vector<BatchItem> items;  // items[i] views entries[i].bytes once `seal_up` ran
  std::size_t bytes = kHeaderBytes + kSealLine;
};

BatchItem item_of(const JournalsReader& journals, const StoredEntry& entry) {
  BatchItem item;
  item.bytes = entry.bytes;
  item.digest = entry.digest;
  item.hash = entry.at.hash;
  // Few entries have personal data, and each look-up is a query: ask only where the entry may name some.
  if (entry.bytes.find("\"personal\":\"") != std::string::npos) item.personal = journals.personal(entry.branch, entry.at.seq);
  return item;
}

// Reads the entries after `from` up to `to`; stops after `enough` once a place of `ends` has been passed.
Cargo load(const JournalsReader& journals, const Branch& branch, Seq from, Seq to, std::size_t enough, const Seals& ends) {
  Cargo cargo;
  auto end = ends.begin();
  bool full = false;
  for (const Stretch& s : stretches(journals, branch, from + 1, to)) {
    journals.scan(s.branch, s.from, s.to, [&](const StoredEntry& entry) {
      BatchItem item = item_of(journals, entry);
      const std::size_t size = entry_line(item) + personal_line(item);
      while (end != ends.end() && end->first < entry.at.seq) ++end;
      const bool gap = entry.at.seq != from + 1 + static_cast<Seq>(cargo.items.size());
      full = gap || (end != ends.begin() && cargo.bytes + size > enough);
      if (full) return false;
      cargo.bytes += size;
      cargo.entries.push_back(entry);
      cargo.items.push_back(std::move(item));
      return true;
    });
    if (full) break;
  }
  for (std::size_t i = 0; i < cargo.items.size(); ++i) cargo.items[i].bytes = cargo.entries[i].bytes;
  return cargo;
}

// A sealed run that grew beyond a request's limit after it came (bytes found again, personal data that came later) travels with
// less, personal data first: what is left out is missing there, but the chain goes on.
void strip(Cargo& cargo) {
  for (BatchItem& item : cargo.items) {
    if (cargo.bytes <= kMaxBatchBytes) return;
    cargo.bytes -= personal_line(item);
    item.personal.reset();
  }
  for (BatchItem& item : cargo.items) {
    if (cargo.bytes <= kMaxBatchBytes) return;
    if (item.bytes.size() <= kMissingLine) continue;
    cargo.bytes -= entry_line(item) - kMissingLine;
    item.bytes = {};
  }
}

std::optional<CutBatch> write(const Branch& branch, const Head& from, const Cargo& cargo) {
  CutBatch cut;
  cut.text = journal::write_batch(branch.journal, from, cargo.items);
  cut.end = cargo.entries.back().at;
  cut.entries = cargo.items.size();
  return cut;
}

}  // namespace

std::vector<Stretch> stretches(const JournalsReader& journals, const Branch& branch, Seq from, Seq to) {
  std::vector<Stretch> out;
  Branch at = branch;
  for (std::size_t depth = 0; depth <= kMaxBranchesPerJournal; ++depth) {
    const Seq first = std::max(from, at.base.seq + 1), last = std::min(to, at.head.seq);
    if (first <= last) out.push_back({at.no, first, last});
    if (from > at.base.seq || at.parent == 0) break;
    to = std::min(to, at.base.seq);
    const std::optional<Branch> parent = journals.branch(at.parent);
    if (!parent) break;
    at = *parent;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<Head> place_on_chain(const JournalsReader& journals, const Branch& branch, Seq seq) {
  if (seq == 0) return Head{0, journal::genesis(branch.journal)};
  if (seq == branch.head.seq) return branch.head;
  if (seq == branch.base.seq) return branch.base;
  if (seq < 0 || seq > branch.head.seq) return std::nullopt;
  const std::optional<StoredEntry> entry = journal::entry_on_chain(journals, branch.no, seq);
  if (!entry) return std::nullopt;
  return entry->at;
}

bool on_chain(const JournalsReader& journals, const Branch& branch, const Head& head) {
  return place_on_chain(journals, branch, head.seq) == head;
}

Head sealed_at_or_before(const JournalsReader& journals, const Branch& branch, Seq seq) {
  const std::vector<Stretch> chain = stretches(journals, branch, 1, seq);
  for (auto s = chain.rbegin(); s != chain.rend(); ++s) {
    const Seq sealed = journals.last_seal(s->branch, s->to);
    if (sealed < s->from) continue;
    if (const std::optional<Head> place = place_on_chain(journals, branch, sealed)) return *place;
  }
  return {0, journal::genesis(branch.journal)};
}

std::optional<CutBatch> cut_batch(const JournalsReader& journals, const Branch& branch, const Head& from,
                                  std::size_t preferred_entries, std::size_t preferred_bytes) {
  Seals ends = seals_on_chain(journals, branch, from.seq + 1, from.seq + static_cast<Seq>(kMaxBatchEntries));
  if (ends.empty()) return std::nullopt;
  const Seq preferred = from.seq + static_cast<Seq>(std::min(preferred_entries, kMaxBatchEntries));
  while (ends.size() > 1 && (ends.back().first > preferred || planted(Fault::split_a_unit))) ends.pop_back();
  Cargo cargo = load(journals, branch, from.seq, ends.back().first, std::min(preferred_bytes, kMaxBatchBytes), ends);
  const Seq loaded = from.seq + static_cast<Seq>(cargo.items.size());
  while (!ends.empty() && ends.back().first > loaded) ends.pop_back();
  if (ends.empty()) return std::nullopt;  // entries are gone from the store: verify says which
  const auto count = static_cast<std::size_t>(ends.back().first - from.seq);
  for (std::size_t i = count; i < cargo.items.size(); ++i)
    cargo.bytes -= entry_line(cargo.items[i]) + personal_line(cargo.items[i]);
  cargo.items.resize(count);
  cargo.entries.resize(count);
  strip(cargo);
  cargo.items.back().seal = ends.back().second;
  return write(branch, from, cargo);
}

std::optional<CutBatch> cut_whole(const JournalsReader& journals, const Branch& branch) {
  const Seals seals = seals_on_chain(journals, branch, 1, branch.head.seq);
  if (seals.empty()) return std::nullopt;
  Cargo cargo = load(journals, branch, 0, seals.back().first, std::numeric_limits<std::size_t>::max(), {});
  for (const auto& [seq, seal] : seals) {
    const auto i = static_cast<std::size_t>(seq - 1);
    if (i >= cargo.items.size()) return std::nullopt;
    cargo.items[i].seal = seal;
  }
  return write(branch, {0, journal::genesis(branch.journal)}, cargo);
}

}  // namespace phien::sync
