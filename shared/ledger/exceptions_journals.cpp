// Journals a person should look at: held, forked, late, and numbers printed twice.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "shared/ledger/contributions.hpp"
#include "shared/ledger/exceptions.hpp"
#include "shared/ledger/rules.hpp"

namespace phien::ledger {
namespace {

using namespace journal;

// How branches divide a journal differs from place to place, so a journal is counted as a whole.
void list_held(const Reader& books, const JournalId& journal, Exceptions& rows) {
  const JournalRules rules = rules_for(books, journal);
  const auto branches = books.branches_of(journal);
  if (!rules.enrolled) {
    Seq entries = 0;
    Ref last{journal.terminal, 0, {}};
    for (const Branch& branch : branches) {
      entries += branch.head.seq - branch.base.seq;
      last = std::max(last, Ref{journal.terminal, branch.head.seq, branch.head.hash});
    }
    if (entries == 0) return;
    rows.push_back({"held",
                    "",
                    journal.terminal,
                    "",
                    last,
                    {fmt::format("máy chưa được ghi danh với khóa này: {} mục đang chờ", entries),
                     fmt::format("the terminal is not enrolled with this key: {} entries wait", entries)}});
    return;
  }
  if (!rules.restricted()) return;
  for (const Branch& branch : branches) {
    books.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (stored.standing != Standing::held) return true;
      const auto entry = decode(std::string_view(stored.bytes));
      const bool ruled = rules.rulings.contains(stored.at.hash);
      rows.push_back({"held", std::string(exhibitor_of(entry->body)), journal.terminal, std::string(kind_of(entry->body)),
                      Ref{journal.terminal, stored.at.seq, stored.at.hash},
                      ruled ? Message{"để ngoài sổ theo quyết định", "kept out by a ruling"}
                            : Message{"ghi sau khi máy bị thu hồi: chờ quyết định",
                                      "written beyond the terminal's revocation: awaits a ruling"},
                      ruled});
      return true;
    });
  }
}

// A place that two entries continue, in whichever branches they lie.
void list_forks(const Reader& books, const std::vector<Branch>& branches, Exceptions& rows) {
  std::set<std::pair<JournalId, Head>> bases;
  for (const Branch& branch : branches) bases.emplace(branch.journal, branch.base);
  for (const auto& [journal, base] : bases) {
    const auto continues = [&](const Branch& branch) {
      if (branch.journal != journal || branch.head.seq <= base.seq) return false;
      if (branch.base == base) return true;
      const auto held = books.entry(branch.no, base.seq);
      return held && held->at.hash == base.hash;
    };
    if (std::count_if(branches.begin(), branches.end(), continues) < 2) continue;
    rows.push_back({"forked",
                    "",
                    journal.terminal,
                    fmt::format("{}", base.seq),
                    Ref{journal.terminal, base.seq, base.hash},
                    {fmt::format("nhật ký rẽ nhánh sau mục {}: máy bị sao chép hoặc khôi phục", base.seq),
                     fmt::format("the journal forks after entry {}: a copied or restored device", base.seq)}});
  }
}

// Entries that move figures and lie beyond the cut of the last closing.
void list_late(const Reader& books, const std::vector<Branch>& branches, Exceptions& rows) {
  const auto closed = closing(books);
  if (!closed) return;
  std::map<BranchNo, Seq> within;
  for (const Ref& head : closed->cut) {
    const auto stored = find(books, head);
    if (!stored) continue;
    Seq seq = head.seq;
    for (auto branch = books.branch(stored->branch); branch; branch = books.branch(branch->parent)) {
      Seq& last = within[branch->no];
      last = std::max(last, seq);
      seq = branch->base.seq;
    }
  }
  Contributions made;
  for (const Branch& branch : branches) {
    books.scan(branch.no, std::max(within[branch.no], branch.base.seq) + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (stored.standing != Standing::posted) return true;
      const auto entry = decode(std::string_view(stored.bytes));
      const Place place{branch.journal.terminal, stored.at};
      contribute(*entry, place, counts_at(*entry, {stored.time, stored.quality}), "", made);
      if (!made.moves_figures()) return true;
      rows.push_back({"late_entry",
                      std::string(exhibitor_of(entry->body)),
                      branch.journal.terminal,
                      std::string(kind_of(entry->body)),
                      place.ref(),
                      {fmt::format("đến sau khi phiên đã chốt (lần {})", closed->edition),
                       fmt::format("came after the fair was closed (edition {})", closed->edition)}});
      return true;
    });
  }
}

// n receipts without gap or repeat are 1 … n, whose Σ and Σ of squares are known.
bool gap_free(const Sum& numbers) {
  const std::int64_t p = keys::kReceiptPrime;
  const std::int64_t n = numbers.count % p;
  const std::int64_t twice_sum = n * ((n + 1) % p) % p;
  const std::int64_t six_squares = twice_sum * ((2 * n + 1) % p) % p;
  return 2 * (numbers.quantity % p) % p == twice_sum && 6 * (numbers.amount % p) % p == six_squares;
}

const Deal* deal_of(const Body& body) {
  if (const auto* sale = std::get_if<Sale>(&body)) return sale;
  if (const auto* refund = std::get_if<Refund>(&body)) return refund;
  if (const auto* order = std::get_if<Order>(&body)) return order;
  return std::get_if<OrderClosed>(&body);
}

}  // namespace

void list_journals(const Reader& books, Exceptions& rows) {
  const auto branches = books.branches();
  std::set<JournalId> journals;
  for (const Branch& branch : branches) journals.insert(branch.journal);
  for (const JournalId& journal : journals) list_held(books, journal, rows);
  list_forks(books, branches, rows);
  list_late(books, branches, rows);
}

void list_receipts(const Reader& books, Exceptions& rows) {
  std::set<std::string> suspects;
  books.sums(keys::prefix("receipts"), [&](std::string_view key, const Sum& numbers) {
    if (!gap_free(numbers)) suspects.emplace(keys::split(key).at(1));
    return true;
  });
  for (const std::string& terminal : suspects) {
    std::map<std::pair<std::string, std::int64_t>, std::vector<Ref>> printed;
    for (const Branch& branch : books.branches_of_terminal(terminal)) {
      books.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
        if (stored.standing != Standing::posted || stored.bytes.find("\"receipt\":") == std::string::npos) return true;
        const auto entry = decode(std::string_view(stored.bytes));
        if (const Deal* deal = deal_of(entry->body))
          printed[{deal->booth, deal->receipt}].push_back({terminal, stored.at.seq, stored.at.hash});
        return true;
      });
    }
    for (auto& [number, entries] : printed) {
      if (entries.size() < 2) continue;
      std::sort(entries.begin(), entries.end());
      rows.push_back({"receipt_twice",
                      "",
                      terminal,
                      fmt::format("{}-{}-{}", number.first, terminal, number.second),
                      entries.back(),
                      {fmt::format("số biên nhận được in {} lần", entries.size()),
                       fmt::format("this receipt number was printed {} times", entries.size())}});
    }
  }
}

}  // namespace phien::ledger
