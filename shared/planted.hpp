// Faults planted to prove that tests/simulation finds them. A production build has none: planted() is false at compile time, and
// what hangs on it is not in the program. Only the library that tests/simulation compiles anew defines PHIEN_PLANTED_FAULTS.
#pragma once

namespace phien {

enum class Fault {
  none,
  skip_duplicate_check,
  accept_a_gap,
  lose_the_cursor,
  post_twice_on_retry,
  renumber_a_fork,
  refuse_by_arrival_order,
  offset_at_arrival,
  trust_the_device_clock,
  truncate_quietly,
  split_a_unit,
  drop_a_limit,
  count_by_arrival,
  forget_the_rounding,
  quarantine_blocks,
};

#ifdef PHIEN_PLANTED_FAULTS
inline Fault planted_fault = Fault::none;
inline bool planted(Fault fault) { return planted_fault == fault; }
#else
constexpr bool planted(Fault) { return false; }
#endif

}  // namespace phien
