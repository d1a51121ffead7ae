#include "tests/simulation/figures.hpp"

#include <algorithm>
#include <ctime>
#include <set>

#include "tests/simulation/world.hpp"

namespace phien::simulation {

using nlohmann::json;

namespace {

using Order = std::tuple<Milliseconds, std::string, journal::Seq, Hash>;

std::string joined(std::initializer_list<std::string> parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : "|") + part;
  return all;
}

std::string in_zone(Milliseconds time, const char* format) {
  Milliseconds seconds = time / 1'000;
  if (time % 1'000 < 0) --seconds;
  const std::time_t local = seconds + 7 * 3'600;
  std::tm parts{};
  gmtime_r(&local, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

// The last millisecond of a day in the fair's zone.
Milliseconds end_of(const std::string& day) {
  std::tm parts{};
  parts.tm_year = std::stoi(day.substr(0, 4)) - 1900;
  parts.tm_mon = std::stoi(day.substr(5, 2)) - 1;
  parts.tm_mday = std::stoi(day.substr(8, 2)) + 1;
  return (static_cast<Milliseconds>(timegm(&parts)) - 7 * 3'600) * 1'000 - 1;
}

class Sums {
 public:
  void post(const Node& node) {
    node_ = &node;
    const json& entry = node.entry;
    when_ = node.time;
    known_ = node.quality != 2;
    std::optional<Milliseconds> said;
    if (entry.contains("happened")) said = entry.at("happened").get<Milliseconds>();
    if (!said && node.kind() == "declared_sales") said = end_of(node.body().at("day"));
    if (said) when_ = known_ ? std::min(*said, node.time) : *said, known_ = true;
    order_ = {when_, node.terminal, node.seq, node.hash};
    hour_ = known_ ? in_zone(when_, "%Y-%m-%dT%H") : "";
    sign_ = 1;
    shift_of_void_.reset();
    on(node.kind(), node.body());
  }

  Table finish() {
    for (auto& [key, shelf] : shelves_) {
      std::int64_t moved = 0;
      for (const auto& [order, qty] : shelf.moves) moved += qty;
      std::int64_t on_hand = moved;
      std::erase_if(shelf.counts, [&](const auto& count) { return voided_.contains(std::get<3>(count.first)); });
      if (!shelf.counts.empty()) {
        const auto& [last, counted] = *shelf.counts.rbegin();
        on_hand = counted;
        for (const auto& [order, qty] : shelf.moves) on_hand += order > last ? qty : 0;
        table_["stock|" + key + "|counted_at"] = std::get<0>(last);
      }
      table_["stock|" + key + "|on_hand"] = on_hand;
      table_["stock|" + key + "|difference"] = on_hand - moved;
      if (on_hand < 0) ++table_["!odd|below_zero"];
    }
    for (const auto& [number, times] : receipts_)
      if (times > 1) ++table_["!odd|receipt_twice"];
    for (const auto& [hash, shift] : shifts_) {
      if (voided_.contains(hash)) continue;
      const auto& parts = drawers_[hash];
      const auto part = [&](const char* name) {
        const auto found = parts.find(name);
        return found == parts.end() ? 0 : found->second;
      };
      const std::string key = "shift|" + hex(hash) + "|";
      table_[key + "expected"] = shift + part("sale") - part("refund") + part("in") - part("out");
      table_[key + "sales"] = part("sales");
      std::erase_if(closes_[hash], [&](const auto& close) { return voided_.contains(std::get<3>(close.first)); });
      if (!closes_[hash].empty()) table_[key + "counted"] = closes_[hash].begin()->second;
    }
    for (const auto& [hash, lead] : leads_)
      if (!voided_.contains(hash))
        ++table_["lead|" + lead.first + "|count"], table_["lead|" + lead.first + "|value"] += lead.second;
    finish_payments();
    std::erase_if(table_, [](const auto& line) { return line.second == 0; });
    return std::move(table_);
  }
  Table& table() { return table_; }

 private:
  struct Shelf {
    std::vector<std::pair<Order, std::int64_t>> moves;
    std::map<Order, std::int64_t> counts;
  };
  struct Claim {
    std::string exhibitor, holder;
    std::int64_t amount;
  };
  struct Seen {
    Hash hash;
    std::string holder;
    std::int64_t amount;
  };

  void add(const std::string& key, std::int64_t amount) { table_[key] += sign_ * amount; }

  void finish_payments() {
    for (const auto& [ref, seen_all] : seen_) {
      std::vector<Seen> seen;
      for (const Seen& one : seen_all)
        if (!voided_.contains(one.hash)) seen.push_back(one);
      const auto& claims = claims_[ref];
      if (seen.empty() || claims.empty()) continue;
      std::int64_t sum = 0;
      for (const Claim& claim : claims) sum += claim.amount;
      const bool agree = std::all_of(seen.begin(), seen.end(), [&](const Seen& one) {
        return one.amount == sum &&
               std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.holder == one.holder; });
      });
      for (const Claim& claim : claims)
        table_["transfers|" + claim.exhibitor + (agree ? "|confirmed" : "|differs")] += claim.amount;
    }
  }

  void move(const std::string& exhibitor, const std::string& product, const std::string& place, const std::string& part,
            int direction, std::int64_t qty) {
    if (product == "_open") return;
    const std::string shelf = joined({exhibitor, product, place});
    add("stock|" + shelf + "|" + part, qty);
    shelves_[shelf].moves.emplace_back(order_, sign_ * direction * qty);
  }
  void cell(const json& body, const json& line, const std::string& hour, const std::string& how, const std::string& side,
            int vat) {
    const std::string key = joined({"cell", body.at("exhibitor"), line.at("product"), hour, how, line.at("vat"),
                                    std::to_string(line.at("ocop").get<int>()), std::to_string(line.at("cnnt").get<int>())});
    add(key + "|" + side + "|lines", 1);
    add(key + "|" + side + "|qty", line.at("qty"));
    add(key + "|" + side + "|amount", line.at("total"));
    add(key + "|vat", vat * line.at("vat_amount").get<std::int64_t>());
  }
  // Σ of the payments; `direction`: buyers pay (1) or get back (−1).
  std::int64_t pay(const json& body, const std::string& hour, const std::string& how, int direction) {
    const std::string exhibitor = body.at("exhibitor");
    std::int64_t sum = 0;
    for (const json& payment : body.at("payments")) {
      const std::string method = payment.at("method"), holder = payment.at("holder");
      const std::int64_t amount = payment.at("amount");
      sum += amount;
      add(joined({"taking", exhibitor, holder, hour, how, method, direction > 0 ? "paid" : "returned"}), amount);
      if (method == "deposit") add("deposit|" + exhibitor + "|used", direction * amount);
      if (method != "transfer") continue;
      add("transfers|" + exhibitor + "|claimed", direction * amount);
      claims_[payment.at("pay_ref")].push_back({exhibitor, holder, sign_ * direction * amount});
    }
    return sum;
  }
  void drawer(const json& body, const std::string& part, std::int64_t amount, std::int64_t sales = 0) {
    std::optional<Hash> shift = shift_of_void_;
    if (sign_ > 0 && body.contains("shift")) shift = hash_of(body.at("shift"));
    if (!shift) return;
    drawers_[*shift][part] += sign_ * amount;
    drawers_[*shift]["sales"] += sign_ * sales;
  }
  static std::int64_t cash_of(const json& body) {
    std::int64_t cash = 0;
    for (const json& payment : body.at("payments"))
      cash += payment.at("method") == "cash" ? payment.at("amount").get<std::int64_t>() : 0;
    return cash;
  }
  void receipt(const json& body) {
    if (sign_ > 0)
      ++receipts_[joined({node_->terminal, body.at("booth"), std::to_string(body.at("receipt").get<std::int64_t>())})];
  }
  std::string deal(const json& body, const std::string& hour, const std::string& how) {
    return joined({"deal", body.at("exhibitor"), hour, how}) + "|";
  }

  void on(const std::string& kind, const json& b) {
    if (kind == "sale") return sale(b);
    if (kind == "refund") return refund(b);
    if (kind == "order") {
      add("deposit|" + b.at("exhibitor").get<std::string>() + "|taken", pay(b, hour_, "till", 1));
      drawer(b, "sale", cash_of(b));
      return receipt(b);
    }
    if (kind == "order_closed") return order_closed(b);
    if (kind == "declared_sales") return declared(b);
    if (kind == "stock_in") return goods(b, "place", "in", 1);
    if (kind == "opening") return goods(b, "place", "opening", 1);
    if (kind == "stock_out") return goods(b, "place", b.at("reason"), -1);
    if (kind == "transfer") return goods(b, "from", "moved_out", -1), goods(b, "to", "moved_in", 1);
    if (kind == "stock_count") return count(b);
    if (kind == "cash_in" || kind == "cash_out") return drawer(b, kind == "cash_in" ? "in" : "out", b.at("amount"));
    if (kind == "visitors") return add("visitors", b.at("count"));
    if (kind == "void") {
      voided_.insert(hash_of(b.at("entry").at("hash")));
      sign_ = -1;
      if (b.contains("shift")) shift_of_void_ = hash_of(b.at("shift"));
      return on(b.at("was"), b.at("body"));
    }
    if (sign_ < 0) return;  // facts: taking them back is enough
    if (kind == "shift_open") shifts_[node_->hash] = b.at("float");
    if (kind == "shift_close") closes_[hash_of(b.at("shift"))][order_] = b.at("counted");
    if (kind == "lead") leads_[node_->hash] = {b.at("exhibitor"), b.at("value")};
    if (kind == "payment_confirmed")
      seen_[b.at("pay_ref")].push_back(
          {node_->hash, b.at("holder"), (b.at("direction") == "out" ? -1 : 1) * b.at("amount").get<std::int64_t>()});
  }
  void sale(const json& b) {
    const std::string how = b.at("how");
    for (const json& line : b.at("lines")) {
      const bool gift = line.value("gift", false);
      move(b.at("exhibitor"), line.at("product"), b.at("place"), gift ? "gift" : "sold", -1, line.at("qty"));
      if (!gift || line.at("total") != 0) cell(b, line, hour_, how, "sold", 1);
    }
    add(deal(b, hour_, how) + "sales", 1);
    add(deal(b, hour_, how) + "sales_total", b.at("total"));
    add(deal(b, hour_, how) + "rounding", b.at("rounding"));
    pay(b, hour_, how, 1);
    drawer(b, "sale", cash_of(b), 1);
    receipt(b);
  }
  void refund(const json& b) {
    for (const json& line : b.at("lines")) {
      const bool gift = line.value("gift", false);
      const std::int64_t qty = line.at("qty");
      if (gift)
        move(b.at("exhibitor"), line.at("product"), b.at("place"), "gift", -1, -qty);
      else
        move(b.at("exhibitor"), line.at("product"), b.at("place"), "returned", 1, qty);
      if (!line.at("resaleable").get<bool>()) move(b.at("exhibitor"), line.at("product"), b.at("place"), "damage", -1, qty);
      if (!gift || line.at("total") != 0) cell(b, line, hour_, "till", "refunded", -1);
    }
    add(deal(b, hour_, "till") + "refunds", 1);
    add(deal(b, hour_, "till") + "refunds_total", b.at("total"));
    add(deal(b, hour_, "till") + "rounding", -b.at("rounding").get<std::int64_t>());
    pay(b, hour_, "till", -1);
    drawer(b, "refund", cash_of(b));
    receipt(b);
  }
  void order_closed(const json& b) {
    const std::string exhibitor = b.at("exhibitor");
    const std::int64_t rounding = b.at("rounding");
    add("deposit|" + exhibitor + "|returned", pay(b, hour_, "till", -1) - rounding);
    add("deposit|" + exhibitor + "|kept", b.at("kept"));
    add(deal(b, hour_, "till") + "rounding", -rounding);
    drawer(b, "refund", cash_of(b));
    receipt(b);
  }
  void declared(const json& b) {
    const std::string day = b.at("day"), exhibitor = b.at("exhibitor");
    for (const json& line : b.at("lines")) {
      move(exhibitor, line.at("product"), b.at("place"), "sold", -1, line.at("qty"));
      cell(b, line, day, "declared", "sold", 1);
    }
    if (b.at("lines").empty()) {
      const std::string key = joined({"cell", exhibitor, "", day, "declared", "", "0", "0", "sold"});
      add(key + "|lines", b.at("sales"));
      add(key + "|amount", b.at("total"));
    }
    add(deal(b, day, "declared") + "sales", b.at("sales"));
    add(deal(b, day, "declared") + "sales_total", b.at("total"));
    pay(b, day, "declared", 1);
  }
  void goods(const json& b, const char* place, const std::string& part, int direction) {
    for (const json& line : b.at("lines"))
      move(b.at("exhibitor"), line.at("product"), b.at(place), part, direction, line.at("qty"));
  }
  void count(const json& b) {
    if (sign_ < 0 || !known_) return;
    for (const json& line : b.at("lines"))
      shelves_[joined({b.at("exhibitor"), line.at("product"), b.at("place")})].counts[order_] = line.at("qty");
  }

  const Node* node_ = nullptr;
  Milliseconds when_ = 0;
  bool known_ = false;
  Order order_;
  std::string hour_;
  int sign_ = 1;
  std::optional<Hash> shift_of_void_;
  Table table_;
  std::map<std::string, Shelf> shelves_;
  std::set<Hash> voided_;
  std::map<std::string, std::int64_t> receipts_;
  std::map<Hash, std::int64_t> shifts_;  // float
  std::map<Hash, std::map<std::string, std::int64_t>> drawers_;
  std::map<Hash, std::map<Order, std::int64_t>> closes_;
  std::map<Hash, std::pair<std::string, std::int64_t>> leads_;
  std::map<std::string, std::vector<Claim>> claims_;
  std::map<std::string, std::vector<Seen>> seen_;
};

}  // namespace

Table figures_of(const Nodes& nodes) {
  Sums sums;
  for (const Node& node : nodes.all()) {
    const std::string hash = hex(node.hash);
    sums.table()["!standing|" + hash] = static_cast<int>(node.counts);
    if (node.counts == Counts::quarantined) ++sums.table()["!odd|quarantined"];
    if (node.understood) sums.table()["!time|" + hash] = node.time, sums.table()["!quality|" + hash] = node.quality;
  }
  for (const Node& node : nodes.all())
    if (node.counts == Counts::posted) sums.post(node);
  return sums.finish();
}

std::string first_difference(const Table& left, const Table& right) {
  const auto value = [](const Table& table, const std::string& key) {
    const auto found = table.find(key);
    return found == table.end() ? std::int64_t{0} : found->second;
  };
  for (const auto& table : {left, right}) {
    for (const auto& [key, unused] : table)
      if (value(left, key) != value(right, key))
        return key + ": " + std::to_string(value(left, key)) + " and not " + std::to_string(value(right, key));
  }
  return "";
}

}  // namespace phien::simulation
