// Batches and exported journals of FORMAT.md §6: text ↔ parts.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/chain.hpp"
#include "shared/result.hpp"

namespace phien::journal {

struct PersonalData {
  Hash salt;         // 32 random bytes
  std::string data;  // canonical JSON object of text fields
  bool operator==(const PersonalData&) const = default;
};
Hash personal_hash(const PersonalData& personal);  // SHA-256(salt ‖ data)
// That `personal` is what the entry's `personal` hash names, and has the form it must have: one canonical object of text fields.
bool personal_holds(const PersonalData& personal, const Hash& expected);

// One line `e` or `m` with its `p` and the `s` that follows it. Views point into the text that was read.
struct BatchItem {
  std::string_view bytes;  // empty for `m`
  Hash digest;
  Hash hash;                             // computed along the chain
  std::optional<PersonalData> personal;  // only if its hash was checked against the bytes by the ledger side; raw here
  std::optional<Signature> seal;         // seal over this position, not yet verified
};
struct Batch {
  JournalId journal;
  Head prev;
  std::vector<BatchItem> items;  // item i has seq prev.seq + 1 + i
};

// Reads one batch from the start of `text` and moves `text` behind it (exports hold several). Checks the form and computes
// digests and hashes; verifies no seal. Codes: bad_batch (with the line number in `where`), too_long, unsealed.
// `max_items`, `max_bytes`: the caller's limits.
Result<Batch> read_batch(std::string_view& text, std::size_t max_items, std::size_t max_bytes);

// Writes one. Items need bytes or digest, personal, seal; the last must have a seal.
std::string write_batch(const JournalId& journal, const Head& prev, const std::vector<BatchItem>& items);

}  // namespace phien::journal
