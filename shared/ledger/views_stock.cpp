#include <algorithm>
#include <charconv>

#include "shared/ledger/contributions.hpp"
#include "shared/ledger/transfers.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

struct Count {
  std::string order;
  Quantity qty = 0;
};
// A row in the making: what counts and movements say about it.
struct Shelf {
  StockRow row;
  Quantity moved = 0;                     // Σ of all movements
  std::vector<Count> counts;              // by order
  std::map<std::string, Quantity> since;  // by order of the count before
};
using Shelves = std::map<std::string, Shelf, std::less<>>;  // by "exhibitor|product|place"

std::string_view after(std::string_view text, std::size_t segments) {
  for (; segments > 0; --segments) text.remove_prefix(std::min(text.size(), text.find('|') + 1));
  return text;
}
std::string_view before_last(std::string_view text) { return text.substr(0, text.rfind('|')); }
std::string_view last(std::string_view text) { return text.substr(text.rfind('|') + 1); }

Quantity* component(StockRow& row, std::string_view name) {
  if (name == "opening") return &row.opening;
  if (name == "in") return &row.in;
  if (name == "sold") return &row.sold;
  if (name == "returned") return &row.returned;
  if (name == "moved_in") return &row.moved_in;
  if (name == "moved_out") return &row.moved_out;
  return &row.out[std::string(name)];
}

// Reads what lies below "stock|", "count|" and "since|" with this ending of the prefix.
Shelves read(const Reader& books, const std::string& below) {
  Shelves shelves;
  const auto shelf = [&](std::string_view key) -> Shelf& {
    const std::string_view id = before_last(after(key, 1));
    const auto found = shelves.find(id);
    return found != shelves.end() ? found->second : shelves[std::string(id)];
  };
  books.sums("stock|" + below, [&](std::string_view key, const Sum& sum) {
    Shelf& at = shelf(key);
    const std::string_view name = last(key);
    *component(at.row, name) += sum.quantity;
    const auto known =
        std::find_if(kStockComponents.begin(), kStockComponents.end(), [&](const auto& one) { return one.name == name; });
    at.moved += known->sign * sum.quantity;
    return true;
  });
  books.facts("count|" + below, [&](std::string_view key, std::string_view value) {
    Quantity qty = 0;
    std::from_chars(value.data(), value.data() + value.size(), qty);
    shelf(key).counts.push_back({std::string(last(key)), qty});
    return true;
  });
  books.sums("since|" + below, [&](std::string_view key, const Sum& sum) {
    shelf(key).since[std::string(last(key))] = sum.quantity;
    return true;
  });
  return shelves;
}

// The last count that nobody took back, and the movements after it; without one all movements.
void finish(const Reader& books, Shelf& shelf) {
  StockRow& row = shelf.row;
  row.on_hand = shelf.moved;
  Quantity moved_since = 0;
  for (auto count = shelf.counts.rbegin(); count != shelf.counts.rend(); ++count) {
    if (const auto found = shelf.since.find(count->order); found != shelf.since.end()) moved_since += found->second;
    const auto order = keys::Order::parse(count->order);
    if (voided(books, order.entry.hash)) continue;
    row.on_hand = count->qty + moved_since;
    row.counted_at = order.time;
    break;
  }
  row.count_difference = row.on_hand - shelf.moved;
}

// Names as entries of the latest day said: keys are in the order of days.
std::map<std::string, std::pair<std::string, std::string>, std::less<>> names(const Reader& books, const std::string& below) {
  std::map<std::string, std::pair<std::string, std::string>, std::less<>> names;
  books.sums("name|" + below, [&](std::string_view key, const Sum& sum) {
    if (sum.count <= 0) return true;
    const std::string_view said = after(key, 4);
    const std::vector<std::string_view> parts = keys::split(key.substr(0, key.size() - said.size() - 1));
    const std::size_t between = said.find(keys::kBetween);
    names[keys::key(parts.at(1), parts.at(3))] = {std::string(said.substr(between + 1)), std::string(said.substr(0, between))};
    return true;
  });
  return names;
}

}  // namespace

std::vector<StockRow> stock(const Reader& books, std::optional<std::string_view> exhibitor) {
  const std::string below = exhibitor ? keys::prefix(*exhibitor) : std::string();
  const auto said = names(books, below);
  std::vector<StockRow> rows;
  for (auto& [id, shelf] : read(books, below)) {
    const auto parts = keys::split(id);
    shelf.row.exhibitor = parts.at(0);
    shelf.row.product = parts.at(1);
    shelf.row.place = parts.at(2);
    if (const auto name = said.find(before_last(id)); name != said.end()) std::tie(shelf.row.name, shelf.row.unit) = name->second;
    finish(books, shelf);
    rows.push_back(std::move(shelf.row));
  }
  std::sort(rows.begin(), rows.end(), [](const StockRow& a, const StockRow& b) {
    return std::tie(a.exhibitor, a.product, a.place) < std::tie(b.exhibitor, b.product, b.place);
  });
  return rows;
}

Quantity on_hand(const Reader& books, std::string_view exhibitor, std::string_view product, std::string_view place) {
  auto shelves = read(books, keys::prefix(exhibitor, product, place));
  if (shelves.empty()) return 0;
  finish(books, shelves.begin()->second);
  return shelves.begin()->second.row.on_hand;
}

}  // namespace phien::ledger
