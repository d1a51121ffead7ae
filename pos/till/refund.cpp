// POST /refunds and POST /exchanges: goods come back, money or other goods go out.
#include "pos/till/basket.hpp"
#include "pos/till/give_back.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

void require_refund_right(const Work& work, const std::string& by) {
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

}  // namespace

json refund(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  require_refund_right(work, by);
  const auto happened = work.happened(request);
  auto refund = read_refund(work, request, "lines");
  auto tenders = read_money_back(request);
  request.done();
  const Settled settled =
      settle({{work.me.holder_of(refund.exhibitor), refund.total, {}}}, std::move(tenders), cash_round(work), new_pay_ref);
  finish(work, refund, settled.parts.front());
  const Dong total = refund.total;
  std::vector<journal::Entry> entries;
  entries.push_back(work.entry(by, std::move(refund), happened));
  json answer = receipts_json(work, work.write(std::move(entries)));
  answer["total"] = total;
  answer["rounding"] = settled.rounding;
  answer["due"] = settled.due;
  return answer;
}

json exchange(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  require_refund_right(work, by);
  auto refund = read_refund(work, request, "back");
  const Basket basket = read_basket(work, request, "lines", by);
  auto sales = price_sales(work, basket, {});
  const std::string holder = work.me.holder_of(refund.exhibitor);

  // The goods brought back pay for those taken, as far as the same account holds the money; only the difference changes hands.
  std::vector<Dong> payable;
  Dong payable_sum = 0, total = 0;
  for (const auto& sale : sales) {
    payable.push_back(work.me.holder_of(sale.exhibitor) == holder ? sale.total : 0);
    payable_sum += payable.back();
    total += sale.total;
  }
  const Dong value = std::min(refund.total, payable_sum);
  const auto shares = spread_discount(payable, value);
  const auto carried = [&](Dong amount) {
    std::vector<journal::Payment> payments;
    if (amount > 0) payments.push_back({journal::Method::exchange, amount, holder, {}, {}, {}, {}});
    return payments;
  };
  std::vector<Due> dues;
  for (std::size_t i = 0; i < sales.size(); ++i)
    dues.push_back({work.me.holder_of(sales[i].exhibitor), sales[i].total, carried(shares[i])});
  const bool gives_back = refund.total > value;
  // "payments" speak of the difference, whichever way it goes.
  auto tenders = gives_back ? read_money_back(request) : read_tenders(request);
  request.done();
  if (gives_back && total > value) tenders.clear();  // both ways at once (two accounts): in cash
  const Settled in = settle(dues, gives_back ? std::vector<Tender>{} : tenders, cash_round(work), new_pay_ref);
  const Settled out = settle({{holder, refund.total, carried(value)}}, gives_back ? tenders : std::vector<Tender>{},
                             cash_round(work), new_pay_ref);

  finish(work, refund, out.parts.front());
  std::vector<journal::Entry> entries;
  const Dong back = refund.total;
  entries.push_back(work.entry(by, std::move(refund)));
  for (std::size_t i = 0; i < sales.size(); ++i) {
    finish(work, sales[i], in.parts[i]);
    entries.push_back(work.entry(by, std::move(sales[i])));
  }
  json answer = receipts_json(work, work.write(std::move(entries)));
  answer["total"] = total;
  answer["total_back"] = back;
  answer["due"] = in.due;
  answer["due_back"] = out.due;
  answer["rounding"] = in.rounding - out.rounding;
  answer["change"] = in.change;
  return answer;
}

}  // namespace phien::till
