#include "shared/journal/canonical.hpp"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "shared/journal/json_text.hpp"

namespace phien::journal {
namespace {

static_assert(Document::kPadding >= simdjson::SIMDJSON_PADDING);

enum class Flaw { none, too_long, bad_utf8, bad_json, too_deep, duplicate_key, bad_number, bad_key, has_null, not_canonical };

Problem problem(Flaw flaw, std::string where = {}) {
  switch (flaw) {
    case Flaw::too_long:
      return {"too_long", std::move(where), {"Dữ liệu dài quá mức cho phép.", "The data is longer than allowed."}};
    case Flaw::bad_utf8:
      return {"bad_utf8", std::move(where), {"Chữ không đúng mã UTF-8.", "The text is not UTF-8."}};
    case Flaw::bad_json:
      return {"bad_json", std::move(where), {"Không phải là JSON.", "This is not JSON."}};
    case Flaw::too_deep:
      return {"too_deep", std::move(where), {"Dữ liệu lồng nhau quá sâu.", "The data is nested too deeply."}};
    case Flaw::duplicate_key:
      return {"duplicate_key", std::move(where), {"Một trường có hai lần.", "A field is there twice."}};
    case Flaw::bad_number:
      return {"bad_number", std::move(where), {"Có số không nguyên hoặc quá lớn.", "A number is not whole or is too large."}};
    case Flaw::bad_key:
      return {"bad_key", std::move(where), {"Tên trường không hợp lệ.", "A field has a name that is not allowed."}};
    case Flaw::has_null:
      return {"has_null", std::move(where), {"Có giá trị rỗng (null).", "A value is null."}};
    case Flaw::not_canonical:
      return {"not_canonical", std::move(where), {"Dữ liệu không ở dạng chuẩn.", "The data is not in its canonical form."}};
    case Flaw::none:
      break;
  }
  std::abort();
}

// Looks at brackets outside strings only, so it can judge what no parser may be given.
bool too_deep(std::string_view bytes) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

Flaw key_flaw(std::string_view key, std::optional<std::string_view> before) {
  if (!is_key(key)) return Flaw::bad_key;
  const int order = before ? key.compare(*before) : 1;
  if (order == 0) return Flaw::duplicate_key;
  return order < 0 ? Flaw::not_canonical : Flaw::none;
}

bool in_json_range(std::int64_t n) { return n >= -kMaxJsonInteger && n <= kMaxJsonInteger; }

// ---- the fast half: simdjson's tree → nodes, and the bytes held against what they should have been ----------------------

class Walk {
 public:
  Walk(std::vector<Node>& nodes, std::string_view bytes) : nodes_(nodes), rest_(bytes) {}

  // `depth`: of this value, should it be an object or an array.
  Flaw value(const simdjson::dom::element& element, std::string_view key, int depth = 1) {
    const auto at = nodes_.size();
    nodes_.emplace_back().key = key;
    Flaw flaw = Flaw::none;
    switch (element.type()) {
      case simdjson::dom::element_type::OBJECT:
        flaw = object(element.get_object().value_unsafe(), at, depth);
        break;
      case simdjson::dom::element_type::ARRAY:
        flaw = array(element.get_array().value_unsafe(), at, depth);
        break;
      case simdjson::dom::element_type::STRING:
        nodes_[at].type = Node::Type::string;
        nodes_[at].text = element.get_string().value_unsafe();
        expect_string(nodes_[at].text);
        break;
      case simdjson::dom::element_type::INT64:
        nodes_[at].type = Node::Type::integer;
        nodes_[at].integer = element.get_int64().value_unsafe();
        if (!in_json_range(nodes_[at].integer)) flaw = Flaw::bad_number;
        expect_integer(nodes_[at].integer);
        break;
      case simdjson::dom::element_type::BOOL:
        nodes_[at].type = Node::Type::boolean;
        nodes_[at].boolean = element.get_bool().value_unsafe();
        expect(nodes_[at].boolean ? "true" : "false");
        break;
      case simdjson::dom::element_type::UINT64:  // beyond int64
      case simdjson::dom::element_type::DOUBLE:
        flaw = Flaw::bad_number;
        break;
      case simdjson::dom::element_type::NULL_VALUE:
        flaw = Flaw::has_null;
        break;
    }
    nodes_[at].next = static_cast<std::uint32_t>(nodes_.size());
    return flaw;
  }

  // Of a document that was walked to its end without a flaw.
  bool is_canonical() const { return canonical_ && rest_.empty(); }

