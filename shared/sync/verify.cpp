#include "shared/sync/verify.hpp"

#include <limits>
#include <map>

#include "shared/journal/batch.hpp"
#include "shared/sync/examine.hpp"

namespace phien::sync {

using journal::Branch;
using journal::BranchNo;
using journal::Seq;
using journal::StoredEntry;

Verification verify(const ledger::Reader& books, const Progress& progress) {
  const std::vector<Branch> branches = books.branches();  // parents before children: by number
  std::int64_t total = 0, done = 0;
  for (const Branch& b : branches) total += b.head.seq - b.base.seq;

  Examination examination;
  std::map<BranchNo, std::size_t> indexes;
  for (const Branch& b : branches) {
    const auto parent = indexes.find(b.parent);
    const std::size_t index = examination.begin(b.journal, parent == indexes.end() ? Examination::kNone : parent->second, b.base);
    indexes[b.no] = index;
    books.scan(b.no, b.base.seq + 1, b.head.seq, [&](const StoredEntry& e) {
      examination.entry(index, e.at.seq, e.bytes, e.digest, e.at.hash);
      ++done;
      if (progress && done % 1'000 == 0) progress(done, total);
      return true;
    });
    // Also those beyond the head: a seal that was left behind tells of entries that were cut off.
    for (const auto& [seq, seal] : books.seals(b.no, b.base.seq + 1, std::numeric_limits<Seq>::max()))
      examination.seal(index, seq, seal);
    examination.end(index, b.head);
  }
  if (progress) progress(done, total);
  return examination.conclude();
}

Result<Verification> verify_export(std::string_view text, std::string_view fair) {
  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  Examination examination;
  struct Opened {
    std::size_t index;
    journal::JournalId journal;
  };
  std::vector<Opened> opened;
  while (!text.empty()) {
    const Result<journal::Batch> read = journal::read_batch(text, unlimited, unlimited);
    if (!read) return read.problem();
    const journal::Batch& batch = read.value();
    if (!fair.empty() && batch.journal.fair != fair) {
      return Problem{
          "wrong_fair", batch.journal.fair, {"Nhật ký này thuộc về một phiên khác.", "This journal belongs to another fair."}};
    }
    // It starts its journal, goes on where a batch before it ended, or forks off inside one.
    std::size_t parent = Examination::kNone, index = Examination::kNone;
    for (const Opened& o : opened) {
      if (o.journal != batch.journal || batch.prev.seq == 0) continue;
      if (examination.head(o.index) == batch.prev)
        index = o.index;
      else if (examination.hash_at(o.index, batch.prev.seq) == batch.prev.hash)
        parent = o.index;
    }
    if (index == Examination::kNone) {
      index = examination.begin(batch.journal, parent, batch.prev);
      opened.push_back({index, batch.journal});
    }
    Seq seq = batch.prev.seq;
    for (const journal::BatchItem& item : batch.items) {
      examination.entry(index, ++seq, item.bytes, item.digest, item.hash);
      if (item.seal) examination.seal(index, seq, *item.seal);
    }
    examination.end(index, {seq, batch.items.back().hash});
  }
  return examination.conclude();
}

}  // namespace phien::sync
