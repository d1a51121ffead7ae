// HMACs, and the header "t=…,v1=…" that signs "t.body": what we send and what we take.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/clock.hpp"

namespace phien::server {

std::string hmac_sha256(std::string_view key, std::string_view text);  // hex
std::string hmac_sha512(std::string_view key, std::string_view text);  // hex

struct SignatureHeader {
  std::string at;   // digits, as they stand: they are part of what is signed
  std::string hex;  // lower case
  std::optional<Milliseconds> time() const;
};
std::optional<SignatureHeader> parse_signature(std::string_view header);

// Ours: HMAC-SHA256, `t` in milliseconds.
inline constexpr const char* kSignatureHeader = "X-Phien-Signature";
std::string signature_header(std::string_view secret, Milliseconds now, std::string_view body);

}  // namespace phien::server
