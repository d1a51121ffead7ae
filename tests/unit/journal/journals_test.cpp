#include "shared/journal/journals.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace phien;
using namespace phien::journal;

namespace {

// Branches and entries as a store would give them; what these two functions do not ask for is not there.
struct Shelf : JournalsReader {
  std::vector<Branch> all;
  std::map<std::pair<BranchNo, Seq>, StoredEntry> rows;

  std::vector<Branch> branches() const override { return all; }
  std::vector<Branch> branches_of(const JournalId&) const override { return all; }
  std::vector<Branch> branches_of_terminal(const std::string& terminal) const override {
    std::vector<Branch> found;
    for (const Branch& branch : all) {
      if (branch.journal.terminal == terminal) found.push_back(branch);
    }
    return found;
  }
  std::optional<Branch> branch(BranchNo no) const override {
    for (const Branch& branch : all) {
      if (branch.no == no) return branch;
    }
    return {};
  }
  std::optional<StoredEntry> entry(BranchNo branch, Seq seq) const override {
    const auto found = rows.find({branch, seq});
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  void scan(BranchNo, Seq, Seq, const std::function<bool(const StoredEntry&)>&) const override {}
  Seq first_at_or_after(BranchNo, Seq, Seq to, Milliseconds) const override { return to + 1; }
  std::vector<std::pair<Seq, Signature>> seals(BranchNo, Seq, Seq) const override { return {}; }
  Seq last_seal(BranchNo, Seq) const override { return 0; }
  std::optional<PersonalData> personal(BranchNo, Seq) const override { return {}; }

  // A branch of `terminal` from behind `base` to `head`; its entries' hashes are made of its number and their seq.
  void add(BranchNo no, const std::string& terminal, BranchNo parent, Seq base, Seq head) {
    Branch branch;
    branch.no = no;
    branch.journal.terminal = terminal;
    branch.parent = parent;
    branch.base = {base, hash_of(parent, base)};
    branch.head = {head, hash_of(no, head)};
    all.push_back(branch);
    for (Seq seq = base + 1; seq <= head; ++seq) {
      StoredEntry row;
      row.branch = no;
      row.at = {seq, hash_of(no, seq)};
      rows[{no, seq}] = row;
    }
  }
  static Hash hash_of(BranchNo no, Seq seq) { return sha256(std::to_string(no) + "/" + std::to_string(seq)); }
};

// 1: 1…5 · 2 leaves 1 behind 3 and goes on to 6 · 3 leaves 2 behind 5 and goes on to 7 · 4 is another terminal's.
Shelf forked() {
  Shelf shelf;
  shelf.add(1, "T1", 0, 0, 5);
  shelf.add(2, "T1", 1, 3, 6);
  shelf.add(3, "T1", 2, 5, 7);
  shelf.add(4, "T2", 0, 0, 2);
  return shelf;
}

}  // namespace

TEST_CASE("an entry on a chain is found through the forks it passes, and never on the other side of one") {
  const Shelf shelf = forked();
  const auto holder = [&](BranchNo branch, Seq seq) {
    const auto entry = entry_on_chain(shelf, branch, seq);
    if (entry) CHECK(entry->at == Head{seq, Shelf::hash_of(entry->branch, seq)});
    return entry ? entry->branch : 0;
  };
  CHECK(holder(1, 1) == 1);
  CHECK(holder(1, 5) == 1);
  CHECK(holder(2, 3) == 1);
  CHECK(holder(2, 4) == 2);
  CHECK(holder(3, 2) == 1);
  CHECK(holder(3, 4) == 2);
  CHECK(holder(3, 5) == 2);
  CHECK(holder(3, 7) == 3);
  for (const auto& [branch, seq] : {std::pair<BranchNo, Seq>{1, 0}, {1, 6}, {1, -1}, {3, 8}, {9, 1}})
    CHECK(holder(branch, seq) == 0);
}

TEST_CASE("I10: a store whose branches name each other as parents does not hold anyone up") {
  Shelf shelf;
  shelf.add(1, "T1", 2, 3, 4);
  shelf.add(2, "T1", 1, 3, 4);
  CHECK_FALSE(entry_on_chain(shelf, 1, 2));
  CHECK_FALSE(entry_on_chain(shelf, 2, 2));
}

TEST_CASE("a reference is found in whichever branch it is; the hash decides") {
  const Shelf shelf = forked();
  CHECK(find(shelf, {"T1", 5, Shelf::hash_of(1, 5)})->branch == 1);
  CHECK(find(shelf, {"T1", 5, Shelf::hash_of(2, 5)})->branch == 2);
  CHECK(find(shelf, {"T1", 7, Shelf::hash_of(3, 7)})->branch == 3);
  CHECK(find(shelf, {"T2", 2, Shelf::hash_of(4, 2)})->branch == 4);
  CHECK_FALSE(find(shelf, {"T1", 4, Shelf::hash_of(1, 5)}));
  CHECK_FALSE(find(shelf, {"T2", 1, Shelf::hash_of(1, 1)}));
  CHECK_FALSE(find(shelf, {"T3", 1, Shelf::hash_of(1, 1)}));
  CHECK_FALSE(find(shelf, {"T1", 8, Shelf::hash_of(3, 8)}));
}
