// The entries of a store as a forest, read from their bytes alone (FORMAT.md): chained, parsed, timed, and allowed to count or
// not. Nothing of shared/ledger or of the decoder in shared/journal is used here.
#pragma once
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "shared/journal/journals.hpp"

namespace phien::simulation {

enum class Counts : int { posted = 0, quarantined = 1, held = 2 };  // as journal::Standing numbers them

struct Node {
  std::string terminal;
  PublicKey key;
  journal::Seq seq = 0;
  Hash hash, before;
  nlohmann::json entry;
  bool understood = false;
  Counts counts = Counts::posted;
  Milliseconds time = 0;
  int quality = 0;      // 0 exact, 1 estimated, 2 unknown
  bool raised = false;  // to the time of the entry before it
  Node* parent = nullptr;
  std::vector<Node*> children;
  const std::string& kind() const { return entry.at("kind").get_ref<const std::string&>(); }
  const nlohmann::json& body() const { return entry.at("body"); }
};

class Nodes {
 public:
  // Throws Violation (I8) where a chain does not hold.
  explicit Nodes(const journal::JournalsReader& journals);
  const std::deque<Node>& all() const { return nodes_; }
  const Node* find(const Hash& hash) const;

 private:
  void read(const journal::JournalsReader& journals);
  void tell_time();
  void allow();
  struct Run;
  std::deque<Node> nodes_;
  std::map<std::pair<journal::JournalId, Hash>, Node*> by_hash_;
  std::map<journal::Seq, std::vector<Node*>> by_seq_;
};

Hash hash_of(const nlohmann::json& hex);
bool is_server(const std::string& terminal);
std::int64_t incarnation_of(const std::string& terminal);

}  // namespace phien::simulation
