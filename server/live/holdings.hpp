// What is here of each journal, what others say there is, and what is nowhere else: how far a recovery has got, and what a backup
// is needed for.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "server/live/summary.hpp"

namespace phien::server {

// Heads that another journal names: of terminals by the servers, of the servers' journals by terminals and by each other.
std::vector<journal::Ref> all_witnessed(const ledger::Reader& books);

// Up to where some other machine is known to hold each journal's entries, by terminal.
using HeldElsewhere = std::map<std::string, journal::Seq>;

// Store meta "own.backup": the last backup made of this store.
struct BackupRecord {
  Milliseconds at = 0;
  HeldElsewhere heads;
};
std::string to_text(const BackupRecord& record);
std::optional<BackupRecord> last_backup(const db::Snapshot& snapshot);
inline constexpr std::string_view kBackupKey = "own.backup";
HeldElsewhere heads_here(const ledger::Reader& books);

// {"incarnation","whole","missing","only_here","unheard":["T02"…],"unwitnessed":["_server.2"…],"rows":[{"terminal","exhibitors","here","witnessed","missing",
// "only_here","last_contact"?,"revoked"?}],"backup"?:{"at"}}. `reported`: terminals that gave a batch in this run; the others
// are `unheard` and may hold more than anybody else knows of, and so is a revoked one as long as an entry that counts is lacking.
// `unwitnessed`: earlier
// servers of whose journal nothing is here and nobody says there is anything; not `whole` as long as somebody is `unheard`.
// `elsewhere`: held there, besides the last backup and the terminals themselves.
nlohmann::json holdings(const db::Snapshot& snapshot, std::int64_t incarnation, const Contacts& contacts,
                        const std::set<std::string>& reported, const HeldElsewhere& elsewhere);

}  // namespace phien::server
