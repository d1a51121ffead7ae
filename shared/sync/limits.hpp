// Every limit of a request, by name (I10). A terminal enforces the same ones when it appends, so no honest batch is refused.
#pragma once
#include <cstddef>

namespace phien::sync {

inline constexpr std::size_t kMaxBatchEntries = 1'000;
inline constexpr std::size_t kMaxBatchBytes = 4 * 1024 * 1024;  // above the largest unit: 32 entries of 64 KiB
inline constexpr std::size_t kMaxUnitEntries = 32;
inline constexpr std::size_t kPreferredBatchEntries = 200;  // what a terminal aims at when it catches up
inline constexpr std::size_t kMaxFeedEntries = 500;         // of the server's journal in one answer
inline constexpr std::size_t kPreferredBatchBytes = 1024 * 1024;
inline constexpr std::size_t kPreferredFeedBytes = 2 * 1024 * 1024;  // of batches in one answer, before JSON escapes their quotes
inline constexpr std::size_t kMaxBranchesPerJournal = 64;            // more forks than that: refused with `too_many_branches`
inline constexpr std::size_t kMaxHeadsInReply = 256;

}  // namespace phien::sync
