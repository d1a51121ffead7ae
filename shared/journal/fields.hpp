// The fields of every kind, once: decoder and encoder both walk these lists. Each list is in ascending order of its keys, as the
// canonical form wants them, so that reading and writing are one pass. Inside this folder only.
//
// v(key, value, rule)   a field; one whose value is a std::optional may be absent
// v.flag(key, bool)     absent or `true`
// v.require(ok, key, fault)   what fields must be to each other
#pragma once
#include <algorithm>

#include "shared/journal/fields_parts.hpp"

namespace phien::journal {

// ---- kinds a terminal writes ------------------------------------------------------------------------------------------------

template <class V>
void fields(V& v, Of<V, JournalOpen>& b, Plain) {
  v("continues", b.continues, Plain{});
  v("device", b.device, kShort);
  v("program", b.program, kShort);
  v("reason", b.reason, kReason);
}
template <class V>
void fields(V& v, Of<V, Sale>& b, Plain) {
  v("booth", b.booth, kBooth);
  v("exhibitor", b.exhibitor, kId);
  v("how", b.how, one_of("till", "late"));
  v("lines", b.lines, kLines);
  v("note", b.note, kLong);
  v("payments", b.payments, kPayments);
  v("place", b.place, kId);
  v("receipt", b.receipt, kNumber);
  v("rounding", b.rounding, kRounding);
  v("shift", b.shift, Plain{});
  v("total", b.total, kMoney);
  v("vat_method", b.vat_method, kUnitName);
}
template <class V>
void fields(V& v, Of<V, Refund>& b, Plain) {
  v("booth", b.booth, kBooth);
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, kLines);
  v("payments", b.payments, kPayments);
  v("place", b.place, kId);
  v("reason", b.reason, kReason);
  v("receipt", b.receipt, kNumber);
  v("rounding", b.rounding, kRounding);
  v("sale", b.sale, Plain{});
  v("shift", b.shift, Plain{});
  v("total", b.total, kMoney);
  v("vat_method", b.vat_method, kUnitName);
}
template <class V>
void fields(V& v, Of<V, VoidEntry>& b, Plain) {
  v.body("body", b.body, "was");
  v("entry", b.entry, Plain{});
  v("reason", b.reason, kReason);
  v("shift", b.shift, Plain{});
  v.kind("was", b.body);
}
template <class V>
void fields(V& v, Of<V, VoidBody>& b, Plain) {
  if constexpr (V::kReads) {
    auto read = std::make_shared<VoidEntry>();
    fields(v, *read, Plain{});
    b = std::move(read);
  } else {
    v.require(b != nullptr, "body", Fault::missing_field);
    if (b != nullptr) fields(v, *b, Plain{});
  }
}
template <class V>
void fields(V& v, Of<V, PaymentConfirmed>& b, Plain) {
  v("amount", b.amount, kPaid);
  v("bank_ref", b.bank_ref, kShort);
  v("direction", b.outgoing, one_of("in", "out"));
  v("holder", b.holder, kId);
  v("pay_ref", b.pay_ref, kPayRef);
  v("source", b.by_bank, one_of("cashier", "bank"));
}
template <class V>
void fields(V& v, Of<V, Order>& b, Plain) {
  v("booth", b.booth, kBooth);
  v("due", b.due, kDay);
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, kLines);
  v("note", b.note, kLong);
  v("payments", b.payments, kPayments);
  v("receipt", b.receipt, kNumber);
  v("shift", b.shift, Plain{});
  v("total", b.total, kMoney);
  v("vat_method", b.vat_method, kUnitName);
}
template <class V>
void fields(V& v, Of<V, OrderClosed>& b, Plain) {
  v("booth", b.booth, kBooth);
  v("exhibitor", b.exhibitor, kId);
  v("kept", b.kept, kMoney);
  v("note", b.note, kLong);
  v("order", b.order, Plain{});
  v("outcome", b.delivered, one_of("cancelled", "delivered"));
  v("payments", b.payments, kPayments);
  v("receipt", b.receipt, kNumber);
  v("rounding", b.rounding, kRounding);
  v("shift", b.shift, Plain{});
}
template <class V>
void fields(V& v, Of<V, InvoiceRequest>& b, Plain) {
  v("exhibitor", b.exhibitor, kId);
  v("sale", b.sale, Plain{});
}
template <class V>
void fields(V& v, Of<V, StockIn>& b, Plain) {
  v.waybill("document", b.document, one_of("from", "number", "order", "receiver", "sender", "to", "vehicle"), Text{200});
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, kGoods);
  v("note", b.note, kLong);
  v("place", b.place, kId);
}
template <class V>
void fields(V& v, Of<V, StockOut>& b, Plain) {
  v("exhibitor", b.exhibitor, kId);
  v("lead", b.lead, Plain{});
  v("lines", b.lines, kGoods);
  v("note", b.note, kLong);
  v("place", b.place, kId);
  v("reason", b.reason, one_of("sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn"));
}
template <class V>
void fields(V& v, Of<V, Transfer>& b, Plain) {
  v("exhibitor", b.exhibitor, kId);
  v("from", b.from, kId);
  v("lines", b.lines, kGoods);
  v("note", b.note, kLong);
  v("to", b.to, kId);
  v.require(b.from != b.to, "to", Fault::bad_value);
}
inline bool each_product_once(const std::vector<GoodsLine>& lines) {
  std::vector<std::string_view> products;
  for (const GoodsLine& line : lines) products.emplace_back(line.product);
  std::sort(products.begin(), products.end());
  return std::adjacent_find(products.begin(), products.end()) == products.end();
}
template <class V>
void fields(V& v, Of<V, StockCount>& b, Plain) {
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, List<GoodsOnly>{1, 200, {kCounted}});
  v("note", b.note, kLong);
  v("place", b.place, kId);
  v.require(each_product_once(b.lines), "lines", Fault::bad_value);
}
template <class V>
void fields(V& v, Of<V, std::pair<std::string, Quantity>>& b, Plain) {  // an item of an offer
  v("product", b.first, kId);
  v("qty", b.second, kSold);
}
template <class V>
void fields(V& v, Of<V, Offer>& b, Plain) {
  v("active", b.active, Plain{});
  v("exhibitor", b.exhibitor, kId);
  v("from", b.from, kWall);
  v("items", b.items, List<Plain>{1, 50, {}});
  v("name", b.name, Text{200});
  v("offer", b.offer, kId);
  v("type", b.type, one_of("price", "percent", "combo", "n_get_m"));
  v("until", b.until, kWall);
  v("value", b.value, kMoney);
  v.require(b.type != "percent" || (b.value >= 1 && b.value <= 10'000), "value", Fault::out_of_range);
}
template <class V>
void fields(V& v, Of<V, ProductProposed>& b, Plain) {
  v("barcode", b.barcode, kUnitName);
  v("exhibitor", b.exhibitor, kId);
  v("name", b.name, kName);
  v("price", b.price, kMoney);
  v("product", b.product, kId);
  v("sold_by", b.sold_by, one_of("piece", "weight", "length"));
  v("unit", b.unit, kUnitName);
  v("vat", b.vat, kVat);
}
template <class V>
void fields(V& v, Of<V, BarcodeLearned>& b, Plain) {
  v("barcode", b.barcode, kUnitName);
  v("exhibitor", b.exhibitor, kId);
  v("product", b.product, kId);
}
template <class V>
void fields(V& v, Of<V, DeclaredSales>& b, Plain) {
  v("day", b.day, kDay);
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, List<DeclaredLine>{0, 200, {}});
  v("method", b.method, kShort);
  v("note", b.note, kLong);
  v("payments", b.payments, List<DeclaredPayment>{0, 10, {}});
  v("place", b.place, kId);
  v("sales", b.sales, Whole{0, 1'000'000});
  v("total", b.total, kMoney);
}
template <class V>
void fields(V& v, Of<V, ShiftOpen>& b, Plain) {
  v("float", b.float_amount, kMoney);
  v("holder", b.holder, kId);
}
template <class V>
void fields(V& v, Of<V, std::pair<Dong, std::int64_t>>& b, NotePile) {
  v("count", b.second, Whole{0, 1'000'000});
  v("value", b.first, kPaid);
}
template <class V>
void fields(V& v, Of<V, ShiftClose>& b, Plain) {
  v("claimed", b.claimed, kSignedMoney);
  v("counted", b.counted, kMoney);
  v("expected", b.expected, kSignedMoney);
  v("holder", b.holder, kId);
  v("notes", b.notes, List<NotePile>{0, 20, {}});
  v("shift", b.shift, Plain{});
}
template <class V>
void fields(V& v, Of<V, CashMove>& b, Plain) {
  v("amount", b.amount, kPaid);
  v("holder", b.holder, kId);
  v("reason", b.reason, kReason);
  v("shift", b.shift, Plain{});
}
template <class V>
void fields(V& v, Of<V, Lead>& b, Plain) {
  v("consent", b.consent, Plain{});
  v("exhibitor", b.exhibitor, kId);
  v("follow_up", b.follow_up, kDay);
  v("goods", b.goods, kName);
  v("quantity", b.quantity, Text{200});
  v("type", b.type, one_of("enquiry", "memorandum", "contract"));
  v("value", b.value, kMoney);
}
template <class V>
void fields(V& v, Of<V, Visitors>& b, Plain) {
  v("count", b.count, Whole{1, 100'000});
  v("exhibitor", b.exhibitor, kId);
}
template <class V>
void fields(V& v, Of<V, ClockReading>& b, Plain) {
  v("incarnation", b.incarnation, kNumber);
  v.flag("reset", b.reset);
  v("round_trip", b.round_trip, kSpan);
  v("server", b.server, kWall);
  v("up", b.up, kSpan);
  v("wall", b.wall, kWall);
}
template <class V>
void fields(V& v, Of<V, Note>& b, Plain) {
  v("about", b.about, Plain{});
  v("exhibitor", b.exhibitor, kId);
  v("text", b.text, kLong);
}
template <class V>
void fields(V& v, Of<V, JournalClose>& b, Plain) {
  v("reason", b.reason, kReason);
}

// ---- kinds a server alone writes ----------------------------------------------------------------------------------------------

template <class V>
void fields(V& v, Of<V, Incarnation>& b, Plain) {
  v("certificate", b.certificate, Plain{});
  v("number", b.number, kNumber);
  v("parent", b.parent, Plain{});
  v("program", b.program, kShort);
  v("root", b.root, Plain{});
  v("tls", b.tls, Plain{});
}
template <class V>
void fields(V& v, Of<V, CatalogueItem>& b, Plain) {
  v.item("item", b.item, b.type == CatalogueItem::Type::fair ? Alphabet{is_fair_id} : kId);
  v.flag("removed", b.removed);
}
template <class V>
void fields(V& v, Of<V, Opening>& b, Plain) {
  v("exhibitor", b.exhibitor, kId);
  v("lines", b.lines, List<GoodsOnly>{1, 200, {kDifference}});
  v("place", b.place, kId);
}
template <class V>
void fields(V& v, Of<V, TerminalEnrolled>& b, Plain) {
  v("booth", b.booth, kBooth);
  v("exhibitors", b.exhibitors, List<Alphabet>{1, kMaxExhibitors, kId});
  v("holder", b.holder, kId);
  v("key", b.key, Plain{});
  v("terminal", b.terminal, kBooth);
}
template <class V>
void fields(V& v, Of<V, TerminalRevoked>& b, Plain) {
  v("head", b.head, Plain{});
  v("reason", b.reason, kReason);
  v("terminal", b.terminal, kId);
}
template <class V>
void fields(V& v, Of<V, Heads>& b, Plain) {
  v("heads", b.heads, List<Plain>{1, 400, {}});
}
template <class V>
void fields(V& v, Of<V, Ruling>& b, Plain) {
  v("about", b.about, Plain{});
  v("decision", b.decision, one_of("post", "keep_out", "settled"));
  v("text", b.text, kLong);
}
template <class V>
void fields(V& v, Of<V, Erase>& b, Plain) {
  v("about", b.about, Plain{});
}
template <class V>
void fields(V& v, Of<V, FairClosed>& b, Plain) {
  v("cut", b.cut, List<Plain>{0, 400, {}});
  v("edition", b.edition, kNumber);
  v("part", b.part, Whole{1, 32});
  v("parts", b.parts, Whole{1, 32});
  v.require(b.part <= b.parts, "part", Fault::out_of_range);
}
template <class V>
void fields(V& v, Of<V, Archived>& b, Plain) {
  v("head", b.head, Plain{});
  v("signature", b.signature, Plain{});
  v("terminal", b.terminal, kId);
}
inline constexpr auto kRoles = one_of("organizer", "exhibitor", "reporter", "auditor");
// An exhibitor's account says whose it is; nobody else's names any.
inline bool exhibitors_fit(Role role, const std::vector<std::string>& exhibitors) {
  return (role == Role::exhibitor) == !exhibitors.empty();
}
template <class V>
void fields(V& v, Of<V, Account>& b, Plain) {
  v("account", b.account, kId);
  v("exhibitors", b.exhibitors, List<Alphabet>{0, kMaxExhibitors, kId});
  v("name", b.name, Text{200});
  v.flag("removed", b.removed);
  v("role", b.role, kRoles);
  v.require(exhibitors_fit(b.role, b.exhibitors), "exhibitors", Fault::bad_value);
}
template <class V>
void fields(V& v, Of<V, Password>& b, Plain) {
  v("account", b.account, kId);
  v("secret", b.secret, kSealed);
}
template <class V>
void fields(V& v, Of<V, ApiToken>& b, Plain) {
  v("account", b.account, kId);
  v("exhibitors", b.exhibitors, List<Alphabet>{0, kMaxExhibitors, kId});
  v("name", b.name, Text{200});
  v("role", b.role, kRoles);
  v("secret", b.secret, kSealed);
  v("token", b.token, kId);
  v("until", b.until, kWall);
  v.require(exhibitors_fit(b.role, b.exhibitors), "exhibitors", Fault::bad_value);
}

// ---- the envelope
// ----------------------------------------------------------------------------------------------------------------

template <class V>
void fields(V& v, Of<V, Entry>& e, Plain) {
  v.body("body", e.body, "kind");
  v("by", e.by, kId);
  v("happened", e.happened, kWall);
  v.kind("kind", e.body);
  v("nonce", e.nonce, kNonce);
  v("personal", e.personal, Plain{});
  v("seen", e.seen, Plain{});
  v("time", e.time, Plain{});
  v("unit", e.unit, Plain{});
  v.version("v");
}

}  // namespace phien::journal
