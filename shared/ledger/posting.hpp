// Puts contributions into the books and takes them out again: sums gathered per call, facts, what follows a count, and what
// depends on several entries of one payment.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/ledger/contributions.hpp"

namespace phien::ledger {

class Posting {
 public:
  // `from_scratch`: the books were empty and every count is posted before every movement, so none has to be looked for.
  explicit Posting(Transaction& tx, bool from_scratch = false) : tx_(tx), from_scratch_(from_scratch) {}

  // An entry that stands as posted in the store, with its time there.
  void post(const std::string& terminal, const journal::StoredEntry& stored, const journal::Entry& entry) {
    apply(terminal, stored, entry, 1);
  }
  void take_back(const std::string& terminal, const journal::StoredEntry& stored, const journal::Entry& entry) {
    apply(terminal, stored, entry, -1);
  }
  // Lists (or no longer lists) an entry that cannot be posted, by its standing.
  void list(const std::string& terminal, const journal::StoredEntry& stored, const std::optional<Problem>& why);
  void unlist(const std::string& terminal, const journal::StoredEntry& stored);

  // While the times of this journal are being changed, they are in no order to search by.
  void unsettled(const journal::JournalId* journal) { unsettled_ = journal; }
  // Terminals about which enrolments, revocations or rulings were posted or taken back since the last call.
  std::set<std::string> take_affected() { return std::exchange(affected_, {}); }
  // Writes the sums. Needed before they are read.
  void flush();

 private:
  struct Hasher {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  using Sums = std::unordered_map<std::string, Sum, Hasher, std::equal_to<>>;
  using CountsByStock = std::map<std::string, std::vector<std::string>, std::less<>>;  // "product|place" → orders, ascending

  void apply(const std::string& terminal, const journal::StoredEntry& stored, const journal::Entry& entry, int sign);
  void add(std::string_view key, const Sum& sum);
  void apply_facts(int sign);
  void apply_movement(const Movement& movement, std::string_view order, int sign);
  void apply_counts(const std::string& order, Milliseconds time, int sign);
  void add_group(std::string_view pay_ref, int sign);
  void control(const journal::Entry& entry, int sign);
  CountsByStock& counts_of(std::string_view exhibitor);
  std::string_view hour_of(const When& when);

  using Moves = std::map<std::string, std::vector<std::pair<std::string, Quantity>>, std::less<>>;  // product → (order, quantity)
  Moves movements_after(std::string_view exhibitor, std::string_view place, const std::string& order, Milliseconds time);

  Transaction& tx_;
  const bool from_scratch_;
  const journal::JournalId* unsettled_ = nullptr;
  Sums sums_;
  std::map<std::string, CountsByStock, std::less<>> counts_;
  std::set<std::string> affected_;
  Contributions out_;
  Milliseconds hour_number_ = -1;
  std::string hour_;
};

}  // namespace phien::ledger
