#include "shared/journal/chain.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

#include "shared/journal/json_text.hpp"

namespace phien::journal {
namespace {

constexpr std::string_view kServerPrefix = "_server.";

}  // namespace

Hash genesis(const JournalId& journal) {
  return sha256(
      fmt::format("phien/journal/1\n{}\n{}\n{}\n{}\n", journal.fair, hex(journal.root), journal.terminal, hex(journal.key)));
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

std::string server_terminal(std::int64_t incarnation) { return fmt::format("{}{}", kServerPrefix, incarnation); }

std::optional<std::int64_t> server_incarnation(std::string_view terminal) {
  if (!terminal.starts_with(kServerPrefix)) return {};
  terminal.remove_prefix(kServerPrefix.size());
  if (terminal.empty() || terminal.front() < '1' || terminal.front() > '9') return {};
  std::int64_t number = 0;
  const auto* const last = terminal.data() + terminal.size();
  const auto [end, error] = std::from_chars(terminal.data(), last, number);
  if (error != std::errc() || end != last || number > kMaxJsonInteger) return {};
  return number;
}

bool is_server_terminal(std::string_view terminal) { return server_incarnation(terminal).has_value(); }

}  // namespace phien::journal
