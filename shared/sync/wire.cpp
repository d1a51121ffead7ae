#include "shared/sync/wire.hpp"

namespace phien::sync::wire {

using journal::Head;
using journal::Ref;
using journal::ServerPosition;
using nlohmann::json;

json of(const Head& head) { return {{"hash", hex(head.hash)}, {"seq", head.seq}}; }
json of(const Ref& ref) { return {{"hash", hex(ref.hash)}, {"seq", ref.seq}, {"terminal", ref.terminal}}; }
json of(const ServerPosition& p) { return {{"hash", hex(p.head.hash)}, {"incarnation", p.incarnation}, {"seq", p.head.seq}}; }

std::optional<json> object(std::string_view text) {
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

namespace {
const json* field(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}
}  // namespace

std::optional<std::string> text(const json& object, const char* key) {
  const json* value = field(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<std::int64_t> integer(const json& object, const char* key) {
  constexpr std::int64_t largest = 9'007'199'254'740'991;  // 2^53 − 1, what every JSON reader keeps exactly
  const json* value = field(object, key);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > static_cast<std::uint64_t>(largest)) return std::nullopt;
  const auto n = value->get<std::int64_t>();
  if (n < -largest || n > largest) return std::nullopt;
  return n;
}

std::optional<bool> boolean(const json& object, const char* key) {
  const json* value = field(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::optional<Hash> hash(const json& object, const char* key) {
  const std::optional<std::string> digits = text(object, key);
  if (!digits) return std::nullopt;
  return hash_from_hex(*digits);
}

std::optional<Head> head(const json& object) {
  const auto seq = integer(object, "seq");
  const auto h = hash(object, "hash");
  if (!seq || *seq < 0 || !h) return std::nullopt;
  return Head{*seq, *h};
}

std::optional<Ref> ref(const json& object) {
  const auto place = head(object);
  auto terminal = text(object, "terminal");
  if (!place || !terminal || !is_id(*terminal)) return std::nullopt;
  return Ref{std::move(*terminal), place->seq, place->hash};
}

std::optional<ServerPosition> position(const json& object) {
  const auto place = head(object);
  const auto incarnation = integer(object, "incarnation");
  if (!place || !incarnation || *incarnation < 0) return std::nullopt;
  return ServerPosition{*incarnation, *place};
}

Problem bad_answer() {
  return {"bad_answer", "", {"Câu trả lời của máy chủ không đọc được.", "The server's answer cannot be understood."}};
}

}  // namespace phien::sync::wire
