// Journals in and out: the hot path of every sale, and files for the organizer.
#include <set>

#include "server/api/route.hpp"
#include "server/take_export.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/send.hpp"

namespace phien::server::api {
namespace {

int status_of(const sync::Outcome& outcome) {
  if (std::holds_alternative<sync::Accepted>(outcome)) return 200;
  return std::holds_alternative<sync::UnknownPrev>(outcome) ? 409 : 422;
}

net::Response reply(House& house, const sync::Outcome& outcome) {
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome)) {
    ++house.metrics.batches;
    house.metrics.entries += static_cast<std::uint64_t>(accepted->appended);
  } else {
    ++house.metrics.refused_batches;
  }
  return net::json_response(sync::to_json(outcome), status_of(outcome));
}

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

asio::awaitable<net::Response> take_batch(House& house, net::Request& request) {
  const std::string& terminal = request.params.at("terminal");
  const journal::TerminalEnrolled& asking = asking_terminal(house, request);
  if (terminal != asking.terminal)
    throw Refusal(403, {"not_yours", "terminal", {"Đây là nhật ký của máy khác.", "This is another terminal's journal."}});
  auto decoded = sync::decode_batch(std::move(request.body), house.keys().fair);
  if (!decoded) co_return reply(house, decoded.problem());
  const journal::JournalId& id = decoded->batch.journal;
  if (id.terminal != terminal)
    throw Refusal(403, {"not_yours", "terminal", {"Đây là nhật ký của máy khác.", "This is another terminal's journal."}});
  if (id.root != house.keys().root)
    co_return reply(house, Problem{"wrong_root", "root", {"Nhật ký của một phiên chợ khác.", "A journal of another fair."}});
  Told told = told_by(*decoded);
  told.exhibitors.insert(asking.exhibitors.begin(), asking.exhibitors.end());
  sync::Outcome outcome;
  const db::JournalStore::Job job = [&decoded, &outcome](db::Transaction& tx) { outcome = sync::receive(tx, *decoded); };
  co_await house.commit(job);
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome); accepted && accepted->appended > 0)
    house.took(told.exhibitors, terminal);
  if (told.seen) house.compare(*told.seen);
  co_return reply(house, outcome);
}

// Heads that another journal names: of terminals by the server, of the server's journals by terminals.
std::vector<journal::Ref> all_witnessed(const ledger::Reader& books) {
  std::vector<journal::Ref> heads = ledger::witnessed_heads(books);
  for (const auto& position : ledger::witnessed_server_positions(books))
    heads.push_back({journal::server_terminal(position.incarnation), position.head.seq, position.head.hash});
  return heads;
}

// The furthest witnessed place on the chain of `branch`: up to there a cut or a change would show.
journal::Seq vouched_to(const ledger::Reader& books, const journal::Branch& branch, const std::vector<journal::Ref>& witnessed) {
  journal::Seq furthest = 0;
  for (const journal::Ref& head : witnessed) {
    if (head.terminal != branch.journal.terminal || head.seq <= furthest || head.seq > branch.head.seq) continue;
    const auto entry = journal::entry_on_chain(books, branch.no, head.seq);
    if (entry && entry->at.hash == head.hash) furthest = head.seq;
  }
  return furthest;
}

asio::awaitable<net::Response> list_journals(House& house, net::Request& request) {
  only_parameters(request, {"limit", "after"});
  const Page page = page_of(house, request);
  const House::Work work = [page](const db::Snapshot& snapshot) {
    const std::vector<journal::Ref> witnessed = all_witnessed(snapshot);
    json rows = json::array();
    for (const journal::Branch& branch : snapshot.branches())
      rows.push_back({{"terminal", branch.journal.terminal},
                      {"key", hex(branch.journal.key)},
                      {"branch", branch.no},
                      {"base", head_json(branch.base)},
                      {"head", head_json(branch.head)},
                      {"entries", branch.head.seq - branch.base.seq},
                      {"vouched", vouched_to(snapshot, branch, witnessed)}});
    return list(snapshot, page, std::move(rows));
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> export_journals(House& house, net::Request& request) {
  only_parameters(request, {"terminal"});
  const auto terminal = parameter(request, "terminal");
  if (terminal && !is_id(*terminal)) refuse_parameter("terminal");
  const House::Work work = [terminal](const db::Snapshot& snapshot) {
    const auto branches = terminal ? snapshot.branches_of_terminal(*terminal) : snapshot.branches();
    if (terminal && branches.empty())
      throw Refusal(404, {"unknown_terminal",
                          "terminal",
                          {"Không có nhật ký của " + *terminal + ".", "There is no journal of " + *terminal + "."}});
    net::Response response;
    response.content_type = "text/plain; charset=utf-8";
    for (const journal::Branch& branch : branches) response.body += sync::export_chain(snapshot, branch.no);
    return response;
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> import_journals(House& house, net::Request& request) {
  Taken taken;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    taken = value_or_refuse(take_export(tx, request.body, house.keys().fair), 422);
  };
  co_await house.commit_own(job);
  if (taken.grown.contains(house.keys().journal_id().terminal)) house.note_overtaken();
  house.took({}, "");
  house.metrics.batches += static_cast<std::uint64_t>(taken.batches);
  house.metrics.entries += static_cast<std::uint64_t>(taken.appended);
  co_return ok({{"batches", taken.batches}, {"appended", taken.appended}, {"known", taken.known}, {"forked", taken.forked}});
}

}  // namespace

void add_journal_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/journals/{terminal}", terminal_only(house), take_batch, sync::kMaxBatchBytes});
  add(router, house, {"GET", "/api/v1/journals", admin_only(house), list_journals});
  add(router, house, {"GET", "/api/v1/journals/export", admin_only(house), export_journals, 0, kNoDeadline});
  add(router, house, {"POST", "/api/v1/journals/import", admin_only(house), import_journals, kJournalsBody, kNoDeadline});
}

}  // namespace phien::server::api
