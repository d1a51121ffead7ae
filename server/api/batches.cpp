#include "server/api/batches.hpp"

#include <set>

#include "shared/sync/limits.hpp"

namespace phien::server::api {
namespace {

// What a batch tells besides its own journal: whose stock it touches, and which heads of the server's journal its writer saw.
struct Told {
  std::set<std::string> exhibitors;
  std::optional<journal::ServerPosition> seen;  // the furthest
};

Told told_by(const sync::DecodedBatch& batch) {
  Told told;
  for (const auto& entry : batch.entries) {
    if (!entry) continue;
    add_exhibitors(*entry, told.exhibitors);
    const auto& seen = entry->seen;
    if (seen &&
        (!told.seen || std::pair(seen->incarnation, seen->head.seq) >= std::pair(told.seen->incarnation, told.seen->head.seq)))
      told.seen = seen;
  }
  return told;
}

// A revoked terminal's journal goes on being kept, but not without end: whoever has the till may write as much as they like.
// What is refused stays at the till, and can be brought as a file.
std::optional<Problem> too_much(const db::Transaction& tx, const journal::Batch& batch, journal::Seq revoked_from) {
  const journal::Seq last = batch.prev.seq + static_cast<journal::Seq>(batch.items.size());
  if (last <= revoked_from) return std::nullopt;
  journal::Seq kept = 0;
  for (const journal::Branch& branch : tx.branches_of(batch.journal)) kept += branch.head.seq - branch.base.seq;
  if (kept - revoked_from < kMaxBeyondRevocation) return std::nullopt;
  return Problem{"too_much_held",
                 batch.journal.terminal,
                 {"Máy đã bị thu hồi và đã gửi quá nhiều mục sau đó; hãy xuất nhật ký ra tệp và đưa cho ban tổ chức.",
                  "This terminal was revoked and has sent too much since; export its journal and bring the organizer the file."}};
}

int status_of(const sync::Outcome& outcome) {
  if (std::holds_alternative<sync::Accepted>(outcome)) return 200;
  return std::holds_alternative<sync::UnknownPrev>(outcome) ? 409 : 422;
}

}  // namespace

asio::awaitable<sync::Outcome> take(House& house, sync::DecodedBatch& batch) {
  const std::string terminal = batch.batch.journal.terminal;
  Told told = told_by(batch);
  if (const auto of = house.roll().enrolled.find(terminal); of != house.roll().enrolled.end())
    told.exhibitors.insert(of->second.exhibitors.begin(), of->second.exhibitors.end());
  std::optional<journal::Seq> revoked_from;
  if (const auto revoked = house.roll().revoked.find(terminal); revoked != house.roll().revoked.end())
    revoked_from = revoked->second.head.seq;
  sync::Outcome outcome;
  const db::JournalStore::Job job = [&batch, &outcome, revoked_from](db::Transaction& tx) {
    auto refused = revoked_from ? too_much(tx, batch.batch, *revoked_from) : std::nullopt;
    outcome = refused ? sync::Outcome(*std::move(refused)) : sync::receive(tx, batch);
  };
  co_await house.commit(job);
  const auto* accepted = std::get_if<sync::Accepted>(&outcome);
  if (accepted && accepted->appended > 0) house.took(told.exhibitors, terminal);
  // Whoever has a till that was revoked could otherwise stop this server with a word.
  if (told.seen && !revoked_from) house.compare(*told.seen);
  co_return outcome;
}

net::Response reply_to_batch(House& house, const sync::Outcome& outcome) {
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome)) {
    ++house.metrics.batches;
    house.metrics.entries += static_cast<std::uint64_t>(accepted->appended);
  } else {
    ++house.metrics.refused_batches;
  }
  return net::json_response(sync::to_json(outcome), status_of(outcome));
}

}  // namespace phien::server::api
