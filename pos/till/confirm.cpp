// POST /payments/confirmed: the cashier saw a transfer in the account.
#include <fmt/format.h>

#include "pos/till/deals.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

// What is awaited under a payment reference, over all entries here that carry it.
struct Awaited {
  Dong amount = 0;
  std::string holder;
  bool outgoing = false;
  bool known = false, confirmed = false;
  bool of_others_too = false;  // pays exhibitors whose entries who asks may not see
};

Awaited awaited(const ledger::Reader& journals, const Identity& me, const std::string& pay_ref) {
  Awaited sum;
  for (const auto& item : mentions(journals, pay_ref)) {
    if (const auto* seen = std::get_if<journal::PaymentConfirmed>(&item.entry.body)) {
      sum.confirmed = sum.confirmed || (seen->pay_ref == pay_ref && !is_voided(journals, item.ref));
      continue;
    }
    const auto* deal = deal_of(item.entry.body);
    if (!deal || is_voided(journals, item.ref)) continue;
    for (const auto& payment : deal->payments) {
      if (payment.pay_ref != pay_ref) continue;
      if (!may_see(me, item.entry.body)) {
        Awaited others;
        others.of_others_too = true;
        return others;
      }
      sum.known = true;
      sum.amount += payment.amount;
      sum.holder = payment.holder;
      sum.outgoing = std::holds_alternative<journal::Refund>(item.entry.body) ||
                     std::holds_alternative<journal::OrderClosed>(item.entry.body);
    }
  }
  return sum;
}

}  // namespace

json confirm_payment(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  journal::PaymentConfirmed seen;
  seen.pay_ref = request.text("pay_ref", 10);
  if (!is_pay_ref(seen.pay_ref))
    refuse("bad_value", request.at("pay_ref"),
           {"Mã chuyển khoản gồm PH và 8 ký tự A–Z, 0–9.", "A payment reference is PH and 8 of A–Z and 0–9."});
  const Awaited due = awaited(work.tx, work.me, seen.pay_ref);
  const auto amount = request.optional_money("amount", 1);
  const auto holder = request.optional_id("holder");
  seen.bank_ref = request.optional_text("bank_ref", 80);
  seen.outgoing = request.one_of("direction", {"in", "out"}, due.outgoing ? "out" : "in") == "out";
  request.done();
  if (due.of_others_too)
    refuse("seen_at_till", request.at("pay_ref"),
           {"Khoản này trả cho nhiều đơn vị: xác nhận ở máy bán hàng.",
            "This transfer pays several exhibitors: confirm it at the till itself."});
  if (!due.known && (!amount || !holder || work.me.is_phone()))
    refuse("unknown_payment", request.at("pay_ref"),
           {fmt::format("Máy này không có khoản chuyển {}; nêu số tiền và người giữ nếu vẫn ghi.", seen.pay_ref),
            fmt::format("This till has no transfer {}; name amount and holder to note it anyway.", seen.pay_ref)});
  seen.amount = amount.value_or(due.amount);
  seen.holder = holder.value_or(due.holder);
  if (work.me.is_phone() && seen.holder != due.holder)
    refuse("unknown_holder", request.at("holder"),
           {fmt::format("Tiền này do {} giữ.", due.holder), fmt::format("That money is held by {}.", due.holder)});
  if (due.confirmed && seen.amount == due.amount)
    refuse("already_confirmed", request.at("pay_ref"), {"Khoản này đã được xác nhận.", "That payment was confirmed already."});
  return work.write_one(by, std::move(seen));
}

}  // namespace phien::till
