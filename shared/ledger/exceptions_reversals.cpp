// Refunds and voids against what they reverse.
#include <algorithm>

#include "shared/ledger/exceptions.hpp"
#include "shared/ledger/keys.hpp"
#include "shared/ledger/transfers.hpp"

namespace phien::ledger {
namespace {

using namespace journal;
using nlohmann::json;

// An entry that is here and posted.
struct Found {
  std::string bytes;
  Entry entry;
};
std::optional<Found> posted(const Reader& books, const Ref& ref) {
  auto stored = find(books, ref);
  if (!stored || stored->standing != Standing::posted) return {};
  auto entry = decode(std::string_view(stored->bytes));
  if (!entry) return {};
  return Found{std::move(stored->bytes), std::move(*entry)};
}

struct Back {
  std::string order, exhibitor;
  Ref entry, target;
};
// Facts of one kind by what they reverse: "name|target|hash".
std::map<std::string, std::vector<Back>> by_target(const Reader& books, std::string_view kind, const char* target) {
  std::map<std::string, std::vector<Back>> found;
  for (const auto& [key, value] : keys::facts(books, keys::prefix(kind))) {
    const json fact = json::parse(value);
    Back back;
    back.order = fact.at("order").get<std::string>();
    back.exhibitor = fact.value("exhibitor", "");
    back.entry = keys::Order::parse(back.order).entry;
    back.target = ref_of(fact.at(target));
    found[std::string(keys::split(key).at(1))].push_back(std::move(back));
  }
  for (auto& [hash, backs] : found) {
    std::sort(backs.begin(), backs.end(), [](const Back& a, const Back& b) { return a.order < b.order; });
  }
  return found;
}

// More of some line, or more money, than the sale had.
bool above(const Sale& sale, const std::vector<Refund>& refunds) {
  std::map<int, std::pair<Quantity, Dong>> by_line;
  Dong total = 0;
  for (const Refund& refund : refunds) {
    total += refund.total;
    for (const BackLine& line : refund.lines) {
      if (!line.of) continue;
      by_line[*line.of].first += line.qty;
      by_line[*line.of].second += line.total;
    }
  }
  return total > sale.total || std::any_of(by_line.begin(), by_line.end(), [&](const auto& one) {
           const auto& [index, back] = one;
           if (static_cast<std::size_t>(index) >= sale.lines.size()) return true;
           const Line& line = sale.lines[static_cast<std::size_t>(index)];
           return back.first > line.qty || back.second > line.total;
         });
}

std::string_view object_at(std::string_view bytes, std::size_t from) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = from; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return bytes.substr(from, at + 1 - from);
    }
  }
  return {};
}

// In canonical bytes `body` comes first, in a void's body too: what it says it takes back can be compared as it stands.
bool copies(std::string_view void_bytes, std::string_view target_bytes) {
  constexpr std::string_view body = "{\"body\":";
  return object_at(void_bytes, 2 * body.size()) == object_at(target_bytes, body.size());
}

void list_refunds(const Reader& books, Exceptions& rows) {
  for (const auto& [hash, backs] : by_target(books, "back", "sale")) {
    std::vector<Refund> refunds;
    const Back* last = nullptr;
    for (const Back& back : backs) {
      if (voided(books, back.entry.hash)) continue;
      last = &back;
      const auto found = posted(books, back.entry);
      if (const auto* refund = found ? std::get_if<Refund>(&found->entry.body) : nullptr) refunds.push_back(*refund);
    }
    if (!last) continue;
    const auto target = posted(books, last->target);
    const auto* sale = target ? std::get_if<Sale>(&target->entry.body) : nullptr;
    if (!sale) {
      rows.push_back({"refund_of_unknown",
                      last->exhibitor,
                      last->entry.terminal,
                      "",
                      last->entry,
                      {"hoàn hàng cho lần bán chưa có ở đây", "a refund of a sale that is not here"}});
    } else if (voided(books, last->target.hash) || above(*sale, refunds)) {
      rows.push_back({"refund_above_sale",
                      last->exhibitor,
                      last->entry.terminal,
                      std::to_string(sale->receipt),
                      last->entry,
                      {"hoàn nhiều hơn đã bán", "more was refunded than was sold"}});
    }
  }
}

void list_voids(const Reader& books, Exceptions& rows) {
  for (const auto& [hash, voids] : by_target(books, "void", "entry")) {
    const Back& last = voids.back();
    if (voids.size() > 1) {
      rows.push_back({"void_twice",
                      last.exhibitor,
                      last.entry.terminal,
                      "",
                      last.entry,
                      {"một mục bị hủy nhiều lần", "one entry was voided more than once"}});
    }
    const auto target = posted(books, last.target);
    for (const Back& one : voids) {
      if (!target) {
        rows.push_back({"void_of_unknown",
                        one.exhibitor,
                        one.entry.terminal,
                        "",
                        one.entry,
                        {"hủy một mục chưa có ở đây", "a void of an entry that is not here"}});
        continue;
      }
      const auto own = posted(books, one.entry);
      if (own && !copies(own->bytes, target->bytes)) {
        rows.push_back({"void_differs",
                        one.exhibitor,
                        one.entry.terminal,
                        "",
                        one.entry,
                        {"nội dung hủy khác với mục đã ghi", "what it takes back is not what was written"}});
      }
    }
  }
}

}  // namespace

void list_reversals(const Reader& books, Exceptions& rows) {
  list_refunds(books, rows);
  list_voids(books, rows);
}

}  // namespace phien::ledger
