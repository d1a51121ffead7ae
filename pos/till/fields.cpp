#include "pos/till/fields.hpp"

#include <fmt/format.h>

#include "shared/text.hpp"

namespace phien::till {
using nlohmann::json;

namespace {

// Minutes since 1970 of a local time "YYYY-MM-DD" with optional "THH:MM"; the fair's zone is UTC+7 without daylight saving.
std::optional<Milliseconds> local_time(std::string_view text) {
  if (text.size() != 10 && text.size() != 16) return std::nullopt;
  if (!is_day(text.substr(0, 10))) return std::nullopt;
  auto number = [&](std::size_t from, std::size_t count) {
    std::int64_t value = 0;
    for (char c : text.substr(from, count)) {
      if (c < '0' || c > '9') return std::int64_t{-1};
      value = value * 10 + (c - '0');
    }
    return value;
  };
  std::int64_t hour = 0, minute = 0;
  if (text.size() == 16) {
    if (text[10] != 'T' || text[13] != ':') return std::nullopt;
    hour = number(11, 2);
    minute = number(14, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  }
  const std::int64_t month = number(5, 2), day = number(8, 2);
  // Days from the civil date (Gregorian, March-based years).
  const std::int64_t year = number(0, 4) - (month <= 2 ? 1 : 0);
  const std::int64_t era = year / 400, year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t days = era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
  return ((days * 24 + hour - 7) * 60 + minute) * 60'000;
}

bool printable(std::string_view text) {
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return false;
  return true;
}

[[noreturn]] void wrong_type(std::string where, const char* vi, const char* en) {
  refuse("wrong_type", std::move(where), {fmt::format("Phải là {}.", vi), fmt::format("Must be {}.", en)});
}

}  // namespace

Fields::Fields(const json& value, std::string where) : value_(&value), where_(std::move(where)) {
  if (!value.is_object()) wrong_type(where_, "một đối tượng JSON", "a JSON object");
}

std::string Fields::at(std::string_view name) const {
  return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
}

const json* Fields::find(const char* name) {
  asked_.insert(name);
  auto it = value_->find(name);
  return it == value_->end() ? nullptr : &*it;
}

const json& Fields::require(const char* name) {
  const json* value = find(name);
  if (!value) refuse("missing_field", at(name), {"Thiếu mục này.", "This field is missing."});
  return *value;
}

bool Fields::has(const char* name) { return find(name) != nullptr; }

std::int64_t Fields::integer_in(const json& value, const char* name, std::int64_t least, std::int64_t most) const {
  if (!value.is_number_integer()) wrong_type(at(name), "số nguyên", "an integer");
  const bool too_big = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  if (too_big || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
    refuse("out_of_range", at(name),
           {fmt::format("Phải từ {} đến {}.", least, most), fmt::format("Must be from {} to {}.", least, most)});
  return value.get<std::int64_t>();
}

std::string Fields::text_in(const json& value, const char* name, std::size_t bytes, bool empty_allowed) const {
  if (!value.is_string()) wrong_type(at(name), "chuỗi chữ", "text");
  auto text = to_nfc(value.get_ref<const std::string&>());
  if (!text || !printable(*text))
    refuse("bad_value", at(name),
           {"Chữ không hợp lệ (ký tự điều khiển hoặc không phải UTF-8).", "Not valid text (control characters or not UTF-8)."});
  if (text->size() > bytes)
    refuse("out_of_range", at(name), {fmt::format("Dài quá {} byte.", bytes), fmt::format("Longer than {} bytes.", bytes)});
  if (!empty_allowed && text->find_first_not_of(" \n") == std::string::npos)
    refuse("bad_value", at(name), {"Không được để trống.", "Must not be empty."});
  return *text;
}

std::string Fields::id(const char* name) {
  const std::string value = text_in(require(name), name, 200, false);
  if (!is_id(value))
    refuse("bad_value", at(name), {fmt::format("Mã “{}” không hợp lệ.", value), fmt::format("“{}” is not a valid id.", value)});
  return value;
}

std::optional<std::string> Fields::optional_id(const char* name) { return has(name) ? std::optional(id(name)) : std::nullopt; }

std::string Fields::text(const char* name, std::size_t bytes) { return text_in(require(name), name, bytes, false); }

std::optional<std::string> Fields::optional_text(const char* name, std::size_t bytes) {
  const json* value = find(name);
  if (!value) return std::nullopt;
  std::string text = text_in(*value, name, bytes, true);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> Fields::text_or_nothing(const char* name, std::size_t bytes) {
  const json& value = require(name);
  return value.is_string() ? std::optional(text_in(value, name, bytes, false)) : std::nullopt;
}

std::optional<std::string> Fields::optional_day(const char* name) {
  auto day = optional_text(name, 40);
  if (day && !is_day(*day))
    refuse("bad_value", at(name), {"Ngày phải ở dạng NNNN-TT-NN và có thật.", "Must be a date YYYY-MM-DD that exists."});
  return day;
}

std::string Fields::one_of(const char* name, const std::vector<std::string>& values, const char* otherwise) {
  if (otherwise && !has(name)) return otherwise;
  std::string value = text_in(require(name), name, 80, true);
  for (const auto& allowed : values)
    if (value == allowed) return value;
  const std::string list = fmt::format("{}", fmt::join(values, ", "));
  refuse("bad_value", at(name), {fmt::format("Phải là một trong: {}.", list), fmt::format("Must be one of: {}.", list)});
}

bool Fields::flag(const char* name, bool otherwise) {
  const json* value = find(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) wrong_type(at(name), "true hoặc false", "true or false");
  return value->get<bool>();
}

std::int64_t Fields::integer(const char* name, std::int64_t least, std::int64_t most) {
  return integer_in(require(name), name, least, most);
}

std::optional<std::int64_t> Fields::optional_integer(const char* name, std::int64_t least, std::int64_t most) {
  const json* value = find(name);
  return value ? std::optional(integer_in(*value, name, least, most)) : std::nullopt;
}

Dong Fields::money(const char* name, Dong least) {
  const json& value = require(name);
  if (!value.is_string()) return integer_in(value, name, least, kMaxAmount);
  const auto amount = parse_dong(value.get_ref<const std::string&>());
  if (!amount)
    refuse("bad_value", at(name),
           {"Số tiền không rõ; viết số đồng, ví dụ 25000.", "Not an amount of money; write whole đồng, e.g. 25000."});
  if (*amount < least || *amount > kMaxAmount)
    refuse("out_of_range", at(name),
           {fmt::format("Phải từ {} đến {}.", least, kMaxAmount), fmt::format("Must be from {} to {}.", least, kMaxAmount)});
  return *amount;
}

std::optional<Dong> Fields::optional_money(const char* name, Dong least) {
  return has(name) ? std::optional(money(name, least)) : std::nullopt;
}

Quantity Fields::quantity(const char* name, bool zero_allowed) {
  const json& value = require(name);
  std::optional<Quantity> quantity;
  if (value.is_string()) {
    quantity = parse_quantity(value.get_ref<const std::string&>());
    if (!quantity)
      refuse("bad_value", at(name),
             {"Số lượng không rõ; viết ví dụ 2 hoặc 1.25 (nhiều nhất 3 số lẻ).",
              "Not a quantity; write e.g. 2 or 1.25 (at most 3 decimals)."});
  } else if (value.is_number_float()) {
    wrong_type(at(name), "số nguyên hoặc chuỗi như \"1.25\"", "an integer or text such as \"1.25\"");
  } else {
    quantity = integer_in(value, name, 0, kMaxAmount / kOne) * kOne;
  }
  if (*quantity > kMaxAmount || *quantity < 0 || (*quantity == 0 && !zero_allowed))
    refuse("out_of_range", at(name),
           {"Số lượng phải lớn hơn 0 và không quá lớn.", "The quantity must be above 0 and not too large."});
  return *quantity;
}

std::optional<Quantity> Fields::optional_quantity(const char* name) {
  return has(name) ? std::optional(quantity(name)) : std::nullopt;
}

Milliseconds Fields::time(const char* name) {
  const json& value = require(name);
  if (value.is_number()) return integer_in(value, name, 0, 253'402'300'799'999);
  const auto when = local_time(text_in(value, name, 40, true));
  if (!when)
    refuse("bad_value", at(name), {"Thời điểm phải ở dạng 2025-05-15T09:30.", "A time must look like 2025-05-15T09:30."});
  return *when;
}

std::optional<Milliseconds> Fields::optional_time(const char* name) {
  return has(name) ? std::optional(time(name)) : std::nullopt;
}

std::vector<Fields> Fields::list(const char* name, std::size_t least, std::size_t most) {
  const json* value = find(name);
  if (!value && least > 0) require(name);
  std::vector<Fields> items;
  if (!value) return items;
  if (!value->is_array()) wrong_type(at(name), "một danh sách", "a list");
  if (value->size() < least || value->size() > most)
    refuse("out_of_range", at(name),
           {fmt::format("Phải có từ {} đến {} dòng.", least, most), fmt::format("Must have {} to {} items.", least, most)});
  for (std::size_t i = 0; i < value->size(); ++i) items.emplace_back((*value)[i], fmt::format("{}[{}]", at(name), i));
  return items;
}

std::optional<Fields> Fields::object(const char* name) {
  const json* value = find(name);
  return value ? std::optional(Fields(*value, at(name))) : std::nullopt;
}

const json& Fields::object_as_it_is(const char* name, std::size_t bytes) {
  const json& value = require(name);
  if (!value.is_object()) wrong_type(at(name), "một đối tượng JSON", "a JSON object");
  if (value.dump().size() > bytes)
    refuse("out_of_range", at(name), {fmt::format("Dài quá {} byte.", bytes), fmt::format("Longer than {} bytes.", bytes)});
  return value;
}

void Fields::done() const {
  for (const auto& [name, value] : value_->items())
    if (!asked_.contains(name))
      refuse("unknown_field", at(truncate_utf8(name, 40)), {"Không có mục này.", "There is no such field."});
}

Result<json> parse_request(std::string_view body) {
  if (body.size() > kMaxRequestBytes) return Problem{"too_long", "", {"Yêu cầu quá dài.", "The request is too long."}};
  if (!is_utf8(body)) return Problem{"bad_json", "", {"Không phải UTF-8.", "Not UTF-8."}};
  // Depth and duplicate keys are looked at while parsing: deep nesting must not reach code that recurses.
  bool deep = false, twice = false;
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kMaxRequestDepth) return deep = true, false;
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) twice = true;
    return true;
  };
  json value = json::parse(body, watch, false);
  if (deep) return Problem{"too_deep", "", {"Dữ liệu lồng nhau quá sâu.", "The data is nested too deeply."}};
  if (value.is_discarded()) return Problem{"bad_json", "", {"Không phải JSON hợp lệ.", "Not valid JSON."}};
  if (twice) return Problem{"duplicate_key", "", {"Một mục xuất hiện hai lần.", "A field appears twice."}};
  if (!value.is_object()) return Problem{"wrong_type", "", {"Phải là một đối tượng JSON.", "Must be a JSON object."}};
  return value;
}

}  // namespace phien::till
