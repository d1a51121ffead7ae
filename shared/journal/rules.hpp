// What a single value of an entry may be (FORMAT.md §1). Decoder and encoder ask the same questions here. Inside this folder
// only.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "shared/journal/json_text.hpp"
#include "shared/money.hpp"
#include "shared/text.hpp"

namespace phien::journal {

enum class Fault : std::uint8_t {
  none,
  unknown_version,
  unknown_kind,
  missing_field,
  unknown_field,
  wrong_type,
  out_of_range,
  bad_value
};

struct Whole {
  std::int64_t min, max;
};  // an integer
struct Text {
  std::size_t max;
};  // text(n)
struct Alphabet {
  bool (*holds)(std::string_view);
};  // a string of a certain form
template <std::size_t N>
struct OneOf {
  std::array<std::string_view, N> words;
};  // of an enum or a bool: in the order of its values
template <class... W>
constexpr OneOf<sizeof...(W)> one_of(W... words) {
  return {{std::string_view(words)...}};
}
template <class Rule>
struct List {
  std::size_t min, max;
  Rule of;
};
struct Plain {};  // the type says it all: a hash, a key, true or false, an object

inline Fault check(std::int64_t n, Whole rule) { return n < rule.min || n > rule.max ? Fault::out_of_range : Fault::none; }
inline Fault check(std::string_view s, Text rule) {
  if (s.size() > rule.max) return Fault::out_of_range;
  for (const char c : s) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return Fault::bad_value;
  }
  return Fault::none;
}
inline Fault check(std::string_view s, Alphabet rule) { return rule.holds(s) ? Fault::none : Fault::bad_value; }
// Which of the words; N when none.
template <std::size_t N>
std::size_t which(std::string_view s, const OneOf<N>& rule) {
  std::size_t i = 0;
  while (i < N && rule.words[i] != s) ++i;
  return i;
}
template <std::size_t N>
Fault check(std::string_view s, const OneOf<N>& rule) {
  return which(s, rule) < N ? Fault::none : Fault::bad_value;
}

inline bool is_nonce(std::string_view s) {
  return s.size() == 32 && s.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
// Of a booth and of a booth terminal: printed between hyphens on receipts.
inline bool is_booth(std::string_view s) { return is_id(s) && s[0] != '_' && s.find('-') == std::string_view::npos; }
inline bool is_vat_code(std::string_view s) {
  constexpr auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '%';
  };
  if (s.empty() || s.size() > 16) return false;
  for (const char c : s) {
    if (!fits(c)) return false;
  }
  return true;
}
// Nonce, text and tag of a sealed secret in hex: at least nonce and tag.
inline bool is_sealed(std::string_view s) {
  return s.size() >= 80 && s.size() <= 1024 && s.size() % 2 == 0 &&
         s.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

inline constexpr Alphabet kId{is_id}, kBooth{is_booth}, kPayRef{is_pay_ref}, kDay{is_day}, kVat{is_vat_code}, kNonce{is_nonce},
    kSealed{is_sealed};
inline constexpr Text kName{400}, kUnitName{40}, kShort{80}, kReason{400}, kLong{2000};
inline constexpr Whole kMoney{0, kMaxAmount}, kPaid{1, kMaxAmount}, kSignedMoney{-kMaxAmount, kMaxAmount},
    kRounding{-1'000'000, 1'000'000};
inline constexpr Whole kSold{1, kMaxAmount}, kCounted{0, kMaxAmount}, kDifference{-kMaxAmount, kMaxAmount};
inline constexpr Whole kWall{-kMaxJsonInteger, kMaxJsonInteger}, kSpan{0, kMaxJsonInteger};
inline constexpr Whole kNumber{1, kMaxJsonInteger},
    kPosition{0, kMaxJsonInteger};  // of an entry; of a head, which may be before the first

}  // namespace phien::journal
