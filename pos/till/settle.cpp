#include "pos/till/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "pos/till/refuse.hpp"

namespace phien::till {
using journal::Method;
using journal::Payment;

namespace {

Dong sum_of(const std::vector<Dong>& amounts) { return std::accumulate(amounts.begin(), amounts.end(), Dong{0}); }

[[noreturn]] void does_not_add_up(const std::string& where, Dong should, Dong is) {
  refuse("payments_do_not_add_up", where,
         {fmt::format("Cần trả {}, các khoản cộng lại {}.", format_dong(should), format_dong(is)),
          fmt::format("{} is due, the payments make {}.", format_dong(should), format_dong(is))});
}

// Settling as it goes on: what each due still lacks.
struct Progress {
  const std::vector<Due>& dues;
  const std::function<std::string()>& new_ref;
  Settled settled;
  std::vector<Dong> lacking;

  // A tender other than cash pays the first due first: few payments, and a buyer sees which seller a transfer was for.
  void pay(const Tender& tender, Dong amount) {
    if (amount > sum_of(lacking))
      refuse("too_much_paid", tender.where,
             {fmt::format("Trả quá số cần trả {}.", format_dong(sum_of(lacking))),
              fmt::format("More than the {} that is due.", format_dong(sum_of(lacking)))});
    std::map<std::string, std::string> refs;  // one attempt goes to one account: a reference per holder
    for (std::size_t i = 0; i < dues.size(); ++i) {
      const Dong part = std::min(amount, lacking[i]);
      if (part == 0) continue;
      Payment payment{tender.method, part, dues[i].holder, {}, {}, tender.label, {}};
      if (tender.method == Method::transfer) {
        auto& ref = refs[dues[i].holder];
        if (ref.empty()) ref = new_ref();
        payment.pay_ref = ref;
      }
      settled.parts[i].payments.push_back(std::move(payment));
      lacking[i] -= part;
      amount -= part;
    }
  }

  // The rest in cash, rounded once per holder.
  void pay_cash(const Tender& tender, Dong cash_round) {
    const Dong exact = sum_of(lacking);
    std::map<std::string, std::vector<std::size_t>> by_holder;
    for (std::size_t i = 0; i < dues.size(); ++i) by_holder[dues[i].holder].push_back(i);
    Dong cash = 0;
    std::vector<std::size_t> paying;
    for (const auto& [holder, which] : by_holder) {
      std::vector<Dong> amounts;
      for (std::size_t i : which) amounts.push_back(lacking[i]);
      const auto off = spread_discount(amounts, -cash_rounding(sum_of(amounts), cash_round));
      for (std::size_t n = 0; n < which.size(); ++n) {
        settled.parts[which[n]].rounding = -off[n];
        lacking[which[n]] -= off[n];
        settled.rounding -= off[n];
      }
    }
    for (std::size_t i = 0; i < dues.size(); ++i) {
      if (lacking[i] == 0) continue;
      settled.parts[i].payments.push_back({Method::cash, lacking[i], dues[i].holder, {}, {}, tender.label, {}});
      cash += lacking[i];
      paying.push_back(i);
    }
    if (tender.amount && *tender.amount != exact && *tender.amount != cash) does_not_add_up(tender.where, cash, *tender.amount);
    if (tender.given) {
      if (*tender.given < cash)
        refuse("not_enough_given", tender.where + ".given",
               {fmt::format("Khách đưa {}, cần {}.", format_dong(*tender.given), format_dong(cash)),
                fmt::format("{} was given, {} is due.", format_dong(*tender.given), format_dong(cash))});
      settled.change = *tender.given - cash;
      // The receipts show what was handed over: all exact but the last, which shows the change.
      for (std::size_t i : paying) settled.parts[i].payments.back().given = settled.parts[i].payments.back().amount;
      if (!paying.empty()) *settled.parts[paying.back()].payments.back().given += settled.change;
    }
    settled.due = cash;
  }
};

}  // namespace

std::vector<Tender> read_tenders(Fields& request, bool may_name_holder) {
  static const std::map<std::string, Method> methods{
      {"cash", Method::cash}, {"transfer", Method::transfer}, {"card", Method::card}, {"other", Method::other}};
  std::vector<Tender> tenders;
  for (auto& item : request.list("payments", 0, kMaxTenders)) {
    Tender tender;
    tender.where = item.at("");
    tender.where.pop_back();
    tender.method = methods.at(item.one_of("method", {"cash", "transfer", "card", "other"}));
    tender.amount = item.optional_money("amount", 1);
    tender.given = item.optional_money("given");
    tender.label = item.optional_text("label", 80);
    if (may_name_holder) tender.holder = item.optional_id("holder");
    item.done();
    if (tender.given && tender.method != Method::cash)
      refuse("bad_value", item.at("given"), {"Chỉ tiền mặt mới có tiền khách đưa.", "Only cash is handed over."});
    tenders.push_back(std::move(tender));
  }
  return tenders;
}

Settled settle(const std::vector<Due>& dues, std::vector<Tender> tenders, Dong cash_round,
               const std::function<std::string()>& new_ref) {
  if (tenders.empty()) tenders.push_back({Method::cash, {}, {}, {}, {}, "payments"});
  Progress progress{dues, new_ref, {}, {}};
  progress.settled.parts.resize(dues.size());
  for (std::size_t i = 0; i < dues.size(); ++i) {
    Dong paid = 0;
    for (const auto& payment : dues[i].before) paid += payment.amount;
    progress.settled.parts[i].payments = dues[i].before;
    progress.lacking.push_back(dues[i].total - paid);
  }
  const Dong total = sum_of(progress.lacking);

  const Tender* cash = nullptr;
  const Tender* rest = nullptr;
  for (const auto& tender : tenders) {
    if (tender.method == Method::cash) {
      if (cash) refuse("two_cash", tender.where, {"Chỉ ghi một khoản tiền mặt.", "Name cash once only."});
      cash = &tender;
    }
    if (!tender.amount) {
      if (rest)
        refuse("two_rests", tender.where,
               {"Chỉ một khoản được để trống số tiền.", "Only one payment may leave its amount open."});
      rest = &tender;
    }
  }
  for (const auto& tender : tenders)
    if (tender.method != Method::cash && tender.amount) progress.pay(tender, *tender.amount);
  if (rest && rest->method != Method::cash) {
    const Dong in_cash = cash ? *cash->amount : 0;
    if (in_cash % cash_round != 0)
      refuse("cash_not_round", cash->where,
             {fmt::format("Tiền mặt phải chẵn {}.", format_dong(cash_round)),
              fmt::format("Cash must be a multiple of {}.", format_dong(cash_round))});
    if (in_cash > sum_of(progress.lacking)) does_not_add_up(cash->where, sum_of(progress.lacking), in_cash);
    progress.pay(*rest, sum_of(progress.lacking) - in_cash);
  }
  if (cash)
    progress.pay_cash(*cash, cash_round);
  else if (sum_of(progress.lacking) != 0)
    does_not_add_up("payments", total, total - sum_of(progress.lacking));
  return progress.settled;
}

}  // namespace phien::till
