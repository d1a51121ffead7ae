#include <algorithm>

#include "shared/ledger/ledger.hpp"
#include "shared/ledger/settle.hpp"
#include "shared/planted.hpp"

namespace phien::ledger {
namespace {

using namespace journal;

constexpr std::size_t kMaxUnitEntries = 32;         // FORMAT.md §3
constexpr std::size_t kMaxUnitBytes = 1024 * 1024;  // FORMAT.md §3
constexpr std::size_t kMaxVoidableBytes = 60'000;   // FORMAT.md §3: leaves room for the void that copies it

// Personal data is kept if it is what the entry says and nobody has had it erased.
void keep_personal(Transaction& tx, const std::string& terminal, const StoredEntry& stored, const Incoming& incoming) {
  if (!incoming.personal || !incoming.entry || !incoming.entry->ok()) return;
  const auto& expected = incoming.entry->value().personal;
  if (!expected || *expected != personal_hash(*incoming.personal)) return;
  if (keys::any_fact(tx, keys::prefix("erased", terminal, hex(stored.at.hash)))) return;
  tx.put_personal(stored.branch, stored.at.seq, *incoming.personal);
}

class Appending {
 public:
  Appending(Transaction& tx, Branch& branch)
      : tx_(tx),
        branch_(branch),
        posting_(tx),
        rules_(rules_for(tx, branch.journal)),
        state_(state_at_head(tx, branch)),
        settle_(!rules_.revoked.empty()) {}

  void append(const Incoming& incoming) {
    const Seq seq = branch_.head.seq + 1;
    StoredEntry& stored = stored_;
    stored.branch = branch_.no;
    stored.at = {seq, incoming.hash};
    stored.bytes = incoming.bytes;
    stored.digest = incoming.digest;

    const bool missing = incoming.bytes.empty() || !incoming.entry;
    if (rules_.server && seq == 1)
      state_.certified = !missing && incoming.entry->ok() && certifies(branch_.journal, **incoming.entry);
    std::optional<Problem> why;
    if (!missing) why = uninterpretable(*incoming.entry, branch_.journal.terminal, state_.certified);
    const Entry* entry = missing || why ? nullptr : &incoming.entry->value();
    const Timed timed = entry ? time_of(*entry, seq) : state_.pass();
    stored.time = timed.time;
    stored.quality = timed.quality;
    stored.standing = standing_of(missing, entry, incoming.hash);

    tx_.append(stored);
    branch_.head = stored.at;
    if (incoming.seal) tx_.put_seal(branch_.no, seq, *incoming.seal);
    if (entry) keep_personal(tx_, branch_.journal.terminal, stored, incoming);
    posting_.list(branch_.journal.terminal, stored, why);
    if (stored.standing != Standing::posted) return;
    // A count searches stored entries by time, so that must be known of this branch too.
    if (std::holds_alternative<StockCount>(entry->body)) save();
    posting_.post(branch_.journal.terminal, stored, *entry);
  }

  void finish() {
    save();
    if (settle_) settle_journal(tx_, posting_, branch_.journal);
    settle_terminals(tx_, posting_, posting_.take_affected());
    posting_.flush();
    branch_ = tx_.branch(branch_.no).value();
  }

 private:
  // Of a revoked journal all is held until it is settled: which entries are ancestors of a head shows when the head is here.
  Standing standing_of(bool missing, const Entry* entry, const Hash& hash) const {
    if (missing) return Standing::missing;
    if (!entry) return Standing::quarantined;
    if (!rules_.enrolled || settle_) return Standing::held;
    const auto ruling = rules_.rulings.find(hash);
    return ruling == rules_.rulings.end() || ruling->second ? Standing::posted : Standing::held;
  }
  void save() { tx_.set_state(branch_.no, state_.text()); }

  Timed time_of(const Entry& entry, Seq seq) {
    const auto anchor = anchor_of(entry);
    if (anchor && state_.waiting && !planted(Fault::offset_at_arrival) && state_.boot == entry.time.boot && !rules_.server) {
      if (tx_.branches_of(branch_.journal).size() > 1) {
        settle_ = true;  // other branches may share the entries that waited
      } else {
        revise_run(seq - 1, anchor->from_up);
      }
    }
    return state_.step(entry.time, anchor, seq, rules_.server);
  }

