// What several kinds have in common: lines, payments, references. Fields as in fields.hpp. Inside this folder only.
#pragma once
#include <type_traits>

#include "shared/journal/entry.hpp"
#include "shared/journal/rules.hpp"

namespace phien::journal {

// A visitor that reads is given the value to fill, one that writes a constant one.
template <class V, class T>
using Of = std::conditional_t<V::kReads, T, const T>;

struct DeclaredPayment {};  // rules that say which of a type's fields are there
struct GoodsIn {};
struct GoodsOnly {
  Whole qty;
};
struct DeclaredLine {};
struct NotePile {};

inline constexpr List<Plain> kLines{1, 200, {}}, kPayments{0, 10, {}};
inline constexpr List<GoodsIn> kGoods{1, 200, {}};
inline constexpr auto kMethods = one_of("cash", "transfer", "card", "other", "deposit", "exchange");

template <class V>
void fields(V& v, Of<V, Head>& b, Plain) {
  v("hash", b.hash, Plain{});
  v("seq", b.seq, kPosition);
}
template <class V>
void fields(V& v, Of<V, Ref>& b, Plain) {
  v("hash", b.hash, Plain{});
  v("seq", b.seq, kNumber);
  v("terminal", b.terminal, kId);
}
template <class V>
void fields(V& v, Of<V, ServerPosition>& b, Plain) {
  v("hash", b.head.hash, Plain{});
  v("incarnation", b.incarnation, kNumber);
  v("seq", b.head.seq, kNumber);
}
template <class V>
void fields(V& v, Of<V, Reading>& b, Plain) {
  v("boot", b.boot, kNonce);
  v("up", b.up, kSpan);
  v("wall", b.wall, kWall);
}
template <class V>
void fields(V& v, Of<V, UnitPart>& b, Plain) {
  v("at", b.at, Whole{1, 32});
  v("of", b.of, Whole{2, 32});
  v.require(b.at <= b.of, "at", Fault::out_of_range);
}

template <class V>
void fields(V& v, Of<V, Payment>& b, Plain) {
  v("amount", b.amount, kPaid);
  v("given", b.given, kMoney);
  v("holder", b.holder, kId);
  v("label", b.label, kShort);
  v("method", b.method, kMethods);
  v("order", b.order, Plain{});
  v("pay_ref", b.pay_ref, kPayRef);
  v.require(b.method != Method::transfer || b.pay_ref, "pay_ref", Fault::missing_field);
  v.require(b.method != Method::deposit || b.order, "order", Fault::missing_field);
}
template <class V>
void fields(V& v, Of<V, Payment>& b, DeclaredPayment) {
  v("amount", b.amount, kPaid);
  v("holder", b.holder, kId);
  v("method", b.method, kMethods);
  v.require(b.method != Method::deposit && b.method != Method::exchange, "method", Fault::bad_value);
}
template <class V>
void fields(V& v, Of<V, Line>& b, Plain) {
  v("cnnt", b.cnnt, Whole{0, 3});
  v("discount", b.discount, kMoney);
  v.flag("gift", b.gift);
  v("list", b.list, kMoney);
  v("lot", b.lot, kUnitName);
  v("name", b.name, kName);
  v("ocop", b.ocop, Whole{0, 5});
  v("offer", b.offer, Plain{});
  v("price", b.price, kMoney);
  v("price_kind", b.price_kind, one_of("list", "wholesale", "offer", "agreed", "open"));
  v("product", b.product, kId);
  v("qty", b.qty, kSold);
  v("total", b.total, kMoney);
  v("unit", b.unit, kUnitName);
  v("vat", b.vat, kVat);
  v("vat_amount", b.vat_amount, kMoney);
}
template <class V>
void fields(V& v, Of<V, BackLine>& b, Plain) {
  v("cnnt", b.cnnt, Whole{0, 3});
  v.flag("gift", b.gift);
  v("lot", b.lot, kUnitName);
  v("name", b.name, kName);
  v("ocop", b.ocop, Whole{0, 5});
  v("of", b.of, Whole{0, 199});
  v("product", b.product, kId);
  v("qty", b.qty, kSold);
  v("resaleable", b.resaleable, Plain{});
  v("total", b.total, kMoney);
  v("unit", b.unit, kUnitName);
  v("vat", b.vat, kVat);
  v("vat_amount", b.vat_amount, kMoney);
}
template <class V>
void fields(V& v, Of<V, BackLine>& b, DeclaredLine) {
  v("cnnt", b.cnnt, Whole{0, 3});
  v("name", b.name, kName);
  v("ocop", b.ocop, Whole{0, 5});
  v("product", b.product, kId);
  v("qty", b.qty, kSold);
  v("total", b.total, kMoney);
  v("unit", b.unit, kUnitName);
  v("vat", b.vat, kVat);
  v("vat_amount", b.vat_amount, kMoney);
}
template <class V>
void fields(V& v, Of<V, GoodsLine>& b, GoodsIn) {
  v("expiry", b.expiry, kDay);
  v("lot", b.lot, kUnitName);
  v("name", b.name, kName);
  v("product", b.product, kId);
  v("qty", b.qty, kSold);
  v("unit", b.unit, kUnitName);
}
template <class V>
void fields(V& v, Of<V, GoodsLine>& b, GoodsOnly rule) {
  v("name", b.name, kName);
  v("product", b.product, kId);
  v("qty", b.qty, rule.qty);
  v("unit", b.unit, kUnitName);
}

}  // namespace phien::journal
