#include "shared/sync/salvage.hpp"

#include <exception>

#include "shared/sync/limits.hpp"
#include "shared/sync/walk.hpp"

namespace phien::sync {

namespace {

// The next batch of a chain; nothing at its end, or where it cannot be read.
std::optional<DecodedBatch> next_readable(const journal::JournalsReader& journals, const journal::Branch& branch,
                                          const journal::Head& from, journal::Head& end) {
  try {
    auto cut = cut_batch(journals, branch, from, kPreferredBatchEntries, kPreferredBatchBytes);
    if (!cut) return std::nullopt;
    end = cut->end;
    auto decoded = decode_batch(std::move(cut->text));
    if (!decoded) return std::nullopt;
    return std::move(*decoded);
  } catch (const std::exception&) {  // of whatever kind: the pages may hold anything
    return std::nullopt;
  }
}

}  // namespace

std::int64_t salvage(const journal::JournalsReader& journals, const std::function<void(DecodedBatch)>& take) {
  std::vector<journal::Branch> branches;
  try {
    branches = journals.branches();
  } catch (const std::exception&) {
    return 0;
  }
  std::int64_t entries = 0;
  for (const journal::Branch& branch : branches) {
    journal::Head at{0, journal::genesis(branch.journal)}, end;
    while (auto batch = next_readable(journals, branch, at, end)) {
      entries += static_cast<std::int64_t>(batch->batch.items.size());
      take(std::move(*batch));
      at = end;
    }
  }
  return entries;
}

}  // namespace phien::sync