  // The first anchor of a run has come: entries of the run that waited for it become exact (rule 2).
  void revise_run(Seq last, Milliseconds from_up) {
    std::vector<StoredEntry> run;
    tx_.scan(branch_.no, state_.run_start, last, [&](const StoredEntry& stored) {
      run.push_back(stored);
      return true;
    });
    TimeState state = state_;
    state.boot.clear();
    state.from_wall.reset();
    state.floor.reset();
    if (const auto before = tx_.entry(branch_.no, state_.run_start - 1)) state.floor = before->time;
    posting_.unsettled(&branch_.journal);
    for (StoredEntry& stored : run) {
      const bool interpreted = stored.standing == Standing::posted || stored.standing == Standing::held;
      const auto entry = interpreted ? decode(std::string_view(stored.bytes)) : Result<Entry>(Problem{});
      const Timed timed = interpreted ? state.step(entry->time, {}, stored.at.seq, false, from_up) : state.pass();
      if (timed == Timed{stored.time, stored.quality}) continue;
      const bool posted = stored.standing == Standing::posted;
      if (posted) posting_.take_back(branch_.journal.terminal, stored, *entry);
      stored.time = timed.time;
      stored.quality = timed.quality;
      tx_.restate(stored);
      if (posted) posting_.post(branch_.journal.terminal, stored, *entry);
    }
    posting_.unsettled(nullptr);
    state_.floor = state.floor;
    state_.uneven_until = std::min(state_.uneven_until, state_.run_start - 1);
  }

  Transaction& tx_;
  Branch& branch_;
  Posting posting_;
  JournalRules rules_;
  TimeState state_;
  bool settle_;
  StoredEntry stored_;  // the one at hand; its buffer serves entry after entry
};

Problem over(std::string where, std::string_view limit) {
  return {"too_long", std::move(where), {"vượt quá giới hạn " + std::string(limit), "over the limit of " + std::string(limit)}};
}

}  // namespace

void append(Transaction& tx, Branch& branch, std::span<const Incoming> entries) {
  if (entries.empty()) return;
  Appending appending(tx, branch);
  for (const Incoming& incoming : entries) {
    appending.append(incoming);
    if (planted(Fault::quarantine_blocks) && incoming.entry && !incoming.entry->ok()) break;
  }
  appending.finish();
}

void fill_missing(Transaction& tx, BranchNo branch, Seq seq, const Incoming& incoming) {
  auto stored = tx.entry(branch, seq);
  if (!stored || stored->standing != Standing::missing || incoming.digest != stored->digest || incoming.bytes.empty()) return;
  const JournalId journal = tx.branch(branch).value().journal;
  Posting posting(tx);
  posting.unlist(journal.terminal, *stored);
  stored->bytes = incoming.bytes;
  stored->standing = Standing::held;  // until the journal is settled with it
  tx.restate(*stored);
  keep_personal(tx, journal.terminal, *stored, incoming);
  settle_journal(tx, posting, journal);
  settle_terminals(tx, posting, posting.take_affected());
  posting.flush();
}

Result<std::vector<Written>> write(Transaction& tx, Branch& branch, const SecretKey& key, std::vector<Entry> entries,
                                   std::vector<std::optional<PersonalData>> personal) {
  if (key.public_key() != branch.journal.key) {
    return Problem{"wrong_key", "", {"khóa không phải của nhật ký này", "the key is not this journal's"}};
  }
  if (entries.size() > kMaxUnitEntries) return over("unit", "32 entries");
  personal.resize(entries.size());
  std::vector<Written> written;
  std::vector<Result<Entry>> decoded;
  Head head = branch.head;
  std::size_t size = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Entry& entry = entries[i];
    if (entries.size() > 1) entry.unit = UnitPart{static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(entries.size())};
    auto bytes = encode(entry);
    if (!bytes) return bytes.problem();
    if (bytes->size() > kMaxVoidableBytes && !planted(Fault::drop_a_limit) && is_voidable(entry.body))
      return over("body", "60000 bytes");
    size += bytes->size();
    head = {head.seq + 1, next_hash(head.hash, sha256(*bytes))};
    written.push_back({head, std::move(*bytes)});
    decoded.emplace_back(std::move(entry));
  }
  if (size > kMaxUnitBytes) return over("unit", "1 MiB");
  std::vector<Incoming> incoming;
  for (std::size_t i = 0; i < written.size(); ++i) {
    Incoming one;
    one.bytes = written[i].bytes;
    one.digest = sha256(written[i].bytes);
    one.hash = written[i].head.hash;
    one.entry = &decoded[i];
    one.personal = personal[i];
    if (planted(Fault::split_a_unit)) one.seal = seal(key, branch.journal, written[i].head);
    incoming.push_back(std::move(one));
  }
  if (!incoming.empty()) incoming.back().seal = seal(key, branch.journal, head);
  append(tx, branch, incoming);
  return written;
}

}  // namespace phien::ledger
