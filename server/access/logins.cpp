#include "server/access/logins.hpp"

#include <algorithm>
#include <tuple>

namespace phien::server {

std::optional<std::string> Logins::open(const std::string& account, const std::string& address, const std::string& agent,
                                        Milliseconds now) {
  std::erase_if(logins_, [now](const auto& one) { return over(one.second, now); });
  std::size_t own = 0;
  auto oldest = logins_.end();
  for (auto it = logins_.begin(); it != logins_.end(); ++it) {
    if (it->second.account != account) continue;
    ++own;
    if (oldest == logins_.end() || it->second.seen < oldest->second.seen) oldest = it;
  }
  if (own >= kMaxLoginsPerAccount) logins_.erase(oldest);
  if (logins_.size() >= kMaxLogins) return std::nullopt;
  std::string secret = random_hex(32);
  logins_.emplace(sha256(secret), Login{random_hex(8), account, address, agent, now, now});
  return secret;
}

const Login* Logins::find(std::string_view secret, Milliseconds now) {
  const auto found = logins_.find(sha256(secret));
  if (found == logins_.end()) return nullptr;
  if (over(found->second, now)) {
    logins_.erase(found);
    return nullptr;
  }
  found->second.seen = now;
  return &found->second;
}

std::vector<Login> Logins::all(Milliseconds now) const {
  std::vector<Login> list;
  for (const auto& [secret, login] : logins_)
    if (!over(login, now)) list.push_back(login);
  std::sort(list.begin(), list.end(),
            [](const Login& a, const Login& b) { return std::tie(a.since, a.id) < std::tie(b.since, b.id); });
  return list;
}

const Login* Logins::by_id(std::string_view id, Milliseconds now) const {
  const auto found = std::find_if(logins_.begin(), logins_.end(), [&](const auto& one) { return one.second.id == id; });
  return found == logins_.end() || over(found->second, now) ? nullptr : &found->second;
}

void Logins::close(std::string_view id) {
  std::erase_if(logins_, [id](const auto& one) { return one.second.id == id; });
}

void Logins::close_all_of(std::string_view account, std::string_view but_id) {
  std::erase_if(logins_, [&](const auto& one) { return one.second.account == account && one.second.id != but_id; });
}

}  // namespace phien::server
