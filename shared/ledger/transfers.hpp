// A payment by transfer: the set of what was claimed and the set of what was seen in the account (FORMAT.md, DESIGN "Transfers").
#pragma once
#include <map>
#include <string>
#include <vector>

#include "shared/ledger/keys.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {

struct PaymentGroup {
  struct Claim {
    std::string exhibitor, holder;
    Dong amount = 0;  // < 0: goes out, or a void took it back
    keys::Order order;
  };
  struct Seen {
    std::string holder;
    Dong amount = 0;  // < 0: went out
    keys::Order order;
  };
  std::vector<Claim> claims;  // in order
  std::vector<Seen> seen;     // in order; without those taken back

  PaymentState state() const;
  std::map<std::string, Dong> by_exhibitor() const;
};
PaymentGroup payment_group(const BooksReader& books, std::string_view pay_ref);

// The first rows of transfers(books, exhibitor, state), by reference, without looking at the rest: at least `most` of them if
// there are so many.
std::vector<TransferRow> first_transfers(const Reader& books, std::size_t most, std::optional<std::string_view> exhibitor = {},
                                         std::optional<PaymentState> state = {});

// True when some void takes this entry back.
bool voided(const BooksReader& books, const Hash& entry);

}  // namespace phien::ledger
