// What the live pages show first, as JSON.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/live/totals.hpp"
#include "shared/clock.hpp"
#include "shared/ledger/books.hpp"

namespace phien::server {

// When each terminal was last heard of in this run of the server (wall time).
struct Contacts {
  std::map<std::string, Milliseconds> at;
  Milliseconds now = 0;
};
inline constexpr Milliseconds kSilentAfter = 10 * 60'000;  // a terminal not heard of for longer is shown as silent

// Every terminal ever enrolled: whose it is, its head here, when it was heard of. `scope`: only those that sell for one of these
// exhibitors; nothing is read of others.
nlohmann::json terminal_rows(const ledger::Reader& books, const Contacts& contacts,
                             const std::optional<std::vector<std::string>>& scope = {});
Summary summarize(const ledger::Reader& books, const Contacts& contacts);

}  // namespace phien::server
