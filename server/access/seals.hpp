// Secrets in the server's journal, which every terminal carries: shared/journal/FORMAT.md §10.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "shared/bytes.hpp"

namespace phien::server {

// What a sealed secret belongs to: moved to another place it does not open.
struct SealedPlace {
  std::string fair;
  std::string_view kind;
  std::string id;
};

// The seed of one incarnation. It opens what that incarnation and those before it sealed, and nothing of those after it, so a
// server that was stolen learns no secret of the one that took its place.
class SealingSeed {
 public:
  static constexpr std::int64_t kMost = 10'000;  // incarnations of one fair

  // Of the kit, for 1 … kMost.
  static SealingSeed of(const std::string& fair, const SecretKey& recovery, std::int64_t incarnation);
  static std::optional<SealingSeed> from_hex(std::int64_t incarnation, std::string_view hex);
  std::string hex() const { return phien::hex(seed_); }  // for keys.json alone

  std::string seal(const SealedPlace& place, std::string_view secret) const;
  // Nothing: sealed by a later incarnation, for another place, or damaged.
  std::optional<std::string> open(const SealedPlace& place, std::int64_t incarnation, std::string_view sealed) const;

 private:
  SealingSeed(std::int64_t incarnation, Hash seed) : incarnation_(incarnation), seed_(seed) {}
  std::int64_t incarnation_;
  Hash seed_;
};

}  // namespace phien::server
