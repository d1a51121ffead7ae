#include "tests/simulation/dice.hpp"

#include <sodium.h>

#include <cstdlib>
#include <cstring>

#include "shared/bytes.hpp"

namespace phien::simulation {

namespace {

Dice source{0};

const char* name() { return "simulation"; }
std::uint32_t word() { return static_cast<std::uint32_t>(source.next()); }
void fill(void* const out, const std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  for (std::size_t done = 0; done < size;) {
    const std::uint64_t random = source.next();
    const std::size_t some = size - done < sizeof random ? size - done : sizeof random;
    std::memcpy(bytes + done, &random, some);
    done += some;
  }
}

}  // namespace

// splitmix64: every state is good, so a seed may be any number.
std::uint64_t Dice::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31U);
}

Dice Dice::of(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t mixed = Dice(seed).next();
  for (const char c : purpose) mixed = Dice(mixed ^ static_cast<unsigned char>(c)).next();
  return Dice(mixed);
}

void seed_the_random_source(std::uint64_t seed) {
  static randombytes_implementation implementation{name, word, nullptr, nullptr, fill, nullptr};
  static const bool installed = [] {
    if (randombytes_set_implementation(&implementation) != 0) std::abort();
    init_crypto();
    return true;
  }();
  static_cast<void>(installed);
  source = Dice::of(seed, "keys and nonces");
}

}  // namespace phien::simulation