 private:
  Flaw object(const simdjson::dom::object& object, std::size_t at, int depth) {
    if (depth > kMaxDepth) return Flaw::too_deep;
    nodes_[at].type = Node::Type::object;
    expect('{');
    std::optional<std::string_view> before;
    std::uint32_t children = 0;
    for (const auto field : object) {
      if (const Flaw flaw = key_flaw(field.key, before); flaw != Flaw::none) return flaw;
      before = field.key;
      if (children++ > 0) expect(',');
      expect_string(field.key);
      expect(':');
      if (const Flaw flaw = value(field.value, field.key, depth + 1); flaw != Flaw::none) return flaw;
    }
    expect('}');
    nodes_[at].children = children;
    return Flaw::none;
  }

  Flaw array(const simdjson::dom::array& array, std::size_t at, int depth) {
    if (depth > kMaxDepth) return Flaw::too_deep;
    nodes_[at].type = Node::Type::array;
    expect('[');
    std::uint32_t children = 0;
    for (const auto element : array) {
      if (children++ > 0) expect(',');
      if (const Flaw flaw = value(element, {}, depth + 1); flaw != Flaw::none) return flaw;
    }
    expect(']');
    nodes_[at].children = children;
    return Flaw::none;
  }

  void expect(char c) {
    canonical_ = canonical_ && !rest_.empty() && rest_.front() == c;
    if (canonical_) rest_.remove_prefix(1);
  }
  void expect(std::string_view text) {
    canonical_ = canonical_ && rest_.starts_with(text);
    if (canonical_) rest_.remove_prefix(text.size());
  }

  // JSON lets nothing stand unescaped that the canonical form escapes: what stands as it is meant is canonical.
  void expect_string(std::string_view text) {
    const auto size = text.size() + 2;
    if (rest_.size() >= size && rest_[0] == '"' && rest_[size - 1] == '"' && rest_.substr(1, text.size()) == text) {
      rest_.remove_prefix(size);
      return;
    }
    made_.clear();
    append_string(made_, text);
    expect(made_);
  }

  void expect_integer(std::int64_t n) {
    std::array<char, 24> digits;
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    expect(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }

  std::vector<Node>& nodes_;
  std::string_view rest_;  // of the bytes, not held against anything yet
  bool canonical_ = true;
  std::string made_;  // canonical text of a string that has escapes
};

Flaw fault_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return Flaw::bad_utf8;
    case simdjson::NUMBER_ERROR:
      return Flaw::bad_number;
    case simdjson::MEMALLOC:
      std::abort();
    default:
      return Flaw::bad_json;
  }
}

// ---- the reference half: nlohmann's events for the rules, its own writer for the form
// ------------------------------------------

// Remembers the first flaw in the order of the document, but reads on: that the text is JSON at all comes first.
class Events : public nlohmann::json_sax<nlohmann::json> {
 public:
  Flaw flaw = Flaw::none;

  bool null() override { return note(Flaw::has_null); }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t n) override { return note(in_json_range(n) ? Flaw::none : Flaw::bad_number); }
  bool number_unsigned(number_unsigned_t n) override {
    return note(n <= static_cast<number_unsigned_t>(kMaxJsonInteger) ? Flaw::none : Flaw::bad_number);
  }
  bool number_float(number_float_t, const string_t&) override { return note(Flaw::bad_number); }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return note(Flaw::bad_json); }
  bool start_object(std::size_t) override { return keys_.emplace_back(), true; }
  bool key(string_t& key) override {
    auto& before = keys_.back();
    note(key_flaw(key, before ? std::optional<std::string_view>(*before) : std::nullopt));
    before = key;
    return true;
  }
  bool end_object() override { return keys_.pop_back(), true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;
    flaw = error.id == kNumberOverflow ? Flaw::bad_number : Flaw::bad_json;
    return false;
  }

 private:
  bool note(Flaw found) {
    if (flaw == Flaw::none) flaw = found;
    return true;
  }
  std::vector<std::optional<std::string>> keys_;  // of each open object: the key before
};

void add_nodes(std::vector<Node>& nodes, const nlohmann::json& value, std::string_view key) {
  const auto at = nodes.size();
  nodes.emplace_back().key = key;
  if (value.is_object()) {
    nodes[at].type = Node::Type::object;
    nodes[at].children = static_cast<std::uint32_t>(value.size());
    for (const auto& [name, child] : value.get_ref<const nlohmann::json::object_t&>()) add_nodes(nodes, child, name);
  } else if (value.is_array()) {
    nodes[at].type = Node::Type::array;
    nodes[at].children = static_cast<std::uint32_t>(value.size());
    for (const auto& child : value) add_nodes(nodes, child, {});
  } else if (value.is_string()) {
    nodes[at].type = Node::Type::string;
    nodes[at].text = value.get_ref<const std::string&>();
  } else if (value.is_boolean()) {
    nodes[at].type = Node::Type::boolean;
    nodes[at].boolean = value.get<bool>();
  } else {
    nodes[at].type = Node::Type::integer;
    nodes[at].integer = value.get<std::int64_t>();
  }
  nodes[at].next = static_cast<std::uint32_t>(nodes.size());
}

