// Corrected time (FORMAT.md §9, I9): what a journal's own entries say about when they were made.
#pragma once
#include <optional>
#include <string>

#include "shared/journal/entry.hpp"
#include "shared/journal/journals.hpp"

namespace phien::ledger {

struct Timed {
  Milliseconds time = 0;  // corrected; of an unknown one its sort key
  journal::TimeQuality quality = journal::TimeQuality::unknown;
  bool operator==(const Timed&) const = default;
};

// A server's clock as a device read it: how far its own clocks are off.
struct Anchor {
  Milliseconds from_up = 0;    // add to `up` of the same boot
  Milliseconds from_wall = 0;  // add to `wall`
  bool reset = false;
};
std::optional<Anchor> anchor_of(const journal::Entry& entry);

// What is known at one place of a chain about the times of what follows.
struct TimeState {
  std::optional<Milliseconds> floor;      // time of the entry before
  std::string boot;                       // of the run of entries that goes on here
  journal::Seq run_start = 0;             // where it began
  std::optional<Milliseconds> from_up;    // by the last anchor of this run
  std::optional<Milliseconds> from_wall;  // by the last anchor of all
  bool waiting = false;                   // entries of this run wait for its first anchor
  journal::Seq uneven_until = 0;          // up to here times may go back (a reset) or are not known; after it they only grow
  bool certified = false;                 // a server's journal whose first entry holds

  // The time of an entry that cannot be interpreted or is missing: passed over.
  Timed pass() const { return {floor.value_or(0), journal::TimeQuality::unknown}; }
  // `later`: the first anchor of the same run after the entry, where that is known (rule 2).
  Timed step(const Reading& reading, const std::optional<Anchor>& anchor, journal::Seq seq, bool server,
             std::optional<Milliseconds> later = {});

  std::string text() const;
  static TimeState parse(const std::string& text);
};

// When an entry counts: `happened` (of declared sales the end of their day), but never after it was written.
struct When {
  Milliseconds time = 0;
  bool known = false;
};
When counts_at(const journal::Entry& entry, const Timed& corrected);

}  // namespace phien::ledger
