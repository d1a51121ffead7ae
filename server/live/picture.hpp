// What the live page shows: every breakdown of the takings, the stock that runs low, and how much of the fair these figures
// cover.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/live/summary.hpp"

namespace phien::server {

// Rows of one table; what is beyond them is said by "more" beside it (I10).
inline constexpr std::size_t kMaxGoods = 200;

// Of the exhibitors in `scope`; nothing: of all.
nlohmann::json picture(const ledger::Reader& books, const Contacts& contacts,
                       const std::optional<std::vector<std::string>>& scope);
Summary picture_of_all(const ledger::Reader& books, const Contacts& contacts);

}  // namespace phien::server
