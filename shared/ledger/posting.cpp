#include "shared/ledger/posting.hpp"

#include <algorithm>
#include <utility>

#include "shared/ledger/coarse.hpp"
#include "shared/ledger/transfers.hpp"
#include "shared/planted.hpp"

namespace phien::ledger {
namespace {

using namespace journal;

constexpr Milliseconds kHour = 3'600'000;

std::string listing(std::string_view code, const std::string& terminal, const Head& at) {
  return keys::key("odd", code, terminal, keys::sortable(at.seq), hex(at.hash));
}

}  // namespace

void Posting::apply(const std::string& terminal, const StoredEntry& stored, const Entry& entry, int sign) {
  const When when = counts_at(entry, {stored.time, stored.quality});
  const Place place{terminal, stored.at};
  contribute(entry, place, when, hour_of(when), out_);
  for (const auto& cell : out_.cells) add(out_.key_of(cell), sign > 0 ? cell.sum : -cell.sum);
  if (!out_.facts.empty()) apply_facts(sign);
  if (!out_.movements.empty() || !out_.counts.empty()) {
    std::string order;
    for (const Movement& movement : out_.movements) {
      if (counts_of(movement.exhibitor).empty()) continue;
      if (order.empty()) order = keys::Order{when.time, place.ref()}.text();
      apply_movement(movement, order, sign);
    }
    if (!out_.counts.empty()) apply_counts(keys::Order{when.time, place.ref()}.text(), when.time, sign);
  }
  control(entry, sign);
}

void Posting::add(std::string_view key, const Sum& sum) {
  auto at = sums_.find(key);
  if (at == sums_.end()) at = sums_.emplace(std::string(key), Sum{}).first;
  at->second += sum;
}

void Posting::flush() {
  std::vector<CoarseSum> coarser;
  for (const auto& [key, sum] : sums_) {
    if (sum.zero()) continue;
    tx_.add(key, sum);
    add_coarser(key, sum, coarser);
  }
  sums_.clear();
  // Gathered first: many of the finest are parts of one.
  for (const CoarseSum& one : coarser) add(one.key, one.sum);
  for (const auto& [key, sum] : sums_) {
    if (!sum.zero()) tx_.add(key, sum);
  }
  sums_.clear();
}

void Posting::apply_facts(int sign) {
  auto& refs = out_.pay_refs;
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  for (const auto ref : refs) add_group(ref, -1);
  for (const Fact& fact : out_.facts) {
    if (sign > 0) {
      tx_.put(fact.key, fact.value);
    } else {
      tx_.erase(fact.key);
    }
  }
  for (const auto ref : refs) add_group(ref, 1);
}

// What a payment's claims and confirmations together make, added or taken out.
void Posting::add_group(std::string_view pay_ref, int sign) {
  if (!keys::any_fact(tx_, keys::prefix("confirmed", pay_ref))) return;  // the usual case: waiting, which counts nowhere
  const PaymentGroup group = payment_group(tx_, pay_ref);
  const PaymentState state = group.state();
  if (state == PaymentState::confirmed || state == PaymentState::differs) {
    const std::string_view part = state == PaymentState::confirmed ? "confirmed" : "differs";
    for (const auto& [exhibitor, amount] : group.by_exhibitor())
      add(keys::key("transfers", exhibitor, part), {sign, 0, sign * amount});
  }
  if (state == PaymentState::differs) add(keys::key("differs", pay_ref), {sign, 0, 0});
  if (state == PaymentState::unmatched) add(keys::key("unmatched", pay_ref), {sign, 0, 0});
}

Posting::CountsByStock& Posting::counts_of(std::string_view exhibitor) {
  if (const auto known = counts_.find(exhibitor); known != counts_.end()) return known->second;
  CountsByStock& counts = counts_[std::string(exhibitor)];
  tx_.facts(keys::prefix("count", exhibitor), [&](std::string_view key, std::string_view) {
    const auto parts = keys::split(key);
    counts[keys::key(parts.at(2), parts.at(3))].emplace_back(parts.at(4));
    return true;
  });
  return counts;
}

void Posting::apply_movement(const Movement& movement, std::string_view order, int sign) {
  const CountsByStock& counts = counts_of(movement.exhibitor);
  const auto found = counts.find(keys::key(movement.product, movement.place));
  if (found == counts.end()) return;
  auto next = std::upper_bound(found->second.begin(), found->second.end(), order);
  if (planted(Fault::count_by_arrival)) next = found->second.end();
  if (next == found->second.begin()) return;
  add(keys::key("since", movement.exhibitor, movement.product, movement.place, *std::prev(next)), {0, sign * movement.qty, 0});
}

// A count cuts the movements after the count before it in two; taken back, it joins them again.
void Posting::apply_counts(const std::string& order, Milliseconds time, int sign) {
  Moves after;
  if (sign > 0 && !from_scratch_) after = movements_after(out_.counts.front().exhibitor, out_.counts.front().place, order, time);
  for (const Counted& counted : out_.counts) {
    const std::string stock = keys::key(counted.product, counted.place);
    std::vector<std::string>& orders = counts_of(counted.exhibitor)[stock];
    const std::string since = keys::key("since", counted.exhibitor, stock);
    const std::string own = keys::key(since, order);
    Quantity moved = 0;
    if (sign > 0) {
      const auto next = std::upper_bound(orders.begin(), orders.end(), order);
      if (const auto moves = after.find(counted.product); moves != after.end()) {
        for (const auto& [at, qty] : moves->second) moved += next == orders.end() || at < *next ? qty : 0;
      }
      if (next != orders.begin()) add(keys::key(since, *std::prev(next)), {0, -moved, 0});
      add(own, {0, moved, 0});
      orders.insert(next, order);
      tx_.put(keys::key("count", counted.exhibitor, stock, order), std::to_string(counted.qty));
    } else {
      const auto pending = sums_.find(own);
      moved = tx_.sum(own).quantity + (pending == sums_.end() ? 0 : pending->second.quantity);
      const auto at = std::lower_bound(orders.begin(), orders.end(), order);
      if (at != orders.begin()) add(keys::key(since, *std::prev(at)), {0, moved, 0});
      add(own, {0, -moved, 0});
      orders.erase(at);
      tx_.erase(keys::key("count", counted.exhibitor, stock, order));
    }
  }
}

// Movements of an exhibitor's goods at one place that are posted and come after `order`. Nothing counts later than it was
// written, so what was written before `time` need not be read, except where times are not in order.
Posting::Moves Posting::movements_after(std::string_view exhibitor, std::string_view place, const std::string& order,
                                        Milliseconds time) {
  Moves moves;
  Contributions found;
  const std::string mentioned = "\"exhibitor\":\"" + std::string(exhibitor) + "\"";
  for (const Branch& branch : tx_.branches()) {
    const auto visit = [&](const StoredEntry& stored) {
      if (stored.standing != Standing::posted || stored.bytes.find(mentioned) == std::string::npos) return true;
      const auto entry = decode(std::string_view(stored.bytes));
      if (!entry) return true;
      const When when = counts_at(*entry, {stored.time, stored.quality});
      const Place at{branch.journal.terminal, stored.at};
      const std::string key = keys::Order{when.time, at.ref()}.text();
      if (key <= order) return true;
      contribute(*entry, at, when, "", found);
      for (const Movement& movement : found.movements) {
        if (movement.exhibitor == exhibitor && movement.place == place)
          moves[std::string(movement.product)].emplace_back(key, movement.qty);
      }
      return true;
    };
    const Seq first = branch.base.seq + 1;
    Seq uneven_until = TimeState::parse(branch.state).uneven_until;
    if (unsettled_ && *unsettled_ == branch.journal) uneven_until = branch.head.seq;
    if (uneven_until >= first) tx_.scan(branch.no, first, std::min(uneven_until, branch.head.seq), visit);
    const Seq even = std::max(first, uneven_until + 1);
    if (even <= branch.head.seq)
      tx_.scan(branch.no, tx_.first_at_or_after(branch.no, even, branch.head.seq, time), branch.head.seq, visit);
  }
  return moves;
}

void Posting::control(const Entry& entry, int sign) {
  if (const auto* enrolled = std::get_if<TerminalEnrolled>(&entry.body)) affected_.insert(enrolled->terminal);
  if (const auto* revoked = std::get_if<TerminalRevoked>(&entry.body)) affected_.insert(revoked->terminal);
  if (const auto* ruling = std::get_if<Ruling>(&entry.body)) affected_.insert(ruling->about.terminal);
  const auto* erase = std::get_if<Erase>(&entry.body);
  if (!erase || sign < 0) return;
  if (const auto stored = find(tx_, erase->about)) tx_.erase_personal(stored->branch, stored->at.seq);
}

void Posting::list(const std::string& terminal, const StoredEntry& stored, const std::optional<Problem>& why) {
  if (stored.standing == Standing::missing) tx_.put(listing("missing_bytes", terminal, stored.at), "{}");
  if (stored.standing != Standing::quarantined || !why) return;
  const nlohmann::json value{{"code", why->code}, {"en", why->what.en}, {"vi", why->what.vi}, {"where", why->where}};
  tx_.put(listing("quarantined", terminal, stored.at), value.dump());
}

void Posting::unlist(const std::string& terminal, const StoredEntry& stored) {
  if (stored.standing == Standing::missing) tx_.erase(listing("missing_bytes", terminal, stored.at));
  if (stored.standing == Standing::quarantined) tx_.erase(listing("quarantined", terminal, stored.at));
}

std::string_view Posting::hour_of(const When& when) {
  if (!when.known) return {};
  const Milliseconds number = when.time >= 0 ? when.time / kHour : (when.time + 1) / kHour - 1;
  if (hour_.empty() || number != hour_number_) {
    hour_number_ = number;
    hour_ = local_hour(when.time);
  }
  return hour_;
}

}  // namespace phien::ledger
