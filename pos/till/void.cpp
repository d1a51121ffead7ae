// POST /voids: takes back one entry, or the whole of an exchange (half of one would not balance). POST /undo: the last sale.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "pos/till/deals.hpp"
#include "pos/till/drafts.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

// Kinds a cashier may take back. A shift is corrected by cash in or out, an offer by another one of the same id.
const std::set<std::string, std::less<>> kVoidable{"sale",      "refund",   "order",       "order_closed",     "stock_in",
                                                   "stock_out", "transfer", "stock_count", "declared_sales",   "cash_in",
                                                   "cash_out",  "visitors", "lead",        "payment_confirmed"};

bool has_exchange(const journal::Body& body) {
  const auto* deal = deal_of(body);
  return deal && std::any_of(deal->payments.begin(), deal->payments.end(),
                             [](const auto& p) { return p.method == journal::Method::exchange; });
}

std::optional<Hash> drawer_of(const Work& work, const journal::Body& body) {
  if (const auto* deal = deal_of(body)) return work.shift_of(work.me.holder_of(deal->exhibitor));
  if (const auto* cash = std::get_if<journal::CashMove>(&body)) return work.shift_of(cash->holder);
  return std::nullopt;
}

void check_voidable(Work& work, const Known& known, const std::string& where) {
  const auto kind = journal::kind_of(known.entry.body);
  if (!kVoidable.contains(kind))
    refuse("cannot_void", where,
           {fmt::format("Không thể hủy mục loại “{}”.", kind), fmt::format("An entry of kind “{}” cannot be voided.", kind)});
  // What is of no exhibitor (cash in and out) is the till's own.
  if (const std::string exhibitor = exhibitor_of(known.entry.body); !exhibitor.empty() || work.me.is_phone())
    work.require_own(exhibitor, where);
  if (is_voided(work.tx, known.ref)) refuse("already_voided", where, {"Mục này đã bị hủy.", "That was voided already."});
  if (std::holds_alternative<journal::Sale>(known.entry.body) && !given_back(work.tx, known.ref).empty())
    refuse(
        "already_refunded", where,
        {"Đã có trả hàng của lần bán này: hãy hủy lần trả hàng trước.", "Goods of that sale were given back: void that first."});
  if (std::holds_alternative<journal::Order>(known.entry.body)) {
    Dong paid = 0;
    for (const auto& payment : deal_of(known.entry.body)->payments) paid += payment.amount;
    const auto deposit = deposit_of(work.tx, known);
    if (deposit.closed || deposit.held != paid)
      refuse("order_used", where, {"Đơn đặt này đã giao hoặc đã kết thúc.", "That order was delivered or ended already."});
  }
}

// The entries that must be taken back together with `known`.
std::vector<Known> together(Work& work, Known known, const std::string& where) {
  std::vector<Known> all;
  const auto unit = known.entry.unit;
  if (!unit || !has_exchange(known.entry.body)) return all.push_back(std::move(known)), all;
  const journal::Seq first = known.ref.seq - unit->at + 1;
  for (journal::Seq seq = first; seq < first + unit->of; ++seq) {
    for (const auto& branch : work.tx.branches_of_terminal(known.ref.terminal)) {
      const auto stored = work.tx.entry(branch.no, seq);
      if (!stored || stored->bytes.empty()) continue;
      auto other = need(journal::decode(stored->bytes));
      if (has_exchange(other.body)) all.push_back({std::move(other), {known.ref.terminal, seq, stored->at.hash}, stored->time});
      break;
    }
  }
  for (const auto& item : all) check_voidable(work, item, where);
  return all;
}

}  // namespace

namespace {

void require_void_right(Work& work, const std::string& by) {
  work.require_right(by, &catalogue::Cashier::may_refund, {"Người bán này không được hủy.", "This cashier may not void."});
}

json take_back(Work& work, const std::string& by, std::vector<Known> all, const std::optional<std::string>& reason) {
  std::vector<journal::Entry> entries;
  for (auto& item : all) {
    auto taken_back = std::make_shared<journal::VoidEntry>();
    taken_back->entry = item.ref;
    taken_back->shift = drawer_of(work, item.entry.body);
    taken_back->body = std::move(item.entry.body);
    taken_back->reason = reason;
    entries.push_back(work.entry(by, journal::VoidBody(std::move(taken_back))));
  }
  const auto written = work.write(std::move(entries));
  json answer = entries_json(written);
  answer["voided"] = json::array();
  for (const auto& item : written) answer["voided"].push_back(to_json(std::get<journal::VoidBody>(item.entry.body)->entry));
  return answer;
}

}  // namespace

json void_entry(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  require_void_right(work, by);
  const std::string name = request.text("receipt", 100), where = request.at("receipt");
  const auto reason = request.optional_text("reason", 400);
  request.done();

  Known known = find_entry(work.tx, work.me, name, where);
  check_voidable(work, known, where);
  return take_back(work, by, together(work, std::move(known), where), reason);
}

// POST /undo: all receipts of the sale made last, and its basket is on the screen again (beside another one: parked).
json undo_last(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  require_void_right(work, by);
  const std::string hash = request.text("hash", 64), where = request.at("hash");
  request.done();

  Drafts drafts = drafts_of(work);
  if (drafts.last.is_null() || drafts.last.at("receipts").front().at("hash") != hash)
    refuse("not_the_last", where, {"Đây không phải lần bán vừa xong.", "That is not the sale made last."});
  std::vector<Known> all;
  for (const auto& receipt : drafts.last.at("receipts")) {
    all.push_back(find_entry(work.tx, work.me, receipt.at("hash").get<std::string>(), where));
    check_voidable(work, all.back(), where);
  }
  json answer = take_back(work, by, std::move(all), {});
  Draft draft{random_hex(8), 1, drafts.open() != nullptr, "", work.time(), std::move(drafts.last.at("basket")), {}};
  answer["draft"] = {{"id", draft.id}, {"rev", draft.rev}};
  drafts.last = nullptr;
  drafts.baskets.push_back(std::move(draft));
  save_drafts(work, drafts);
  return answer;
}

}  // namespace phien::till
