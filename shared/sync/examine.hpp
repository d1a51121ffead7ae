// The one examination behind verify() and verify_export(): told every branch and entry, in order, it says what does not hold.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/sync/verify.hpp"

namespace phien::sync {

class Examination {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  // A branch whose first own entry continues `base`, a place of `parent` (kNone: the start of its journal). Returns its index.
  std::size_t begin(const journal::JournalId& journal, std::size_t parent, const journal::Head& base);
  // The next entry of that branch, as kept: all three may lie. Empty bytes: missing.
  void entry(std::size_t branch, journal::Seq seq, std::string_view bytes, const Hash& digest, const Hash& hash);
  // A seal kept for that place, told when the entry has been (or never came).
  void seal(std::size_t branch, journal::Seq seq, const Signature& seal);
  // The branch ends, and says its head is this.
  void end(std::size_t branch, const journal::Head& head);
  journal::Head head(std::size_t branch) const { return chains_[branch].head(); }
  // The place on chain `branch` at `seq`, parents included, as examined.
  std::optional<Hash> hash_at(std::size_t branch, journal::Seq seq) const;

  // After the last branch: what witnesses say about all of them.
  Verification conclude();

 private:
  struct Chain {
    journal::JournalId journal;
    std::size_t parent = kNone;
    journal::Head base;
    std::vector<Hash> hashes;  // of its own entries
    journal::Seq sealed_to = 0;
    bool certified = false;  // a server journal whose first entry holds
    journal::Seq vouched_to = 0;
    std::string witness;
    journal::Head head() const {
      return hashes.empty() ? base : journal::Head{base.seq + static_cast<journal::Seq>(hashes.size()), hashes.back()};
    }
  };
  // A head that an entry names, and which entry.
  struct Testimony {
    journal::Ref named, by;
    std::size_t chain;
  };

  void find(std::string code, const Chain& chain, journal::Seq seq, const Hash& hash, Message what);
  void find_lost(const Chain& chain, journal::Seq first, journal::Seq last);
  void listen(std::size_t branch, const journal::Ref& by, std::string_view bytes);
  void listen_to_server(std::size_t branch, const journal::Ref& by, const journal::Body& body);
  void testify(const journal::Ref& named, const journal::Ref& by, std::size_t branch);
  void certify(Chain& chain, const journal::Ref& place, const journal::Entry* first);
  void weigh(const Testimony& testimony);
  bool enrolled(const Chain& chain) const;
  bool beyond_revocation(const journal::Ref& entry) const;

  std::vector<Chain> chains_;
  std::map<std::string, std::vector<std::size_t>> by_terminal_;
  std::vector<Testimony> testimonies_;
  std::map<std::string, journal::Ref> last_named_;             // per terminal: the same head is named again and again
  std::map<std::string, std::set<PublicKey>> enrolled_;        // by certified server journals
  std::map<std::string, std::vector<journal::Head>> revoked_;  // terminals, each from behind these heads on
  bool any_server_ = false;
  std::set<journal::Ref> lost_heads_;
  std::vector<Finding> findings_;
  journal::Document document_;
};

}  // namespace phien::sync
