// Sales, refunds and orders as they lie in the journals here: found by what is on the paper, with what has happened to them
// since.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "pos/till/work.hpp"

namespace phien::till {

inline constexpr const char* kBooth = "booth";  // the usual place

// The common part of a sale, refund, order or order_closed; null for any other kind.
const journal::Deal* deal_of(const journal::Body& body);
// The exhibitor an entry is of, "" if it is of none.
std::string exhibitor_of(const journal::Body& body);
// Whether who asks may know of an entry: a phone knows of its own exhibitor's alone.
bool may_see(const Identity& me, const journal::Body& body);
std::string receipt_number(const journal::Deal& deal, const journal::Ref& ref);
std::string printed_text(const journal::Entry& entry, const journal::Ref& ref, Milliseconds when,
                         const catalogue::Catalogue& catalogue, Lang lang, bool copy);
// {"amount","given"?,"holder","label"?,"method","pay_ref"?,"vietqr"?}
json payment_json(const journal::Payment& payment, const catalogue::Catalogue& catalogue);
const char* method_name(journal::Method method);

struct Known {
  journal::Entry entry;
  journal::Ref ref;
  Milliseconds time = 0;
};
// `name`: a receipt number ("A01-T01-12", or "12" of this terminal), or the hash of an entry (64 hex digits, or at least 8 as
// printed). Refuses (unknown_receipt, ambiguous_receipt) at `where`.
Known find_deal(const ledger::Reader& journals, const Identity& me, const std::string& name, const std::string& where);
// Any kind of entry, by hash or receipt number.
Known find_entry(const ledger::Reader& journals, const Identity& me, const std::string& name, const std::string& where);

// Entries of any journal here whose bytes hold `text` (a payment reference), or the hash of an entry.
std::vector<Known> mentions(const ledger::Reader& journals, const std::string& text);
std::vector<Known> mentions(const ledger::Reader& journals, const journal::Ref& ref);
// All that was voided, for lists.
std::set<Hash> voided(const ledger::Reader& journals);
bool is_voided(const ledger::Reader& journals, const journal::Ref& ref);

// What has been given back of each line of a sale (voided refunds not counted).
struct GivenBack {
  Quantity qty = 0;
  Dong amount = 0, vat = 0;
};
std::map<int, GivenBack> given_back(const ledger::Reader& journals, const journal::Ref& sale);
// What is still held of an order's deposit, and whether it was closed.
struct Deposit {
  Dong held = 0;
  bool closed = false;
};
Deposit deposit_of(const ledger::Reader& journals, const Known& order);

}  // namespace phien::till
