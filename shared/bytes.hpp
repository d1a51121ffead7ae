// Hashes, keys and signatures (libsodium), and hex.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace phien {

using Bytes32 = std::array<std::uint8_t, 32>;

struct Hash {
  Bytes32 bytes{};
  auto operator<=>(const Hash&) const = default;
};
struct PublicKey {
  Bytes32 bytes{};
  auto operator<=>(const PublicKey&) const = default;
};
struct Signature {
  std::array<std::uint8_t, 64> bytes{};
  auto operator<=>(const Signature&) const = default;
};

// An Ed25519 key pair. The secret half is wiped when it goes; it is never logged and never leaves by `to_hex`.
class SecretKey {
 public:
  static SecretKey generate();
  static std::optional<SecretKey> from_seed_hex(std::string_view hex);  // 64 hex digits
  SecretKey(const SecretKey&) = default;
  SecretKey(SecretKey&&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  SecretKey& operator=(SecretKey&&) = default;
  ~SecretKey();
  PublicKey public_key() const;
  Signature sign(std::string_view message) const;
  std::string seed_hex() const;  // for key files (mode 0600) and the recovery kit only

 private:
  SecretKey() = default;
  std::array<std::uint8_t, 64> secret_{};
};

// Must be called once before any other function here; aborts if the random source is not there.
void init_crypto();

Hash sha256(std::string_view bytes);
bool verify(const PublicKey& key, std::string_view message, const Signature& signature);
bool equal_constant_time(std::string_view a, std::string_view b);
std::string random_bytes(std::size_t n);
std::string random_hex(std::size_t bytes);

std::string hex(std::string_view bytes);
std::string hex(const Hash& h);
std::string hex(const PublicKey& k);
std::string hex(const Signature& s);
// Lower-case hex only, exact length.
std::optional<Hash> hash_from_hex(std::string_view hex);
std::optional<PublicKey> key_from_hex(std::string_view hex);
std::optional<Signature> signature_from_hex(std::string_view hex);
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace phien
