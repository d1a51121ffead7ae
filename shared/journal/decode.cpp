#include <type_traits>

#include "shared/journal/entry.hpp"
#include "shared/journal/fields.hpp"
#include "shared/journal/kinds.hpp"
#include "shared/journal/trail.hpp"

namespace phien::journal {
namespace {

// Walks the sorted children of an object beside the sorted list of its fields. After the first fault it does nothing more.
class Decoder {
 public:
  static constexpr bool kReads = true;

  explicit Decoder(const Document& document) : nodes_(document.nodes()) {}

  Result<Entry> entry() {
    Result<Entry> entry = Entry{};
    object(0, *entry, Plain{});
    if (trail_.failed()) return trail_.take_problem();
    return entry;
  }

  template <class T, class Rule>
  void operator()(std::string_view key, T& value, const Rule& rule) {
    if (const auto node = take(key)) {
      read(node, value, rule);
      trail_.leave();
    } else {
      fail(Fault::missing_field, key);
    }
  }
  template <class T, class Rule>
  void operator()(std::string_view key, std::optional<T>& value, const Rule& rule) {
    if (const auto node = take(key)) {
      read(node, value.emplace(), rule);
      trail_.leave();
    }
  }
  void flag(std::string_view key, bool& value) {
    if (const auto node = take(key)) {
      read(node, value, Plain{});
      if (!value) trail_.fail(Fault::bad_value);
      trail_.leave();
    }
  }
  void require(bool holds, std::string_view key, Fault fault) {
    if (!holds) fail(fault, key);
  }

  // The body comes before the field that names its kind: that one is looked up ahead.
  void body(std::string_view key, Body& body, std::string_view kind_key) {
    const Node* name = ahead(kind_key);
    if (name == nullptr) return fail(Fault::missing_field, kind_key);
    if (name->type != Node::Type::string) return fail(Fault::wrong_type, kind_key);
    const Kind* kind = find_kind(name->text);
    if (kind == nullptr) return fail(Fault::unknown_kind, kind_key);
    if (in_body_ && !kind->voidable) return fail(Fault::bad_value, kind_key);
    in_body_ = true;
    body = kind->blank();
    if (const auto node = take(key)) {
      std::visit([&](auto& of_kind) { object(node, of_kind, Plain{}); }, body);
      trail_.leave();
    } else {
      fail(Fault::missing_field, key);
    }
  }
  void kind(std::string_view key, const Body&) { pass(key); }
  void version(std::string_view key) { pass(key); }

  template <std::size_t N>
  void waybill(std::string_view key, nlohmann::json& value, const OneOf<N>& names, Text rule) {
    const auto node = take(key);
    if (!node) return;
    if (is(node, Node::Type::object)) {
      value = nlohmann::json::object();
      for (auto i = node + 1; i < nodes_[node].next; i = nodes_[i].next) {
        const std::string name(nodes_[i].key);
        std::string text;
        trail_.enter(nodes_[i].key);
        if (which(name, names) == N) trail_.fail(Fault::unknown_field);
        read(i, text, rule);
        trail_.leave();
        value[name] = std::move(text);
      }
    }
    trail_.leave();
  }
  void item(std::string_view key, nlohmann::json& value, Alphabet id) {
    const auto node = take(key);
    if (!node) return fail(Fault::missing_field, key);
    if (is(node, Node::Type::object)) {
      value = json(node);
      const auto found = value.find("id");
      if (found == value.end()) {
        fail(Fault::missing_field, "id");
      } else if (!found->is_string()) {
        fail(Fault::wrong_type, "id");
      } else if (const Fault fault = check(found->get_ref<const std::string&>(), id); fault != Fault::none) {
        fail(fault, "id");
      }
    }
    trail_.leave();
  }

 private:
  using Index = std::uint32_t;  // of a node; 0, the root, stands for "not there"

  void fail(Fault fault, std::string_view key) { trail_.fail(fault, key); }

  // The next child if it is `key`, entered. A child that sorts before `key` has no place in the list of fields.
  Index take(std::string_view key) {
    if (trail_.failed() || at_ == end_) return 0;
    const Node& node = nodes_[at_];
    if (const int order = node.key.compare(key); order != 0) {
      if (order < 0) fail(Fault::unknown_field, node.key);
      return 0;
    }
    trail_.enter(key);
    return std::exchange(at_, node.next);
  }
  // Takes a field that was looked at ahead of its turn.
  void pass(std::string_view key) {
    if (take(key)) trail_.leave();
  }
  const Node* ahead(std::string_view key) const {
    for (auto i = at_; i < end_; i = nodes_[i].next) {
      if (nodes_[i].key == key) return &nodes_[i];
    }
    return nullptr;
  }

