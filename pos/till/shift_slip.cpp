// The end of a shift as the journal has it: per exhibitor what came in, for the Z-report and the hand-in slips.
#include "pos/till/shift_slip.hpp"

#include <algorithm>

#include "pos/till/deals.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"

namespace phien::till {

namespace {

using Seller = receipt::ShiftSlip::Seller;

const char* const kReport = "z";

Seller& seller_of(receipt::ShiftSlip& slip, const catalogue::Catalogue& catalogue, const std::string& exhibitor) {
  const auto known =
      std::find_if(slip.sellers.begin(), slip.sellers.end(), [&](const Seller& seller) { return seller.exhibitor == exhibitor; });
  if (known != slip.sellers.end()) return *known;
  Seller seller;
  seller.exhibitor = seller.name = exhibitor;
  if (const auto item = catalogue.exhibitors.find(exhibitor); item != catalogue.exhibitors.end()) {
    seller.name = item->second.name;
    seller.tax_code = item->second.tax_code;
  }
  return slip.sellers.emplace_back(std::move(seller));
}

// `sign`: 1 for what came in, -1 for what was given back or taken back.
void add_entry(receipt::ShiftSlip& slip, const catalogue::Catalogue& catalogue, const journal::Body& body, int sign) {
  const auto* deal = deal_of(body);
  if (!deal) return;
  const bool given_back = std::holds_alternative<journal::Refund>(body) || std::holds_alternative<journal::OrderClosed>(body);
  auto& seller = seller_of(slip, catalogue, deal->exhibitor);
  if (std::holds_alternative<journal::Sale>(body)) seller.sales += sign;
  for (const auto& payment : deal->payments) {
    const Dong amount = given_back ? -sign * payment.amount : sign * payment.amount;
    if (payment.method == journal::Method::cash) seller.cash += amount;
    if (payment.method == journal::Method::transfer) seller.transfer += amount;
    if (payment.method == journal::Method::card || payment.method == journal::Method::other) seller.other += amount;
  }
}

std::string cashier_name(const catalogue::Catalogue& catalogue, const std::string& id) {
  const auto known = catalogue.cashiers.find(id);
  return known == catalogue.cashiers.end() ? id : known->second.name;
}

ledger::ShiftRow closed_shift(const ledger::Reader& books, const Identity& me, const std::string& shift,
                              const std::string& where) {
  for (auto& row : ledger::shifts(books, me.terminal)) {
    if (hex(row.open.hash) != shift) continue;
    if (!row.closed) refuse("shift_is_open", where, {"Ca này chưa đóng.", "That shift is not closed yet."});
    return row;
  }
  refuse("unknown_shift", where, {"Không có ca này.", "There is no such shift."});
}

}  // namespace

receipt::ShiftSlip shift_slip(const View& view, const std::string& shift) {
  const ledger::ShiftRow row = closed_shift(view.books, view.me, shift, "shift");
  receipt::ShiftSlip slip;
  slip.terminal = view.me.terminal;
  slip.booth = view.me.booth;
  const auto holder = view.catalogue->exhibitors.find(row.holder);
  slip.holder = holder == view.catalogue->exhibitors.end() ? row.holder : holder->second.name;
  slip.cashier = cashier_name(*view.catalogue, row.cashier);
  slip.opened = local_minute(row.opened);
  slip.closed = local_minute(*row.closed);
  slip.float_amount = row.float_amount;
  slip.cash_sales = row.cash_sales;
  slip.cash_refunds = row.cash_refunds;
  slip.cash_in = row.cash_in;
  slip.cash_out = row.cash_out;
  slip.expected = row.expected;
  slip.counted = row.counted.value_or(0);
  slip.sales = row.sales;
  for (const auto& exhibitor : view.me.exhibitors)
    if (view.me.holder_of(exhibitor) == row.holder) seller_of(slip, *view.catalogue, exhibitor);
  view.books.scan(view.branch.no, row.open.seq + 1, view.branch.head.seq, [&](const journal::StoredEntry& stored) {
    if (stored.bytes.find(shift) == std::string::npos) return true;
    const auto entry = journal::decode(stored.bytes);
    if (!entry) return true;
    if (const auto* close = std::get_if<journal::ShiftClose>(&entry->body); close && close->shift == row.open.hash) {
      slip.code = hex(stored.at.hash).substr(0, 8);
      slip.claimed = close->claimed;
      slip.expected = close->expected;  // as the drawer was closed by; what came later is no part of it
      return false;
    }
    if (const auto* taken_back = std::get_if<journal::VoidBody>(&entry->body)) {
      if ((*taken_back)->shift == row.open.hash) add_entry(slip, *view.catalogue, (*taken_back)->body, -1);
    } else if (const auto* deal = deal_of(entry->body); deal && deal->shift == row.open.hash) {
      add_entry(slip, *view.catalogue, entry->body, 1);
    }
    return true;
  });
  return slip;
}

receipt::Document shift_document(const View& view, const std::string& shift, const std::string& part, Lang lang) {
  const receipt::ShiftSlip slip = shift_slip(view, shift);
  if (part == kReport) return receipt::shift_report(slip, lang);
  for (const auto& seller : slip.sellers)
    if (seller.exhibitor == part) return receipt::hand_in_slip(slip, seller, lang);
  refuse("bad_value", "part", {"Phần in là z hoặc mã một đơn vị của ca.", "The part is z or an exhibitor of the shift."});
}

json shift_slip_view(const View& view, const std::string& shift) {
  const receipt::ShiftSlip slip = shift_slip(view, shift);
  json sellers = json::array();
  for (const auto& seller : slip.sellers)
    sellers.push_back({{"cash", seller.cash},
                       {"exhibitor", seller.exhibitor},
                       {"name", seller.name},
                       {"other", seller.other},
                       {"sales", seller.sales},
                       {"transfer", seller.transfer}});
  return {{"claimed", slip.claimed},   {"counted", slip.counted},       {"difference", slip.counted - slip.expected},
          {"expected", slip.expected}, {"sellers", std::move(sellers)}, {"shift", shift}};
}

// What a print of it is called in the queue. Refuses what could not be drawn later.
std::string shift_print_name(Work& work, const std::string& shift, const std::string& part) {
  const auto row = closed_shift(work.tx, work.me, shift, "shift");
  if (part == kReport) return "Z " + local_minute(*row.closed);
  work.require_own(part, "part");
  return part + " " + local_minute(*row.closed);
}

}  // namespace phien::till
