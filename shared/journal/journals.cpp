#include "shared/journal/journals.hpp"

namespace phien::journal {

std::optional<StoredEntry> entry_on_chain(const JournalsReader& journals, BranchNo branch, Seq seq) {
  if (seq < 1) return {};
  auto at = journals.branch(branch);
  if (!at || seq > at->head.seq) return {};
  while (seq <= at->base.seq) {
    // A parent has the lower number, so this ends whatever a store says.
    auto parent = journals.branch(at->parent);
    if (!parent || parent->no >= at->no) return {};
    at = std::move(parent);
  }
  return journals.entry(at->no, seq);
}

std::optional<StoredEntry> find(const JournalsReader& journals, const Ref& ref) {
  for (const Branch& branch : journals.branches_of_terminal(ref.terminal)) {
    if (ref.seq <= branch.base.seq || ref.seq > branch.head.seq) continue;
    auto entry = journals.entry(branch.no, ref.seq);
    if (entry && entry->at.hash == ref.hash) return entry;
  }
  return {};
}

}  // namespace phien::journal
