// What one use case works with: one transaction, this moment, who is selling. Lives as long as the transaction.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "pos/till/fields.hpp"
#include "pos/till/identity.hpp"
#include "pos/till/refuse.hpp"
#include "pos/till/state.hpp"
#include "shared/catalogue/catalogue.hpp"
#include "shared/journal/entry.hpp"
#include "shared/ledger/ledger.hpp"

namespace phien::sync {
struct FeedStock;
}

namespace phien::till {

using nlohmann::json;
using CataloguePtr = std::shared_ptr<const catalogue::Catalogue>;

// A sale, refund or whatever a void may have to copy leaves room for the copy (FORMAT §7).
inline constexpr std::size_t kMaxVoidableBytes = 60'000;
inline constexpr std::size_t kMaxLines = 200;

// Where this till's own values lie in the store.
std::string receipts_key(const Identity& me);
std::string live_key(const Identity& me);
// Where the desk that asks keeps what is its own: its baskets, its look, who stands at it.
std::string desk_key(const Identity& me, const char* name);
// All that a phone kept: it is paired no more.
void forget_desk(db::Transaction& tx, const Identity& phone);
inline constexpr const char* kCursorKey = "feed.cursor";  // sync::take_feed's position, as {"hash","incarnation","seq"}
inline constexpr const char* kStockKey = "feed.stock";    // stock the server told, as a Feed without batches

// The server position kept under kCursorKey; incarnation 0 before the first feed.
journal::ServerPosition position_from_text(const std::optional<std::string>& text);
std::string text_of(const journal::ServerPosition& position);

// Corrected time of `now` by the last reading of the server's clock; the device's own where there is none.
Milliseconds corrected(const State& state, const Reading& now);

struct Written {
  journal::Entry entry;
  journal::Ref ref;
};

class Work {
 public:
  Work(db::Transaction& transaction, const Identity& identity, journal::BranchNo branch, CataloguePtr goods, Reading now,
       Lang lang);

  db::Transaction& tx;
  const Identity& me;
  const catalogue::Catalogue& catalogue;
  const Reading now;
  const Lang lang;
  State state;
  journal::Branch branch;
  std::shared_ptr<const sync::FeedStock> stock;  // what the server last told; null: never

  Milliseconds time() const { return corrected(state, now); }  // best knowledge of the true time
  std::string day() const { return local_day(time()); }

  // ---- who -------------------------------------------------------------------------------------------------------------
  // "cashier" of the request, or who gave a PIN here last, or the one of the open shift, or the only one of these exhibitors.
  // Refuses one who is not theirs, and one whose PIN was not given at this till.
  std::string cashier(Fields& request);
  // Refuses what the cashier may not do, unless a manager has just allowed it: that is used up by what is written next.
  void require_right(const std::string& cashier, bool catalogue::Cashier::*right, const Message& what);
  // "exhibitor" of the request; may be left out where the till sells for one.
  std::string exhibitor(Fields& request);
  void require_own(const std::string& exhibitor, const std::string& where) const;
  const catalogue::Exhibitor& exhibitor_item(const std::string& id, const std::string& where) const;
  // Booth of an exhibitor as it is printed: the catalogue's, or this terminal's where it has none.
  std::string booth_of(const std::string& exhibitor) const;
  std::int64_t next_receipt(const std::string& booth);
  std::optional<Hash> shift_of(const std::string& holder) const;

  // ---- goods -----------------------------------------------------------------------------------------------------------
  // By id; of the catalogue, or proposed at this till. Null if unknown.
  const catalogue::Product* product(const std::string& id);
  // "product" or "barcode" of a line: known, and of an exhibitor this till sells for.
  const catalogue::Product& product_of(Fields& line);
  // Refuses more decimals than the product is sold with.
  void check_decimals(const catalogue::Product& product, Quantity quantity, const std::string& where) const;

  // ---- writing ---------------------------------------------------------------------------------------------------------
  journal::Entry entry(const std::string& by, journal::Body body, std::optional<Milliseconds> happened = {}) const;
  // Chains, seals and posts one unit. Each entry's effect on the state is applied and kept in the same transaction.
  std::vector<Written> write(std::vector<journal::Entry> entries,
                             std::vector<std::optional<journal::PersonalData>> personal = {});
  // The usual case: one entry, answered by entries_json.
  json write_one(const std::string& by, journal::Body body, std::optional<Milliseconds> happened = {},
                 std::optional<journal::PersonalData> personal = {});
  // "happened" of the request: not in the future.
  std::optional<Milliseconds> happened(Fields& request) const;

 private:
  std::string named_cashier(Fields& request);
  void note_allowance();

  std::map<std::string, catalogue::Product> proposed_;
  std::optional<journal::Entry> allowance_;  // the manager's note, written before what it allows
};

// {"hash","seq","terminal"}
json to_json(const journal::Ref& ref);
// {"entries":[{"hash","kind","seq","terminal"}…]}: what every use case answers with, at least.
json entries_json(const std::vector<Written>& written);

// A payment reference that was never used: PH and 8 of A–Z0–9 from the random source.
std::string new_pay_ref();

}  // namespace phien::till
