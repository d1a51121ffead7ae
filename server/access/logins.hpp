// People who are logged in on a page. In memory on the io thread: a server that starts anew knows none, and nothing of it can be
// found in a backup. All times are of a clock that only moves forward.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shared/bytes.hpp"
#include "shared/clock.hpp"

namespace phien::server {

inline constexpr Milliseconds kLoginLife = 12 * 3'600'000;  // a day at the fair (ASVS 3.3.2)
inline constexpr Milliseconds kLoginIdle = 30 * 60'000;     // an open event stream is not idle
inline constexpr std::size_t kMaxLoginsPerAccount = 8;      // the one idle for longest goes
inline constexpr std::size_t kMaxLogins = 4'000;

struct Login {
  std::string id, account, address, agent;
  Milliseconds since = 0, seen = 0;
};

class Logins {
 public:
  // The secret for the cookie: never stored as it is. Nothing when too many are logged in.
  std::optional<std::string> open(const std::string& account, const std::string& address, const std::string& agent,
                                  Milliseconds now);
  // The login of that secret, seen now; nullptr when there is none, or it has ended.
  const Login* find(std::string_view secret, Milliseconds now);
  std::vector<Login> all(Milliseconds now) const;
  const Login* by_id(std::string_view id, Milliseconds now) const;
  void close(std::string_view id);
  void close_all_of(std::string_view account, std::string_view but_id = {});

 private:
  static bool over(const Login& login, Milliseconds now) {
    return login.since + kLoginLife <= now || login.seen + kLoginIdle <= now;
  }
  std::map<Hash, Login> logins_;  // by SHA-256 of the secret, so that looking one up tells nothing of it
};

}  // namespace phien::server
