#include "shared/bytes.hpp"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

#include "shared/sha256_instructions.hpp"

namespace phien {
namespace {

const unsigned char* data(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

template <std::size_t N>
std::string_view view(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// `text` is 2·size digits.
bool read_hex(std::string_view text, std::uint8_t* out, std::size_t size) {
  if (text.size() != 2 * size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

template <class T>
std::optional<T> read_hex_as(std::string_view text) {
  T value;
  if (!read_hex(text, value.bytes.data(), value.bytes.size())) return {};
  return value;
}

}  // namespace

void init_crypto() {
  if (sodium_init() < 0) {
    std::fputs("no source of random numbers: refusing to start\n", stderr);
    std::abort();
  }
}

SecretKey SecretKey::generate() {
  SecretKey key;
  Bytes32 public_half;
  crypto_sign_keypair(public_half.data(), key.secret_.data());
  return key;
}

std::optional<SecretKey> SecretKey::from_seed_hex(std::string_view text) {
  Bytes32 seed{};
  std::optional<SecretKey> key;
  if (read_hex(text, seed.data(), seed.size())) {
    Bytes32 public_half;
    SecretKey made;
    crypto_sign_seed_keypair(public_half.data(), made.secret_.data(), seed.data());
    key = made;
  }
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SecretKey::~SecretKey() { sodium_memzero(secret_.data(), secret_.size()); }

PublicKey SecretKey::public_key() const {
  PublicKey key;
  crypto_sign_ed25519_sk_to_pk(key.bytes.data(), secret_.data());
  return key;
}

Signature SecretKey::sign(std::string_view message) const {
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, data(message), message.size(), secret_.data());
  return signature;
}

std::string SecretKey::seed_hex() const { return hex(view(secret_).substr(0, crypto_sign_SEEDBYTES)); }

Hash sha256(std::string_view bytes) {
  if (has_sha256_instructions()) return sha256_by_instructions(bytes);
  Hash hash;
  crypto_hash_sha256(hash.bytes.data(), data(bytes), bytes.size());
  return hash;
}

bool verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), data(message), message.size(), key.bytes.data()) == 0;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  randombytes_buf(bytes.data(), n);
  return bytes;
}

std::string random_hex(std::size_t bytes) { return hex(random_bytes(bytes)); }

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(2 * bytes.size(), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text[2 * i] = kDigits[byte >> 4U];
    text[2 * i + 1] = kDigits[byte & 15U];
  }
  return text;
}

std::string hex(const Hash& h) { return hex(view(h.bytes)); }
std::string hex(const PublicKey& k) { return hex(view(k.bytes)); }
std::string hex(const Signature& s) { return hex(view(s.bytes)); }

std::optional<Hash> hash_from_hex(std::string_view text) { return read_hex_as<Hash>(text); }
std::optional<PublicKey> key_from_hex(std::string_view text) { return read_hex_as<PublicKey>(text); }
std::optional<Signature> signature_from_hex(std::string_view text) { return read_hex_as<Signature>(text); }

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  if (!read_hex(text, reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size())) return {};
  return bytes;
}

}  // namespace phien
