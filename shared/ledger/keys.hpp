// Every key of the books, in one place. Segments are joined by '|', which occurs in no id; what may hold any text comes last.
// Time comes before product, so that what is sold in one hour lies side by side and a batch writes few pages.
//
// Sums                                                            Sum{count, quantity, amount}
//   cell|exhibitor|hour|product|how|vat|ocop|cnnt|sold            lines, quantity, money (…|refunded the same; …|vat amount only)
//   deal|exhibitor|hour|how|sale                                  documents, -, total (…|refund the same; …|rounding amount only)
//   taking|exhibitor|holder|hour|how|method|paid                  payments, -, money (…|returned the same)
// made of those three for what is asked often (coarse.hpp):
//   goods|exhibitor|product|ocop|cnnt|part                        cells of all hours, by their part
//   goods_day|day|exhibitor|product                               cells of a day, sold less refunded
//   deal_day|exhibitor|day|how|part, deal_hour|hour|how|part      deals of a day; of an hour, of all exhibitors
//   taking_day|day|method|part                                    takings of a day, of all exhibitors
// others:
//   unexplained|exhibitor|lines, …|payments                       what an entry's own sums leave over
//   deposit|exhibitor|taken, …|used, …|returned, …|kept           money held for orders
//   stock|exhibitor|product|place|component                       lines, quantity; component as in StockComponent
//   since|exhibitor|product|place|order                           movements after that count and before the next
//   name|exhibitor|day|product|unit␟name                          lines that said so on that day
//   shift|hash|part                                               cash of a shift: sale, refund, in, out
//   receipts|terminal|booth                                       how many numbers, Σ n and Σ n² (mod kReceiptPrime)
//   transfers|exhibitor|claimed, …|confirmed, …|differs           payments by transfer
//   differs|pay_ref, unmatched|pay_ref                            1 while a person has to look at that payment
//   visitors|exhibitor or -                                       heads counted
// Facts
//   count|exhibitor|product|place|order → quantity                counts whose time is known
//   claim|pay_ref|hash|i, confirmed|pay_ref|hash                  what is claimed and what was seen of a transfer
//   claim_of|exhibitor|pay_ref|hash                               the same claims by whose they are
//   void|target|hash, back|sale|hash                              reversals by what they reverse
//   shift_open|terminal|order, shift_close|shift|order, lead|exhibitor|order
//   offer|exhibitor|id|order, proposed|exhibitor|product|order, barcode|exhibitor|code|order
//   catalogue|type|id|server order, enrolled|terminal|key|server order, revoked|terminal|server order
//   ruling|terminal|hash|server order, settled|hash, erased|terminal|hash, closed|edition|server order
//   account|id|server order, password|account|server order, token|id|server order
//   odd|code|terminal|seq|hash                                    seen at posting and listed
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/chain.hpp"
#include "shared/journal/journals.hpp"
#include "shared/ledger/books.hpp"

namespace phien::ledger::keys {

// Appends `parts` to `out`, joined by '|'. A sale has some fifteen keys: `out` grows once a key, not twice a part.
template <class... Parts>
void join(std::string& out, std::string_view first, const Parts&... parts) {
  const std::size_t before = out.size();
  out.resize(before + (first.size() + ... + (1 + std::string_view(parts).size())));
  char* at = out.data() + before;
  const auto write = [&at](std::string_view part) { at = std::copy(part.begin(), part.end(), at); };
  write(first);
  ((*at++ = '|', write(parts)), ...);
}
template <class... Parts>
std::string key(std::string_view first, const Parts&... parts) {
  std::string out;
  join(out, first, parts...);
  return out;
}
// The same with a '|' at its end: what all keys below it begin with.
template <class... Parts>
std::string prefix(std::string_view first, const Parts&... parts) {
  return key(first, parts..., "");
}
std::vector<std::string_view> split(std::string_view key);

// 16 hex digits whose byte order is the order of the numbers, negative ones too.
std::string sortable(std::int64_t n);
std::int64_t from_sortable(std::string_view hex);

// Where an entry stands among all: (time, terminal, seq, hash), FORMAT.md §9. '!' sorts before every character of an id, so that
// byte order is that order.
struct Order {
  Milliseconds time = 0;
  journal::Ref entry;
  std::string text() const;
  static Order parse(std::string_view text);
};
// Order among server entries: (incarnation, seq, hash), never time.
std::string server_order(std::int64_t incarnation, const journal::Head& at);
struct ServerOrder {
  std::int64_t incarnation = 0;
  journal::Head at;
  journal::Ref entry() const { return {journal::server_terminal(incarnation), at.seq, at.hash}; }
  static ServerOrder parse(std::string_view text);
};

inline constexpr std::size_t kDayLength = 10;  // of an hour, "2025-05-15T09"; of declared sales only the day is known
inline constexpr char kBetween = '\x1f';       // between unit and name: texts may hold any other character
inline constexpr std::int64_t kReceiptPrime = 2'147'483'647;

// All facts below a prefix, read before anything is changed.
std::vector<std::pair<std::string, std::string>> facts(const BooksReader& books, std::string_view prefix);
bool any_fact(const BooksReader& books, std::string_view prefix);

}  // namespace phien::ledger::keys
