// What the seller sees on the shelf: the server's figures, and on top what this device did that is not in them yet.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "shared/ledger/contributions.hpp"
#include "shared/sync/feed.hpp"
#include "shared/sync/walk.hpp"

namespace phien::sync {

using journal::Branch;
using journal::BranchNo;
using journal::JournalId;
using journal::Ref;
using journal::Seq;
using journal::StoredEntry;

namespace {

constexpr std::size_t kMaxContinued = 64;  // journals one device may have written, one after the other

// This device's journals: the one it writes and those it continues.
std::vector<JournalId> written_here(const ledger::Reader& books, const JournalId& own) {
  std::vector<JournalId> out{own};
  while (out.size() < kMaxContinued) {
    const std::vector<Branch> branches = books.branches_of(out.back());
    if (branches.empty()) break;
    const auto first = books.entry(branches.front().no, 1);
    if (!first || first->bytes.empty()) break;
    const Result<journal::Entry> entry = journal::decode(first->bytes);
    const auto* open = entry.ok() ? std::get_if<journal::JournalOpen>(&entry->body) : nullptr;
    if (open == nullptr || !open->continues) break;
    const auto before = journal::find(books, *open->continues);
    if (!before) break;
    const JournalId earlier = books.branch(before->branch)->journal;
    if (std::find(out.begin(), out.end(), earlier) != out.end()) break;
    out.push_back(earlier);
  }
  return out;
}

// Up to which own entry of each branch the server's figures go.
std::map<BranchNo, Seq> included(const ledger::Reader& books, const std::vector<Branch>& branches,
                                 const std::vector<Ref>& heads) {
  std::map<BranchNo, Seq> to;
  bool any = false;
  Seq unknown = 0;
  for (const Ref& ref : heads) {
    if (ref.terminal != branches.front().journal.terminal) continue;
    bool here = false;
    for (const Branch& b : branches) {
      if (ref.seq <= b.base.seq || !on_chain(books, b, {ref.seq, ref.hash})) continue;
      for (const Stretch& s : stretches(books, b, 1, ref.seq)) to[s.branch] = std::max(to[s.branch], s.to);
      here = any = true;
    }
    if (!here) unknown = std::max(unknown, ref.seq);
  }
  // The server knows more of this journal than this device (it was restored): what is here is in its figures.
  if (!any) {
    for (const Branch& b : branches) to[b.no] = unknown;
  }
  return to;
}

// Own movements and counts that the server's figures lack, in the order in which they count.
class Ahead {
 public:
  void add(const StoredEntry& stored, const std::string& terminal) {
    if (stored.bytes.empty()) return;
    const Result<journal::Entry> entry = journal::decode(stored.bytes);
    if (!entry) return;
    if (const auto* reversal = std::get_if<journal::VoidBody>(&entry->body)) voided_.insert((*reversal)->entry.hash);
    const ledger::When when = ledger::counts_at(*entry, {stored.time, stored.quality});
    contributions_.clear();
    ledger::contribute(*entry, {terminal, stored.at}, when, "", contributions_);
    for (const ledger::Movement& m : contributions_.movements) {
      changes_.push_back(
          {when.time, stored.at, false, {std::string(m.exhibitor), std::string(m.product), std::string(m.place), m.qty}});
    }
    for (const ledger::Counted& c : contributions_.counts) {
      changes_.push_back(
          {when.time, stored.at, true, {std::string(c.exhibitor), std::string(c.product), std::string(c.place), c.qty}});
    }
  }

  void put_on(std::map<std::tuple<std::string, std::string, std::string>, Quantity>& rows) {
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const Change& a, const Change& b) { return std::tie(a.time, a.at) < std::tie(b.time, b.at); });
    for (const Change& c : changes_) {
      Quantity& on_hand = rows[{c.row.exhibitor, c.row.product, c.row.place}];
      if (!c.count)
        on_hand += c.row.on_hand;
      else if (!voided_.contains(c.at.hash))
        on_hand = c.row.on_hand;
    }
  }

 private:
  struct Change {
    Milliseconds time = 0;
    journal::Head at;
    bool count = false;
    FeedRow row;  // on_hand: the quantity moved, or counted
  };
  ledger::Contributions contributions_;
  std::vector<Change> changes_;
  std::set<Hash> voided_;
};

}  // namespace

std::vector<FeedRow> shown_stock(const ledger::Reader& books, const FeedStock& stock, const JournalId& own) {
  Ahead ahead;
  for (const JournalId& journal : written_here(books, own)) {
    const std::vector<Branch> branches = books.branches_of(journal);
    if (branches.empty()) continue;
    const std::map<BranchNo, Seq> known = included(books, branches, stock.heads);
    for (const Branch& b : branches) {
      const auto to = known.find(b.no);
      const Seq from = std::max(b.base.seq, to == known.end() ? Seq{0} : to->second) + 1;
      books.scan(b.no, from, b.head.seq, [&](const StoredEntry& e) {
        ahead.add(e, journal.terminal);
        return true;
      });
    }
  }
  std::map<std::tuple<std::string, std::string, std::string>, Quantity> rows;
  for (const FeedRow& row : stock.rows) rows[{row.exhibitor, row.product, row.place}] = row.on_hand;
  ahead.put_on(rows);
  std::vector<FeedRow> out;
  out.reserve(rows.size());
  for (const auto& [key, on_hand] : rows) out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), on_hand});
  return out;
}

Quantity shown_on_hand(const ledger::Reader& books, const FeedStock& stock, const JournalId& own, std::string_view exhibitor,
                       std::string_view product, std::string_view place) {
  for (const FeedRow& row : shown_stock(books, stock, own)) {
    if (row.exhibitor == exhibitor && row.product == product && row.place == place) return row.on_hand;
  }
  return 0;
}

}  // namespace phien::sync
