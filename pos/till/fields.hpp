// Reading a request: every field is asked for by name, type and bounds; whatever was not asked for is refused. The field's path
// ("lines[2].qty") is in every refusal.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pos/till/refuse.hpp"
#include "shared/bytes.hpp"
#include "shared/clock.hpp"
#include "shared/money.hpp"

namespace phien::till {

class Fields {
 public:
  // Refuses what is not an object. `value` must outlive this.
  Fields(const nlohmann::json& value, std::string where);

  bool has(const char* name);
  std::string at(std::string_view name) const;  // its path

  std::string id(const char* name);
  std::optional<std::string> optional_id(const char* name);
  std::string text(const char* name, std::size_t bytes);  // NFC, not empty
  std::optional<std::string> optional_text(const char* name, std::size_t bytes);
  std::optional<std::string> text_or_nothing(const char* name, std::size_t bytes);  // nothing when it is there but no text
  std::optional<std::string> optional_day(const char* name);
  std::string one_of(const char* name, const std::vector<std::string>& values, const char* otherwise = nullptr);
  bool flag(const char* name, bool otherwise = false);
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> optional_integer(const char* name, std::int64_t least, std::int64_t most);
  // Money: an integer, or text as people write it ("25.000").
  Dong money(const char* name, Dong least = 0);
  std::optional<Dong> optional_money(const char* name, Dong least = 0);
  // Quantity: an integer of whole units, or text with up to three decimals ("1.25").
  Quantity quantity(const char* name, bool zero_allowed = false);
  std::optional<Quantity> optional_quantity(const char* name);
  // Milliseconds, or local time as text ("2025-05-15T09:30", "2025-05-15").
  std::optional<Milliseconds> optional_time(const char* name);
  Milliseconds time(const char* name);
  // An array of objects within bounds; absent: empty (refused if `least` > 0).
  std::vector<Fields> list(const char* name, std::size_t least, std::size_t most);
  std::optional<Fields> object(const char* name);
  // An object to be kept as it is, of at most so many bytes of text.
  const nlohmann::json& object_as_it_is(const char* name, std::size_t bytes);

  void done() const;  // refuses fields nobody asked for

 private:
  const nlohmann::json* find(const char* name);
  const nlohmann::json& require(const char* name);
  std::int64_t integer_in(const nlohmann::json& value, const char* name, std::int64_t least, std::int64_t most) const;
  std::string text_in(const nlohmann::json& value, const char* name, std::size_t bytes, bool empty_allowed) const;

  const nlohmann::json* value_;
  std::string where_;
  std::set<std::string, std::less<>> asked_;
};

// Parses a request body: one JSON object, at most kMaxRequestDepth levels, no key twice. Codes: bad_json, too_deep,
// duplicate_key.
inline constexpr std::size_t kMaxRequestBytes = 256 * 1024;
inline constexpr int kMaxRequestDepth = 6;
Result<nlohmann::json> parse_request(std::string_view body);

}  // namespace phien::till
