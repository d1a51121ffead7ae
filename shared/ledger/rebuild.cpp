#include <algorithm>

#include "shared/journal/certificate.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/settle.hpp"

namespace phien::ledger {
namespace {

using namespace journal;

constexpr std::size_t kPiece = 1'000;  // entries posted in one go

// Later incarnations first: they decide about earlier ones, and all of them about terminals.
std::vector<JournalId> journals_by_rank(const JournalsReader& journals) {
  std::set<JournalId> all;
  for (const Branch& branch : journals.branches()) all.insert(branch.journal);
  std::vector<JournalId> ranked(all.begin(), all.end());
  std::stable_sort(ranked.begin(), ranked.end(), [](const JournalId& a, const JournalId& b) {
    return server_incarnation(a.terminal).value_or(0) > server_incarnation(b.terminal).value_or(0);
  });
  return ranked;
}

// Copies a branch's own entries up to `last` to the end of `copy`.
void copy_entries(const Reader& from, const Branch& branch, Seq last, Transaction& to, Branch& copy) {
  for (Seq next = branch.base.seq + 1; next <= last;) {
    const Seq end = std::min(last, next + static_cast<Seq>(kPiece) - 1);
    std::vector<StoredEntry> rows;
    from.scan(branch.no, next, end, [&](const StoredEntry& stored) {
      rows.push_back(stored);
      return true;
    });
    std::map<Seq, Signature> seals;
    for (const auto& [seq, signature] : from.seals(branch.no, next, end)) seals.emplace(seq, signature);
    std::vector<Result<Entry>> decoded;
    for (const StoredEntry& row : rows) {
      decoded.push_back(row.bytes.empty() ? Result<Entry>(Problem{}) : decode(std::string_view(row.bytes)));
    }
    std::vector<Incoming> piece;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Incoming one;
      one.bytes = rows[i].bytes;
      one.digest = rows[i].digest;
      one.hash = rows[i].at.hash;
      if (!rows[i].bytes.empty()) one.entry = &decoded[i];
      if (decoded[i].ok() && decoded[i]->personal) one.personal = from.personal(branch.no, rows[i].at.seq);
      if (const auto seal = seals.find(rows[i].at.seq); seal != seals.end()) one.seal = seal->second;
      piece.push_back(std::move(one));
    }
    append(to, copy, piece);
    next = end + 1;
  }
}

}  // namespace

void rebuild(Transaction& tx, const Progress& progress) {
  tx.clear_books();
  const auto journals = journals_by_rank(tx);
  Posting posting(tx, true);
  for (const JournalId& journal : journals) settle_from_scratch(tx, posting, journal);

  std::int64_t done = 0, total = 0;
  const auto branches = tx.branches();
  for (const Branch& branch : branches) total += branch.head.seq - branch.base.seq;
  if (progress) progress(done, total);
  for (const Branch& branch : branches) {
    tx.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (stored.standing == Standing::posted) {
        const auto entry = decode(std::string_view(stored.bytes));
        if (!others_rest_on(*entry)) posting.post(branch.journal.terminal, stored, *entry);
      }
      if (++done % static_cast<std::int64_t>(kPiece) == 0 && progress) progress(done, total);
      return true;
    });
    posting.flush();
  }
  if (progress) progress(total, total);
}

std::vector<Ref> replay(const Reader& from, Transaction& to, const std::vector<Ref>* heads) {
  std::vector<Ref> not_found;
  std::map<BranchNo, Seq> wanted;  // how much of each branch
  const auto want = [&](const Branch& branch, Seq seq) {
    Seq& last = wanted[branch.no];
    last = std::max(last, seq);
  };
  if (heads) {
    for (const Ref& head : *heads) {
      const auto stored = find(from, head);
      if (!stored) {
        not_found.push_back(head);
        continue;
      }
      Branch branch = from.branch(stored->branch).value();
      for (Seq seq = head.seq; seq > 0;) {
        want(branch, seq);
        seq = branch.base.seq;
        const auto parent = from.branch(branch.parent);
        if (!parent) break;
        branch = *parent;
      }
    }
  } else {
    for (const Branch& branch : from.branches()) want(branch, branch.head.seq);
  }

  auto ranked = journals_by_rank(from);
  std::stable_partition(ranked.begin(), ranked.end(),
                        [](const JournalId& journal) { return is_server_terminal(journal.terminal); });
  for (const JournalId& journal : ranked) {
    std::map<BranchNo, BranchNo> copies;
    for (const Branch& branch : from.branches_of(journal)) {  // parents first
      const auto last = wanted.find(branch.no);
      if (last == wanted.end()) continue;
      const auto parent = copies.find(branch.parent);
      const BranchNo no = to.add_branch(journal, parent == copies.end() ? 0 : parent->second, branch.base);
      copies.emplace(branch.no, no);
      Branch copy = to.branch(no).value();
      copy_entries(from, branch, last->second, to, copy);
    }
  }
  return not_found;
}

std::vector<Ref> heads(const JournalsReader& journals) {
  const auto branches = journals.branches();
  std::set<std::pair<JournalId, Head>> continued;
  for (const Branch& branch : branches) {
    if (branch.head.seq > branch.base.seq) continued.emplace(branch.journal, branch.base);
  }
  std::vector<Ref> heads;
  for (const Branch& branch : branches) {
    if (branch.head.seq == branch.base.seq || continued.contains({branch.journal, branch.head})) continue;
    heads.push_back({branch.journal.terminal, branch.head.seq, branch.head.hash});
  }
  std::sort(heads.begin(), heads.end());
  return heads;
}

}  // namespace phien::ledger
