#include "server/api/fields.hpp"

#include <algorithm>

#include "server/refusal.hpp"
#include "shared/text.hpp"

namespace phien::server::api {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const char* code, const std::string& where, const char* vi, const char* en) {
  const std::string of = where.empty() ? "" : where + ": ";
  throw Refusal(400, {code, where, {of + vi, of + en}});
}

// Parses with what nlohmann leaves open closed: depth bounded, no key twice.
json parse(std::string_view body) {
  std::vector<std::set<std::string>> keys;
  bool too_deep = false, twice = false;
  const auto look = [&](int depth, json::parse_event_t event, json& value) {
    too_deep = too_deep || depth > kMaxRequestDepth;
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) twice = !keys.back().insert(value.get<std::string>()).second || twice;
    return !too_deep;
  };
  if (body.find('\0') != std::string_view::npos)
    refuse("bad_json", "", "Không phải JSON hợp lệ.", "Not valid JSON.");  // it would end the text unseen
  json value = json::parse(body, look, false);
  if (too_deep) refuse("too_deep", "", "Dữ liệu lồng quá sâu.", "The data is nested too deeply.");
  if (value.is_discarded()) refuse("bad_json", "", "Không phải JSON hợp lệ.", "Not valid JSON.");
  if (twice) refuse("duplicate_key", "", "Một trường xuất hiện hai lần.", "A field is there twice.");
  if (!value.is_object()) refuse("wrong_type", "", "Cần một đối tượng JSON.", "A JSON object is needed.");
  return value;
}

}  // namespace

Fields::Fields(std::string_view body) : object_(parse(body)) {}

const json* Fields::find(const char* name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const json& Fields::need(const char* name) {
  const json* found = find(name);
  if (!found) refuse("missing_field", name, "Thiếu trường này.", "This field is missing.");
  return *found;
}

const std::string& Fields::need_text(const char* name, std::size_t max_bytes) {
  const json& value = need(name);
  if (!value.is_string()) refuse("wrong_type", name, "Cần một chuỗi.", "A string is needed.");
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > max_bytes) refuse("out_of_range", name, "Quá dài.", "Too long.");
  return text;
}

std::string Fields::text(const char* name, std::size_t max_bytes) {
  const auto text = to_nfc(need_text(name, max_bytes));
  if (!text) refuse("bad_value", name, "Không phải UTF-8.", "Not UTF-8.");
  if (text->empty()) refuse("bad_value", name, "Không được để trống.", "It must not be empty.");
  return *text;
}

std::string Fields::verbatim(const char* name, std::size_t max_bytes) { return need_text(name, max_bytes); }

std::optional<std::string> Fields::optional_text(const char* name, std::size_t max_bytes) {
  return find(name) ? std::optional(text(name, max_bytes)) : std::nullopt;
}

std::string Fields::id(const char* name) {
  const std::string& text = need_text(name, 64);
  if (!is_id(text)) refuse("bad_value", name, "Mã không hợp lệ.", "Not an id.");
  return text;
}

std::optional<std::string> Fields::optional_id(const char* name) { return find(name) ? std::optional(id(name)) : std::nullopt; }

std::vector<std::string> Fields::ids(const char* name, std::size_t most) {
  const json& value = need(name);
  if (!value.is_array()) refuse("wrong_type", name, "Cần một danh sách mã.", "A list of ids is needed.");
  if (value.empty() || value.size() > most) refuse("out_of_range", name, "Số lượng mã không hợp lệ.", "Too many ids, or none.");
  std::vector<std::string> ids;
  for (const json& one : value) {
    if (!one.is_string()) refuse("wrong_type", name, "Cần một danh sách mã.", "A list of ids is needed.");
    std::string id = one.get<std::string>();
    if (!is_id(id)) refuse("bad_value", name, "Mã không hợp lệ.", "Not an id.");
    if (std::find(ids.begin(), ids.end(), id) != ids.end())
      refuse("bad_value", name, "Một mã xuất hiện hai lần.", "An id is there twice.");
    ids.push_back(std::move(id));
  }
  return ids;
}

PublicKey Fields::key(const char* name) {
  const auto key = key_from_hex(need_text(name, 64));
  if (!key) refuse("bad_value", name, "Không phải khóa (64 chữ số hex).", "Not a key (64 hex digits).");
  return *key;
}

Signature Fields::signature(const char* name) {
  const auto signature = signature_from_hex(need_text(name, 128));
  if (!signature) refuse("bad_value", name, "Không phải chữ ký (128 chữ số hex).", "Not a signature (128 hex digits).");
  return *signature;
}

journal::Ref Fields::ref(const char* name) {
  const json& value = need(name);
  const auto has = [&value](const char* field, auto is) { return value.contains(field) && (value[field].*is)(); };
  if (!value.is_object() || value.size() != 3 || !has("hash", &json::is_string) || !has("seq", &json::is_number_unsigned) ||
      !has("terminal", &json::is_string))
    refuse("wrong_type", name, "Cần {\"hash\",\"seq\",\"terminal\"}.", "It must be {\"hash\",\"seq\",\"terminal\"}.");
  const auto hash = hash_from_hex(value["hash"].get_ref<const std::string&>());
  const auto seq = value["seq"].get<std::uint64_t>();
  std::string terminal = value["terminal"].get<std::string>();
  if (!hash || seq < 1 || seq > (std::uint64_t{1} << 53) || !is_id(terminal))
    refuse("bad_value", name, "Tham chiếu không hợp lệ.", "Not a reference.");
  return {std::move(terminal), static_cast<journal::Seq>(seq), *hash};
}

bool Fields::flag(const char* name, bool otherwise) {
  const json* value = find(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) refuse("wrong_type", name, "Cần true hoặc false.", "It must be true or false.");
  return value->get<bool>();
}

std::optional<json> Fields::any(const char* name) {
  const json* value = find(name);
  return value ? std::optional(*value) : std::nullopt;
}

void Fields::done() const {
  for (const auto& [name, value] : object_.items())
    if (!asked_.contains(name)) refuse("unknown_field", name, "Không có trường này.", "There is no such field.");
}

}  // namespace phien::server::api
