#include <algorithm>
#include <array>
#include <cstdlib>

#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 300, kMaxAdded = 8;
// Around every bound of the format.
constexpr std::array<std::int64_t, 24> kNumbers{0,
                                                1,
                                                -1,
                                                2,
                                                5,
                                                6,
                                                32,
                                                33,
                                                199,
                                                200,
                                                999,
                                                1'000,
                                                1'001,
                                                10'000,
                                                10'001,
                                                100'000,
                                                1'000'000,
                                                -1'000'000,
                                                1'000'001,
                                                500'000,
                                                999'999'999'999,
                                                1'000'000'000'000,
                                                9'007'199'254'740'991,
                                                -9'007'199'254'740'991};
constexpr std::array kTexts{"",        "cash",       "transfer",   "deposit", "exchange", "till",      "late",      "_system",
                            "_open",   "booth",      "HTX01",      "CS02",    "SP01",     "SP02",      "T1",        "_server.1",
                            "in",      "out",        "gift",       "sample",  "damage",   "percent",   "combo",     "PHAB12CD34",
                            "settled", "2025-05-15", "2024-02-30", "none",    "KCT",      "delivered", "cancelled", "\n\"\\\x7f"};
constexpr std::array kKinds{"sale",
                            "refund",
                            "void",
                            "payment_confirmed",
                            "order",
                            "order_closed",
                            "stock_in",
                            "stock_out",
                            "transfer",
                            "stock_count",
                            "offer",
                            "declared_sales",
                            "shift_open",
                            "shift_close",
                            "cash_in",
                            "cash_out",
                            "lead",
                            "visitors",
                            "clock",
                            "note",
                            "journal_open",
                            "journal_close",
                            "opening",
                            "terminal_enrolled",
                            "terminal_revoked",
                            "fair",
                            "exhibitor",
                            "product",
                            "cashier",
                            "heads",
                            "ruling",
                            "erase",
                            "fair_closed",
                            "archived",
                            "incarnation",
                            "barcode_learned"};

void collect(json& value, std::vector<json*>& all) {
  all.push_back(&value);
  if (value.is_structured())
    for (auto& child : value) collect(child, all);
}

std::string any_key(const json& object, Dice& dice) {
  return std::next(object.begin(), static_cast<std::ptrdiff_t>(dice.below(object.size()))).key();
}

void change_number(json& node, Dice& dice) {
  const std::int64_t was = node.is_number_integer() ? node.get<std::int64_t>() : 0;
  switch (dice.below(4)) {
    case 0:
      node = kNumbers[dice.below(kNumbers.size())];
      break;
    case 1:
      node = was / 2;
      break;
    case 2:
      node = std::clamp<std::int64_t>(was, -1'000'000'000'000, 1'000'000'000'000) * static_cast<std::int64_t>(dice.below(7) + 1);
      break;
    default:
      node = std::clamp<std::int64_t>(was, -1'000'000'000'000, 1'000'000'000'000) + static_cast<std::int64_t>(dice.below(2'001)) -
             1'000;
  }
}

void change_text(json& node, Dice& dice, MutateBytes bytes) {
  if (dice.one_in(2))
    node = kTexts[dice.below(kTexts.size())];
  else
    node = bytes(node.get<std::string>(), kMaxText);
}

void change_structure(json& node, Dice& dice) {
  if (node.empty()) return;
  if (node.is_object()) {
    const std::string key = any_key(node, dice), other = any_key(node, dice);
    if (dice.one_in(2))
      node.erase(key);
    else
      std::swap(node[key], node[other]);
    return;
  }
  const std::size_t at = dice.below(node.size());
  if (dice.one_in(2)) {
    node.erase(at);
  } else {
    const json copy = node[at];
    for (std::size_t i = dice.below(kMaxAdded) + 1; i > 0; --i) node.push_back(copy);
  }
}

}  // namespace

json mutate_json(json value, Dice& dice, MutateBytes bytes) {
  if (dice.one_in(20) && value.is_object() && value.contains("kind")) value["kind"] = kKinds[dice.below(kKinds.size())];
  for (std::size_t times = dice.below(3) + 1; times > 0; --times) {
    std::vector<json*> all;
    collect(value, all);
    json& node = *all[dice.below(all.size())];
    if (dice.one_in(8)) {  // what stands elsewhere, here
      const json other = *all[dice.below(all.size())];
      node = other;
    } else if (node.is_structured()) {
      change_structure(node, dice);
    } else if (node.is_string()) {
      change_text(node, dice, bytes);
    } else if (node.is_boolean()) {
      node = !node.get<bool>();
    } else {
      change_number(node, dice);
    }
  }
  return value;
}

std::string mutate_entry(std::string_view input, Dice& dice, MutateBytes bytes) {
  json value = json::parse(input, nullptr, false);
  if (value.is_discarded()) return {};
  return mutate_json(std::move(value), dice, bytes).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace phien::fuzz
