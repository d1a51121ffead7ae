#include "shared/sync/receive.hpp"

#include <algorithm>

#include "shared/journal/certificate.hpp"
#include "shared/ledger/keys.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/posting.hpp"
#include "shared/planted.hpp"
#include "shared/sync/limits.hpp"

namespace phien::sync {

using journal::Batch;
using journal::BatchItem;
using journal::Branch;
using journal::Head;
using journal::JournalId;
using journal::StoredEntry;
using ledger::Incoming;
using ledger::Transaction;

namespace keys = ledger::keys;

namespace {

Incoming incoming(const DecodedBatch& decoded, std::size_t i) {
  const BatchItem& item = decoded.batch.items[i];
  return {item.bytes, item.digest, item.hash, item.bytes.empty() ? nullptr : &decoded.entries[i], item.personal, item.seal};
}

// The branches of one journal, and steps along their chains.
class Tree {
 public:
  Tree(Transaction& tx, const JournalId& journal) : tx_(tx), branches_(tx.branches_of(journal)) {}

  const std::vector<Branch>& branches() const { return branches_; }

  // The branch that ends in `at`, or holds it, or starts from it.
  const Branch* holder(const Head& at) const {
    for (const Branch& b : branches_) {
      if (b.head == at) return &b;
    }
    for (const Branch& b : branches_) {
      if (holds(b, at)) return &b;
    }
    for (const Branch& b : branches_) {
      if (b.parent == 0 && b.base == at) return &b;
    }
    return nullptr;
  }

  struct Child {
    const Branch* branch;
    StoredEntry entry;
  };
  // The entry `hash` that continues `at`, a place of `branch`; in that branch, or first in another that starts there.
  std::optional<Child> child(const Branch* branch, const Head& at, const Hash& hash) const {
    if (auto entry = own(*branch, at.seq + 1); entry && entry->at.hash == hash) return Child{branch, std::move(*entry)};
    for (const Branch& other : branches_) {
      if (other.base != at || &other == branch) continue;
      if (auto entry = own(other, at.seq + 1); entry && entry->at.hash == hash) return Child{&other, std::move(*entry)};
    }
    return std::nullopt;
  }

 private:
  std::optional<StoredEntry> own(const Branch& b, journal::Seq seq) const {
    if (seq <= b.base.seq || seq > b.head.seq) return std::nullopt;
    return tx_.entry(b.no, seq);
  }
  bool holds(const Branch& b, const Head& at) const {
    const auto entry = own(b, at.seq);
    return entry && entry->at.hash == at.hash;
  }

