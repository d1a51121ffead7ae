#include "shared/journal/certificate.hpp"

#include <fmt/format.h>

#include <charconv>

namespace phien::journal {

std::optional<std::int64_t> server_incarnation(std::string_view terminal) {
  constexpr std::string_view prefix = "_server.";
  if (!terminal.starts_with(prefix)) return std::nullopt;
  terminal.remove_prefix(prefix.size());
  if (terminal.empty() || terminal.front() < '1' || terminal.front() > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(terminal.data(), terminal.data() + terminal.size(), number);
  if (error != std::errc{} || end != terminal.data() + terminal.size()) return std::nullopt;
  return number;
}

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
