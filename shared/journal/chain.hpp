// Chain and seal of FORMAT.md §4 and §5.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/bytes.hpp"

namespace phien::journal {

// Whose journal: one writer.
struct JournalId {
  std::string fair;
  PublicKey root;  // the organizer's
  std::string terminal;
  PublicKey key;
  auto operator<=>(const JournalId&) const = default;
};

using Seq = std::int64_t;  // 1 and up; 0 is the place before the first entry

struct Head {
  Seq seq = 0;
  Hash hash;
  auto operator<=>(const Head&) const = default;
};

// Address and identity of an entry, as entries name each other.
struct Ref {
  std::string terminal;
  Seq seq = 0;
  Hash hash;
  auto operator<=>(const Ref&) const = default;
};

Hash genesis(const JournalId& journal);                    // hash(0)
Hash next_hash(const Hash& previous, const Hash& digest);  // digest = sha256(bytes)
std::string seal_message(const JournalId& journal, const Head& head);
Signature seal(const SecretKey& key, const JournalId& journal, const Head& head);
bool seal_holds(const JournalId& journal, const Head& head, const Signature& signature);

std::string server_terminal(std::int64_t incarnation);  // "_server.1"
// The incarnation a server terminal id names: 2 of "_server.2". Nothing for any other id, a leading zero or a number below 1.
std::optional<std::int64_t> server_incarnation(std::string_view terminal);
bool is_server_terminal(std::string_view terminal);

}  // namespace phien::journal
