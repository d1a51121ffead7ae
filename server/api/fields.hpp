// Reading a JSON body: every field is asked for by name and kind; done() refuses what nobody asked for. All refusals are 400 with
// the field's name in `where`. Codes: bad_json, too_deep, duplicate_key, wrong_type, missing_field, bad_value, out_of_range,
// unknown_field.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/bytes.hpp"
#include "shared/journal/chain.hpp"

namespace phien::server::api {

inline constexpr int kMaxRequestDepth = 8;

class Fields {
 public:
  explicit Fields(std::string_view body);

  std::string text(const char* name, std::size_t max_bytes);
  std::optional<std::string> optional_text(const char* name, std::size_t max_bytes);
  std::string verbatim(const char* name, std::size_t max_bytes);  // not made NFC: a file, judged by its own reader
  bool has(const char* name) { return find(name) != nullptr; }
  std::string id(const char* name);
  std::optional<std::string> optional_id(const char* name);
  std::vector<std::string> ids(const char* name, std::size_t most);
  PublicKey key(const char* name);
  Signature signature(const char* name);
  journal::Ref ref(const char* name);
  bool flag(const char* name, bool otherwise);
  // Any JSON value, taken as it is: for what the journal's own decoder judges.
  std::optional<nlohmann::json> any(const char* name);
  void done() const;

 private:
  const nlohmann::json* find(const char* name);
  const nlohmann::json& need(const char* name);
  const std::string& need_text(const char* name, std::size_t max_bytes);

  nlohmann::json object_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace phien::server::api
