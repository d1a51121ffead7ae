// Canonical JSON of FORMAT.md §2: making it, and checking bytes that came from elsewhere.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "shared/result.hpp"

namespace phien::journal {

inline constexpr std::size_t kMaxEntryBytes = 65'536;
inline constexpr std::size_t kMaxPersonalBytes = 4'096;
inline constexpr int kMaxDepth = 8;

// The canonical bytes of `value`. Refuses what the format cannot carry: floats, null, integers out of range, keys outside the
// alphabet, bad UTF-8, too deep (when it stands inside `levels_above` others), too long. Used by writers; never on the ingest
// path.
Result<std::string> canonical_bytes(const nlohmann::json& value, std::size_t max_bytes = kMaxEntryBytes, int levels_above = 0);

// One value of a parsed document. Strings and keys are views into the Document.
struct Node {
  enum class Type : std::uint8_t { boolean, integer, string, array, object };
  Type type{};
  bool boolean = false;
  std::int64_t integer = 0;
  std::string_view text;       // of a string
  std::string_view key;        // if its parent is an object
  std::uint32_t children = 0;  // of an array or object: how many
  std::uint32_t next = 0;      // index of the next sibling; children of node i start at i+1
};

// A parsed canonical document. One Document is reused for entry after entry without allocating again.
class Document {
 public:
  Document();
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  // Parses with simdjson; refuses bytes that are not exactly their canonical form. Codes: too_long, bad_utf8, bad_json,
  // too_deep, duplicate_key, bad_number, bad_key, has_null, not_canonical. Views in nodes() hold until the next call.
  // `bytes` must be followed by kPadding readable bytes when `padded`; otherwise they are copied.
  static constexpr std::size_t kPadding = 64;
  Result<bool> parse(std::string_view bytes, bool padded = false, std::size_t max_bytes = kMaxEntryBytes);
  // The same verdict by nlohmann/json: the reference, and the other half of the fuzz pair. The codes are the same too, except
  // that a number written wrongly ("01", "1.") may be bad_number for one and bad_json for the other.
  Result<bool> parse_reference(std::string_view bytes, std::size_t max_bytes = kMaxEntryBytes);
  const std::vector<Node>& nodes() const { return nodes_; }
  // Child `key` of object node `i`; nullptr if there is none.
  const Node* find(std::uint32_t object, std::string_view key) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::vector<Node> nodes_;
};

}  // namespace phien::journal
