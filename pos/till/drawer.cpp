// POST /shifts/open, /shifts/close, /cash-in, /cash-out: a cashier's drawer from float to count.
#include <fmt/format.h>

#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"

namespace phien::till {

namespace {

// Whose drawer: "holder" of the request, or the only one this till has.
std::string drawer(Work& work, Fields& request) {
  const auto named = request.optional_id("holder");
  if (!work.me.holder.empty()) {
    if (named && *named != work.me.holder)
      refuse("unknown_holder", request.at("holder"),
             {fmt::format("Tiền ở máy này do {} giữ.", work.me.holder),
              fmt::format("Money at this till is held by {}.", work.me.holder)});
    return work.me.holder;
  }
  if (named) return work.require_own(*named, request.at("holder")), *named;
  if (work.me.exhibitors.size() == 1) return work.me.exhibitors.front();
  refuse("missing_field", request.at("holder"),
         {"Máy có nhiều ngăn tiền: hãy nêu ngăn nào.", "This till has several drawers: name one."});
}

// Transfers of this drawer's shift that nobody has seen in the account. By place in the journal, which needs no clock.
Dong claimed_since(Work& work, const std::string& holder, journal::Seq opened) {
  Dong sum = 0;
  for (const auto& exhibitor : work.me.exhibitors) {
    if (work.me.holder_of(exhibitor) != holder) continue;
    for (const auto& row : ledger::transfers(work.tx, exhibitor, ledger::PaymentState::claimed))
      if (row.sale && row.sale->terminal == work.me.terminal && row.sale->seq > opened) sum += row.claimed;
  }
  return sum;
}

json cash_move(Work& work, Fields& request, bool in) {
  const std::string by = work.cashier(request);
  journal::CashMove move;
  move.in = in;
  move.holder = drawer(work, request);
  move.amount = request.money("amount", 1);
  move.reason = request.text("reason", 400);
  move.shift = work.shift_of(move.holder);
  request.done();
  return work.write_one(by, std::move(move));
}

}  // namespace

json open_shift(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const std::string holder = drawer(work, request);
  const Dong amount = request.optional_money("float").value_or(0);
  request.done();
  if (const auto open = work.state.shifts.find(holder); open != work.state.shifts.end())
    refuse("shift_is_open", request.at("holder"),
           {fmt::format("Ca của {} đang mở: hãy đóng trước.", open->second.cashier),
            fmt::format("The shift of {} is open: close it first.", open->second.cashier)});
  return work.write_one(by, journal::ShiftOpen{holder, amount});
}

json close_shift(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  journal::ShiftClose close;
  close.holder = drawer(work, request);
  Dong in_notes = 0;
  for (auto& item : request.list("notes", 0, 20)) {
    close.notes.emplace_back(item.money("value", 1), item.integer("count", 0, 1'000'000));
    item.done();
    const auto worth = line_total(close.notes.back().second * kOne, close.notes.back().first);
    const auto sum = worth ? add(in_notes, *worth) : std::nullopt;
    if (!sum) refuse("overflow", item.at("count"), {"Số tiền quá lớn.", "The amount is too large."});
    in_notes = *sum;
  }
  close.counted = close.notes.empty() ? request.money("counted") : request.optional_money("counted").value_or(in_notes);
  request.done();
  if (!close.notes.empty() && close.counted != in_notes)
    refuse("bad_value", request.at("counted"),
           {fmt::format("Các tờ tiền cộng lại là {}.", format_dong(in_notes)),
            fmt::format("The notes make {}.", format_dong(in_notes))});
  const auto open = work.state.shifts.find(close.holder);
  if (open == work.state.shifts.end()) refuse("no_shift", request.at("holder"), {"Chưa mở ca.", "No shift is open."});
  close.shift = open->second.hash;
  close.expected = open->second.float_amount;
  for (const auto& row : ledger::shifts(work.tx, work.me.terminal))
    if (row.open.hash == close.shift) close.expected = row.expected;
  close.claimed = claimed_since(work, close.holder, open->second.seq);
  const Dong expected = close.expected, counted = close.counted, claimed = close.claimed;
  json answer = work.write_one(by, std::move(close));
  answer["expected"] = expected;
  answer["counted"] = counted;
  answer["difference"] = counted - expected;
  answer["claimed"] = claimed;
  return answer;
}

json cash_in(Work& work, Fields& request) { return cash_move(work, request, true); }
json cash_out(Work& work, Fields& request) { return cash_move(work, request, false); }

}  // namespace phien::till
