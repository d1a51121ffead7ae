#pragma once
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "shared/ledger/books.hpp"

namespace phien::test {

using journal::Branch;
using journal::BranchNo;
using journal::Seq;
using journal::StoredEntry;

// A copy of a store that lets everything be changed, as somebody with the disk in hand can. It has no books: verify trusts none.
struct Loose : ledger::Reader {
  explicit Loose(const ledger::Reader& from) {
    for (const Branch& b : from.branches()) {
      rows[b.no] = b;
      from.scan(b.no, b.base.seq + 1, b.head.seq, [&](const StoredEntry& e) {
        entries[{b.no, e.at.seq}] = e;
        return true;
      });
      for (const auto& [seq, seal] : from.seals(b.no, 1, b.head.seq)) kept_seals[{b.no, seq}] = seal;
    }
  }
  std::vector<Branch> select(const std::function<bool(const Branch&)>& take) const {
    std::vector<Branch> out;
    for (const auto& [no, b] : rows) {
      if (take(b)) out.push_back(b);
    }
    return out;
  }
  std::vector<Branch> branches() const override {
    return select([](const Branch&) { return true; });
  }
  std::vector<Branch> branches_of(const journal::JournalId& j) const override {
    return select([&](const Branch& b) { return b.journal == j; });
  }
  std::vector<Branch> branches_of_terminal(const std::string& t) const override {
    return select([&](const Branch& b) { return b.journal.terminal == t; });
  }
  std::optional<Branch> branch(BranchNo no) const override {
    const auto found = rows.find(no);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<StoredEntry> entry(BranchNo no, Seq seq) const override {
    const auto found = entries.find({no, seq});
    return found == entries.end() ? std::nullopt : std::optional(found->second);
  }
  void scan(BranchNo no, Seq from, Seq to, const std::function<bool(const StoredEntry&)>& visit) const override {
    for (auto at = entries.lower_bound({no, from}); at != entries.end() && at->first <= std::pair(no, to); ++at) {
      if (!visit(at->second)) return;
    }
  }
  Seq first_at_or_after(BranchNo, Seq, Seq to, Milliseconds) const override { return to + 1; }
  std::vector<std::pair<Seq, Signature>> seals(BranchNo no, Seq from, Seq to) const override {
    std::vector<std::pair<Seq, Signature>> out;
    for (auto at = kept_seals.lower_bound({no, from}); at != kept_seals.end() && at->first <= std::pair(no, to); ++at) {
      out.emplace_back(at->first.second, at->second);
    }
    return out;
  }
  Seq last_seal(BranchNo no, Seq seq) const override {
    const auto all = seals(no, 1, seq);
    return all.empty() ? 0 : all.back().first;
  }
  std::optional<journal::PersonalData> personal(BranchNo, Seq) const override { return std::nullopt; }
  ledger::Sum sum(std::string_view) const override { return {}; }
  std::optional<std::string> fact(std::string_view) const override { return std::nullopt; }
  void sums(std::string_view, const std::function<bool(std::string_view, const ledger::Sum&)>&) const override {}
  void facts(std::string_view, const std::function<bool(std::string_view, std::string_view)>&) const override {}

  // Writes the chain of a branch anew from what its bytes say now, from `first` on: what somebody does who covers his tracks.
  void rechain(BranchNo no, Seq first) {
    Branch& b = rows[no];
    Hash before = first - 1 == b.base.seq ? b.base.hash : entries.at({no, first - 1}).at.hash;
    for (Seq seq = first; seq <= b.head.seq; ++seq) {
      StoredEntry& e = entries.at({no, seq});
      e.digest = sha256(e.bytes);
      before = journal::next_hash(before, e.digest);
      e.at = {seq, before};
    }
    b.head.hash = before;
  }
  void cut(BranchNo no, Seq last) {
    Branch& b = rows[no];
    std::erase_if(entries, [&](const auto& e) { return e.first.first == no && e.first.second > last; });
    std::erase_if(kept_seals, [&](const auto& s) { return s.first.first == no && s.first.second > last; });
    b.head = last == b.base.seq ? b.base : entries.at({no, last}).at;
  }

  std::map<BranchNo, Branch> rows;
  std::map<std::pair<BranchNo, Seq>, StoredEntry> entries;
  std::map<std::pair<BranchNo, Seq>, Signature> kept_seals;
};

}  // namespace phien::test
