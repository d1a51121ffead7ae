#include "shared/journal/certificate.hpp"

#include <fmt/format.h>

namespace phien::journal {

std::string incarnation_message(std::string_view fair, std::int64_t number, const PublicKey& key, const Hash& tls,
                                const std::optional<Hash>& parent) {
  return fmt::format("phien/incarnation/1\n{}\n{}\n{}\n{}\n{}\n", fair, number, hex(key), hex(tls), parent ? hex(*parent) : "-");
}

bool certificate_holds(const JournalId& journal, const Incarnation& entry) {
  if (server_incarnation(journal.terminal) != entry.number || entry.root != journal.root) return false;
  std::optional<Hash> parent;
  if (entry.parent) parent = entry.parent->head.hash;
  return verify(journal.root, incarnation_message(journal.fair, entry.number, journal.key, entry.tls, parent), entry.certificate);
}

std::string archived_message(std::string_view fair, std::string_view terminal, const Head& head) {
  return fmt::format("phien/archived/1\n{}\n{}\n{}\n{}\n", fair, terminal, head.seq, hex(head.hash));
}

bool archive_holds(std::string_view fair, const PublicKey& root, const Archived& entry) {
  return verify(root, archived_message(fair, entry.terminal, entry.head), entry.signature);
}

}  // namespace phien::journal
