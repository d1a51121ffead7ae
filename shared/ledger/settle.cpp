#include "shared/ledger/settle.hpp"

#include <algorithm>
#include <limits>

namespace phien::ledger {
namespace {

using namespace journal;

constexpr Seq kAll = std::numeric_limits<Seq>::max();

// What times and standing of an entry depend on.
struct Row {
  Head at;
  Reading reading;
  std::optional<Anchor> anchor;
  std::optional<Milliseconds> later;  // rule 2: the first anchor of its run after it
  bool missing = false, interpreted = false, rested_on = false;
  Timed timed;
  Standing standing{};
};
struct BranchRows {
  Branch branch;
  std::vector<Row> rows;
  TimeState state;     // at its head
  Seq allowed = kAll;  // by revocations
};

// The first anchor of a run, found walking backwards; of several (a fork) the one with the least seq, then the least hash.
struct Later {
  std::string boot;
  Head at;
  Milliseconds from_up = 0;
};

class Settling {
 public:
  Settling(Transaction& tx, Posting& posting, const JournalId& journal, bool from_scratch)
      : tx_(tx), posting_(posting), journal_(journal), from_scratch_(from_scratch), rules_(rules_for(tx, journal)) {}

  void run() {
    read();
    look_ahead();
    allow();
    for (BranchRows& own : branches_) pass(own);
    posting_.unsettled(&journal_);
    for (const BranchRows& own : branches_) change(own);
    posting_.unsettled(nullptr);
    for (const BranchRows& own : branches_) tx_.set_state(own.branch.no, own.state.text());
  }

 private:
  bool interpreted(const Result<Entry>& decoded) const { return !uninterpretable(decoded, journal_.terminal, true); }

  void read() {
    for (Branch& branch : tx_.branches_of(journal_)) {
      BranchRows own{std::move(branch), {}, {}};
      tx_.scan(own.branch.no, own.branch.base.seq + 1, own.branch.head.seq, [&](const StoredEntry& stored) {
        Row row;
        row.at = stored.at;
        row.timed = {stored.time, stored.quality};
        row.standing = stored.standing;
        row.missing = stored.bytes.empty();
        if (!row.missing) {
          const auto decoded = decode(std::string_view(stored.bytes));
          row.interpreted = interpreted(decoded);
          if (row.interpreted)
            row.reading = decoded->time, row.anchor = anchor_of(*decoded), row.rested_on = others_rest_on(*decoded);
          if (stored.at.seq == 1) own.state.certified = row.interpreted && certifies(journal_, *decoded);
        }
        own.rows.push_back(std::move(row));
        return true;
      });
      branches_.push_back(std::move(own));
    }
  }

  // Rule 2, from the ends of the branches backwards: children have higher numbers than their parents.
  void look_ahead() {
    std::map<std::pair<BranchNo, Seq>, std::vector<Later>> at_base;  // what children bring to their parent's entry
    for (auto own = branches_.rbegin(); own != branches_.rend(); ++own) {
      std::optional<Later> next;
      for (auto row = own->rows.rbegin(); row != own->rows.rend(); ++row) {
        if (const auto children = at_base.find({own->branch.no, row->at.seq}); children != at_base.end()) {
          for (const Later& later : children->second) consider(next, later, *own, *row);
        }
        if (!row->interpreted) continue;
        if (next && next->boot != row->reading.boot) next.reset();
        if (next) row->later = next->from_up;
        if (row->anchor) next = Later{row->reading.boot, row->at, row->anchor->from_up};
      }
      if (next && own->branch.parent != 0) at_base[holder(own->branch)].push_back(*next);
    }
  }
  // Keeps the earlier of two anchors of the run that `row` (or the last one interpreted before it) belongs to.
  static void consider(std::optional<Later>& next, const Later& later, const BranchRows& own, const Row& row) {
    const Row* last = &row;
    while (!last->interpreted && last != own.rows.data()) --last;
    if (last->interpreted && last->reading.boot != later.boot) return;
    if (!next || next->boot != later.boot || later.at < next->at) {
      const bool keeps_run = next && last->interpreted && next->boot == last->reading.boot;
      if (!keeps_run || later.at < next->at) next = later;
    }
  }
  // Which branch holds the entry that `branch` continues.
  std::pair<BranchNo, Seq> holder(const Branch& branch) const {
    const Branch* at = &branch;
    while (const BranchRows* parent = find_branch(at->parent)) {
      at = &parent->branch;
      if (at->base.seq < branch.base.seq) break;
    }
    return {at->no, branch.base.seq};
  }
  const BranchRows* find_branch(BranchNo no) const {
    const auto found =
        std::find_if(branches_.begin(), branches_.end(), [&](const BranchRows& own) { return own.branch.no == no; });
    return found == branches_.end() ? nullptr : &*found;
  }

  // Revocations: how far each branch lies on the chains that end in the heads they name.
  void allow() {
    for (const Head& head : rules_.revoked) {
      std::map<BranchNo, Seq> on_chain;
      for (const BranchRows& own : branches_) {
        if (head.seq <= own.branch.base.seq || head.seq > own.branch.head.seq) continue;
        if (own.rows.at(static_cast<std::size_t>(head.seq - own.branch.base.seq - 1)).at.hash != head.hash) continue;
        on_chain[own.branch.no] = head.seq;
        for (const BranchRows* at = &own; const BranchRows* parent = find_branch(at->branch.parent); at = parent) {
          on_chain[parent->branch.no] = at->branch.base.seq;
        }
      }
      for (BranchRows& own : branches_) {
        const auto found = on_chain.find(own.branch.no);
        own.allowed = std::min(own.allowed, found == on_chain.end() ? 0 : found->second);
      }
    }
  }

