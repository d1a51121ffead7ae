#include "server/access/seals.hpp"

#include <stdexcept>

#include <sodium.h>

namespace phien::server {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

std::string_view bytes_of(const Hash& hash) { return {reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()}; }
const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Hash seed_before(const Hash& seed) { return sha256("phien/sealing/1/before\n" + std::string(bytes_of(seed))); }
Hash key_of(const Hash& seed) { return sha256("phien/sealing/1/key\n" + std::string(bytes_of(seed))); }

std::string data_of(const SealedPlace& place) {
  return "phien/secret/1\n" + place.fair + "\n" + std::string(place.kind) + "\n" + place.id + "\n";
}

}  // namespace

SealingSeed SealingSeed::of(const std::string& fair, const SecretKey& recovery, std::int64_t incarnation) {
  if (incarnation < 1 || incarnation > kMost) throw std::out_of_range("no sealing seed for this incarnation");
  Hash seed = sha256("phien/sealing/1\n" + fair + "\n" + recovery.seed_hex() + "\n");
  for (std::int64_t n = kMost; n > incarnation; --n) seed = seed_before(seed);
  return {incarnation, seed};
}

std::optional<SealingSeed> SealingSeed::from_hex(std::int64_t incarnation, std::string_view hex) {
  const auto seed = hash_from_hex(hex);
  if (!seed || incarnation < 1 || incarnation > kMost) return std::nullopt;
  return SealingSeed(incarnation, *seed);
}

std::string SealingSeed::seal(const SealedPlace& place, std::string_view secret) const {
  const std::string nonce = random_bytes(kNonce), data = data_of(place);
  const Hash key = key_of(seed_);
  std::string box(secret.size() + kTag, '\0');
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(box), &size, raw(secret), secret.size(), raw(data), data.size(), nullptr,
                                             raw(nonce), key.bytes.data());
  return phien::hex(nonce + box);
}

std::optional<std::string> SealingSeed::open(const SealedPlace& place, std::int64_t incarnation, std::string_view sealed) const {
  const auto bytes = phien::from_hex(sealed);
  if (!bytes || bytes->size() < kNonce + kTag || incarnation < 1 || incarnation > incarnation_) return std::nullopt;
  Hash seed = seed_;
  for (std::int64_t n = incarnation_; n > incarnation; --n) seed = seed_before(seed);
  const Hash key = key_of(seed);
  const std::string_view nonce = std::string_view(*bytes).substr(0, kNonce), box = std::string_view(*bytes).substr(kNonce);
  const std::string data = data_of(place);
  std::string secret(box.size() - kTag, '\0');
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(secret), &size, nullptr, raw(box), box.size(), raw(data), data.size(),
                                                 raw(nonce), key.bytes.data()) != 0)
    return std::nullopt;
  return secret;
}

}  // namespace phien::server
