// I8: tampering shows. Checks every journal of a store, or of an exported file, trusting neither the program that kept it nor its
// ledger: bytes against digests, digests against the chain, chain against seals, keys against enrolments and certificates, and
// every head that some witness names against what is here. Beyond the highest witnessed head nothing is claimed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/chain.hpp"
#include "shared/ledger/books.hpp"
#include "shared/progress.hpp"
#include "shared/result.hpp"

namespace phien::sync {

// Something that is not as its writer left it. Codes:
//   bytes_changed       an entry's bytes are not those of its digest
//   chain_broken        an entry, or the start of a branch, does not follow from what is before it
//   entry_lost          an entry, or its bytes, are gone
//   seal_missing        nothing seals the head: the journal was cut, or written to by somebody without its key
//   seal_wrong          a seal that the journal's key did not make for this place
//   certificate_wrong   a server journal that the organizer's key does not vouch for
//   key_not_enrolled    a terminal's journal under a key that no server journal here enrolled
//   head_missing        a witness names a head of a terminal that no chain here has: cut, moved, or replaced
//   server_head_missing the same of a server's journal
struct Finding {
  std::string code;
  journal::Ref place;
  Message what;
};

// One branch. Up to `vouched_to` (0: nowhere) another journal names its hash, that of `witness` ("terminal:seq").
struct JournalVerdict {
  journal::JournalId journal;
  journal::Head head;
  journal::Seq vouched_to = 0;
  std::string witness;
};

struct Verification {
  std::vector<JournalVerdict> journals;
  std::vector<Finding> findings;
};

inline constexpr std::size_t kMaxFindings = 1'000;  // of one verification; a wreck is a wreck

// `progress`: entries.
Verification verify(const ledger::Reader& books, const Progress& progress = {});

// The same for an exported file by itself. A Problem: it is no such file (codes of read_batch, wrong_fair).
Result<Verification> verify_export(std::string_view text, std::string_view fair = {});

}  // namespace phien::sync
