#include "server/live/holdings.hpp"

#include <algorithm>
#include <set>

#include "shared/ledger/views.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

journal::Seq of(const HeldElsewhere& held, const std::string& terminal) {
  const auto found = held.find(terminal);
  return found == held.end() ? 0 : found->second;
}

// One journal, or all that go by one terminal's name.
struct Holding {
  journal::Seq here = 0, witnessed = 0, missing = 0;
  bool owed = false;  // revoked from an entry on that is not here: none of its entries counts until it is
};

std::map<std::string, Holding> look(const ledger::Reader& books, std::int64_t incarnation) {
  std::map<std::string, Holding> found;
  for (std::int64_t n = 1; n <= incarnation; ++n) found[journal::server_terminal(n)];  // also one of which nothing is known here
  std::vector<journal::Ref> witnessed = all_witnessed(books);
  for (const journal::TerminalEnrolled& enrolled : ledger::enrolments(books)) {
    Holding& at = found[enrolled.terminal];
    const auto revoked = ledger::revocation(books, enrolled.terminal);
    if (!revoked || revoked->head.seq == 0) continue;
    witnessed.push_back({enrolled.terminal, revoked->head.seq, revoked->head.hash});
    at.owed = !journal::find(books, witnessed.back());
  }
  for (const auto& [terminal, head] : heads_here(books)) found[terminal].here = head;
  for (const journal::Ref& head : witnessed) {
    Holding& at = found[head.terminal];
    at.witnessed = std::max(at.witnessed, head.seq);
    // A head that is not on any chain here: at least its own entry is missing, also when another branch is longer.
    if (!journal::find(books, head)) at.missing = std::max({at.missing, head.seq - at.here, journal::Seq{1}});
  }
  return found;
}

}  // namespace

std::vector<journal::Ref> all_witnessed(const ledger::Reader& books) {
  std::vector<journal::Ref> heads = ledger::witnessed_heads(books);
  for (const auto& position : ledger::witnessed_server_positions(books))
    heads.push_back({journal::server_terminal(position.incarnation), position.head.seq, position.head.hash});
  return heads;
}

std::string to_text(const BackupRecord& record) { return json{{"at", record.at}, {"heads", record.heads}}.dump(); }

std::optional<BackupRecord> last_backup(const db::Snapshot& snapshot) {
  const auto text = snapshot.meta(kBackupKey);
  if (!text) return std::nullopt;
  const json record = json::parse(*text);
  return BackupRecord{record.at("at").get<Milliseconds>(), record.at("heads").get<HeldElsewhere>()};
}

HeldElsewhere heads_here(const ledger::Reader& books) {
  HeldElsewhere heads;
  for (const journal::Branch& branch : books.branches()) {
    journal::Seq& head = heads[branch.journal.terminal];
    head = std::max(head, branch.head.seq);
  }
  return heads;
}

json holdings(const db::Snapshot& snapshot, std::int64_t incarnation, const Contacts& contacts,
              const std::set<std::string>& reported, const HeldElsewhere& elsewhere) {
  std::map<std::string, json> terminals;
  for (json& row : terminal_rows(snapshot, contacts)) terminals.emplace(row["terminal"], std::move(row));
  const bool any_terminal = std::any_of(terminals.begin(), terminals.end(), [](const auto& t) { return !t.second["silent"]; });
  const auto backup = last_backup(snapshot);
  json rows = json::array();
  json unheard = json::array();
  journal::Seq missing = 0, only_here = 0;
  json unwitnessed = json::array();
  bool whole = true;
  for (const auto& [terminal, holding] : look(snapshot, incarnation)) {
    json row{{"terminal", terminal},
             {"exhibitors", json::array()},
             {"here", holding.here},
             {"witnessed", holding.witnessed},
             {"missing", holding.missing}};
    const bool server = journal::is_server_terminal(terminal);
    const auto known = terminals.find(terminal);
    bool gone = !server || !any_terminal;  // terminals hold the servers' journals, and each its own, as long as they are there
    if (known != terminals.end()) {
      row["exhibitors"] = known->second["exhibitors"];
      for (const char* name : {"last_contact", "revoked"})
        if (known->second.contains(name)) row[name] = known->second[name];
      const bool revoked = known->second.contains("revoked");
      if (revoked ? holding.owed : !reported.contains(terminal)) unheard.push_back(terminal);
      gone = known->second["silent"].get<bool>() || revoked;
    }
    const journal::Seq kept = std::max(of(elsewhere, terminal), backup ? of(backup->heads, terminal) : 0);
    const journal::Seq alone = gone ? std::max<journal::Seq>(0, holding.here - kept) : 0;
    row["only_here"] = alone;
    missing += holding.missing;
    only_here += alone;
    whole = whole && holding.missing == 0;
    if (server && holding.here == 0 && holding.witnessed == 0) unwitnessed.push_back(terminal);
    rows.push_back(std::move(row));
  }
  // A number was given to that server, and nobody names an entry of it: either it never served, or they were not asked yet.
  if (!unwitnessed.empty()) whole = whole && !terminals.empty() && unheard.empty();
  json answer{{"incarnation", incarnation},
              {"whole", whole},
              {"missing", missing},
              {"only_here", only_here},
              {"unheard", std::move(unheard)},
              {"unwitnessed", std::move(unwitnessed)},
              {"rows", std::move(rows)}};
  if (backup) answer["backup"] = {{"at", backup->at}};
  return answer;
}

}  // namespace phien::server
