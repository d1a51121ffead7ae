#include "server/sessions.hpp"

#include <algorithm>

namespace phien::server {
namespace {
constexpr Milliseconds kMinute = 60'000;
}

std::optional<std::string> Sessions::challenge(const std::string& terminal, const std::string& address, Milliseconds now) {
  std::erase_if(challenges_, [now](const auto& c) { return c.second.until <= now; });
  const auto same_address =
      std::count_if(challenges_.begin(), challenges_.end(), [&](const auto& c) { return c.second.address == address; });
  if (challenges_.size() >= kMaxChallenges || static_cast<std::size_t>(same_address) >= kMaxChallengesPerAddress)
    return std::nullopt;
  std::string challenge = random_hex(32);
  challenges_.emplace(challenge, Challenge{terminal, address, now + kChallengeLife});
  return challenge;
}

bool Sessions::use_challenge(const std::string& terminal, const std::string& challenge, Milliseconds now) {
  const auto found = challenges_.find(challenge);
  if (found == challenges_.end() || found->second.terminal != terminal) return false;
  const bool in_time = found->second.until > now;
  challenges_.erase(found);
  return in_time;
}

std::string Sessions::open(const std::string& terminal, Milliseconds now) {
  std::erase_if(tokens_, [now](const auto& t) { return t.second.until + kTokenLife <= now; });  // kept a while as "expired"
  std::size_t own = 0;
  auto oldest = tokens_.end();
  for (auto it = tokens_.begin(); it != tokens_.end(); ++it) {
    if (it->second.terminal != terminal) continue;
    ++own;
    if (oldest == tokens_.end() || it->second.until < oldest->second.until) oldest = it;
  }
  if (own >= kMaxTokensPerTerminal) tokens_.erase(oldest);
  std::string token = random_hex(32);
  tokens_.emplace(sha256(token), Token{terminal, now + kTokenLife});
  return token;
}

Sessions::Found Sessions::find(const std::string& token, Milliseconds now) const {
  const auto found = tokens_.find(sha256(token));
  if (found == tokens_.end()) return {Standing::unknown, {}};
  return {found->second.until > now ? Standing::open : Standing::expired, found->second.terminal};
}

bool WrongTries::blocked(const std::string& address, Milliseconds now) const {
  const auto found = by_address_.find(address);
  if (found == by_address_.end()) return false;
  const Tries& tries = found->second;
  return tries.count >= kWrongTriesPerMinute && tries.at[tries.count % kWrongTriesPerMinute] + kMinute > now;
}

void WrongTries::note(const std::string& address, Milliseconds now) {
  if (by_address_.size() >= kMaxAddressesWatched && !by_address_.contains(address)) {
    const auto last = [](const Tries& t) { return t.at[(t.count + kWrongTriesPerMinute - 1) % kWrongTriesPerMinute]; };
    std::erase_if(by_address_, [&](const auto& a) { return last(a.second) + kMinute <= now; });
    if (by_address_.size() >= kMaxAddressesWatched) by_address_.erase(by_address_.begin());
  }
  Tries& tries = by_address_[address];
  tries.at[tries.count++ % kWrongTriesPerMinute] = now;
}

}  // namespace phien::server
