// Small pieces of JSON that replies, the feed and kept states share. Readers give nothing on any other form.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "shared/journal/entry.hpp"
#include "shared/result.hpp"

namespace phien::sync::wire {

nlohmann::json of(const journal::Head& head);
nlohmann::json of(const journal::Ref& ref);
nlohmann::json of(const journal::ServerPosition& position);

// Nothing unless `text` is a JSON object.
std::optional<nlohmann::json> object(std::string_view text);
std::optional<std::string> text(const nlohmann::json& object, const char* key);
std::optional<std::int64_t> integer(const nlohmann::json& object, const char* key);
std::optional<bool> boolean(const nlohmann::json& object, const char* key);
std::optional<Hash> hash(const nlohmann::json& object, const char* key);
std::optional<journal::Head> head(const nlohmann::json& object);
std::optional<journal::Ref> ref(const nlohmann::json& object);
std::optional<journal::ServerPosition> position(const nlohmann::json& object);

Problem bad_answer();  // code "bad_answer"

}  // namespace phien::sync::wire