  TimeState start_of(const BranchRows& own) {
    if (own.branch.base.seq == 0) {
      TimeState start;
      start.certified = own.state.certified;
      return start;
    }
    return at_forks_[holder(own.branch)];
  }

  // Times and standings along one branch; its parent was done before.
  void pass(BranchRows& own) {
    TimeState state = start_of(own);
    std::set<Seq> forks;
    for (const BranchRows& child : branches_) {
      if (const auto [no, seq] = holder(child.branch); child.branch.parent != 0 && no == own.branch.no) forks.insert(seq);
    }
    for (Row& row : own.rows) {
      const bool interpreted = row.interpreted && (!rules_.server || state.certified);
      const Timed timed = interpreted ? state.step(row.reading, row.anchor, row.at.seq, rules_.server, row.later) : state.pass();
      Standing standing = Standing::posted;
      if (row.missing) {
        standing = Standing::missing;
      } else if (!interpreted) {
        standing = Standing::quarantined;
      } else if (!may_post(own, row)) {
        standing = Standing::held;
      }
      const bool to_do = from_scratch_ && (row.rested_on || standing != Standing::posted);
      changed_.push_back(to_do || timed != row.timed || standing != row.standing);
      row.timed = timed;
      row.standing = standing;
      if (forks.contains(row.at.seq)) at_forks_[{own.branch.no, row.at.seq}] = state;
    }
    own.state = state;
  }
  bool may_post(const BranchRows& own, const Row& row) const {
    if (!rules_.enrolled) return false;
    const auto ruling = rules_.rulings.find(row.at.hash);
    return ruling == rules_.rulings.end() ? row.at.seq <= own.allowed : ruling->second;
  }

  void change(const BranchRows& own) {
    for (const Row& row : own.rows) {
      if (!changed_.at(next_changed_++)) continue;
      StoredEntry stored = tx_.entry(own.branch.no, row.at.seq).value();
      const auto decoded = row.missing ? Result<Entry>(Problem{}) : decode(std::string_view(stored.bytes));
      if (!from_scratch_) {
        if (stored.standing == Standing::posted) posting_.take_back(journal_.terminal, stored, *decoded);
        posting_.unlist(journal_.terminal, stored);
      }
      const bool restated = row.timed != Timed{stored.time, stored.quality} || row.standing != stored.standing;
      stored.time = row.timed.time;
      stored.quality = row.timed.quality;
      stored.standing = row.standing;
      if (restated) tx_.restate(stored);
      posting_.list(journal_.terminal, stored,
                    row.missing ? std::nullopt : uninterpretable(decoded, journal_.terminal, own.state.certified));
      if (row.standing != Standing::posted) continue;
      if (!from_scratch_ || row.rested_on) posting_.post(journal_.terminal, stored, *decoded);
    }
  }

  Transaction& tx_;
  Posting& posting_;
  const JournalId journal_;
  const bool from_scratch_;
  const JournalRules rules_;
  std::vector<BranchRows> branches_;
  std::map<std::pair<BranchNo, Seq>, TimeState> at_forks_;
  std::vector<bool> changed_;  // per row, in the order of branches and rows
  std::size_t next_changed_ = 0;
};

TimeState state_at(const JournalsReader& journals, const Branch& branch, Seq seq) {
  TimeState state;
  if (branch.parent != 0) {
    if (const auto parent = journals.branch(branch.parent)) state = state_at(journals, *parent, std::min(seq, branch.base.seq));
  }
  const bool server = is_server_terminal(branch.journal.terminal);
  journals.scan(branch.no, branch.base.seq + 1, seq, [&](const StoredEntry& stored) {
    const auto decoded = stored.bytes.empty() ? Result<Entry>(Problem{}) : decode(std::string_view(stored.bytes));
    if (stored.at.seq == 1) state.certified = server && decoded.ok() && certifies(branch.journal, *decoded);
    if (!uninterpretable(decoded, branch.journal.terminal, state.certified))
      state.step(decoded->time, anchor_of(*decoded), stored.at.seq, server);
    state.floor = stored.time;  // as the whole set of entries made it, other branches included
    return true;
  });
  return state;
}

}  // namespace

void settle_journal(Transaction& tx, Posting& posting, const JournalId& journal) { Settling(tx, posting, journal, false).run(); }
void settle_from_scratch(Transaction& tx, Posting& posting, const JournalId& journal) {
  Settling(tx, posting, journal, true).run();
}

// Ends: terminals affect nobody, and a server's journal only those of lower incarnations and terminals.
void settle_terminals(Transaction& tx, Posting& posting, std::set<std::string> terminals) {
  while (!terminals.empty()) {
    const std::string terminal = terminals.extract(terminals.begin()).value();
    std::set<JournalId> journals;
    for (const Branch& branch : tx.branches_of_terminal(terminal)) journals.insert(branch.journal);
    for (const JournalId& journal : journals) settle_journal(tx, posting, journal);
    terminals.merge(posting.take_affected());
  }
}

bool others_rest_on(const Entry& entry) {
  return std::visit(
      []<class T>(const T&) {
        return std::is_same_v<T, StockCount> || std::is_same_v<T, TerminalEnrolled> || std::is_same_v<T, TerminalRevoked> ||
               std::is_same_v<T, Ruling>;
      },
      entry.body);
}

TimeState state_at_head(const JournalsReader& journals, const Branch& branch) {
  if (!branch.state.empty() || branch.head.seq == 0) return TimeState::parse(branch.state);
  return state_at(journals, branch, branch.head.seq);
}

}  // namespace phien::ledger
