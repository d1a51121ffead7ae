// POST /orders and /orders/closed: money held for goods later.
#include <fmt/format.h>

#include "pos/till/basket.hpp"
#include "pos/till/deals.hpp"
#include "pos/till/drafts.hpp"
#include "pos/till/person.hpp"
#include "pos/till/plan.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

Known open_order(Work& work, Fields& request, Deposit& deposit) {
  auto known = find_deal(work.tx, work.me, request.text("order", 100), request.at("order"));
  const auto* order = std::get_if<journal::Order>(&known.entry.body);
  if (!order)
    refuse("not_an_order", request.at("order"), {"Chứng từ này không phải đơn đặt hàng.", "That receipt is not of an order."});
  work.require_own(order->exhibitor, request.at("order"));
  deposit = deposit_of(work.tx, known);
  bool delivered = false;
  for (const auto& item : mentions(work.tx, known.ref))
    delivered = delivered || (std::holds_alternative<journal::Sale>(item.entry.body) && !is_voided(work.tx, item.ref));
  if (deposit.closed || delivered || is_voided(work.tx, known.ref))
    refuse("order_used", request.at("order"),
           {"Đơn đặt này đã giao hoặc đã kết thúc.", "That order was delivered or ended already."});
  return known;
}

// What is left of the deposit: given back (cash rounded) but for what the seller keeps.
journal::OrderClosed end_of(Work& work, const Known& known, bool delivered, Dong held, Dong kept, std::vector<Tender> tenders) {
  const auto& order = std::get<journal::Order>(known.entry.body);
  journal::OrderClosed closed;
  closed.exhibitor = order.exhibitor;
  closed.booth = order.booth;
  closed.order = known.ref;
  closed.delivered = delivered;
  closed.kept = kept;
  const Settled settled =
      settle({{work.me.holder_of(order.exhibitor), held - kept, {}}}, std::move(tenders), cash_round(work), new_pay_ref);
  finish(work, closed, settled.parts.front());
  return closed;
}

}  // namespace

json order(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  const auto draft = named_draft(work, request);
  std::optional<Fields> kept;
  if (draft) kept.emplace(draft->basket, "basket");
  const Basket basket = read_basket(work, kept ? *kept : request, "lines", by);
  if (kept) {
    kept->optional_text("note", kMaxNote);
    kept->done();
  }
  auto tenders = read_tenders(request);
  journal::Order order;
  order.due = request.optional_day("due");
  order.note = request.optional_text("note", 2000);
  auto person = read_person(request);
  request.done();

  auto sales = price_sales(work, basket, happened);
  if (sales.size() != 1)
    refuse("mixed_exhibitors", request.at("lines"), {"Mỗi đơn đặt chỉ của một đơn vị.", "An order is of one exhibitor's goods."});
  for (const auto& line : sales.front().lines)
    if (line.gift) refuse("bad_value", request.at("lines"), {"Hàng tặng ghi khi giao.", "Gifts are rung up at delivery."});
  const Dong total = sales.front().total;
  Dong deposit = 0;
  for (const auto& tender : tenders) {
    if (!tender.amount)
      refuse("missing_field", tender.where + ".amount", {"Cần số tiền đặt cọc.", "The amount of the deposit is needed."});
    deposit = std::min(kMaxAmount, deposit + *tender.amount);
  }
  if (deposit > total)
    refuse("too_much_paid", request.at("payments"),
           {"Đặt cọc nhiều hơn tiền hàng.", "The deposit is above the price of the goods."});
  static_cast<journal::Deal&>(order) = sales.front();
  order.place.clear();
  order.lines = std::move(sales.front().lines);
  // The deposit is settled exactly: it is rounded, if at all, when it is used or given back.
  Settled settled;
  if (deposit > 0) settled = settle({{work.me.holder_of(order.exhibitor), deposit, {}}}, std::move(tenders), 1, new_pay_ref);
  finish(work, order, deposit > 0 ? settled.parts.front() : Settled::Part{});
  std::vector<journal::Entry> entries;
  entries.push_back(work.entry(by, std::move(order), happened));
  if (person) entries.front().personal = journal::personal_hash(*person);
  std::vector<std::optional<journal::PersonalData>> beside;
  beside.push_back(std::move(person));
  json answer = receipts_json(work, work.write(std::move(entries), std::move(beside)));
  answer["total"] = total;
  answer["deposit"] = deposit;
  answer["balance"] = total - deposit;
  answer["change"] = settled.change;
  if (draft) {
    Drafts drafts = drafts_of(work);
    drafts.erase(draft->id);
    save_drafts(work, drafts);
  }
  return answer;
}

json close_order(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  Deposit deposit;
  const Known known = open_order(work, request, deposit);
  const auto& order = std::get<journal::Order>(known.entry.body);
  const bool delivered = request.one_of("outcome", {"delivered", "cancelled"}) == "delivered";
  const Dong kept = request.optional_money("keep").value_or(0);
  auto tenders = read_tenders(request);
  const auto note = request.optional_text("note", 2000);
  request.done();
  const std::string holder = work.me.holder_of(order.exhibitor);
  const Dong used = delivered ? std::min(deposit.held, order.total) : 0;
  if (kept > deposit.held - used)
    refuse("out_of_range", request.at("keep"), {"Giữ lại nhiều hơn số đang giữ.", "More is kept than is held."});

  std::vector<journal::Entry> entries;
  Settled settled;
  if (delivered) {
    journal::Sale sale;
    static_cast<journal::Deal&>(sale) = order;
    sale.place = kBooth;
    sale.lines = order.lines;
    sale.note = note;
    std::vector<journal::Payment> before;
    if (used > 0) before.push_back({journal::Method::deposit, used, holder, {}, {}, {}, known.ref});
    settled = settle({{holder, sale.total, std::move(before)}}, used < sale.total ? std::move(tenders) : std::vector<Tender>{},
                     cash_round(work), new_pay_ref);
    finish(work, sale, settled.parts.front());
    entries.push_back(work.entry(by, std::move(sale)));
  }
  // Where no deposit is used up in the sale, this entry is all that says the order is over.
  if (!delivered || used == 0 || deposit.held > used) {
    auto closed = end_of(work, known, delivered, deposit.held - used, kept,
                         delivered && used < order.total ? std::vector<Tender>{} : tenders);
    if (!delivered) closed.note = note;
    entries.push_back(work.entry(by, std::move(closed)));
  }
  json answer = receipts_json(work, work.write(std::move(entries)));
  answer["due"] = settled.due;
  answer["change"] = settled.change;
  return answer;
}

}  // namespace phien::till
