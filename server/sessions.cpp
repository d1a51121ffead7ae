#include "server/sessions.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

namespace phien::server {
namespace {
constexpr Milliseconds kMinute = 60'000;
}

std::optional<std::string> Sessions::challenge(const std::string& terminal, const std::string& address, Milliseconds now) {
  std::erase_if(challenges_, [now](const auto& c) { return c.second.until <= now; });
  const std::string client = client_of(address);
  const auto of_client =
      std::count_if(challenges_.begin(), challenges_.end(), [&](const auto& c) { return c.second.client == client; });
  if (static_cast<std::size_t>(of_client) >= kMaxChallengesPerAddress) return std::nullopt;
  if (challenges_.size() >= kMaxChallenges) {
    const auto older = [](const auto& a, const auto& b) { return a.second.until < b.second.until; };
    challenges_.erase(std::min_element(challenges_.begin(), challenges_.end(), older));
  }
  std::string challenge = random_hex(32);
  challenges_.emplace(challenge, Challenge{terminal, client, now + kChallengeLife});
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

std::string client_of(const std::string& address) {
  constexpr std::size_t kNetworkBytes = 8;
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  return hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), kNetworkBytes));
}

bool WrongTries::begin(const std::string& address, Milliseconds now) {
  if (minute_began_ + kMinute <= now) {
    minute_began_ = now;
    in_minute_ = 0;
  }
  if (in_minute_ >= kWrongTriesOfAllPerMinute) return false;
  const std::string client = client_of(address);
  if (by_client_.size() >= kMaxAddressesWatched) {
    const auto last = [](const Tries& t) { return t.at[(t.count + kWrongTriesPerMinute - 1) % kWrongTriesPerMinute]; };
    std::erase_if(by_client_, [&](const auto& c) { return last(c.second) + kMinute <= now; });
  }
  // So there is always room: all together have fewer tries within a minute.
  static_assert(2 * kWrongTriesOfAllPerMinute < kMaxAddressesWatched);
  Tries& tries = by_client_[client];
  Milliseconds& oldest = tries.at[tries.count % kWrongTriesPerMinute];
  if (tries.count >= kWrongTriesPerMinute && oldest + kMinute > now) return false;
  oldest = now;
  ++tries.count;
  ++in_minute_;
  return true;
}

void WrongTries::take_back(const std::string& address) {
  const auto found = by_client_.find(client_of(address));
  if (found != by_client_.end() && found->second.count > 0) --found->second.count;
  if (in_minute_ > 0) --in_minute_;
}

}  // namespace phien::server
