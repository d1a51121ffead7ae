// The receiving side of "up": a server that takes batches from terminals (or from a server below it), a terminal that takes
// its own past back. Pure: decode off the writer thread, then one transaction.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/journal/batch.hpp"
#include "shared/journal/entry.hpp"
#include "shared/ledger/books.hpp"

namespace phien::sync {

// A batch whose form, chain and seals hold, and whose entries are decoded. Keeps its text alive. Movable, used once.
struct DecodedBatch {
  std::string text;
  journal::Batch batch;                         // views into `text`
  std::vector<Result<journal::Entry>> entries;  // one per item; of a missing one a Problem "missing_bytes"
  std::int64_t personal_refused = 0;            // `p` lines left out: not what their entry's hash says
};
// Every seal in it is verified (41 µs each: a sender that hurries sends only the last), since what is stored is forwarded.
// Codes: bad_batch, too_long, unsealed, bad_seal, wrong_fair (if `fair` is given).
Result<DecodedBatch> decode_batch(std::string text, std::string_view fair = {});
// The same for an exported file: any number of batches of any length; calls `each` per piece of at most kMaxBatchEntries that
// ends at a seal. Stops at the first Problem `each` returns, when it returns false, or at the first bad line. Returns how many
// pieces it took.
Result<int> decode_export(std::string_view text, std::string_view fair, const std::function<Result<bool>(DecodedBatch)>& each);

struct Accepted {
  journal::Head head;         // of the branch the batch ends in: acknowledged once the transaction is durable
  std::int64_t appended = 0;  // new here
  std::int64_t known = 0;     // were here already
  bool forked = false;        // this batch opened a branch
  std::int64_t branches = 1;  // of this journal here: more than one tells every writer of it that there is another
  std::int64_t personal_refused = 0;
};
// The batch continues a hash that is not here. What is: each branch's base and head, so that the sender finds the common one.
struct UnknownPrev {
  struct Here {
    journal::Head base, head;
  };
  std::vector<Here> branches;
};
using Outcome = std::variant<Accepted, UnknownPrev, Problem>;
// Problem: too_many_branches, not_enrolled, wrong_key; wrong_root (another organizer's fair of this name), bad_certificate
// (server's).

// Takes a batch into the store (I2, I6). The caller has authenticated the sender or deliberately has not (import of a file).
// A terminal must be enrolled with this very key in the server journals here, unless `trust_unknown` (a recovery, a file of a
// lost server). A server's journal (`_server.N`) is taken whoever brings it, if its first entry is a certificate that holds under
// its root.
Outcome receive(ledger::Transaction& tx, const DecodedBatch& batch, bool trust_unknown = false);

// Why a terminal's journal may not come in as an enrolled one's: not_enrolled, or wrong_key.
std::optional<Problem> not_enrolled(const ledger::BooksReader& books, const journal::JournalId& journal);

// JSON text of an outcome for the wire, and back (reply of POST /api/v1/journals/{terminal}).
//   accepted:     {"appended","branches","forked","head":{"hash","seq"},"known","personal_refused","status":"accepted"}
//   unknown_prev: {"branches":[{"base":{…},"head":{…}}],"status":"unknown_prev"}
//   refused:      {"code","message":{"en","vi"},"status":"refused","where"}
std::string to_json(const Outcome& outcome);
Result<Outcome> outcome_from_json(std::string_view json);

}  // namespace phien::sync
