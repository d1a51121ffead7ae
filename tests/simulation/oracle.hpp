// What must always hold, watched while it happens (I1, I2, I4, I6, I7, I10) and looked at in full when all is quiet.
// Shares no code with shared/ledger: what entries add up to is worked out in figures.hpp from their bytes alone.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "db/store.hpp"
#include "shared/journal/entry.hpp"
#include "shared/sync/receive.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

class Oracle {
 public:
  explicit Oracle(const World& world) : world_(world) {}

  // ---- a writer ----
  // New entries of its own journal are on the disk of `device`.
  void wrote(const journal::JournalsReader& journals, journal::BranchNo branch, Milliseconds now);
  // A person was told "done" (I1).
  void shown(const std::string& device, const std::vector<Hash>& entries);
  // The device runs again: what it had said is there.
  void booted(const std::string& device, const journal::JournalsReader& journals);
  // Its disk holds another past from now on, or nothing: only what is still there can be asked for.
  void past_changed(const std::string& device, const journal::JournalsReader& journals);
  // A number was given to a key (I7).
  void enrolled(const std::string& terminal, const PublicKey& key);

  // ---- a hop ----
  void acknowledged(const std::string& hop, const journal::JournalId& journal, const sync::Accepted& accepted,
                    const journal::JournalsReader& journals);
  void refused(const std::string& hop, const Problem& problem, const std::string& terminal);
  void restarted(const std::string& hop, const journal::JournalsReader& journals);  // I4
  void replaced(const std::string& hop);                                            // with what it had promised
  // Somebody showed a server a place of its own journal, and it has it or not (I7: then it must not write on).
  void server_shown(const std::string& terminal, bool here, journal::Seq own_head);
  void server_wrote(const std::string& terminal, journal::Seq own_head);

  // ---- in full ----
  // The books of one hop against the oracle's own (I2, I3, I9), and the chains they rest on.
  void books(const std::string& hop, const ledger::Reader& books) const;
  // Everything written and kept anywhere must be in `set`, and nothing else.
  void complete(const std::string& hop, const journal::JournalsReader& journals, const std::set<Hash>& wanted) const;
  // No act of a person has become two.
  void acts(const journal::JournalsReader& journals) const;

  bool tell_true_time = true;  // no server's clock was ever set: corrected time is near the true one
  std::int64_t sales = 0, entries = 0;

 private:
  struct Written {
    std::string terminal;
    journal::Seq seq = 0;
    Milliseconds when = 0;
  };
  const World& world_;
  std::map<Hash, Written> written_;
  std::map<std::string, std::set<Hash>> shown_;
  std::map<std::string, std::map<Hash, std::pair<journal::JournalId, journal::Seq>>> promised_;
  std::map<std::string, PublicKey> keys_;
  std::map<std::string, journal::Seq> overtaken_;  // server journal → its head when it was shown what it does not have
};

// The entries of every branch here, by hash.
std::set<Hash> entries_of(const journal::JournalsReader& journals);

}  // namespace phien::simulation
