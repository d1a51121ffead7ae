#include "server/take_export.hpp"

#include "shared/sync/receive.hpp"

namespace phien::server {

Result<Taken> take_export(db::Transaction& tx, std::string_view text, std::string_view fair) {
  Taken taken;
  const auto take = [&](sync::DecodedBatch batch) -> Result<bool> {
    const std::string& terminal = batch.batch.journal.terminal;
    const sync::Outcome outcome = sync::receive(tx, batch, true);
    if (const auto* refused = std::get_if<Problem>(&outcome)) return *refused;
    if (std::holds_alternative<sync::UnknownPrev>(outcome))
      return Problem{"unknown_prev",
                     terminal,
                     {"Thiếu phần trước của nhật ký " + terminal + ".",
                      "What comes before in the journal of " + terminal + " is not here."}};
    const auto& accepted = std::get<sync::Accepted>(outcome);
    ++taken.batches;
    taken.appended += accepted.appended;
    taken.known += accepted.known;
    taken.forked += accepted.forked ? 1 : 0;
    if (accepted.appended > 0) taken.grown.insert(terminal);
    return true;
  };
  const auto done = sync::decode_export(text, fair, take);
  if (!done) return done.problem();
  return taken;
}

}  // namespace phien::server