  Transaction& tx_;
  std::vector<Branch> branches_;
};

Problem wrong_root() {
  return {"wrong_root",
          "",
          {"Nhật ký này thuộc về một ban tổ chức khác.", "This journal belongs to another organizer's fair of that name."}};
}

// Two fairs of one name are two: nothing of another root comes in beside the server journals that are here.
bool another_root_rules(const Transaction& tx, const JournalId& journal) {
  bool another = false;
  for (const Branch& b : tx.branches()) {
    if (!journal::is_server_terminal(b.journal.terminal) || b.journal.fair != journal.fair) continue;
    if (b.journal.root == journal.root) return false;
    another = true;
  }
  return another;
}

bool first_entry_certifies(const DecodedBatch& decoded) {
  if (decoded.batch.prev.seq != 0 || !decoded.entries.front()) return false;
  const auto* incarnation = std::get_if<journal::Incarnation>(&decoded.entries.front()->body);
  return incarnation != nullptr && journal::certificate_holds(decoded.batch.journal, *incarnation);
}

// Whether this journal may come in at all. `known`: its first entry in the batch is here already.
std::optional<Problem> refusal(const Transaction& tx, const DecodedBatch& decoded, bool new_here, bool known,
                               bool trust_unknown) {
  const JournalId& journal = decoded.batch.journal;
  if (new_here && another_root_rules(tx, journal)) return wrong_root();
  if (!journal::is_server_terminal(journal.terminal)) {
    if (trust_unknown) return std::nullopt;
    return not_enrolled(tx, journal);
  }
  // Whatever continues a certified first entry is of the certified key.
  if (decoded.batch.prev.seq != 0 || known || first_entry_certifies(decoded)) return std::nullopt;
  return Problem{"bad_certificate",
                 journal.terminal,
                 {"Nhật ký máy chủ này không có chứng nhận hợp lệ của ban tổ chức.",
                  "This server journal has no certificate that holds under the organizer's key."}};
}

// What a batch brings for an entry that is here: bytes that were missing, personal data that came later, another seal.
void complete(Transaction& tx, const std::string& terminal, const StoredEntry& here, const Incoming& brought) {
  if (here.bytes.empty() && !brought.bytes.empty()) {
    ledger::fill_missing(tx, here.branch, here.at.seq, brought);
  } else if (brought.personal && !here.bytes.empty()) {
    // The bytes here are those whose `personal` it was checked against: the hashes are equal.
    const bool erased = keys::any_fact(tx, keys::prefix("erased", terminal, hex(here.at.hash)));
    if (!erased && !tx.personal(here.branch, here.at.seq)) tx.put_personal(here.branch, here.at.seq, *brought.personal);
  }
  if (brought.seal) tx.put_seal(here.branch, here.at.seq, *brought.seal);
  if (planted(Fault::post_twice_on_retry) && here.standing == journal::Standing::posted) {
    ledger::Posting posting(tx);
    posting.post(terminal, here, **brought.entry);
    posting.flush();
  }
}

// Planted: what refers to a thing that has not come yet is sent away.
bool comes_too_early(const Transaction& tx, const DecodedBatch& decoded) {
  for (const auto& entry : decoded.entries) {
    const auto* refund = entry ? std::get_if<journal::Refund>(&entry->body) : nullptr;
    if (refund != nullptr && (!refund->sale || !journal::find(tx, *refund->sale))) return true;
  }
  return false;
}

UnknownPrev what_is_here(const std::vector<Branch>& branches) {
  UnknownPrev out;
  for (const Branch& b : branches) {
    if (out.branches.size() < kMaxHeadsInReply / 2) out.branches.push_back({b.base, b.head});  // a base and a head each
  }
  return out;
}

}  // namespace

std::optional<Problem> not_enrolled(const ledger::BooksReader& books, const JournalId& journal) {
  if (keys::any_fact(books, keys::prefix("enrolled", journal.terminal, hex(journal.key)))) return std::nullopt;
  if (keys::any_fact(books, keys::prefix("enrolled", journal.terminal))) {
    return Problem{"wrong_key",
                   journal.terminal,
                   {"Máy bán hàng này đã đăng ký với một khóa khác. Hãy đăng ký lại máy dưới một số mới.",
                    "This terminal is enrolled with another key. Enrol the device again under a new number."}};
  }
  return Problem{"not_enrolled",
                 journal.terminal,
                 {"Máy bán hàng này chưa được đăng ký với máy chủ.", "This terminal is not enrolled with this server."}};
}

Outcome receive(Transaction& tx, const DecodedBatch& decoded, bool trust_unknown) {
  const Batch& batch = decoded.batch;
  const std::size_t count = batch.items.size();
  const Tree tree(tx, batch.journal);

  Head at = batch.prev;
  const Branch* here = tree.holder(at);
  std::optional<Tree::Child> next;
  if (here != nullptr) next = tree.child(here, at, batch.items[0].hash);
  if (auto problem = refusal(tx, decoded, tree.branches().empty(), next.has_value(), trust_unknown)) return *std::move(problem);
  if (here == nullptr && !(tree.branches().empty() && at.seq == 0) && !planted(Fault::accept_a_gap))
    return what_is_here(tree.branches());
  if (planted(Fault::refuse_by_arrival_order) && comes_too_early(tx, decoded)) return Problem{"comes_too_early", "", {}};

  std::size_t known = 0;
  while (next && !planted(Fault::skip_duplicate_check)) {
    here = next->branch;
    complete(tx, batch.journal.terminal, next->entry, incoming(decoded, known));
    at = next->entry.at;
    ++known;
    next.reset();
    if (known < count) next = tree.child(here, at, batch.items[known].hash);
  }

  Accepted out;
  out.known = static_cast<std::int64_t>(known);
  out.appended = static_cast<std::int64_t>(count - known);
  out.branches = static_cast<std::int64_t>(std::max<std::size_t>(tree.branches().size(), 1));
  out.personal_refused = decoded.personal_refused;
  if (known == count) {
    out.head = here->head;
    return out;
  }
  out.forked = here != nullptr && here->head != at;
  journal::BranchNo no = here != nullptr ? here->no : 0;
  if (planted(Fault::renumber_a_fork)) out.forked = false;
  if (here == nullptr || out.forked) {
    if (tree.branches().size() >= kMaxBranchesPerJournal) {
      return Problem{"too_many_branches",
                     batch.journal.terminal,
                     {"Nhật ký này đã rẽ quá nhiều nhánh.", "This journal has forked too many times."}};
    }
    no = tx.add_branch(batch.journal, at.seq == 0 ? 0 : no, at);
    if (out.forked) ++out.branches;
  }
  std::vector<Incoming> fresh;
  fresh.reserve(count - known);
  for (std::size_t i = known; i < count; ++i) fresh.push_back(incoming(decoded, i));
  Branch branch = *tx.branch(no);  // read again: filling gaps may have changed what posting carries along
  ledger::append(tx, branch, fresh);
  out.head = branch.head;
  return out;
}

}  // namespace phien::sync
