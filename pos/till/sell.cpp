// POST /sales: a basket becomes one sale per exhibitor, in one unit.
#include "pos/till/basket.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

json sell(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  const auto how = request.flag("late") ? journal::How::late : journal::How::till;
  const auto note = request.optional_text("note", 2000);
  const Basket basket = read_basket(work, request, "lines", by);
  auto tenders = read_tenders(request);
  request.done();

  auto sales = price_sales(work, basket, happened);
  std::vector<Due> dues;
  Dong total = 0;
  for (const auto& sale : sales) {
    dues.push_back({work.me.holder_of(sale.exhibitor), sale.total, {}});
    total += sale.total;
  }
  const Settled settled = settle(dues, std::move(tenders), cash_round(work), new_pay_ref);

  std::vector<journal::Entry> entries;
  for (std::size_t i = 0; i < sales.size(); ++i) {
    sales[i].how = how;
    sales[i].note = note;
    finish(work, sales[i], settled.parts[i]);
    entries.push_back(work.entry(by, std::move(sales[i]), happened));
  }
  const auto written = work.write(std::move(entries));
  json answer = receipts_json(work, written);
  answer["total"] = total;
  answer["rounding"] = settled.rounding;
  answer["due"] = settled.due;
  answer["change"] = settled.change;
  return answer;
}

}  // namespace phien::till
