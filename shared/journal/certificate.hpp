// What the organizer's root key signs (FORMAT.md §8): incarnations of the server, and leave to delete a journal.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/journal/entry.hpp"

namespace phien::journal {

std::string incarnation_message(std::string_view fair, std::int64_t number, const PublicKey& key, const Hash& tls,
                                const std::optional<Hash>& parent);
// True when `entry`, the first of `journal`, certifies it: same root, the number of its terminal id, signed by the root key.
bool certificate_holds(const JournalId& journal, const Incarnation& entry);

std::string archived_message(std::string_view fair, std::string_view terminal, const Head& head);
bool archive_holds(std::string_view fair, const PublicKey& root, const Archived& entry);

}  // namespace phien::journal
