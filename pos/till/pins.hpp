// Who stands at this till. A cashier with a PIN writes in that name only after giving it here, and until the till is locked or
// another cashier is chosen (a power cut changes nothing: the same person goes on). What a cashier has no right to, a manager's
// PIN allows once. Kept here, never hashed, never synced; PINs themselves are kept nowhere but as the catalogue's verifiers.
#pragma once
#include <optional>
#include <string>

#include "pos/till/till.hpp"

namespace phien::till {

inline constexpr int kFreeGuesses = 5;                                          // wrong PINs of one cashier before each must wait
inline constexpr Milliseconds kFirstWait = 30'000, kLongestWait = 15 * 60'000;  // doubled by every further one
inline constexpr Milliseconds kAllowedFor = 5 * 60'000;                         // a manager's yes that nobody uses is over then

// Where the cashier's id lies who gave a PIN and has not locked the till since.
inline constexpr const char* kUnlockedKey = "till.unlocked";
// Where a manager's yes lies until it is used.
inline constexpr const char* kAllowedKey = "till.allowed";
// Refuses (pin_needed) a cashier with a PIN who has not given it.
void require_present(const Work& work, const std::string& cashier, const std::string& where);
// Locks what `chosen` has not unlocked: whoever comes back gives the PIN again.
void leave_to(Work& work, const std::string& chosen);
// The manager who allowed `cashier` one thing, if that still stands.
std::optional<std::string> allowed_by(const Work& work, const std::string& cashier);
void forget_allowance(Work& work);
// Refuses (pin_needed) where people have PINs and nobody who gave one stands at this till.
void require_somebody(const View& view);

}  // namespace phien::till
