// A small fair for the tests of sync: an organizer's root key, servers and tills, each with a store in memory.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "shared/journal/entry.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/sync/feed.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/send.hpp"

namespace phien::test {

inline const std::string kFair = "cao-bang-2025";
inline const std::string kExhibitor = "EX01", kPlace = "booth";

journal::Entry entry_of(journal::Body body);                      // at a clock of its own that only goes forward
journal::Sale sale_of(const std::string& product, Quantity qty);  // of kExhibitor at kPlace, paid in cash
journal::StockIn stock_in_of(const std::string& product, Quantity qty);
journal::StockCount count_of(const std::string& product, Quantity qty);
journal::Note note_of(std::string text);

// A machine: a store, and a journal that it writes in it.
struct Machine {
  Machine(std::string terminal, const PublicKey& root);
  Machine(Machine&&) = default;

  // Writes one unit; returns its last head.
  journal::Head write(std::vector<journal::Entry> unit, std::vector<std::optional<journal::PersonalData>> personal = {});
  journal::Head write(journal::Body body) { return write(std::vector<journal::Entry>{entry_of(std::move(body))}); }
  // Takes a batch as a server does.
  sync::Outcome receive(const std::string& text, bool trust_unknown = false);
  sync::Accepted accept(const std::string& text, bool trust_unknown = false);  // and it must be accepted
  sync::UnknownPrev unknown(const std::string& text);                          // and its prev must be unknown
  std::string refusal(const std::string& text, bool trust_unknown = false);    // and it must be refused: the code
  // The batch (from, to] of the chain of a branch here.
  std::string batch(journal::Seq from, journal::Seq to, std::optional<journal::BranchNo> of = {}) const;
  std::string dump() const;
  journal::Branch own() const;
  std::unique_ptr<db::Snapshot> look() const { return store->snapshot(); }
  // The same device restored from an image of now: same key, same journal, a store of its own.
  Machine clone() const;

  SecretKey key;
  journal::JournalId journal;
  std::unique_ptr<db::JournalStore> store;
  journal::BranchNo branch = 0;
};

struct Server : Machine {
  // A certified server with its first entry written.
  explicit Server(const SecretKey& root, std::int64_t incarnation = 1, std::optional<journal::ServerPosition> parent = {});
  void enrol(const Machine& till, std::vector<std::string> exhibitors = {kExhibitor});
  void note_heads();  // witness of every head of every other journal here
};

// An organizer, a server, and tills enrolled there that have opened their journals.
struct Fair {
  Fair() : root(SecretKey::generate()), server(root) {}
  Machine till(const std::string& terminal);
  SecretKey root;
  Server server;
};

std::vector<journal::StoredEntry> chain_of(const journal::JournalsReader& journals, journal::BranchNo branch);

}  // namespace phien::test
