#include "tests/simulation/nodes.hpp"

#include <algorithm>
#include <set>

#include "tests/simulation/world.hpp"

namespace phien::simulation {

using nlohmann::json;

namespace {

const std::set<std::string, std::less<>> kOfTerminals{
    "journal_open",    "sale",           "refund",     "void",         "payment_confirmed", "order",    "order_closed",
    "invoice_request", "stock_in",       "stock_out",  "transfer",     "stock_count",       "offer",    "product_proposed",
    "barcode_learned", "declared_sales", "shift_open", "shift_close",  "cash_in",           "cash_out", "lead",
    "visitors",        "clock",          "note",       "journal_close"};
const std::set<std::string, std::less<>> kOfServers{"payment_confirmed",
                                                    "declared_sales",
                                                    "stock_in",
                                                    "stock_out",
                                                    "transfer",
                                                    "stock_count",
                                                    "visitors",
                                                    "lead",
                                                    "clock",
                                                    "void",
                                                    "note",
                                                    "incarnation",
                                                    "fair",
                                                    "exhibitor",
                                                    "product",
                                                    "cashier",
                                                    "opening",
                                                    "terminal_enrolled",
                                                    "terminal_revoked",
                                                    "heads",
                                                    "ruling",
                                                    "erase",
                                                    "fair_closed",
                                                    "archived"};

Hash chained(const Hash& before, const Hash& digest) {
  std::string both(reinterpret_cast<const char*>(before.bytes.data()), before.bytes.size());
  both.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  return sha256(both);
}

}  // namespace

Hash hash_of(const json& text) { return hash_from_hex(text.get_ref<const std::string&>()).value(); }
bool is_server(const std::string& terminal) { return terminal.starts_with("_server."); }
std::int64_t incarnation_of(const std::string& terminal) { return std::stoll(terminal.substr(8)); }

Nodes::Nodes(const journal::JournalsReader& journals) {
  read(journals);
  tell_time();
  allow();
}

const Node* Nodes::find(const Hash& hash) const {
  for (const Node& node : nodes_)
    if (node.hash == hash) return &node;
  return nullptr;
}

void Nodes::read(const journal::JournalsReader& journals) {
  for (const auto& branch : journals.branches()) {
    Hash before = branch.base.hash;
    journal::Seq seq = branch.base.seq;
    journals.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const journal::StoredEntry& stored) {
      const std::string where = branch.journal.terminal + ":" + std::to_string(stored.at.seq);
      if (stored.at.seq != ++seq) throw Violation("I8", where + " does not follow " + std::to_string(seq - 1));
      if (sha256(stored.bytes) != stored.digest || chained(before, stored.digest) != stored.at.hash)
        throw Violation("I8", where + " does not follow from what is before it");
      if (stored.bytes.size() > 65'536) throw Violation("I10", where + " is longer than an entry may be");
      Node& node = nodes_.emplace_back();
      node.terminal = branch.journal.terminal;
      node.key = branch.journal.key;
      node.seq = seq;
      node.hash = stored.at.hash;
      node.before = before;
      node.entry = json::parse(stored.bytes);
      const auto& kinds = is_server(node.terminal) ? kOfServers : kOfTerminals;
      node.understood = node.entry.at("v") == 1 && kinds.contains(node.kind());
      if (!by_hash_.emplace(std::pair(branch.journal, node.hash), &node).second) throw Violation("I2", where + " is here twice");
      by_seq_[seq].push_back(&node);
      before = stored.at.hash;
      return true;
    });
  }
  for (auto& [id, node] : by_hash_) {
    const auto parent = by_hash_.find({id.first, node->before});
    if (parent == by_hash_.end()) {
      if (node->seq != 1 || node->before != journal::genesis(id.first))
        throw Violation("I4", node->terminal + ":" + std::to_string(node->seq) + " continues what is not here");
      continue;
    }
    node->parent = parent->second;
    node->parent->children.push_back(node);
  }
}

namespace {

struct Anchored {
  journal::Seq seq = 0;
  Hash hash;
  Milliseconds from_up = 0;
};
using ByBoot = std::map<std::string, Anchored>;

Milliseconds server_time(const json& clock) {
  return clock.at("server").get<Milliseconds>() + clock.at("round_trip").get<Milliseconds>() / 2;
}

struct Clockwork {
  std::optional<Milliseconds> floor, from_up, from_wall;
  std::string boot;
};

}  // namespace

