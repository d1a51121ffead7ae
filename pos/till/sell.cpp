// POST /sales: a basket becomes one sale per exhibitor, in one unit. POST /exchanges: goods come back and others go, likewise.
// POST /quote: what either would come to.
#include "pos/till/deals.hpp"
#include "pos/till/notes.hpp"
#include "pos/till/plan.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

// The goods of a request: of the basket it names, or in the request itself.
class Goods {
 public:
  Goods(Work& work, Fields& request) : draft(named_draft(work, request)), request_(request) {
    if (draft) kept_.emplace(draft->basket, "basket");
  }
  Fields& fields() { return kept_ ? *kept_ : request_; }
  void done() const {
    if (kept_) kept_->done();
    request_.done();
  }
  std::optional<Draft> draft;

 private:
  Fields& request_;
  std::optional<Fields> kept_;
};

// What the buyer says to have sent: awaited until it is seen in the account.
Dong claimed_in(const Settled& settled) {
  Dong sum = 0;
  for (const auto& part : settled.parts)
    for (const auto& payment : part.payments)
      if (payment.method == journal::Method::transfer) sum += payment.amount;
  return sum;
}

json dealt(Work& work, Goods& goods, const Plan& plan, const PlanSettled& settled, std::vector<journal::Entry> entries) {
  json answer = receipts_json(work, work.write(std::move(entries)));
  answer["total"] = plan.total;
  answer["rounding"] = settled.in.rounding - settled.out.rounding;
  answer["due"] = settled.in.due;
  answer["change"] = settled.in.change;
  answer["change_notes"] = notes_json(settled.in.change);
  answer["claimed"] = claimed_in(settled.in);
  if (plan.back) {
    answer["total_back"] = plan.back->total;
    answer["due_back"] = settled.out.due;
  }
  if (goods.draft) close_draft(work, *goods.draft, answer);
  return answer;
}

}  // namespace

json sell(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  const auto how = request.flag("late") ? journal::How::late : journal::How::till;
  Goods goods(work, request);
  const auto note = goods.fields().optional_text("note", kMaxNote);
  Plan plan = plan_deal(work, goods.fields(), by, happened);
  if (plan.back) refuse("is_an_exchange", "", {"Giỏ này là đổi hàng.", "This basket is of an exchange."});
  auto tenders = read_tenders(request);
  goods.done();

  PlanSettled settled = settle_plan(work, plan, std::move(tenders));
  if (goods.draft) use_reserved(*goods.draft, settled.in.parts);
  std::vector<journal::Entry> entries;
  for (std::size_t i = 0; i < plan.sales.size(); ++i) {
    auto& sale = plan.sales[i];
    sale.how = how;
    sale.note = note;
    finish(work, sale, settled.in.parts[i]);
    entries.push_back(work.entry(by, std::move(sale), happened));
  }
  return dealt(work, goods, plan, settled, std::move(entries));
}

json exchange(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  Goods goods(work, request);
  require_refund_right(work, by);
  Plan plan = plan_deal(work, goods.fields(), by, {});
  if (!plan.back)
    refuse("missing_field", request.at("back"), {"Đổi hàng cần hàng trả lại.", "An exchange needs goods brought back."});
  if (goods.draft) goods.fields().optional_text("note", kMaxNote);
  auto tenders = read_plan_tenders(plan, request);
  goods.done();

  PlanSettled settled = settle_plan(work, plan, std::move(tenders));
  if (goods.draft) use_reserved(*goods.draft, settled.in.parts);
  std::vector<journal::Entry> entries;
  journal::Refund back = *plan.back;
  finish(work, back, settled.out.parts.front());
  entries.push_back(work.entry(by, std::move(back)));
  for (std::size_t i = 0; i < plan.sales.size(); ++i) {
    finish(work, plan.sales[i], settled.in.parts[i]);
    entries.push_back(work.entry(by, std::move(plan.sales[i])));
  }
  return dealt(work, goods, plan, settled, std::move(entries));
}

json quote(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  request.optional_text("note", kMaxNote);
  const Plan plan = plan_deal(work, request, by, {});
  auto tenders = read_plan_tenders(plan, request);
  request.done();
  return quote_json(work, plan, std::move(tenders), nullptr);
}

}  // namespace phien::till
