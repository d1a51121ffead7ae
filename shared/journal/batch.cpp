#include "shared/journal/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "shared/journal/canonical.hpp"
#include "shared/journal/json_text.hpp"

namespace phien::journal {
namespace {

constexpr std::size_t kMaxLineBytes = 65'600;
constexpr std::string_view kFirstLine = "phien-batch 1";

// Lines of one batch, and the number of the last one taken, for whoever has to find it.
class Lines {
 public:
  Lines(std::string_view text, std::size_t max_bytes) : text_(text), max_bytes_(max_bytes) {}

  bool at_end() const { return taken_ == text_.size() || (number_ > 0 && text_.substr(taken_).starts_with(kFirstLine)); }
  // The next line without its line feed; nothing when it is not ended, or is too long (then `too_long`).
  std::optional<std::string_view> next() {
    ++number_;
    const auto rest = text_.substr(taken_);
    const auto end = rest.substr(0, kMaxLineBytes).find('\n');
    too_long = end == std::string_view::npos ? rest.size() >= kMaxLineBytes : taken_ + end + 1 > max_bytes_;
    if (end == std::string_view::npos || too_long) return {};
    taken_ += end + 1;
    return rest.substr(0, end);
  }
  std::size_t taken() const { return taken_; }

  Problem bad(std::string_view vi, std::string_view en) const {
    return {
        "bad_batch", std::to_string(number_), {fmt::format("Dòng {}: {}", number_, vi), fmt::format("Line {}: {}", number_, en)}};
  }
  Problem over_limit() const {
    return {"too_long", std::to_string(number_), {"Lô dữ liệu dài quá mức cho phép.", "The batch is longer than allowed."}};
  }
  Problem not_a_line() const { return too_long ? over_limit() : bad("không có dấu xuống dòng.", "it does not end."); }

  bool too_long = false;

