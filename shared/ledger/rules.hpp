// What the server journals here say about one journal, and whether an entry can be interpreted in it (FORMAT.md §3, §8).
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/journal/journals.hpp"
#include "shared/ledger/books.hpp"

namespace phien::ledger {

struct JournalRules {
  bool server = false;
  bool enrolled = false;               // a server's journal stands on its certificate instead
  std::vector<journal::Head> revoked;  // an entry must be all of these or an ancestor of them
  std::map<Hash, bool> rulings;        // the last ruling about an entry: posted or kept out
  // Some enrolled entries may be held.
  bool restricted() const { return !revoked.empty() || !rulings.empty(); }
};
// Revocations and rulings about a server's journal count only from later incarnations: otherwise two servers could
// each revoke the other, and which one stands would depend on who came first.
JournalRules rules_for(const BooksReader& books, const journal::JournalId& journal);

// True when `first` certifies the server journal `journal`.
bool certifies(const journal::JournalId& journal, const journal::Entry& first);

// Why an entry that was decoded (or not) cannot be interpreted in a journal of this terminal; nothing when it can.
std::optional<Problem> uninterpretable(const Result<journal::Entry>& decoded, std::string_view terminal, bool certified);

}  // namespace phien::ledger
