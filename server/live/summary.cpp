#include "server/live/summary.hpp"

#include <set>

#include "shared/ledger/views.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

// The head that is shown of a terminal with forks: the longest branch's.
struct Held {
  journal::Head head;
  std::int64_t branches = 0;
  Milliseconds last_entry = 0;
};

std::map<std::string, Held> held_of_terminals(const ledger::Reader& books) {
  std::map<std::string, Held> held;
  for (const journal::Branch& branch : books.branches()) {
    Held& of = held[branch.journal.terminal];
    ++of.branches;
    if (branch.head.seq <= of.head.seq) continue;
    of.head = branch.head;
    if (const auto last = books.entry(branch.no, branch.head.seq)) of.last_entry = last->time;
  }
  return held;
}

struct Coverage {
  std::set<std::string> sold_by_till, declared;
};

}  // namespace

json terminal_rows(const ledger::Reader& books, const Contacts& contacts) {
  const auto held = held_of_terminals(books);
  json rows = json::array();
  for (const journal::TerminalEnrolled& terminal : ledger::enrolments(books)) {
    json row{{"terminal", terminal.terminal},
             {"exhibitors", terminal.exhibitors},
             {"booth", terminal.booth},
             {"holder", terminal.holder},
             {"key", hex(terminal.key)},
             {"seq", 0},
             {"branches", 0}};
    if (const auto found = held.find(terminal.terminal); found != held.end()) {
      row["seq"] = found->second.head.seq;
      row["branches"] = found->second.branches;
      row["last_entry"] = found->second.last_entry;
    }
    const auto contact = contacts.at.find(terminal.terminal);
    if (contact != contacts.at.end()) row["last_contact"] = contact->second;
    const auto revoked = ledger::revocation(books, terminal.terminal);
    if (revoked) row["revoked"] = {{"seq", revoked->head.seq}, {"reason", revoked->reason}};
    row["silent"] = !revoked && (contact == contacts.at.end() || contacts.now - contact->second > kSilentAfter);
    rows.push_back(std::move(row));
  }
  return rows;
}

Summary summarize(const ledger::Reader& books, const Contacts& contacts) {
  const ledger::CatalogueItems items = ledger::catalogue_items(books);
  json totals{{"sales", 0}, {"refunds", 0}, {"sold", 0}, {"refunded", 0}, {"rounding", 0}};
  const auto add = [&totals](const char* name, std::int64_t n) { totals[name] = totals[name].get<std::int64_t>() + n; };
  Coverage coverage;
  for (const ledger::DealCell& cell : ledger::daily_deals(books)) {
    add("sales", cell.sales);
    add("refunds", cell.refunds);
    add("sold", cell.sales_total);
    add("refunded", cell.refunds_total);
    add("rounding", cell.rounding);
    (cell.how == "declared" ? coverage.declared : coverage.sold_by_till).insert(cell.exhibitor);
  }
  totals["net"] = totals["sold"].get<std::int64_t>() - totals["refunded"].get<std::int64_t>();
  std::map<std::string, Dong> takings;
  for (const ledger::TakingsCell& cell : ledger::takings_by_method(books)) takings[cell.method] += cell.paid - cell.returned;
  totals["takings"] = takings.empty() ? json::object() : json(takings);
  totals["visitors"] = ledger::visitors(books);

  ledger::TransferTotals transfers;
  json silent = json::array();
  for (const auto& [id, item] : items.exhibitors) {
    const ledger::TransferTotals of = ledger::transfer_totals(books, id);
    transfers.claimed += of.claimed;
    transfers.confirmed += of.confirmed;
    transfers.differs += of.differs;
    if (!coverage.sold_by_till.contains(id) && !coverage.declared.contains(id)) silent.push_back(id);
  }

  Summary summary;
  for (const ledger::ExceptionRow& row : ledger::exceptions(books))
    if (!row.settled) ++summary.exceptions[row.code];
  json exceptions = json::object();
  for (const auto& [code, count] : summary.exceptions) exceptions[code] = count;
  const json fair = items.fair.is_object() ? items.fair : json::object();  // nothing imported yet
  const json answer{
      {"fair", fair.value("id", "")},
      {"name", fair.value("name", "")},
      {"as_of", contacts.now},
      {"heads", books.branches().size()},
      {"totals", std::move(totals)},
      {"transfers", {{"claimed", transfers.claimed}, {"confirmed", transfers.confirmed}, {"differs", transfers.differs}}},
      {"coverage",
       {{"exhibitors", items.exhibitors.size()},
        {"by_till", coverage.sold_by_till.size()},
        {"declared", coverage.declared.size()},
        {"silent", std::move(silent)}}},
      {"terminals", terminal_rows(books, contacts)},
      {"exceptions", std::move(exceptions)}};
  summary.json = answer.dump();
  return summary;
}

}  // namespace phien::server
