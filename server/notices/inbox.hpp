// What becomes of a bank's notice: the confirmation of a payment, or something a person has to look at.
// All of it runs inside one job of the store, so a notice that comes twice at once still counts once.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/house.hpp"
#include "server/notices/sources.hpp"

namespace phien::server {

enum class Fate {
  confirmed,  // written in the server's journal
  waiting,    // listed for a person
  known,      // told before
  outgoing,   // not ours to look at
};
std::string_view name_of(Fate fate);

// A notice that could not be matched. Not in the journal: what people write beside a transfer is nobody else's business.
struct WaitingNotice {
  std::string key;  // names it here: 24 hex digits
  std::string source, bank_ref;
  // no_ref, unknown_ref (nobody has told of it, and whose account it came to is not known), several_refs, other_account (not the
  // seller's, or not the source's), paid_twice.
  std::string why;
  std::string text, account, at;
  Dong amount = 0;
  Milliseconds heard = 0;
};
inline constexpr std::size_t kMaxWaiting = 500;  // then a service is told to come again
inline constexpr std::size_t kMaxDone = 5'000;   // keys of those that are dealt with, so that told again they stay so

// Throws Refusal (503 too_many_notices) when the list is full.
Fate take(db::Transaction& tx, const House& house, const BankSource& source, const BankNotice& notice);
std::vector<WaitingNotice> waiting_notices(const db::Snapshot& snapshot);
// Looks at them again while the server runs: a till may have told of its sale since.
asio::awaitable<void> match_waiting(House& house, net::Announcement& stopping);
// A person says which payment it is, or that it is none of the fair's. Throw Refusal (404 unknown_notice, unknown_payment).
ledger::Written assign(db::Transaction& tx, const House& house, const std::string& key, const std::string& pay_ref,
                       const std::string& by);
void dismiss(db::Transaction& tx, const House& house, const std::string& key, const std::string& by);

}  // namespace phien::server
