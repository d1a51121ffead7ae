// Vietnamese text, ids and messages.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace phien {

enum class Lang { vi, en };

// What a person reads, in both languages. Both are always given: a message without a translation does not compile.
struct Message {
  std::string vi;
  std::string en;
  const std::string& in(Lang lang) const { return lang == Lang::vi ? vi : en; }
  bool operator==(const Message&) const = default;
};

// True when `s` is an id of shared/journal/FORMAT.md §1: [A-Za-z0-9_][A-Za-z0-9._-]{0,31}.
bool is_id(std::string_view s);
// True when `s` is a fair id: [a-z0-9][a-z0-9-]{0,63}.
bool is_fair_id(std::string_view s);
// True when `s` is `PH` and 8 of A–Z0–9: a payment reference.
bool is_pay_ref(std::string_view s);
// True when `s` is YYYY-MM-DD and that date exists (years 1900–9999).
bool is_day(std::string_view s);

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }  // ASCII, whatever the locale
bool is_digits(std::string_view s);                            // one or more

bool is_utf8(std::string_view s);
// `s` in Unicode NFC. Nothing when `s` is not UTF-8.
std::optional<std::string> to_nfc(std::string_view s);
// Search key: đ→d, marks dropped, lower case, white space collapsed and trimmed. Nothing when `s` is not UTF-8.
// "Thạch đen  Ăn liền" → "thach den an lien".
std::optional<std::string> search_key(std::string_view s);
// ASCII rendering for slips and VietQR that keeps case: "Thạch đen" → "Thach den"; what has no ASCII form becomes '?'.
std::string to_ascii(std::string_view s);
// At most `bytes` bytes of `s`, never cutting a UTF-8 sequence.
std::string_view truncate_utf8(std::string_view s, std::size_t bytes);

}  // namespace phien
