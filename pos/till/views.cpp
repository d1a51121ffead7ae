// What a till shows: reading use cases, each over one snapshot.
#include <fmt/format.h>

#include "pos/till/scanned.hpp"
#include "pos/till/shelf.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/feed.hpp"
#include "shared/sync/send.hpp"
#include "shared/sync/verify.hpp"
#include "shared/text.hpp"

namespace phien::till {

namespace {

json list_of(const View& view, json rows) { return {{"as_of", view.time()}, {"rows", std::move(rows)}}; }

json offer_json(const StandingOffer& standing) {
  const auto& offer = standing.offer;
  json items = json::array();
  for (const auto& [product, qty] : offer.items) items.push_back({{"product", product}, {"qty", qty}});
  return {{"exhibitor", offer.exhibitor}, {"from", offer.from},   {"hash", hex(standing.hash)}, {"items", items},
          {"name", offer.name},           {"offer", offer.offer}, {"type", offer.type},         {"until", offer.until},
          {"value", offer.value}};
}

json brief(const Known& known, bool taken_back) {
  const auto& deal = *deal_of(known.entry.body);
  return {{"exhibitor", deal.exhibitor},
          {"hash", hex(known.ref.hash)},
          {"kind", std::string(journal::kind_of(known.entry.body))},
          {"number", receipt_number(deal, known.ref)},
          {"rounding", deal.rounding},
          {"seq", known.ref.seq},
          {"time", known.time},
          {"total", deal.total},
          {"voided", taken_back}};
}

}  // namespace

json catalogue_view(const View& view) {
  json exhibitors = json::array(), products = json::array(), cashiers = json::array(), offers = json::array(),
       proposals = json::array();
  for (const auto& id : view.me.exhibitors) {
    if (const auto found = view.catalogue->exhibitors.find(id); found != view.catalogue->exhibitors.end())
      exhibitors.push_back(catalogue::to_json(found->second));
    for (const auto* product : view.catalogue->of_exhibitor(id)) {
      products.push_back(catalogue::to_json(*product));
      products.back()["key"] = search_key(product->name).value_or("");
    }
  }
  for (const auto& [id, cashier] : view.catalogue->cashiers)
    if (view.me.sells_for(cashier.exhibitor))  // the PIN's verifier stays here
      cashiers.push_back({{"exhibitor", cashier.exhibitor},
                          {"has_pin", !cashier.pin.empty()},
                          {"id", id},
                          {"is_manager", cashier.is_manager},
                          {"name", cashier.name},
                          {"may_discount", cashier.may_discount},
                          {"may_refund", cashier.may_refund}});
  for (const auto& [key, offer] : view.state.offers) offers.push_back(offer_json(offer));
  for (const auto& [id, proposed] : view.state.proposals)
    if (!view.catalogue->products.contains(id))
      proposals.push_back({{"exhibitor", proposed.product.exhibitor},
                           {"id", id},
                           {"name", proposed.product.name},
                           {"price", proposed.product.price},
                           {"unit", proposed.product.unit}});
  return {{"cashiers", cashiers},
          {"exhibitors", exhibitors},
          {"fair", view.catalogue->fair.id.empty() ? json::object() : catalogue::to_json(view.catalogue->fair)},
          {"offers", offers},
          {"products", products},
          {"proposals", proposals}};
}

json stock_view(const View& view, const std::optional<std::string>& exhibitor, const std::optional<std::string>& product) {
  json rows = json::array();
  for (const auto& row : shelf(view.books, view.me, view.stock.get())) {
    if ((exhibitor && row.exhibitor != *exhibitor) || (product && row.product != *product)) continue;
    const auto known = view.catalogue->products.find(row.product);
    const bool listed = known != view.catalogue->products.end();
    json shown{{"exhibitor", row.exhibitor},
               {"name", listed ? known->second.name : row.product},
               {"on_hand", row.on_hand},
               {"place", row.place},
               {"product", row.product},
               {"low", listed && row.place == kBooth && row.on_hand <= known->second.reorder_level},
               {"unit", listed ? known->second.unit : ""}};
    if (listed) {
      shown["expiry"] = expiry_of(known->second, view.time());
      shown["value"] = worth(known->second, row.on_hand);
    }
    rows.push_back(std::move(shown));
  }
  return list_of(view, std::move(rows));
}

json sales_view(const View& view, std::int64_t limit) {
  constexpr journal::Seq kStep = 256;
  std::vector<Known> newest;
  // A phone passes over what others sold without taking it apart: this is read while the till sells.
  const std::string theirs = view.me.is_phone() && !view.me.exhibitors.empty()
                                 ? "\"exhibitor\":\"" + view.me.exhibitors.front() + "\""
                                 : "\"exhibitor\":";
  for (journal::Seq to = view.branch.head.seq; to > view.branch.base.seq && std::ssize(newest) < limit; to -= kStep) {
    std::vector<Known> step;
    view.books.scan(
        view.branch.no, std::max(view.branch.base.seq + 1, to - kStep + 1), to, [&](const journal::StoredEntry& stored) {
          if (stored.bytes.find("\"receipt\":") == std::string::npos || stored.bytes.find(theirs) == std::string::npos)
            return true;
          if (auto entry = journal::decode(stored.bytes); entry && deal_of(entry->body) && may_see(view.me, entry->body))
            step.push_back({std::move(*entry), {view.me.terminal, stored.at.seq, stored.at.hash}, stored.time});
          return true;
        });
    for (auto it = step.rbegin(); it != step.rend() && std::ssize(newest) < limit; ++it) newest.push_back(std::move(*it));
  }
  const auto taken_back = voided(view.books);
  json rows = json::array();
  for (const auto& known : newest) rows.push_back(brief(known, taken_back.contains(known.ref.hash)));
  return list_of(view, std::move(rows));
}

json sale_view(const View& view, const std::string& receipt) {
  const Known known = find_deal(view.books, view.me, receipt, "receipt");
  json shown = brief(known, is_voided(view.books, known.ref));
  shown["text"] = printed_text(known.entry, known.ref, known.time, *view.catalogue, view.lang, true);
  shown["payments"] = json::array();
  for (const auto& payment : deal_of(known.entry.body)->payments)
    shown["payments"].push_back(payment_json(payment, *view.catalogue));
  if (const auto* sale = std::get_if<journal::Sale>(&known.entry.body)) {
    shown["lines"] = lines_left(view.books, known.ref, *sale);
    shown["invoice"] = invoice_of(view, known.ref);
  }
  return shown;
}

json shift_view(const View& view) {
  json rows = json::array();
  const auto all = ledger::shifts(view.books, view.me.terminal);
  for (const auto& [holder, open] : view.state.shifts) {
    json row{{"cashier", open.cashier},
             {"expected", open.float_amount},
             {"float", open.float_amount},
             {"hash", hex(open.hash)},
             {"holder", holder}};
    for (const auto& known : all)
      if (known.open.hash == open.hash) {
        row["cash_in"] = known.cash_in;
        row["cash_out"] = known.cash_out;
        row["cash_refunds"] = known.cash_refunds;
        row["cash_sales"] = known.cash_sales;
        row["expected"] = known.expected;
        row["opened"] = known.opened;
        row["sales"] = known.sales;
      }
    rows.push_back(std::move(row));
  }
  return list_of(view, std::move(rows));
}

// Every shift of this terminal, open and closed, oldest first.
json shifts_view(const View& view) {
  json rows = json::array();
  for (const auto& row : ledger::shifts(view.books, view.me.terminal)) {
    json shown{{"cash_in", row.cash_in},
               {"cash_out", row.cash_out},
               {"cash_refunds", row.cash_refunds},
               {"cash_sales", row.cash_sales},
               {"cashier", row.cashier},
               {"closed", nullptr},
               {"counted", nullptr},
               {"expected", row.expected},
               {"float", row.float_amount},
               {"hash", hex(row.open.hash)},
               {"holder", row.holder},
               {"opened", row.opened},
               {"sales", row.sales}};
    if (row.closed) shown["closed"] = *row.closed;
    if (row.counted) shown["counted"] = *row.counted;
    rows.push_back(std::move(shown));
  }
  return list_of(view, std::move(rows));
}

json transfers_view(const View& view) {
  static constexpr const char* names[] = {"claimed", "confirmed", "differs", "unmatched"};
  json rows = json::array();
  std::set<std::string> of_others;
  if (view.me.is_phone())
    for (const auto& row : ledger::transfers(view.books))
      if (!view.me.sells_for(row.exhibitor)) of_others.insert(row.pay_ref);
  for (const auto& exhibitor : view.me.exhibitors)
    for (const auto& row : ledger::transfers(view.books, exhibitor)) {
      json shown{{"claimed", row.claimed},
                 {"confirmed", row.confirmed},
                 {"exhibitor", row.exhibitor},
                 {"pay_ref", row.pay_ref},
                 {"state", names[static_cast<int>(row.state)]},
                 {"time", row.time}};
      if (row.sale) shown["sale"] = to_json(*row.sale);
      if (of_others.contains(row.pay_ref)) shown["shared"] = true;
      rows.push_back(std::move(shown));
    }
  return list_of(view, std::move(rows));
}

json journal_verify(const View& view) {
  const auto verdict = sync::verify(view.books);
  json journals = json::array(), findings = json::array();
  for (const auto& one : verdict.journals)
    journals.push_back({{"entries", one.head.seq},
                        {"head", hex(one.head.hash)},
                        {"key", hex(one.journal.key)},
                        {"terminal", one.journal.terminal},
                        {"vouched_to", one.vouched_to},
                        {"witness", one.witness}});
  // Of journals that other tills write, a till holds nothing: that witnesses in the server's journal name them is no fault here.
  const auto held_here = [&](const std::string& terminal) {
    return terminal == view.me.terminal || journal::is_server_terminal(terminal) ||
           !view.books.branches_of_terminal(terminal).empty();
  };
  for (const auto& finding : verdict.findings) {
    if (!held_here(finding.place.terminal)) continue;
    findings.push_back({{"code", finding.code},
                        {"message", {{"en", finding.what.en}, {"vi", finding.what.vi}}},
                        {"place", to_json(finding.place)}});
  }
  const bool sound = findings.empty();
  return {{"findings", std::move(findings)}, {"journals", std::move(journals)}, {"sound", sound}};
}

std::string journals_text(const ledger::Reader& books) {
  std::string text;
  // Also what it wrote before it went on in a new journal.
  for (const auto& branch : books.branches())
    if (!journal::is_server_terminal(branch.journal.terminal)) text += sync::export_chain(books, branch.no);
  return text;
}

}  // namespace phien::till
