// Entries of FORMAT.md §3, §7 and §8 as types: what posting, reports and receipts work with.
// `decode` interprets canonical bytes; `encode` makes them. decode(encode(e)) == e for every valid entry.
#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "shared/clock.hpp"
#include "shared/journal/canonical.hpp"
#include "shared/journal/chain.hpp"
#include "shared/money.hpp"

namespace phien::journal {

inline constexpr std::size_t kMaxExhibitors = 64;  // of one terminal, account or token

struct ServerPosition {
  std::int64_t incarnation = 0;
  Head head;
  bool operator==(const ServerPosition&) const = default;
};
struct UnitPart {
  std::int64_t at = 1, of = 1;
  bool operator==(const UnitPart&) const = default;
};

enum class PriceKind { list, wholesale, offer, agreed, open };
enum class Method { cash, transfer, card, other, deposit, exchange };
enum class How { till, late };
enum class OutReason { sample, gift, damage, loss, return_to_exhibitor, withdrawn };

struct Payment {
  Method method{};
  Dong amount = 0;
  std::string holder;
  std::optional<Dong> given;
  std::optional<std::string> pay_ref, label;
  std::optional<Ref> order;
};
struct Line {
  std::string product, name, unit;
  Quantity qty = 0;
  Dong price = 0;
  std::optional<Dong> list;
  PriceKind price_kind{};
  Dong discount = 0, total = 0;
  std::string vat;
  Dong vat_amount = 0;
  int ocop = 0, cnnt = 0;
  std::optional<std::string> lot;
  std::optional<Hash> offer;
  bool gift = false;
};
struct BackLine {  // of refund; a declared line is one without of, lot, gift and resaleable
  std::string product, name, unit;
  Quantity qty = 0;
  Dong total = 0;
  std::string vat;
  Dong vat_amount = 0;
  int ocop = 0, cnnt = 0;
  std::optional<std::string> lot;
  std::optional<int> of;
  bool gift = false;
  bool resaleable = true;
};
struct GoodsLine {
  std::string product, name, unit;
  Quantity qty = 0;
  std::optional<std::string> lot, expiry;
};

// What sale, refund, order and order_closed have in common.
struct Deal {
  std::string exhibitor, booth, place, vat_method;  // place: sale and refund; vat_method: not order_closed
  std::int64_t receipt = 0;
  Dong total = 0, rounding = 0;
  std::vector<Payment> payments;
  std::optional<Hash> shift;
};
struct JournalOpen {
  std::string program;
  std::optional<std::string> device, reason;
  std::optional<Ref> continues;
};
struct Sale : Deal {
  How how{};
  std::vector<Line> lines;
  std::optional<std::string> note;
};
struct Refund : Deal {
  std::optional<Ref> sale;
  std::vector<BackLine> lines;
  std::optional<std::string> reason;
};
struct PaymentConfirmed {
  std::string holder, pay_ref;
  Dong amount = 0;
  bool outgoing = false;
  bool by_bank = false;
  std::optional<std::string> bank_ref;
};
struct Order : Deal {
  std::vector<Line> lines;
  std::optional<std::string> due, note;
};
struct OrderClosed : Deal {
  Ref order;
  bool delivered = false;
  Dong kept = 0;
  std::optional<std::string> note;
};
struct InvoiceRequest {
  std::string exhibitor;
  Ref sale;
};
struct StockIn {
  std::string exhibitor, place;
  std::vector<GoodsLine> lines;
  nlohmann::json document;
  std::optional<std::string> note;
};
struct StockOut {
  std::string exhibitor, place;
  OutReason reason{};
  std::vector<GoodsLine> lines;
  std::optional<Hash> lead;
  std::optional<std::string> note;
};
struct Transfer {
  std::string exhibitor, from, to;
  std::vector<GoodsLine> lines;
  std::optional<std::string> note;
};
struct StockCount {
  std::string exhibitor, place;
  std::vector<GoodsLine> lines;
  std::optional<std::string> note;
};
struct Offer {
  std::string exhibitor, offer, name, type;
  std::vector<std::pair<std::string, Quantity>> items;
  std::int64_t value = 0;
  Milliseconds from = 0, until = 0;
  bool active = true;
};
struct ProductProposed {
  std::string exhibitor, product, name, unit, sold_by, vat;
  Dong price = 0;
  std::optional<std::string> barcode;
};
struct BarcodeLearned {
  std::string exhibitor, product, barcode;
};
struct DeclaredSales {
  std::string exhibitor, place, day, method;
  std::int64_t sales = 0;
  Dong total = 0;
  std::vector<Payment> payments;
  std::vector<BackLine> lines;
  std::optional<std::string> note;
};
struct ShiftOpen {
  std::string holder;
  Dong float_amount = 0;
};
struct ShiftClose {
  Hash shift;
  std::string holder;
  Dong counted = 0, expected = 0, claimed = 0;
  std::vector<std::pair<Dong, std::int64_t>> notes;
};
struct CashMove {
  bool in = false;
  std::string holder, reason;
  Dong amount = 0;
  std::optional<Hash> shift;
};  // cash_in, cash_out
struct Lead {
  std::string exhibitor, type, goods;
  std::optional<std::string> quantity, follow_up;
  Dong value = 0;
  bool consent = false;
};
struct Visitors {
  std::optional<std::string> exhibitor;
  std::int64_t count = 0;
};
struct ClockReading {
  Milliseconds server = 0, round_trip = 0, up = 0, wall = 0;
  std::int64_t incarnation = 0;
  bool reset = false;
};
struct Note {
  std::optional<std::string> exhibitor;
  std::string text;
  std::optional<Ref> about;
};
struct JournalClose {
  std::string reason;
};
// The server's own.
struct Incarnation {
  std::int64_t number = 0;
  PublicKey root;
  Hash tls;
  Signature certificate;
  std::optional<ServerPosition> parent;
  std::string program;
};
struct CatalogueItem {
  enum class Type { fair, exhibitor, product, cashier } type{};
  nlohmann::json item;
  bool removed = false;
};
struct Opening {
  std::string exhibitor, place;
  std::vector<GoodsLine> lines;
};
struct TerminalEnrolled {
  std::string terminal;
  PublicKey key;
  std::vector<std::string> exhibitors;
  std::string booth, holder;
};
struct TerminalRevoked {
  std::string terminal;
  Head head;
  std::string reason;
};
struct Heads {
  std::vector<Ref> heads;
};
struct Ruling {
  enum class Decision { post, keep_out, settled };
  Ref about;
  Decision decision{};
  std::string text;
};
struct Erase {
  Ref about;
};
struct FairClosed {
  std::int64_t edition = 1, part = 1, parts = 1;
  std::vector<Ref> cut;
};
struct Archived {
  std::string terminal;
  Head head;
  Signature signature;
};
// Who may do what on the server's pages and API; what each may is asked of server/api/access.cpp.
enum class Role { organizer, exhibitor, reporter, auditor };
struct Account {
  std::string account, name;
  Role role{};
  std::vector<std::string> exhibitors;
  bool removed = false;
};
struct Password {
  std::string account;
  std::optional<std::string> secret;  // sealed (§10): only the server and the kit can read it
};
struct ApiToken {
  std::string token, account, name;
  Role role{};
  std::vector<std::string> exhibitors;
  Milliseconds until = 0;
  std::optional<std::string> secret;  // sealed; absent: revoked
};

struct VoidEntry;  // void: holds the body it takes back
using VoidBody = std::shared_ptr<const VoidEntry>;

using Body =
    std::variant<JournalOpen, Sale, Refund, VoidBody, PaymentConfirmed, Order, OrderClosed, InvoiceRequest, StockIn, StockOut,
                 Transfer, StockCount, Offer, ProductProposed, BarcodeLearned, DeclaredSales, ShiftOpen, ShiftClose, CashMove,
                 Lead, Visitors, ClockReading, Note, JournalClose, Incarnation, CatalogueItem, Opening, TerminalEnrolled,
                 TerminalRevoked, Heads, Ruling, Erase, FairClosed, Archived, Account, Password, ApiToken>;

struct VoidEntry {
  Ref entry;
  Body body;
  std::optional<Hash> shift;
  std::optional<std::string> reason;
};

struct Entry {
  std::string nonce;  // 32 hex digits
  Reading time;
  std::string by;
  std::optional<ServerPosition> seen;
  std::optional<Milliseconds> happened;
  std::optional<UnitPart> unit;
  std::optional<Hash> personal;
  Body body;
};

// The kind's name in the format: "sale", "cash_in", …
std::string_view kind_of(const Body& body);
// Whether a journal of that terminal id (a `_server.N` or not) may hold it; if not, it cannot be interpreted there (§3).
bool may_write(std::string_view terminal, const Body& body);
// Whether a `void` may take it back: it moves a figure.
bool is_voidable(const Body& body);

// Interprets canonical bytes (a parsed Document). A Problem here means quarantine: its `where` is the field, its code one of
// unknown_version, unknown_kind, missing_field, unknown_field, wrong_type, out_of_range, bad_value.
Result<Entry> decode(const Document& document);
Result<Entry> decode(std::string_view bytes);  // parse and decode; not for the ingest path

// Canonical bytes of an entry. Refuses what decode would refuse.
Result<std::string> encode(const Entry& entry);

// "" when the sums hold (line totals, Σ lines = total, Σ payments = total + rounding, …); otherwise the Problem to list as an
// exception.
std::optional<Problem> inconsistency(const Entry& entry);

}  // namespace phien::journal
