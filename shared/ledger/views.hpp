// Reading the books: the figures of pages, commands, receipts and reports. All pure reads of one Reader.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/ledger/books.hpp"

namespace phien::ledger {

// ---- stock -----------------------------------------------------------------------------------------------------------
// One product at one place. on_hand = (last count's quantity + movements after it), or the sum of all movements if never counted.
// on_hand = opening + in − sold + returned + moved_in − moved_out − Σ out + count_difference.
struct StockRow {
  std::string exhibitor, product, place;
  std::string name, unit;  // as entries of the latest day said
  Quantity opening = 0, in = 0, sold = 0, returned = 0, moved_in = 0, moved_out = 0;
  std::map<std::string, Quantity> out;     // by reason: sample, gift, damage, …
  Quantity count_difference = 0;           // Σ over counts (counted − expected then)
  std::optional<Milliseconds> counted_at;  // of the last count
  Quantity on_hand = 0;
};
std::vector<StockRow> stock(const Reader& books,
                            std::optional<std::string_view> exhibitor = {});  // by (exhibitor, product, place)
Quantity on_hand(const Reader& books, std::string_view exhibitor, std::string_view product, std::string_view place);

// ---- sales and takings ------------------------------------------------------------------------------------------------
// The finest cells that are kept; every breakdown is a sum of them. `hour` is "2025-05-15T09" (fair's zone) or "" when not known;
// of declared sales "2025-05-15". `how`: till | late | declared. `product` is "" for sales declared without saying which goods.
struct SalesCell {
  std::string exhibitor, product, hour, how, vat;
  int ocop = 0, cnnt = 0;
  Sum sold, refunded;   // lines, quantity, money; both ≥ 0; voids have been taken out again
  Dong vat_amount = 0;  // sold − refunded
};
std::vector<SalesCell> sales_cells(const Reader& books, std::optional<std::string_view> exhibitor = {});

// Money that moved per method and holder. I3: Σ paid − Σ returned = Σ sales + Σ rounding − Σ refunds + deposits taken − given
// back + unexplained. `method`: cash | transfer | card | other | deposit | exchange.
struct TakingsCell {
  std::string exhibitor, holder, hour, how, method;
  Dong paid = 0;      // by buyers, rounding included
  Dong returned = 0;  // to buyers
};
std::vector<TakingsCell> takings_cells(const Reader& books, std::optional<std::string_view> exhibitor = {});

// Documents per exhibitor and hour: number of sales and refunds (voided ones not counted), their totals and rounding.
struct DealCell {
  std::string exhibitor, hour, how;
  std::int64_t sales = 0, refunds = 0;
  Dong sales_total = 0, refunds_total = 0, rounding = 0;  // rounding: of sales minus of refunds
};
std::vector<DealCell> deal_cells(const Reader& books, std::optional<std::string_view> exhibitor = {});

// The same, coarser: as many as there are goods, booths and days, or hours, however much is sold. Fields that are summed over are
// empty.
std::vector<SalesCell> goods_sold(const Reader& books, std::optional<std::string_view> exhibitor = {});  // by ocop, cnnt too
std::vector<SalesCell> goods_of_day(const Reader& books, std::string_view day,
                                    std::optional<std::string_view> exhibitor = {});                     // `sold`: less refunded
std::vector<DealCell> daily_deals(const Reader& books, std::optional<std::string_view> exhibitor = {});  // `hour`: its day
std::vector<DealCell> hourly_deals(const Reader& books, std::optional<std::string_view> exhibitor = {});
// By day and method. Of one exhibitor they are not kept: its finest cells, which are as many as hours.
std::vector<TakingsCell> takings_by_method(const Reader& books, std::optional<std::string_view> exhibitor = {});

// I3 on everything: what does not balance, empty when all does.
std::vector<std::string> imbalances(const Reader& books);

// ---- transfers ---------------------------------------------------------------------------------------------------------
enum class PaymentState { claimed, confirmed, differs, unmatched };  // unmatched: confirmed, but its sale is not here
struct TransferRow {
  std::string exhibitor, pay_ref;
  PaymentState state{};
  Dong claimed = 0, confirmed = 0;
  std::optional<journal::Ref> sale;
  Milliseconds time = 0;
};
std::vector<TransferRow> transfers(const Reader& books, std::optional<std::string_view> exhibitor = {},
                                   std::optional<PaymentState> state = {});
struct TransferTotals {
  Dong claimed = 0, confirmed = 0, differs = 0;
};  // claimed: all transfer payments net of voids; confirmed: of those
TransferTotals transfer_totals(const Reader& books, std::string_view exhibitor);

// ---- shifts, orders, leads, visitors ------------------------------------------------------------------------------------
struct ShiftRow {
  journal::Ref open;
  std::string terminal, cashier, holder;
  Milliseconds opened = 0;
  std::optional<Milliseconds> closed;
  Dong float_amount = 0, cash_sales = 0, cash_refunds = 0, cash_in = 0, cash_out = 0;
  Dong expected = 0;  // float + sales − refunds + in − out, cash only
  std::optional<Dong> counted;
  std::int64_t sales = 0;
};
std::vector<ShiftRow> shifts(const Reader& books, std::optional<std::string_view> terminal = {});
// Money held for orders: taken − used (paid with it) − returned − kept by the seller (takings without goods).
struct Deposits {
  Dong taken = 0, used = 0, returned = 0, kept = 0;
  Dong held() const { return taken - used - returned - kept; }
};
Deposits deposits(const Reader& books, std::string_view exhibitor);
Dong deposits_held(const Reader& books, std::string_view exhibitor);
std::int64_t visitors(const Reader& books);
struct LeadRow {
  std::string exhibitor, type, goods;
  Dong value = 0;
  journal::Ref entry;
  Milliseconds time = 0;
};
std::vector<LeadRow> leads(const Reader& books, std::optional<std::string_view> exhibitor = {});

// ---- what exhibitors said at their tills -----------------------------------------------------------------------------------
std::vector<journal::Offer> offers(const Reader& books, std::string_view exhibitor);  // the latest of each id, by id
std::vector<journal::ProductProposed> proposed_products(const Reader& books, std::string_view exhibitor);  // likewise, by product
std::vector<journal::BarcodeLearned> learned_barcodes(const Reader& books,
                                                      std::string_view exhibitor);  // the latest of each code

// The same as a list for the organizer: the latest of each, with the entry that said it, and the answer a ruling gave.
struct Proposal {
  std::variant<journal::ProductProposed, journal::BarcodeLearned, journal::Offer> what;
  std::string exhibitor;
  journal::Ref entry;
  Milliseconds time = 0;
  std::optional<std::string> answer;
};
std::vector<Proposal> proposals(const Reader& books, std::optional<std::string_view> exhibitor = {});  // by (time, entry)

// ---- what a person should look at -----------------------------------------------------------------------------------------
// code: below_zero, refund_above_sale, refund_of_unknown, void_of_unknown, void_twice, shift_closed_twice, unknown_product,
// late_entry, forked, quarantined, held, missing_bytes, sums_differ, receipt_twice, transfer_differs, transfer_unmatched,
// shift_difference, void_differs (what it takes back is not what was there), count_undated. Sorted by (code, exhibitor, terminal,
// subject, entry).
struct ExceptionRow {
  std::string code, exhibitor, terminal, subject;  // subject: product, receipt or pay_ref it is about
  std::optional<journal::Ref> entry;
  Message what;
  bool settled = false;  // a ruling said so
};
std::vector<ExceptionRow> exceptions(const Reader& books, std::optional<std::string_view> exhibitor = {});

// ---- the server's journal, as posted -----------------------------------------------------------------------------------------
// The latest item of each id, from server journals in order (incarnation, seq). Posting a sale never looks here.
struct CatalogueItems {
  nlohmann::json fair;
  std::map<std::string, nlohmann::json> exhibitors, products, cashiers;
};
CatalogueItems catalogue_items(const Reader& books);
// Who may work with the server. The latest entry of each id, those removed or revoked too: an id is never given again.
struct SealedSecret {
  std::int64_t incarnation = 0;  // whose key opens it
  std::string text;
};
struct AccountRow {
  journal::Account account;
  std::optional<SealedSecret> password;  // nothing: not set yet, or taken away
};
struct TokenRow {
  journal::ApiToken token;
  std::optional<SealedSecret> secret;  // nothing: revoked
};
std::vector<AccountRow> accounts(const Reader& books);  // by id
std::vector<TokenRow> api_tokens(const Reader& books);  // by id
std::optional<journal::TerminalEnrolled> enrolment(const Reader& books, std::string_view terminal);
std::vector<journal::TerminalEnrolled> enrolments(const Reader& books);
std::optional<journal::TerminalRevoked> revocation(const Reader& books, std::string_view terminal);
std::optional<journal::FairClosed> closing(const Reader& books,
                                           std::optional<std::int64_t> edition = {});  // latest, or that edition
std::vector<journal::Ref> witnessed_heads(
    const Reader& books);  // highest head of each terminal any server `heads` entry, revocation or closing names
std::vector<journal::ServerPosition> witnessed_server_positions(
    const Reader& books);  // highest `seen` per incarnation of any terminal entry

}  // namespace phien::ledger
