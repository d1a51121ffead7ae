// POST /refunds: goods come back, money goes back. POST /quote/refund: how much.
#include "pos/till/give_back.hpp"
#include "pos/till/plan.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

struct RefundPlan {
  std::string by;
  journal::Refund refund;
  std::optional<Milliseconds> happened;
  Settled settled;
};

RefundPlan plan_refund(Work& work, Fields& request) {
  RefundPlan plan;
  plan.by = work.cashier(request);
  require_refund_right(work, plan.by);
  plan.happened = work.happened(request);
  plan.refund = read_refund(work, request, "lines");
  auto tenders = read_money_back(request);
  request.done();
  plan.settled = settle({{work.me.holder_of(plan.refund.exhibitor), plan.refund.total, {}}}, std::move(tenders), cash_round(work),
                        new_pay_ref);
  return plan;
}

void add_figures(json& answer, Dong total, const Settled& settled) {
  answer["total"] = total;
  answer["rounding"] = settled.rounding;
  answer["due"] = settled.due;
}

}  // namespace

json refund(Work& work, Fields& request) {
  RefundPlan plan = plan_refund(work, request);
  finish(work, plan.refund, plan.settled.parts.front());
  const Dong total = plan.refund.total;
  std::vector<journal::Entry> entries;
  entries.push_back(work.entry(plan.by, std::move(plan.refund), plan.happened));
  json answer = receipts_json(work, work.write(std::move(entries)));
  add_figures(answer, total, plan.settled);
  return answer;
}

json quote_refund(Work& work, Fields& request) {
  const RefundPlan plan = plan_refund(work, request);
  json answer;
  add_figures(answer, plan.refund.total, plan.settled);
  return answer;
}

}  // namespace phien::till