// ---- what a writer may write
// ------------------------------------------------------------------------------------------------------

std::optional<Problem> unwritable(const nlohmann::json& value, int depth, std::string& where) {
  if (depth > kMaxDepth && value.is_structured()) return problem(Flaw::too_deep, where);
  switch (value.type()) {
    case nlohmann::json::value_t::object:
      for (const auto& [key, child] : value.get_ref<const nlohmann::json::object_t&>()) {
        const auto size = where.size();
        where.append(size > 0 ? "." : "").append(key);
        if (!is_key(key)) return problem(Flaw::bad_key, where);
        if (auto found = unwritable(child, depth + 1, where)) return found;
        where.resize(size);
      }
      return {};
    case nlohmann::json::value_t::array:
      for (std::size_t i = 0; i < value.size(); ++i) {
        const auto size = where.size();
        where.append("[").append(std::to_string(i)).append("]");
        if (auto found = unwritable(value[i], depth + 1, where)) return found;
        where.resize(size);
      }
      return {};
    case nlohmann::json::value_t::string:
      if (!is_utf8(value.get_ref<const std::string&>())) return problem(Flaw::bad_utf8, where);
      return {};
    case nlohmann::json::value_t::boolean:
      return {};
    case nlohmann::json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxJsonInteger)) return problem(Flaw::bad_number, where);
      return {};
    case nlohmann::json::value_t::number_integer:
      if (!in_json_range(value.get<std::int64_t>())) return problem(Flaw::bad_number, where);
      return {};
    case nlohmann::json::value_t::null:
      return problem(Flaw::has_null, where);
    case nlohmann::json::value_t::number_float:
      return problem(Flaw::bad_number, where);
    case nlohmann::json::value_t::binary:
    case nlohmann::json::value_t::discarded:
      return problem(Flaw::bad_json, where);
  }
  std::abort();
}

}  // namespace

Result<std::string> canonical_bytes(const nlohmann::json& value, std::size_t max_bytes, int levels_above) {
  std::string where;
  if (auto found = unwritable(value, levels_above + 1, where)) return *std::move(found);
  std::string bytes = value.dump();
  if (bytes.size() > max_bytes) return problem(Flaw::too_long);
  return bytes;
}

struct Document::Parser {
  simdjson::dom::parser simd;
  std::string padded;        // a copy with room behind it, for callers whose bytes have none
  nlohmann::json reference;  // owner of what the nodes of parse_reference point to
};

Document::Document() : parser_(std::make_unique<Parser>()) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<bool> Document::parse(std::string_view bytes, bool padded, std::size_t max_bytes) {
  nodes_.clear();
  if (bytes.size() > max_bytes) return problem(Flaw::too_long);
  if (!padded) {
    parser_->padded.reserve(bytes.size() + kPadding);
    parser_->padded.assign(bytes);
    bytes = parser_->padded;
  }
  simdjson::dom::element root;
  const auto error =
      parser_->simd.parse(bytes.data(), bytes.size(), false).get(root);  // checks UTF-8, and nests without recursion
  Walk walk(nodes_, bytes);
  Flaw flaw = error ? fault_of(error) : walk.value(root, {});
  if (flaw == Flaw::none && !walk.is_canonical()) flaw = Flaw::not_canonical;
  if (flaw == Flaw::none) return true;
  nodes_.clear();
  // Of several faults the reference names these first; who is refused can wait for it.
  if (!simdjson::validate_utf8(bytes.data(), bytes.size())) return problem(Flaw::bad_utf8);
  if (too_deep(bytes)) return problem(Flaw::too_deep);
  return problem(flaw);
}

Result<bool> Document::parse_reference(std::string_view bytes, std::size_t max_bytes) {
  nodes_.clear();
  if (bytes.size() > max_bytes) return problem(Flaw::too_long);
  if (!is_utf8(bytes)) return problem(Flaw::bad_utf8);
  if (too_deep(bytes)) return problem(Flaw::too_deep);
  // Two things nlohmann reads over: a byte order mark, and a zero byte, which it takes for the end.
  if (bytes.starts_with("\xEF\xBB\xBF") || bytes.find('\0') != std::string_view::npos) return problem(Flaw::bad_json);
  Events events;
  nlohmann::json::sax_parse(bytes, &events);
  if (events.flaw != Flaw::none) return problem(events.flaw);
  parser_->reference = nlohmann::json::parse(bytes);
  if (parser_->reference.dump() != bytes) return problem(Flaw::not_canonical);
  add_nodes(nodes_, parser_->reference, {});
  return true;
}

const Node* Document::find(std::uint32_t object, std::string_view key) const {
  const auto end = nodes_[object].next;
  for (std::uint32_t i = object + 1; i < end; i = nodes_[i].next) {
    if (nodes_[i].key == key) return &nodes_[i];
  }
  return nullptr;
}

}  // namespace phien::journal