// FORMAT.md §9.
void Nodes::tell_time() {
  std::map<const Node*, ByBoot> ahead;  // the first anchor of a run at or below a node
  for (auto level = by_seq_.rbegin(); level != by_seq_.rend(); ++level) {
    for (const Node* node : level->second) {
      ByBoot below;
      for (const Node* child : node->children) {
        for (const auto& [boot, anchor] : ahead[child]) {
          const auto [known, fresh] = below.emplace(boot, anchor);
          if (!fresh && std::tie(anchor.seq, anchor.hash) < std::tie(known->second.seq, known->second.hash))
            known->second = anchor;
        }
      }
      if (node->understood) {
        const std::string boot = node->entry.at("time").at("boot");
        std::erase_if(below, [&](const auto& one) { return one.first != boot; });
        if (node->kind() == "clock")
          below[boot] = {node->seq, node->hash, server_time(node->body()) - node->body().at("up").get<Milliseconds>()};
      }
      ahead[node] = std::move(below);
    }
  }
  std::map<const Node*, Clockwork> works;
  for (auto& [seq, level] : by_seq_) {
    for (Node* node : level) {
      Clockwork work = node->parent ? works[node->parent] : Clockwork{};
      if (!node->understood) {
        node->time = work.floor.value_or(0);
        node->quality = 2;
        works[node] = std::move(work);
        continue;
      }
      const json& at = node->entry.at("time");
      const std::string boot = at.at("boot");
      const Milliseconds up = at.at("up"), wall = at.at("wall");
      const bool clock = node->kind() == "clock";
      if (clock && node->body().value("reset", false)) work.floor.reset();
      if (boot != work.boot) work.boot = boot, work.from_up.reset();
      if (clock) {
        work.from_up = server_time(node->body()) - node->body().at("up").get<Milliseconds>();
        work.from_wall = server_time(node->body()) - node->body().at("wall").get<Milliseconds>();
      }
      const auto later = [&]() -> std::optional<Milliseconds> {
        std::optional<Anchored> first;
        for (const Node* child : node->children)
          if (const auto found = ahead[child].find(boot); found != ahead[child].end())
            if (!first || std::tie(found->second.seq, found->second.hash) < std::tie(first->seq, first->hash))
              first = found->second;
        return first ? std::optional(first->from_up) : std::nullopt;
      };
      node->quality = 0;
      if (is_server(node->terminal)) {
        node->time = wall;
      } else if (work.from_up) {
        node->time = *work.from_up + up;
      } else if (const auto anchor = later()) {
        node->time = *anchor + up;
      } else if (work.from_wall) {
        const bool set_since = *work.from_wall > 86'400'000 && work.floor && wall >= *work.floor;
        node->time = set_since ? wall : *work.from_wall + wall;
        node->quality = 1;
      } else {
        node->time = work.floor.value_or(0);
        node->quality = 2;
      }
      node->raised = work.floor && node->time < *work.floor;
      if (node->raised) node->time = *work.floor;
      work.floor = node->time;
      works[node] = std::move(work);
    }
  }
}

// FORMAT.md §3 and §8: enrolment, revocations, rulings.
void Nodes::allow() {
  std::set<std::pair<std::string, std::string>> enrolled;
  std::map<std::string, std::vector<Hash>> revoked;
  using RulingOrder = std::tuple<std::int64_t, journal::Seq, Hash>;
  std::map<Hash, std::pair<RulingOrder, bool>> rulings;
  std::map<Hash, const Node*> places;
  for (const Node& node : nodes_) {
    places[node.hash] = &node;
    if (!node.understood || !is_server(node.terminal)) continue;
    const json& body = node.body();
    if (node.kind() == "terminal_enrolled") enrolled.emplace(body.at("terminal"), body.at("key"));
    if (node.kind() == "terminal_revoked") revoked[body.at("terminal")].push_back(hash_of(body.at("head").at("hash")));
    if (node.kind() == "ruling" && body.at("decision") != "settled") {
      const RulingOrder order{incarnation_of(node.terminal), node.seq, node.hash};
      auto& last = rulings[hash_of(body.at("about").at("hash"))];
      if (last.first < order || std::get<0>(last.first) == 0) last = {order, body.at("decision") == "post"};
    }
  }
  std::map<Hash, std::set<Hash>> allowed_by;  // revocation head → it and its ancestors
  for (const auto& [terminal, heads] : revoked) {
    for (const Hash& head : heads) {
      const auto found = places.find(head);
      for (const Node* at = found == places.end() ? nullptr : found->second; at; at = at->parent) {
        if (at->terminal == terminal) allowed_by[head].insert(at->hash);
      }
    }
  }
  for (Node& node : nodes_) {
    if (!node.understood) {
      node.counts = Counts::quarantined;
      continue;
    }
    if (is_server(node.terminal)) continue;
    bool counts = enrolled.contains({node.terminal, hex(node.key)});
    if (counts) {
      const auto ruling = rulings.find(node.hash);
      if (ruling != rulings.end()) {
        counts = ruling->second.second;
      } else if (const auto heads = revoked.find(node.terminal); heads != revoked.end()) {
        counts = std::all_of(heads->second.begin(), heads->second.end(),
                             [&](const Hash& head) { return allowed_by[head].contains(node.hash); });
      }
    }
    node.counts = counts ? Counts::posted : Counts::held;
  }
}

}  // namespace phien::simulation
