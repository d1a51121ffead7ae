// One-time links by which a person sets a password. Meta of the store, by SHA-256 of the code: a backup lets nobody in. A server
// that was lost loses those still open, and the organizer makes new ones.
#pragma once
#include <optional>
#include <string>

#include "db/store.hpp"
#include "shared/clock.hpp"

namespace phien::server {

inline constexpr Milliseconds kInvitationLife = 3 * 24 * 3'600'000;
inline constexpr std::size_t kMaxInvitations = 1'000;

// Makes the one open invitation of this account; any before it is void. Nothing when too many are open.
std::optional<std::string> invite(db::Transaction& tx, const std::string& account, Milliseconds now);
void withdraw_invitation(db::Transaction& tx, const std::string& account);

struct Invitation {
  std::string account;
  Milliseconds until = 0;
};
std::optional<Invitation> find_invitation(const db::Snapshot& store, std::string_view code, Milliseconds now);
// Whose it is; good once.
std::optional<std::string> use_invitation(db::Transaction& tx, std::string_view code, Milliseconds now);

}  // namespace phien::server
