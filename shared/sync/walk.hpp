// One chain as it lies in a store: stretches of the branches it runs through; and batches cut from it at its seals.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "shared/journal/journals.hpp"

namespace phien::sync {

// Own entries from … to of one branch.
struct Stretch {
  journal::BranchNo branch = 0;
  journal::Seq from = 0, to = 0;
};
// The chain that ends in `branch`, between the given places, oldest first.
std::vector<Stretch> stretches(const journal::JournalsReader& journals, const journal::Branch& branch, journal::Seq from,
                               journal::Seq to);

// The place at `seq` on the chain that ends in `branch` (its start at 0); nothing when it is not here.
std::optional<journal::Head> place_on_chain(const journal::JournalsReader& journals, const journal::Branch& branch,
                                            journal::Seq seq);
bool on_chain(const journal::JournalsReader& journals, const journal::Branch& branch, const journal::Head& head);
// Highest sealed place of that chain at or before `seq`; its start when there is none.
journal::Head sealed_at_or_before(const journal::JournalsReader& journals, const journal::Branch& branch, journal::Seq seq);

struct CutBatch {
  std::string text;
  journal::Head end;
  std::size_t entries = 0;
};
// A batch within the limits of a request that continues `from`: it ends at the last seal within what is preferred, or, if there
// is none, at the first seal after. Carries that seal alone, since a receiver pays for each it verifies. Nothing when no seal
// follows.
std::optional<CutBatch> cut_batch(const journal::JournalsReader& journals, const journal::Branch& branch,
                                  const journal::Head& from, std::size_t preferred_entries, std::size_t preferred_bytes);
// Everything from the start to the last seal, with every seal, whatever its length.
std::optional<CutBatch> cut_whole(const journal::JournalsReader& journals, const journal::Branch& branch);

}  // namespace phien::sync
