#include "shared/journal/chain.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace phien::journal {

Hash genesis(const JournalId& journal) {
  return sha256(fmt::format("phien/journal/1\n{}\n{}\n{}\n{}\n", journal.fair, hex(journal.root), journal.terminal, hex(journal.key)));
}

Hash next_hash(const Hash& previous, const Hash& digest) {
  std::array<char, 64> both{};
  std::memcpy(both.data(), previous.bytes.data(), 32);
  std::memcpy(both.data() + 32, digest.bytes.data(), 32);
  return sha256({both.data(), both.size()});
}

std::string seal_message(const JournalId& journal, const Head& head) {
  return fmt::format("phien/seal/1\n{}\n{}\n{}\n{}\n", journal.fair, journal.terminal, head.seq, hex(head.hash));
}

Signature seal(const SecretKey& key, const JournalId& journal, const Head& head) { return key.sign(seal_message(journal, head)); }

bool seal_holds(const JournalId& journal, const Head& head, const Signature& signature) {
  return verify(journal.key, seal_message(journal, head), signature);
}

std::string server_terminal(std::int64_t incarnation) { return fmt::format("_server.{}", incarnation); }

bool is_server_terminal(std::string_view terminal) {
  constexpr std::string_view kPrefix = "_server.";
  if (!terminal.starts_with(kPrefix)) return false;
  const auto number = terminal.substr(kPrefix.size());
  return !number.empty() && number.size() <= 16 && number[0] != '0' && number.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace phien::journal
