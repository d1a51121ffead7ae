// Passwords of people: which are good enough, and the argon2id verifier that is kept in their place.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/result.hpp"

namespace phien::server {

inline constexpr std::size_t kLeastPassword = 12;  // characters (ASVS 2.1.1)
inline constexpr std::size_t kMostPassword = 256;  // bytes

// Why it is not good enough. Code: weak_password.
std::optional<Problem> weakness(std::string_view password, std::string_view account);
// Slow by design: off the io thread.
std::string password_verifier(std::string_view password);  // salted: differs at every call
bool password_matches(const std::string& verifier, std::string_view password);
// What an account that is not there is compared with, so that the time of an answer does not tell.
const std::string& nobodys_verifier();

}  // namespace phien::server
