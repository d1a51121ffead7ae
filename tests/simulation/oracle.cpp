#include "tests/simulation/oracle.hpp"

#include <fmt/format.h>

#include "shared/ledger/views.hpp"
#include "tests/simulation/figures.hpp"

namespace phien::simulation {

namespace {

// How far the corrected time of an entry may be from the true one: half of the longest round trip, and a day's drift.
constexpr Milliseconds kMostWrong = 15 * kSecond;

const std::set<std::string> kHonestRefusals{"not_enrolled"};

std::string place(const std::string& terminal, journal::Seq seq) { return fmt::format("{}:{}", terminal, seq); }

}  // namespace

std::set<Hash> entries_of(const journal::JournalsReader& journals) {
  std::set<Hash> all;
  for (const auto& branch : journals.branches()) {
    journals.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const journal::StoredEntry& stored) {
      all.insert(stored.at.hash);
      return true;
    });
  }
  return all;
}

// ---- a writer ------------------------------------------------------------------------------------------------------------

void Oracle::wrote(const journal::JournalsReader& journals, journal::BranchNo branch_no, Milliseconds now) {
  const auto branch = *journals.branch(branch_no);
  // Newest first until one is known: the chain below it was recorded when that was.
  for (journal::Seq seq = branch.head.seq; seq > branch.base.seq; --seq) {
    const auto stored = journals.entry(branch_no, seq);
    if (!written_.emplace(stored->at.hash, Written{branch.journal.terminal, seq, now}).second) break;
    ++entries;
    if (stored->bytes.size() > 65'536)
      throw Violation("I10", place(branch.journal.terminal, seq) + " was written longer than an entry may be");
    if (stored->bytes.size() > 60'000 && stored->bytes.find("\"kind\":\"void\"") == std::string::npos)
      throw Violation("I10", place(branch.journal.terminal, seq) + " leaves no room for the void that would copy it");
  }
}

void Oracle::shown(const std::string& device, const std::vector<Hash>& shown) {
  shown_[device].insert(shown.begin(), shown.end());
}

void Oracle::booted(const std::string& device, const journal::JournalsReader& journals) {
  const auto& shown = shown_[device];
  if (shown.empty()) return;
  const auto here = entries_of(journals);
  for (const Hash& hash : shown) {
    if (here.contains(hash)) continue;
    const auto known = written_.find(hash);
    throw Violation("I1", "a receipt was shown for " +
                              (known == written_.end() ? hex(hash) : place(known->second.terminal, known->second.seq)) +
                              ", which is not on the disk of " + device + " after the power came back");
  }
}

void Oracle::past_changed(const std::string& device, const journal::JournalsReader& journals) {
  const auto here = entries_of(journals);
  std::erase_if(shown_[device], [&](const Hash& hash) { return !here.contains(hash); });
}

void Oracle::enrolled(const std::string& terminal, const PublicKey& key) {
  const auto [known, fresh] = keys_.emplace(terminal, key);
  if (!fresh && known->second != key) throw Violation("I7", "the number " + terminal + " was given to two devices");
}

// ---- a hop ---------------------------------------------------------------------------------------------------------------

void Oracle::acknowledged(const std::string& hop, const journal::JournalId& journal, const sync::Accepted& accepted,
                          const journal::JournalsReader& journals) {
  const journal::Ref ref{journal.terminal, accepted.head.seq, accepted.head.hash};
  const auto stored = journal::find(journals, ref);
  if (!stored) throw Violation("I4", hop + " acknowledges " + place(ref.terminal, ref.seq) + ", which it does not have");
  promised_[hop][ref.hash] = {journal, ref.seq};
  if (!journal::is_server_terminal(ref.terminal)) {
    const auto entry = nlohmann::json::parse(stored->bytes);
    const auto unit = entry.find("unit");
    if (unit != entry.end() && unit->at("at") != unit->at("of"))
      throw Violation("I2", fmt::format("{} took {} apart from the rest of its unit", hop, place(ref.terminal, ref.seq)));
  }
}

void Oracle::refused(const std::string& hop, const Problem& problem, const std::string& terminal) {
  if (!kHonestRefusals.contains(problem.code))
    throw Violation("I6", fmt::format("{} refuses what {} wrote: {} {}", hop, terminal, problem.code, problem.where));
}

void Oracle::restarted(const std::string& hop, const journal::JournalsReader& journals) {
  for (const auto& [hash, where] : promised_[hop]) {
    if (!journal::find(journals, {where.first.terminal, where.second, hash}))
      throw Violation("I4", fmt::format("{} had acknowledged {}, which is gone after the power came back", hop,
                                        place(where.first.terminal, where.second)));
  }
}

void Oracle::replaced(const std::string& hop) {
  promised_.erase(hop);
  if (hop == "server") overtaken_.clear();
}

void Oracle::server_shown(const std::string& terminal, bool here, journal::Seq own_head) {
  if (!here) overtaken_.emplace(terminal, own_head);
}

void Oracle::server_wrote(const std::string& terminal, journal::Seq own_head) {
  const auto overtaken = overtaken_.find(terminal);
  if (overtaken != overtaken_.end() && own_head > overtaken->second)
    throw Violation("I7", terminal + " was shown a later place of its own journal and still writes on");
}

// ---- in full ---------------------------------------------------------------------------------------------------------------

void Oracle::books(const std::string& hop, const ledger::Reader& books) const {
  const Nodes nodes(books);
  const std::string difference = first_difference(figures_of(nodes), figures_in(books));
  if (!difference.empty()) {
    const bool time = difference.starts_with("!time|") || difference.starts_with("!quality|");
    const bool kept = difference.starts_with("!standing|") || difference.starts_with("!odd|");
    throw Violation(time ? "I9" : kept ? "I6" : "I3", hop + ": the entries say " + difference);
  }
  for (const Node& node : nodes.all()) {
    const auto written = written_.find(node.hash);
    if (written == written_.end()) throw Violation("I2", hop + " has " + place(node.terminal, node.seq) + ", which nobody wrote");
    if (!tell_true_time || !node.understood || node.quality != 0 || node.raised || is_server(node.terminal)) continue;
    const Milliseconds wrong = node.time - written->second.when;
    if (std::abs(wrong) > kMostWrong)
      throw Violation(
          "I9", fmt::format("{}: {} is put {} s from when it happened", hop, place(node.terminal, node.seq), wrong / 1'000));
  }
  for (const std::string& line : ledger::imbalances(books)) throw Violation("I3", hop + ": " + line);
}

void Oracle::complete(const std::string& hop, const journal::JournalsReader& journals, const std::set<Hash>& wanted) const {
  const auto here = entries_of(journals);
  for (const Hash& hash : wanted) {
    if (here.contains(hash)) continue;
    const auto known = written_.find(hash);
    throw Violation("I4", hop + " never got " +
                              (known == written_.end() ? hex(hash) : place(known->second.terminal, known->second.seq)) +
                              ", which is kept elsewhere");
  }
}

void Oracle::acts(const journal::JournalsReader& journals) const {
  const Nodes nodes(journals);
  std::map<std::string, const Node*> first;
  for (const Node& node : nodes.all()) {
    if (!node.understood || node.kind() == "void") continue;
    const auto& body = node.body();
    for (const char* name : {"note", "reason", "text"}) {
      if (!body.contains(name) || !body.at(name).is_string()) continue;
      const std::string& tag = body.at(name).get_ref<const std::string&>();
      if (!tag.starts_with('#')) continue;
      const auto [known, fresh] = first.emplace(tag + " " + node.kind() + " " + body.value("exhibitor", ""), &node);
      if (!fresh)
        throw Violation("I2", fmt::format("one act {} became both {} and {}", tag,
                                          place(known->second->terminal, known->second->seq), place(node.terminal, node.seq)));
    }
  }
}

}  // namespace phien::simulation
