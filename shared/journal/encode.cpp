#include <cstdlib>
#include <type_traits>

#include "shared/journal/entry.hpp"
#include "shared/journal/fields.hpp"
#include "shared/journal/json_text.hpp"
#include "shared/journal/kinds.hpp"
#include "shared/journal/trail.hpp"

namespace phien::journal {
namespace {

// Writes the fields as they come, which is their canonical order, and notes the first that decode would refuse.
class Encoder {
 public:
  static constexpr bool kReads = false;

  Result<std::string> entry(const Entry& entry) {
    object(entry, Plain{});
    if (out_.size() > kMaxEntryBytes) trail_.fail(Fault::out_of_range);
    if (trail_.failed()) return trail_.take_problem();
    return std::move(out_);
  }

  template <class T, class Rule>
  void operator()(std::string_view key, const T& value, const Rule& rule) {
    begin(key);
    write(value, rule);
    trail_.leave();
  }
  template <class T, class Rule>
  void operator()(std::string_view key, const std::optional<T>& value, const Rule& rule) {
    if (value) (*this)(key, *value, rule);
  }
  void flag(std::string_view key, bool value) {
    if (value) (*this)(key, value, Plain{});
  }
  void require(bool holds, std::string_view key, Fault fault) {
    if (!holds) trail_.fail(fault, key);
  }

  void body(std::string_view key, const Body& body, std::string_view kind_key) {
    if (in_body_ && !is_voidable(body)) return trail_.fail(Fault::bad_value, kind_key);
    in_body_ = true;
    begin(key);
    std::visit([&](const auto& of_kind) { object(of_kind, Plain{}); }, body);
    trail_.leave();
  }
  void kind(std::string_view key, const Body& body) {
    begin(key);
    append_string(out_, kind_of(body));
    trail_.leave();
  }
  void version(std::string_view key) {
    begin(key);
    append_integer(out_, 1);
    trail_.leave();
  }

  template <std::size_t N>
  void waybill(std::string_view key, const nlohmann::json& value, const OneOf<N>& names, Text rule) {
    if (value.is_null()) return;
    begin(key);
    if (value.is_object()) {
      out_ += '{';
      for (const auto& [name, text] : value.get_ref<const nlohmann::json::object_t&>()) {
        begin(name);
        if (which(name, names) == N) {
          trail_.fail(Fault::unknown_field);
        } else if (!text.is_string()) {
          trail_.fail(Fault::wrong_type);
        } else {
          write(text.template get_ref<const std::string&>(), rule);
        }
        trail_.leave();
      }
      out_ += '}';
    } else {
      trail_.fail(Fault::wrong_type);
    }
    trail_.leave();
  }
  void item(std::string_view key, const nlohmann::json& value, Alphabet id) {
    constexpr int kLevelsAbove = 2;  // the entry and its body
    begin(key);
    const auto bytes = canonical_bytes(value, kMaxEntryBytes, kLevelsAbove);
    if (!value.is_object()) {
      trail_.fail(Fault::wrong_type);
    } else if (!bytes) {
      trail_.fail(Fault::bad_value);
    } else if (const auto found = value.find("id"); found == value.end()) {
      trail_.fail(Fault::missing_field, "id");
    } else if (!found->is_string()) {
      trail_.fail(Fault::wrong_type, "id");
    } else if (const Fault fault = check(found->get_ref<const std::string&>(), id); fault != Fault::none) {
      trail_.fail(fault, "id");
    } else {
      out_ += *bytes;
    }
    trail_.leave();
  }

 private:
  void begin(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    out_.append(1, '"').append(key).append("\":");
    trail_.enter(key);
  }
  void note(Fault fault) {
    if (fault != Fault::none) trail_.fail(fault);
  }

  template <class T, class Rule>
  void object(const T& value, const Rule& rule) {
    out_ += '{';
    fields(*this, value, rule);
    out_ += '}';
  }

  template <class T, class Rule>
  void write(const T& value, const Rule& rule) {
    object(value, rule);
  }
  template <class N>
  requires(std::is_integral_v<N>) void write(const N& value, const Whole& rule) {
    note(check(value, rule));
    append_integer(out_, value);
  }
  template <class Rule>
  void write(const std::string& value, const Rule& rule) {
    note(check(value, rule));
    if (!is_utf8(value)) trail_.fail(Fault::bad_value);
    append_string(out_, value);
  }
  template <class E, std::size_t N>
  requires(std::is_enum_v<E> || std::is_same_v<E, bool>) void write(const E& value, const OneOf<N>& rule) {
    const auto at = static_cast<std::size_t>(value);
    if (at >= N) return trail_.fail(Fault::bad_value);
    append_string(out_, rule.words[at]);
  }
  void write(const bool& value, const Plain&) { out_ += value ? "true" : "false"; }
  void write(const Hash& value, const Plain&) { append_string(out_, hex(value)); }
  void write(const PublicKey& value, const Plain&) { append_string(out_, hex(value)); }
  void write(const Signature& value, const Plain&) { append_string(out_, hex(value)); }
  template <class T, class Rule>
  void write(const std::vector<T>& values, const List<Rule>& rule) {
    if (values.size() < rule.min || values.size() > rule.max) return trail_.fail(Fault::out_of_range);
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      trail_.enter(i);
      write(values[i], rule.of);
      trail_.leave();
    }
    out_ += ']';
  }

  std::string out_;
  Trail trail_;
  bool in_body_ = false;
};

}  // namespace

Result<std::string> encode(const Entry& entry) { return Encoder().entry(entry); }

}  // namespace phien::journal
