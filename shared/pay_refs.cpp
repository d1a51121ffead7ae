#include "shared/pay_refs.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "shared/bytes.hpp"
#include "shared/text.hpp"

namespace phien {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::size_t kLength = 8;

std::uint64_t drawn() {
  std::uint64_t n = 0;
  std::memcpy(&n, random_bytes(sizeof n).data(), sizeof n);
  return n;
}

}  // namespace

PayRefs::PayRefs() : PayRefs(drawn()) {}

std::string PayRefs::next() {
  std::string ref = "PH" + std::string(kLength, '0');
  do {
    std::uint64_t n = next_++;
    for (std::size_t i = ref.size(); i > 2; --i, n /= kDigits.size()) ref[i - 1] = kDigits[n % kDigits.size()];
  } while (std::none_of(ref.begin(), ref.end(), is_digit));
  return ref;
}

}  // namespace phien
