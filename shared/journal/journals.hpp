// What the core needs of a place that keeps journals. db/ implements it; the core never knows which store it is.
// A store keeps what it is given: every rule about what may follow what is in shared/sync and shared/ledger.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shared/clock.hpp"
#include "shared/journal/batch.hpp"
#include "shared/journal/chain.hpp"

namespace phien::journal {

// A local number for a stretch of a journal that has no fork inside it. Never leaves the machine, never in a figure.
using BranchNo = std::int64_t;

// Every journal starts with one branch whose base is {0, genesis}. A fork adds a branch whose base is the head of the
// shared part and whose parent is the branch that holds that entry.
struct Branch {
  BranchNo no = 0;  // 1 and up
  JournalId journal;
  BranchNo parent = 0;  // 0: none
  Head base;            // what its first own entry continues
  Head head;            // its last entry; equal to base only before its first entry
  std::string state;    // what posting carries from entry to entry (corrected time); opaque to the store
};

enum class Standing : std::uint8_t {
  posted = 0,
  quarantined = 1,  // cannot be interpreted
  held = 2,         // of a terminal not enrolled here (yet), or beyond a revocation and awaiting a ruling, or ruled out
  missing = 3,      // bytes lost, digest known
};
enum class TimeQuality : std::uint8_t { exact = 0, estimated = 1, unknown = 2 };

struct StoredEntry {
  BranchNo branch = 0;
  Head at;            // its seq and hash
  std::string bytes;  // empty when missing
  Hash digest;
  Milliseconds time = 0;  // corrected time, or the sort key when unknown
  TimeQuality quality{};
  Standing standing{};
};

struct JournalsReader {
  virtual ~JournalsReader() = default;
  virtual std::vector<Branch> branches() const = 0;                             // by no
  virtual std::vector<Branch> branches_of(const JournalId& journal) const = 0;  // by no
  virtual std::vector<Branch> branches_of_terminal(const std::string& terminal) const = 0;
  virtual std::optional<Branch> branch(BranchNo no) const = 0;
  // The entry a branch itself holds at seq (base.seq < seq ≤ head.seq).
  virtual std::optional<StoredEntry> entry(BranchNo branch, Seq seq) const = 0;
  // The branch's own entries with from ≤ seq ≤ to, in order, until `visit` returns false.
  virtual void scan(BranchNo branch, Seq from, Seq to, const std::function<bool(const StoredEntry&)>& visit) const = 0;
  // Lowest own seq in from … to whose time is ≥ `time`, to + 1 if none. Times must not decrease in that range (the caller splits
  // at resets).
  virtual Seq first_at_or_after(BranchNo branch, Seq from, Seq to, Milliseconds time) const = 0;
  // Seals a branch holds with from ≤ seq ≤ to, by seq.
  virtual std::vector<std::pair<Seq, Signature>> seals(BranchNo branch, Seq from, Seq to) const = 0;
  // Highest sealed seq ≤ `seq`, 0 if none.
  virtual Seq last_seal(BranchNo branch, Seq seq) const = 0;
  virtual std::optional<PersonalData> personal(BranchNo branch, Seq seq) const = 0;
};

struct JournalsWriter : virtual JournalsReader {
  // Adds an empty branch; returns its number.
  virtual BranchNo add_branch(const JournalId& journal, BranchNo parent, const Head& base) = 0;
  // Appends at head.seq + 1; anything else is a bug. Moves the branch's head.
  virtual void append(const StoredEntry& entry) = 0;
  // Rewrites time, quality and standing of an entry, and its bytes if it was missing. Never its hash.
  virtual void restate(const StoredEntry& entry) = 0;
  virtual void set_state(BranchNo branch, const std::string& state) = 0;
  virtual void put_seal(BranchNo branch, Seq seq, const Signature& seal) = 0;  // kept once
  virtual void put_personal(BranchNo branch, Seq seq, const PersonalData& personal) = 0;
  virtual void erase_personal(BranchNo branch, Seq seq) = 0;  // overwritten on disk
};

// Follows parents: the entry at `seq` on the chain that ends in `branch`.
std::optional<StoredEntry> entry_on_chain(const JournalsReader& journals, BranchNo branch, Seq seq);
// The entry a reference names, in whichever branch it is; nothing if not here.
std::optional<StoredEntry> find(const JournalsReader& journals, const Ref& ref);

}  // namespace phien::journal