 private:
  std::string_view text_;
  std::size_t max_bytes_, taken_ = 0, number_ = 0;
};

bool take_prefix(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

std::optional<Seq> read_seq(std::string_view digits) {
  Seq seq = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  const bool plain = error == std::errc() && end == digits.data() + digits.size() && (digits.size() == 1 || digits[0] != '0');
  if (!plain || seq < 0 || seq > kMaxJsonInteger) return {};
  return seq;
}

std::optional<Head> read_head(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return {};
  const auto seq = read_seq(text.substr(0, space));
  const auto hash = hash_from_hex(text.substr(space + 1));
  if (!seq || !hash) return {};
  return Head{*seq, *hash};
}

// The five lines below the first: whose journal, and where in it.
std::optional<Problem> read_front(Lines& lines, Batch& batch) {
  const auto field = [&](std::string_view name, const auto& take) -> std::optional<Problem> {
    auto line = lines.next();
    if (!line) return lines.not_a_line();
    if (take_prefix(*line, name) && take(*line)) return {};
    return lines.bad(fmt::format("cần có “{}…”.", name), fmt::format("expected \"{}…\".", name));
  };
  JournalId& journal = batch.journal;
  const auto key = [](PublicKey& into) {
    return [&into](std::string_view text) {
      const auto read = key_from_hex(text);
      into = read.value_or(PublicKey{});
      return read.has_value();
    };
  };
  if (auto problem = field("fair ", [&](std::string_view text) { return journal.fair = text, is_fair_id(text); })) return problem;
  if (auto problem = field("root ", key(journal.root))) return problem;
  if (auto problem = field("terminal ", [&](std::string_view text) { return journal.terminal = text, is_id(text); }))
    return problem;
  if (auto problem = field("key ", key(journal.key))) return problem;
  return field("prev ", [&](std::string_view text) {
    const auto head = read_head(text);
    batch.prev = head.value_or(Head{});
    return head && (head->seq > 0 || head->hash == genesis(journal));
  });
}

std::optional<PersonalData> read_personal(std::string_view text) {
  const auto space = text.find(' ');
  const auto salt = hash_from_hex(text.substr(0, space));
  if (space == std::string_view::npos || !salt) return {};
  return PersonalData{*salt, std::string(text.substr(space + 1))};
}

// One line after the front. False: its form is wrong here.
bool read_item_line(std::string_view line, Batch& batch) {
  auto& items = batch.items;
  const bool open = !items.empty() && !items.back().seal;  // an item whose `p` and `s` may still follow
  const Hash& before = items.empty() ? batch.prev.hash : items.back().hash;
  if (take_prefix(line, "e ")) {
    if (line.empty() || line.size() > kMaxEntryBytes) return false;
    const Hash digest = sha256(line);
    const Hash hash = next_hash(before, digest);
    items.push_back({line, digest, hash, {}, {}});
    return true;
  }
  if (take_prefix(line, "m ")) {
    const auto digest = hash_from_hex(line);
    if (!digest) return false;
    const Hash hash = next_hash(before, *digest);
    items.push_back({{}, *digest, hash, {}, {}});
    return true;
  }
  if (take_prefix(line, "p ")) {
    if (!open || items.back().bytes.empty() || items.back().personal) return false;
    items.back().personal = read_personal(line);
    return items.back().personal.has_value();
  }
  if (take_prefix(line, "s ")) {
    if (!open) return false;
    items.back().seal = signature_from_hex(line);
    return items.back().seal.has_value();
  }
  return false;
}

}  // namespace

Hash personal_hash(const PersonalData& personal) {
  std::string both(reinterpret_cast<const char*>(personal.salt.bytes.data()), personal.salt.bytes.size());
  return sha256(both += personal.data);
}

bool personal_holds(const PersonalData& personal, const Hash& expected) {
  Document document;
  if (personal_hash(personal) != expected || !document.parse(personal.data, false, kMaxPersonalBytes)) return false;
  const auto& nodes = document.nodes();
  return nodes[0].type == Node::Type::object &&
         std::all_of(nodes.begin() + 1, nodes.end(), [](const Node& node) { return node.type == Node::Type::string; });
}

Result<Batch> read_batch(std::string_view& text, std::size_t max_items, std::size_t max_bytes) {
  Lines lines(text, max_bytes);
  Batch batch;
  const auto first = lines.next();
  if (!first) return lines.not_a_line();
  if (*first != kFirstLine)
    return lines.bad(fmt::format("cần có “{}”.", kFirstLine), fmt::format("expected \"{}\".", kFirstLine));
  if (auto problem = read_front(lines, batch)) return *std::move(problem);
  while (!lines.at_end()) {
    const auto line = lines.next();
    if (!line) return lines.not_a_line();
    if (!read_item_line(*line, batch))
      return lines.bad("không đúng dạng hoặc không đúng chỗ.", "it is malformed or out of place.");
    if (batch.items.size() > max_items || batch.prev.seq > kMaxJsonInteger - static_cast<Seq>(batch.items.size()))
      return lines.over_limit();
  }
  if (batch.items.empty() || !batch.items.back().seal) {
    return Problem{"unsealed", {}, {"Lô dữ liệu không kết thúc bằng dấu niêm phong.", "The batch does not end with a seal."}};
  }
  text.remove_prefix(lines.taken());
  return batch;
}

std::string write_batch(const JournalId& journal, const Head& prev, const std::vector<BatchItem>& items) {
  if (items.empty() || !items.back().seal) std::abort();  // a bug: nobody would take it
  std::string text = fmt::format("{}\nfair {}\nroot {}\nterminal {}\nkey {}\nprev {} {}\n", kFirstLine, journal.fair,
                                 hex(journal.root), journal.terminal, hex(journal.key), prev.seq, hex(prev.hash));
  for (const BatchItem& item : items) {
    if (item.bytes.empty()) {
      text.append("m ").append(hex(item.digest));
    } else {
      text.append("e ").append(item.bytes);
    }
    text += '\n';
    if (item.personal) text.append("p ").append(hex(item.personal->salt)).append(" ").append(item.personal->data).append("\n");
    if (item.seal) text.append("s ").append(hex(*item.seal)).append("\n");
  }
  return text;
}

}  // namespace phien::journal
