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
inline constexpr std::size_t kMaxChallenges = 4'096;  // of everybody; then the oldest goes, so that nobody can lock others out
inline constexpr std::size_t kMaxChallengesPerAddress = 64;
inline constexpr std::size_t kMaxTokensPerTerminal = 4;  // the oldest goes
inline constexpr std::size_t kMaxAddressesWatched = 10'000;
inline constexpr std::size_t kWrongTriesPerMinute = 5;
inline constexpr std::size_t kWrongTriesOfAllPerMinute =
    600;  // of 2^40 codes: guessing goes nowhere, from however many addresses

// All times are of a clock that only moves forward (CLOCK_BOOTTIME of the server).
class Sessions {
 public:
  // Nothing when this address has too many already.
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
    std::string terminal, client;
    Milliseconds until;
  };
  struct Token {
    std::string terminal;
    Milliseconds until;
  };
  std::map<std::string, Challenge> challenges_;
  std::map<Hash, Token> tokens_;  // by SHA-256, so that looking one up tells nothing of it
};

// The client an address stands for: itself, or its IPv6 network of 64 bits.
std::string client_of(const std::string& address);

// At most kWrongTriesPerMinute of a client, and kWrongTriesOfAllPerMinute of all.
class WrongTries {
 public:
  // Counts a try before it is looked at, so that tries at the same moment are all counted. False: there were too many.
  [[nodiscard]] bool begin(const std::string& address, Milliseconds now);
  void take_back(const std::string& address);  // it was right, or could not be looked at
  std::size_t watched() const { return by_client_.size(); }

 private:
  struct Tries {
    std::array<Milliseconds, kWrongTriesPerMinute> at{};
    std::size_t count = 0;
  };
  std::map<std::string, Tries> by_client_;
  Milliseconds minute_began_ = 0;
  std::size_t in_minute_ = 0;  // of all, since then
};

}  // namespace phien::server
