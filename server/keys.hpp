// Who this server is: the organizer's root key (only in the recovery kit), and an incarnation certified by it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "server/access/seals.hpp"
#include "shared/bytes.hpp"
#include "shared/journal/entry.hpp"
#include "shared/net/http.hpp"

namespace phien::server {

// The recovery kit: a file the organizer keeps away from the venue's laptop. Whoever holds it is the organizer.
struct Kit {
  std::string fair;
  SecretKey root, recovery;      // recovery: opens the secrets of every incarnation's journal (FORMAT.md §10)
  std::int64_t incarnation = 0;  // the highest that was certified with it
};
Kit new_kit(const std::string& fair);
Result<Kit> read_kit(const std::string& path);     // codes: not_found, bad_kit
std::string kit_text(const Kit& kit, int indent);  // what its file holds; -1: in one line
// "ABCD-EFGH": stands in the kit's file; who can say it has the file.
std::string kit_check(const Kit& kit);
Result<Kit> read_kit(const std::string& path);  // codes: not_found, bad_kit
Result<bool> write_kit(const std::string& path, const Kit& kit);

// keys.json of the data directory.
struct Keys {
  std::string fair;
  PublicKey root, recovery;
  std::int64_t incarnation = 1;
  std::optional<journal::ServerPosition> parent;  // of the incarnation this one replaces
  SecretKey journal;
  net::TlsKey tls;
  Signature certificate;
  SealingSeed sealing;  // of this incarnation: opens its secrets and those of all before it

  journal::JournalId journal_id() const;
  std::string tls_spki() const;  // hex
  journal::Incarnation first_entry() const;
};
// A new incarnation `number`, with keys of its own, certified by the kit.
Keys certify(const Kit& kit, std::int64_t number, const std::optional<journal::ServerPosition>& parent);
Result<Keys> read_keys(const std::string& path);  // codes: not_found, bad_keys
Result<bool> write_keys(const std::string& path, const Keys& keys);

}  // namespace phien::server
