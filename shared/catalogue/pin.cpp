#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <sodium.h>

#include "shared/catalogue/catalogue.hpp"

namespace phien::catalogue {

namespace {
// A PIN keeps a colleague from selling in one's name; so few digits withstand no search, however slow each try. The cost is
// chosen so that the slowest phone checks one in well under a second.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19 * 1024 * 1024;
}  // namespace

bool is_pin(std::string_view pin) { return pin.size() >= 4 && pin.size() <= 12 && is_digits(pin); }

std::string pin_verifier(std::string_view pin) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), pin.data(), pin.size(), kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    std::fputs("out of memory while hashing a PIN\n", stderr);
    std::abort();
  }
  return out.data();
}

bool pin_matches(const std::string& verifier, std::string_view pin) {
  // libsodium reads a whole buffer of this size; a verifier of another length cannot be one.
  if (verifier.size() >= crypto_pwhash_STRBYTES) return false;
  std::array<char, crypto_pwhash_STRBYTES> padded{};
  std::copy(verifier.begin(), verifier.end(), padded.begin());
  return crypto_pwhash_str_verify(padded.data(), pin.data(), pin.size()) == 0;
}

}  // namespace phien::catalogue
