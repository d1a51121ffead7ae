#include "pos/till/plan.hpp"

#include <cstdlib>
#include <map>

#include "pos/till/deals.hpp"
#include "pos/till/give_back.hpp"
#include "pos/till/notes.hpp"

namespace phien::till {

namespace {

// Where goods came back for more than is taken and the money goes both ways (two accounts), both differences are in cash.
bool both_ways(const Plan& plan) { return plan.gives_back() && plan.total > plan.carried; }

std::vector<journal::Payment> carried(const Plan& plan, const std::string& holder, Dong amount) {
  std::vector<journal::Payment> payments;
  if (plan.back && amount > 0) payments.push_back({journal::Method::exchange, amount, holder, {}, {}, {}, {}});
  return payments;
}

// One attempt may pay several sales: shown once, with what is asked for in all.
json transfers_json(const Work& work, const std::vector<Settled::Part>& parts) {
  std::vector<journal::Payment> together;
  std::map<std::string, std::size_t> by_ref;
  for (const auto& part : parts)
    for (const auto& payment : part.payments) {
      if (!payment.pay_ref) continue;
      const auto [known, fresh] = by_ref.try_emplace(*payment.pay_ref, together.size());
      if (fresh)
        together.push_back(payment);
      else
        together[known->second].amount += payment.amount;
    }
  json shown = json::array();
  for (const auto& payment : together) shown.push_back(payment_json(payment, work.catalogue));
  return shown;
}

const char* price_kind_name(journal::PriceKind kind) {
  switch (kind) {
    case journal::PriceKind::list:
      return "list";
    case journal::PriceKind::wholesale:
      return "wholesale";
    case journal::PriceKind::offer:
      return "offer";
    case journal::PriceKind::agreed:
      return "agreed";
    case journal::PriceKind::open:
      return "open";
  }
  std::abort();
}

// In the order of the basket: each line is the next one of its exhibitor's sale.
json lines_json(const Work& work, const Plan& plan) {
  std::map<std::string, std::size_t> next;
  json shown = json::array();
  for (const auto& wanted : plan.basket.wanted) {
    const journal::Sale* sale = nullptr;
    for (const auto& one : plan.sales)
      if (one.exhibitor == wanted.exhibitor) sale = &one;
    const auto& line = sale->lines[next[wanted.exhibitor]++];
    json one{{"discount", line.discount}, {"exhibitor", wanted.exhibitor},
             {"gift", line.gift},         {"name", line.name},
             {"price", line.price},       {"price_kind", price_kind_name(line.price_kind)},
             {"product", line.product},   {"qty", line.qty},
             {"total", line.total},       {"unit", line.unit}};
    if (line.list) one["list"] = *line.list;
    if (line.offer)
      for (const auto& [key, standing] : work.state.offers)
        if (standing.hash == *line.offer) one["offer"] = standing.offer.name;
    shown.push_back(std::move(one));
  }
  return shown;
}

Dong list_total(const Plan& plan) {
  Dong sum = 0;
  for (const auto& sale : plan.sales)
    for (const auto& line : sale.lines) sum += line_total(line.qty, line.list.value_or(line.price)).value_or(0);
  return sum;
}

json cash_json(const Settled& settled) {
  json suggestions = json::array();
  for (Dong given : likely_given(settled.due))
    suggestions.push_back({{"change", given - settled.due}, {"given", given}, {"notes", notes_json(given - settled.due)}});
  return {{"due", settled.due}, {"rounding", settled.rounding}, {"suggestions", std::move(suggestions)}};
}

}  // namespace

void require_refund_right(Work& work, const std::string& by) {
  work.require_right(by, &catalogue::Cashier::may_refund,
                     {"Người bán này không được nhận trả hàng.", "This cashier may not refund."});
}

std::vector<Tender> read_money_back(Fields& request) {
  auto tenders = read_tenders(request);
  for (const auto& tender : tenders)
    if (tender.given)
      refuse("bad_value", tender.where + ".given",
             {"Trả tiền lại thì không có tiền khách đưa.", "Nothing is handed over when money is given back."});
  return tenders;
}

Plan plan_deal(Work& work, Fields& goods, const std::string& by, std::optional<Milliseconds> happened) {
  Plan plan;
  if (goods.has("receipt") || goods.has("sale") || goods.has("back")) {
    require_refund_right(work, by);
    plan.back = read_refund(work, goods, "back");
  }
  plan.basket = read_basket(work, goods, "lines", by);
  plan.sales = price_sales(work, plan.basket, happened);
  for (const auto& sale : plan.sales) plan.total += sale.total;
  if (!plan.back) return plan;

  // The goods brought back pay for those taken, as far as the same account holds the money; only the difference changes hands.
  const std::string& holder = work.me.holder_of(plan.back->exhibitor);
  std::vector<Dong> payable;
  Dong payable_sum = 0;
  for (const auto& sale : plan.sales) {
    payable.push_back(work.me.holder_of(sale.exhibitor) == holder ? sale.total : 0);
    payable_sum += payable.back();
  }
  plan.carried = std::min(plan.back->total, payable_sum);
  plan.shares = spread_discount(payable, plan.carried);
  return plan;
}

std::vector<Tender> read_plan_tenders(const Plan& plan, Fields& request) {
  return plan.gives_back() ? read_money_back(request) : read_tenders(request);
}

PlanSettled settle_plan(Work& work, const Plan& plan, std::vector<Tender> tenders) {
  if (both_ways(plan)) tenders.clear();
  std::vector<Due> dues;
  for (std::size_t i = 0; i < plan.sales.size(); ++i) {
    const std::string& holder = work.me.holder_of(plan.sales[i].exhibitor);
    dues.push_back({holder, plan.sales[i].total, carried(plan, holder, plan.back ? plan.shares[i] : 0)});
  }
  PlanSettled settled;
  settled.in = settle(dues, plan.gives_back() ? std::vector<Tender>{} : tenders, cash_round(work), new_pay_ref);
  if (!plan.back) return settled;
  const std::string& holder = work.me.holder_of(plan.back->exhibitor);
  settled.out = settle({{holder, plan.back->total, carried(plan, holder, plan.carried)}},
                       plan.gives_back() ? tenders : std::vector<Tender>{}, cash_round(work), new_pay_ref);
  return settled;
}

json quote_json(Work& work, const Plan& plan, std::vector<Tender> tenders, Draft* draft) {
  json quote{{"lines", lines_json(work, plan)}, {"list_total", list_total(plan)}, {"total", plan.total}};
  const PlanSettled in_cash = settle_plan(work, plan, {});
  quote["cash"] = cash_json(in_cash.in);
  if (plan.back) quote["back"] = {{"due", in_cash.out.due}, {"total", plan.back->total}};

  const auto show = [&](const char* name, std::vector<Tender> by) {
    PlanSettled settled = settle_plan(work, plan, std::move(by));
    if (draft) use_reserved(*draft, settled.in.parts);
    quote[name] = transfers_json(work, settled.in.parts);
    if (!draft)
      for (auto& payment : quote[name])
        for (const char* field : {"pay_ref", "vietqr", "account"}) payment.erase(field);
    return settled.in;
  };
  quote["transfers"] = json::array();
  if (!plan.gives_back()) show("transfers", {{journal::Method::transfer, {}, {}, {}, {}, "payments"}});
  if (!tenders.empty()) {
    const Settled split = show("split", std::move(tenders));
    quote["split"] = {{"change", split.change}, {"due", split.due}, {"transfers", std::move(quote["split"])}};
  }
  return quote;
}

}  // namespace phien::till
