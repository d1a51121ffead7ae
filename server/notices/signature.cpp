#include "server/notices/signature.hpp"

#include <array>
#include <charconv>

#include <sodium.h>

#include "shared/bytes.hpp"

namespace phien::server {
namespace {

constexpr std::size_t kMaxDigits = 15;

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

bool only(std::string_view text, std::string_view letters) { return text.find_first_not_of(letters) == std::string_view::npos; }

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> out{};
  crypto_auth_hmacsha256_init(&state, raw(key), key.size());
  crypto_auth_hmacsha256_update(&state, raw(text), text.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  return hex(std::string_view(reinterpret_cast<const char*>(out.data()), out.size()));
}

std::string hmac_sha512(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha512_state state;
  std::array<unsigned char, crypto_auth_hmacsha512_BYTES> out{};
  crypto_auth_hmacsha512_init(&state, raw(key), key.size());
  crypto_auth_hmacsha512_update(&state, raw(text), text.size());
  crypto_auth_hmacsha512_final(&state, out.data());
  return hex(std::string_view(reinterpret_cast<const char*>(out.data()), out.size()));
}

std::optional<Milliseconds> SignatureHeader::time() const {
  Milliseconds t = 0;
  const auto [end, error] = std::from_chars(at.data(), at.data() + at.size(), t);
  if (error != std::errc{} || end != at.data() + at.size()) return std::nullopt;
  return t;
}

std::optional<SignatureHeader> parse_signature(std::string_view header) {
  constexpr std::string_view kTime = "t=", kHex = "v1=";
  const auto comma = header.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view at = header.substr(0, comma), digest = header.substr(comma + 1);
  while (digest.starts_with(' ')) digest.remove_prefix(1);
  if (!at.starts_with(kTime) || !digest.starts_with(kHex)) return std::nullopt;
  at.remove_prefix(kTime.size());
  digest.remove_prefix(kHex.size());
  if (at.empty() || at.size() > kMaxDigits || !only(at, "0123456789") || digest.empty() || !only(digest, "0123456789abcdef"))
    return std::nullopt;
  return SignatureHeader{std::string(at), std::string(digest)};
}

std::string signature_header(std::string_view secret, Milliseconds now, std::string_view body) {
  const std::string at = std::to_string(now);
  return "t=" + at + ",v1=" + hmac_sha256(secret, at + "." + std::string(body));
}

}  // namespace phien::server
