#include "server/access/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "shared/bytes.hpp"
#include "shared/text.hpp"

namespace phien::server {
namespace {

// Two guesses take as long as a person waits; 64 MiB keep a graphics card from making thousands side by side.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 64 * 1024 * 1024;
constexpr std::size_t kLeastDifferent = 5;

// What people type when twelve characters are asked for.
constexpr std::array<std::string_view, 12> kCommon{"matkhau",  "password", "123456",   "abcdef",  "qwerty",  "asdfgh",
                                                   "iloveyou", "admin",    "phiencho", "caobang", "vietnam", "hochiminh"};

Problem weak(Message what) { return {"weak_password", "password", std::move(what)}; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Letters and digits, folded: blanks and points between them make nothing harder to guess.
std::string core_of(std::string_view text) {
  std::string core = search_key(text).value_or("");
  std::erase_if(core,
                [](char c) { return static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)); });
  return core;
}

// Takes the words everybody takes out of `text`; what is left is what makes it hard to guess.
std::string without_common(std::string text, std::string_view account) {
  const auto take_out = [&text](std::string_view word) {
    for (auto at = word.empty() ? std::string::npos : text.find(word); at != std::string::npos; at = text.find(word))
      text.erase(at, word.size());
  };
  for (const std::string_view word : kCommon) take_out(word);
  take_out(account);
  return text;
}

}  // namespace

std::optional<Problem> weakness(std::string_view password, std::string_view account) {
  if (password.size() > kMostPassword || characters(password) < kLeastPassword)
    return weak({"Mật khẩu cần từ 12 ký tự trở lên (tối đa 256 byte); một câu ngắn dễ nhớ là tốt nhất.",
                 "A password has 12 characters or more (at most 256 bytes); a short sentence is best."});
  const std::string folded = core_of(password), left = without_common(folded, core_of(account));
  if (std::set<char>(folded.begin(), folded.end()).size() < kLeastDifferent || left.size() < kLeastDifferent)
    return weak({"Mật khẩu này quá dễ đoán.", "This password is too easy to guess."});
  return std::nullopt;
}

std::string password_verifier(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    std::fputs("out of memory while hashing a password\n", stderr);
    std::abort();
  }
  return out.data();
}

bool password_matches(const std::string& verifier, std::string_view password) {
  // libsodium reads a whole buffer of this size; a verifier of another length cannot be one.
  if (verifier.size() >= crypto_pwhash_STRBYTES) return false;
  std::array<char, crypto_pwhash_STRBYTES> padded{};
  std::copy(verifier.begin(), verifier.end(), padded.begin());
  return crypto_pwhash_str_verify(padded.data(), password.data(), password.size()) == 0;
}

const std::string& nobodys_verifier() {
  static const std::string verifier = password_verifier(random_hex(16));
  return verifier;
}

}  // namespace phien::server