  template <class T, class Rule>
  void object(Index node, T& value, const Rule& rule) {
    if (!is(node, Node::Type::object)) return;
    const auto at = std::exchange(at_, node + 1), end = std::exchange(end_, nodes_[node].next);
    fields(*this, value, rule);
    if (!trail_.failed() && at_ != end_) fail(Fault::unknown_field, nodes_[at_].key);
    at_ = at;
    end_ = end;
  }

  bool is(Index node, Node::Type type) {
    if (nodes_[node].type == type) return true;
    trail_.fail(Fault::wrong_type);
    return false;
  }
  bool good(Fault fault) {
    if (fault != Fault::none) trail_.fail(fault);
    return fault == Fault::none;
  }

  template <class T, class Rule>
  void read(Index node, T& value, const Rule& rule) {
    object(node, value, rule);
  }
  template <class N>
  requires(std::is_integral_v<N>) void read(Index node, N& value, const Whole& rule) {
    if (is(node, Node::Type::integer) && good(check(nodes_[node].integer, rule))) value = static_cast<N>(nodes_[node].integer);
  }
  template <class Rule>
  void read(Index node, std::string& value, const Rule& rule) {
    if (is(node, Node::Type::string) && good(check(nodes_[node].text, rule))) value = nodes_[node].text;
  }
  template <class E, std::size_t N>
  requires(std::is_enum_v<E> || std::is_same_v<E, bool>) void read(Index node, E& value, const OneOf<N>& rule) {
    if (!is(node, Node::Type::string)) return;
    const auto found = which(nodes_[node].text, rule);
    if (good(found < N ? Fault::none : Fault::bad_value)) value = static_cast<E>(found);
  }
  void read(Index node, bool& value, const Plain&) {
    if (is(node, Node::Type::boolean)) value = nodes_[node].boolean;
  }
  void read(Index node, Hash& value, const Plain&) { read_hex(node, value, hash_from_hex); }
  void read(Index node, PublicKey& value, const Plain&) { read_hex(node, value, key_from_hex); }
  void read(Index node, Signature& value, const Plain&) { read_hex(node, value, signature_from_hex); }
  template <class T>
  void read_hex(Index node, T& value, std::optional<T> (*from_text)(std::string_view)) {
    if (!is(node, Node::Type::string)) return;
    const auto read = from_text(nodes_[node].text);
    if (good(read ? Fault::none : Fault::bad_value)) value = *read;
  }
  template <class T, class Rule>
  void read(Index node, std::vector<T>& value, const List<Rule>& rule) {
    if (!is(node, Node::Type::array)) return;
    const std::size_t size = nodes_[node].children;
    if (!good(size < rule.min || size > rule.max ? Fault::out_of_range : Fault::none)) return;
    value.resize(size);
    Index child = node + 1;
    for (std::size_t i = 0; i < size && !trail_.failed(); ++i, child = nodes_[child].next) {
      trail_.enter(i);
      read(child, value[i], rule.of);
      trail_.leave();
    }
  }

  nlohmann::json json(Index node) const {
    const Node& n = nodes_[node];
    switch (n.type) {
      case Node::Type::boolean:
        return n.boolean;
      case Node::Type::integer:
        return n.integer;
      case Node::Type::string:
        return std::string(n.text);
      case Node::Type::array: {
        auto array = nlohmann::json::array();
        for (auto i = node + 1; i < n.next; i = nodes_[i].next) array.push_back(json(i));
        return array;
      }
      case Node::Type::object:
        break;
    }
    auto object = nlohmann::json::object();
    for (auto i = node + 1; i < n.next; i = nodes_[i].next) object.emplace(nodes_[i].key, json(i));
    return object;
  }

  const std::vector<Node>& nodes_;
  Trail trail_;
  Index at_ = 0, end_ = 0;  // children of the object it stands in that are still to be read
  bool in_body_ = false;    // a body within a body is one that a `void` takes back
};

// Asked first: of an entry of another version nothing else can be said.
std::optional<Problem> bad_version(const Document& document) {
  Trail trail;
  const Node* version = document.nodes()[0].type == Node::Type::object ? document.find(0, "v") : nullptr;
  if (document.nodes()[0].type != Node::Type::object) {
    trail.fail(Fault::wrong_type);
  } else if (version == nullptr) {
    trail.fail(Fault::missing_field, "v");
  } else if (version->type != Node::Type::integer) {
    trail.fail(Fault::wrong_type, "v");
  } else if (version->integer != 1) {
    trail.fail(Fault::unknown_version, "v");
  }
  if (!trail.failed()) return {};
  return trail.take_problem();
}

}  // namespace

Result<Entry> decode(const Document& document) {
  if (auto problem = bad_version(document)) return *std::move(problem);
  return Decoder(document).entry();
}

Result<Entry> decode(std::string_view bytes) {
  Document document;
  if (const auto parsed = document.parse(bytes); !parsed) return parsed.problem();
  return decode(document);
}

}  // namespace phien::journal
