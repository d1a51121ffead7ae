// Putting entries into the books. The only place where an entry has an effect.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/ledger/books.hpp"
#include "shared/progress.hpp"

namespace phien::ledger {

// An entry that has come in, chained and in order; its seal has been checked by the caller.
struct Incoming {
  std::string_view bytes;  // empty: missing
  Hash digest, hash;
  const Result<journal::Entry>* entry = nullptr;  // decoded already (off the writer thread); nullptr when missing
  std::optional<journal::PersonalData> personal;
  std::optional<Signature> seal;
};

// Appends to a branch and posts, in one transaction: rows, sums, facts, standing, corrected times (also of earlier entries of
// the same boot when an anchor arrives), holds of revoked terminals, rulings, erasures. `branch` is updated.
void append(Transaction& tx, journal::Branch& branch, std::span<const Incoming> entries);

// Bytes found again for entries known by digest only: stored and posted.
void fill_missing(Transaction& tx, journal::BranchNo branch, journal::Seq seq, const Incoming& entry);

// This device's own journal: encodes, chains, seals once at the end (one unit), stores and posts.
// `unit` parts are numbered here when there is more than one entry. Refuses entries encode() refuses, more than 32, or over the
// size.
struct Written {
  journal::Head head;
  std::string bytes;
};
Result<std::vector<Written>> write(Transaction& tx, journal::Branch& branch, const SecretKey& key,
                                   std::vector<journal::Entry> entries,
                                   std::vector<std::optional<journal::PersonalData>> personal = {});

// Clears the books and posts every stored entry again (I5: dump() is the same before and after). `progress`: entries.
void rebuild(Transaction& tx, const Progress& progress = {});

// Copies the chains that end in `heads` (a cut) from `from` into the empty `to`, and posts them there: what a report rests on.
// Heads not found are returned. With no heads given: everything there is.
std::vector<journal::Ref> replay(const Reader& from, Transaction& to, const std::vector<journal::Ref>* heads);

// Every head there is, by (terminal, seq, hash): the cut of "now".
std::vector<journal::Ref> heads(const journal::JournalsReader& journals);

}  // namespace phien::ledger
