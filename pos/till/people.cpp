// People who are more than a sale: orders that are open, buyers met, who wants a tax invoice.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "pos/till/deals.hpp"
#include "pos/till/person.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"

namespace phien::till {

namespace {

// What was kept of a person beside an entry of this till; nothing when it was erased.
json person_of(const View& view, const journal::Ref& ref) {
  for (const auto& branch : view.books.branches_of_terminal(ref.terminal))
    if (const auto kept = view.books.personal(branch.no, ref.seq)) return json::parse(kept->data);
  return nullptr;
}

json order_json(const View& view, const Known& known) {
  const auto& order = std::get<journal::Order>(known.entry.body);
  const Deposit deposit = deposit_of(view.books, known);
  const Dong balance = order.total - deposit.held;
  json goods = json::array();
  for (const auto& line : order.lines)
    goods.push_back(
        {{"name", line.name}, {"product", line.product}, {"qty", line.qty}, {"total", line.total}, {"unit", line.unit}});
  return {{"balance", balance},
          {"balance_cash", balance + cash_rounding(balance, std::max<Dong>(1, view.catalogue->fair.cash_round))},
          {"deposit", deposit.held},
          {"due", order.due ? json(*order.due) : json(nullptr)},
          {"exhibitor", order.exhibitor},
          {"hash", hex(known.ref.hash)},
          {"lines", std::move(goods)},
          {"number", receipt_number(order, known.ref)},
          {"personal", person_of(view, known.ref)},
          {"time", known.time},
          {"total", order.total}};
}

}  // namespace

// POST /invoices: who wants the tax invoice of a sale. Made when the seller's invoice program is fed, not here.
json request_invoice(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const Known known = find_deal(work.tx, work.me, request.text("receipt", 100), request.at("receipt"));
  const auto* sale = std::get_if<journal::Sale>(&known.entry.body);
  if (!sale || is_voided(work.tx, known.ref))
    refuse("not_a_sale", request.at("receipt"), {"Phiếu này không phải lần bán.", "That receipt is not of a sale."});
  work.require_own(sale->exhibitor, request.at("receipt"));
  if (auto given = request.object("personal"))
    if (const auto code = given->optional_text("tax_code", 20); code && !catalogue::valid_tax_code(*code))
      refuse("bad_value", given->at("tax_code"), {"Mã số thuế không đúng (sai số kiểm tra).", "That tax code is not valid."});
  auto person = read_person(request);
  request.done();
  if (!person) refuse("missing_field", request.at("personal"), {"Cần thông tin người mua.", "The buyer's details are needed."});
  return work.write_one(by, journal::InvoiceRequest{sale->exhibitor, known.ref}, {}, std::move(person));
}

json invoice_of(const View& view, const journal::Ref& sale) {
  for (const auto& item : mentions(view.books, sale)) {
    const auto* asked = std::get_if<journal::InvoiceRequest>(&item.entry.body);
    if (asked && asked->sale.hash == sale.hash && !is_voided(view.books, item.ref))
      return {{"personal", person_of(view, item.ref)}};
  }
  return nullptr;
}

// Orders taken at this till that are neither delivered nor cancelled, the next due first.
json orders_view(const View& view) {
  std::vector<Known> orders;
  std::set<Hash> over = voided(view.books);
  view.books.scan(view.branch.no, view.branch.base.seq + 1, view.branch.head.seq, [&](const journal::StoredEntry& stored) {
    if (stored.bytes.find("\"order") == std::string::npos) return true;
    auto entry = journal::decode(stored.bytes);
    if (!entry || over.contains(stored.at.hash) || !may_see(view.me, entry->body)) return true;
    if (std::holds_alternative<journal::Order>(entry->body)) {
      orders.push_back({std::move(*entry), {view.me.terminal, stored.at.seq, stored.at.hash}, stored.time});
    } else if (const auto* closed = std::get_if<journal::OrderClosed>(&entry->body)) {
      over.insert(closed->order.hash);
    } else if (const auto* sale = std::get_if<journal::Sale>(&entry->body)) {
      for (const auto& payment : sale->payments)
        if (payment.order) over.insert(payment.order->hash);
    }
    return true;
  });
  std::erase_if(orders, [&](const Known& known) { return over.contains(known.ref.hash); });
  std::stable_sort(orders.begin(), orders.end(), [](const Known& a, const Known& b) {
    const auto day = [](const Known& known) { return std::get<journal::Order>(known.entry.body).due.value_or("9999-12-31"); };
    return day(a) < day(b);
  });
  json rows = json::array();
  for (const auto& known : orders) rows.push_back(order_json(view, known));
  return {{"as_of", view.time()}, {"rows", std::move(rows)}};
}

// Buyers met at this till, the latest first.
json leads_view(const View& view) {
  std::vector<ledger::LeadRow> met;
  for (const auto& exhibitor : view.me.exhibitors)
    for (auto& row : ledger::leads(view.books, exhibitor))
      if (row.entry.terminal == view.me.terminal) met.push_back(std::move(row));
  std::stable_sort(met.begin(), met.end(), [](const auto& a, const auto& b) { return a.entry.seq > b.entry.seq; });
  if (met.size() > kMaxLines) met.resize(kMaxLines);
  json rows = json::array();
  for (const auto& row : met)
    rows.push_back({{"exhibitor", row.exhibitor},
                    {"goods", row.goods},
                    {"hash", hex(row.entry.hash)},
                    {"personal", person_of(view, row.entry)},
                    {"time", row.time},
                    {"type", row.type},
                    {"value", row.value}});
  return {{"as_of", view.time()}, {"rows", std::move(rows)}};
}

json visitors_view(const View& view) { return {{"as_of", view.time()}, {"count", ledger::visitors(view.books)}}; }

}  // namespace phien::till
