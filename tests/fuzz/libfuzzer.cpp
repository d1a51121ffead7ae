// libFuzzer's doors, for the target and the mutator that the build names.
#include <algorithm>
#include <cstring>

#include "shared/bytes.hpp"
#include "tests/fuzz/targets.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  phien::init_crypto();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  phien::fuzz::PHIEN_FUZZ_TARGET(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}

#ifdef PHIEN_FUZZ_MUTATOR
namespace {

constexpr std::size_t kPlain = 5;  // one mutation of so many does not care for the form

std::string mutate_bytes(std::string bytes, std::size_t max_size) {
  const std::size_t size = bytes.size();
  bytes.resize(std::max(size, max_size));
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, max_size));
  return bytes;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  phien::fuzz::Dice dice(seed);
  if (!dice.one_in(kPlain)) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string mutated = phien::fuzz::PHIEN_FUZZ_MUTATOR(input, dice, mutate_bytes);
    if (!mutated.empty() && mutated.size() <= max_size) {
      std::memcpy(data, mutated.data(), mutated.size());
      return mutated.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
#endif
