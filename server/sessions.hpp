// Who is asking: challenges, tokens and wrong tries. Lives in memory on the io thread; a terminal that finds its token gone asks
// anew.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "shared/bytes.hpp"
#include "shared/clock.hpp"

namespace phien::server {

inline constexpr Milliseconds kChallengeLife = 60'000;
inline constexpr Milliseconds kTokenLife = 24 * 3'600'000;
inline constexpr std::size_t kMaxChallenges = 4'096;  // of everybody
inline constexpr std::size_t kMaxChallengesPerAddress = 64;
inline constexpr std::size_t kMaxTokensPerTerminal = 4;  // the oldest goes
inline constexpr std::size_t kMaxAddressesWatched = 10'000;
inline constexpr std::size_t kWrongTriesPerMinute = 5;

// All times are of a clock that only moves forward (CLOCK_BOOTTIME of the server).
class Sessions {
 public:
  // Nothing when there are too many already.
  std::optional<std::string> challenge(const std::string& terminal, const std::string& address, Milliseconds now);
  // True once, for a challenge given to this terminal within its life.
  bool use_challenge(const std::string& terminal, const std::string& challenge, Milliseconds now);

  std::string open(const std::string& terminal, Milliseconds now);  // the token: never stored as it is
  enum class Standing { unknown, expired, open };
  struct Found {
    Standing standing;
    std::string terminal;
  };
  Found find(const std::string& token, Milliseconds now) const;

 private:
  struct Challenge {
    std::string terminal, address;
    Milliseconds until;
  };
  struct Token {
    std::string terminal;
    Milliseconds until;
  };
  std::map<std::string, Challenge> challenges_;
  std::map<Hash, Token> tokens_;  // by SHA-256, so that looking one up tells nothing of it
};

// At most kWrongTriesPerMinute of an address.
class WrongTries {
 public:
  bool blocked(const std::string& address, Milliseconds now) const;
  void note(const std::string& address, Milliseconds now);

 private:
  struct Tries {
    std::array<Milliseconds, kWrongTriesPerMinute> at{};
    std::size_t count = 0;
  };
  std::map<std::string, Tries> by_address_;
};

}  // namespace phien::server
