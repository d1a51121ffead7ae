// The only source of chance in a run: a seed decides everything, the keys and nonces of the production code included.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace phien::simulation {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  // A number of its own for a purpose: what is rolled for one purpose does not move what is rolled for another.
  static Dice of(std::uint64_t seed, std::string_view purpose);

  std::uint64_t next();
  std::int64_t upto(std::int64_t most) {
    return most <= 0 ? 0 : static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(most + 1));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) { return least + upto(most - least); }
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(upto(static_cast<std::int64_t>(all.size()) - 1))];
  }

 private:
  std::uint64_t state_;
};

// From now on the random source of the production code (libsodium's) yields what this seed says. One thread, one run at a time.
void seed_the_random_source(std::uint64_t seed);

}  // namespace phien::simulation
