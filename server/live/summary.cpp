#include "server/live/summary.hpp"

#include <algorithm>
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

using Terminals = std::vector<journal::TerminalEnrolled>;

Terminals terminals_of(const ledger::Reader& books, const std::optional<std::vector<std::string>>& scope) {
  Terminals terminals = ledger::enrolments(books);
  const auto in_scope = [&](const std::string& id) { return std::find(scope->begin(), scope->end(), id) != scope->end(); };
  if (scope)
    std::erase_if(terminals, [&](const journal::TerminalEnrolled& one) {
      return std::none_of(one.exhibitors.begin(), one.exhibitors.end(), in_scope);
    });
  return terminals;
}

std::map<std::string, Held> held_of(const ledger::Reader& books, const Terminals& terminals) {
  std::map<std::string, Held> held;
  for (const journal::TerminalEnrolled& one : terminals) held[one.terminal];
  for (const journal::Branch& branch : books.branches()) {
    const auto wanted = held.find(branch.journal.terminal);
    if (wanted == held.end()) continue;
    Held& of = wanted->second;
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

json terminal_rows(const ledger::Reader& books, const Contacts& contacts, const std::optional<std::vector<std::string>>& scope) {
  const Terminals terminals = terminals_of(books, scope);
  const auto held = held_of(books, terminals);
  json rows = json::array();
  for (const journal::TerminalEnrolled& terminal : terminals) {
    json row{{"terminal", terminal.terminal},
             {"exhibitors", terminal.exhibitors},
             {"booth", terminal.booth},
             {"holder", terminal.holder},
             {"key", hex(terminal.key)}};
    const Held& here = held.at(terminal.terminal);
    row["seq"] = here.head.seq;
    row["branches"] = here.branches;
    if (here.branches > 0) row["last_entry"] = here.last_entry;
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
  json answer{{"as_of", contacts.now},
              {"heads", books.branches().size()},
              {"totals", std::move(totals)},
              {"transfers", {{"claimed", transfers.claimed}, {"confirmed", transfers.confirmed}, {"differs", transfers.differs}}},
              {"exceptions", std::move(exceptions)}};
  summary.headline = answer.dump();
  answer["fair"] = fair.value("id", "");
  answer["name"] = fair.value("name", "");
  answer["coverage"] = {{"exhibitors", items.exhibitors.size()},
                        {"by_till", coverage.sold_by_till.size()},
                        {"declared", coverage.declared.size()},
                        {"silent", std::move(silent)}};
  answer["terminals"] = terminal_rows(books, contacts);
  summary.json = answer.dump();
  return summary;
}

}  // namespace phien::server
