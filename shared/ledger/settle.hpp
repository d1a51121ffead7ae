// Makes times and standings of stored entries what the whole set of entries says, and the books with them. Needed where an entry
// changes what earlier ones mean: an anchor after a fork, bytes found again, an enrolment, a revocation, a ruling.
#pragma once
#include "shared/ledger/posting.hpp"
#include "shared/ledger/rules.hpp"

namespace phien::ledger {

// One journal, all its branches.
void settle_journal(Transaction& tx, Posting& posting, const journal::JournalId& journal);
// Every journal of these terminals, and of those that they in turn affect, until nothing is left.
void settle_terminals(Transaction& tx, Posting& posting, std::set<std::string> terminals);

// For a rebuild: times and standings anew, and only what others rest on is posted (counts, and what servers decide).
// The books must be empty of this journal.
void settle_from_scratch(Transaction& tx, Posting& posting, const journal::JournalId& journal);
bool others_rest_on(const journal::Entry& entry);

// What is known at the head of `branch`, also of one that has no entry of its own yet.
TimeState state_at_head(const journal::JournalsReader& journals, const journal::Branch& branch);

}  // namespace phien::ledger
