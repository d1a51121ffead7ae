#include "server/api/returned.hpp"

#include "server/api/batches.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/sync/limits.hpp"

namespace phien::server::api {
namespace {

// Of a server's journal: one that is here, or that begins with a certificate.
std::optional<sync::Outcome> answer_to_server(const db::Snapshot& books, const journal::Batch& batch) {
  if (!books.branches_of(batch.journal).empty()) return std::nullopt;
  if (batch.prev.seq > 0) return sync::UnknownPrev{};
  const auto first = journal::decode(batch.items.front().bytes);
  const auto* incarnation = first ? std::get_if<journal::Incarnation>(&first->body) : nullptr;
  if (incarnation && journal::certificate_holds(batch.journal, *incarnation)) return std::nullopt;
  return Problem{"bad_certificate",
                 batch.journal.terminal,
                 {"Không phải nhật ký máy chủ của phiên chợ này.", "This is no journal of a server of this fair."}};
}

// What can be said of a batch before its seals are checked, since anybody may send one. Nothing: that they should be.
std::optional<sync::Outcome> answer_at_sight(House& house, std::string_view text) {
  const auto batch = journal::read_batch(text, sync::kMaxBatchEntries, sync::kMaxBatchBytes);
  if (!batch) return batch.problem();
  const journal::JournalId& id = batch->journal;
  if (id.fair != house.keys().fair || id.root != house.keys().root)
    return Problem{
        "wrong_root", id.terminal, {"Nhật ký của một phiên chợ khác.", "A journal of another fair, or of another organizer's."}};
  const auto books = house.store().snapshot();
  if (journal::is_server_terminal(id.terminal)) return answer_to_server(*books, *batch);
  if (auto stranger = sync::not_enrolled(*books, id)) return *std::move(stranger);
  return std::nullopt;
}

// What a server that lost its past is told of it by those it does not know, or has no sessions with. The journals of the servers
// before it say who is enrolled: they prove themselves by the organizer's certificate and their seals. A terminal that was
// revoked owes what it wrote until then: its entries prove themselves by the seals of the enrolled key, and what lies beyond is
// held.
asio::awaitable<net::Response> take_returned(House& house, net::Request& request) {
  if (const auto answer = answer_at_sight(house, request.body)) co_return reply_to_batch(house, *answer);
  auto decoded = sync::decode_batch(std::move(request.body), house.keys().fair);
  if (!decoded) co_return reply_to_batch(house, decoded.problem());
  const std::string terminal = decoded->batch.journal.terminal;
  sync::Outcome outcome;
  if (!journal::is_server_terminal(terminal)) {
    outcome = co_await take(house, *decoded);
    co_return reply_to_batch(house, outcome);
  }
  const db::JournalStore::Job job = [&decoded, &outcome](db::Transaction& tx) { outcome = sync::receive(tx, *decoded); };
  co_await house.commit(job);
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome); accepted && accepted->appended > 0)
    house.note_server_journal(terminal);
  co_return reply_to_batch(house, outcome);
}

}  // namespace

void add_returned_route(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/journals/returned", take_returned, sync::kMaxBatchBytes});
}

}  // namespace phien::server::api
