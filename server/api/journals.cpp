// Journals in and out: the hot path of every sale, and files for the organizer.
#include <algorithm>

#include "server/api/batches.hpp"
#include "server/api/returned.hpp"
#include "server/api/route.hpp"
#include "server/live/holdings.hpp"
#include "server/take_export.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/send.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kMaxGiven = 8;  // exports that may still be shown to be kept

// A terminal writes its own journal. It may also keep, and bring back, that of another which sells for nobody else than it does:
// of the till it replaced. Nobody can change what it carries, which is sealed by its writer.
void require_kept(const House& house, const journal::TerminalEnrolled& asking, const std::string& terminal) {
  const auto other = house.roll().enrolled.find(terminal);
  const auto sold_by_asking = [&asking](const std::string& exhibitor) {
    return std::find(asking.exhibitors.begin(), asking.exhibitors.end(), exhibitor) != asking.exhibitors.end();
  };
  const bool kept = terminal == asking.terminal ||
                    (other != house.roll().enrolled.end() &&
                     std::all_of(other->second.exhibitors.begin(), other->second.exhibitors.end(), sold_by_asking));
  if (!kept)
    throw Refusal(403, {"not_yours", "terminal", {"Đây là nhật ký của máy khác.", "This is another terminal's journal."}});
}

asio::awaitable<net::Response> take_batch(House& house, net::Request& request) {
  const std::string& terminal = request.params.at("terminal");
  const journal::TerminalEnrolled& asking = asking_terminal(house, request);
  require_kept(house, asking, terminal);
  const bool own = asking.terminal == terminal;  // the roll may be another when the batch is durable
  auto decoded = sync::decode_batch(std::move(request.body), house.keys().fair);
  if (!decoded) co_return reply_to_batch(house, decoded.problem());
  const journal::JournalId& id = decoded->batch.journal;
  if (id.terminal != terminal)
    throw Refusal(403, {"not_yours", "terminal", {"Đây là nhật ký của máy khác.", "This is another terminal's journal."}});
  if (id.root != house.keys().root)
    co_return reply_to_batch(house,
                             Problem{"wrong_root", "root", {"Nhật ký của một phiên chợ khác.", "A journal of another fair."}});
  const sync::Outcome outcome = co_await take(house, *decoded);
  if (own && std::holds_alternative<sync::Accepted>(outcome)) house.reported.insert(terminal);
  co_return reply_to_batch(house, outcome);
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

net::Response exported(const db::Snapshot& snapshot, const std::vector<journal::Branch>& branches) {
  net::Response response;
  response.content_type = "text/plain; charset=utf-8";
  for (const journal::Branch& branch : branches) response.body += sync::export_chain(snapshot, branch.no);
  return response;
}

asio::awaitable<net::Response> answer_export(House& house, std::string terminal) {
  const House::Work work = [terminal](const db::Snapshot& snapshot) {
    const auto branches = snapshot.branches_of_terminal(terminal);
    if (branches.empty())
      throw Refusal(404, {"unknown_terminal",
                          "terminal",
                          {"Không có nhật ký của " + terminal + ".", "There is no journal of " + terminal + "."}});
    return exported(snapshot, branches);
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> export_journals(House& house, net::Request& request) {
  only_parameters(request, {"terminal"});
  const auto terminal = parameter(request, "terminal");
  if (terminal && !is_id(*terminal)) refuse_parameter("terminal");
  if (terminal) co_return co_await answer_export(house, *terminal);
  House::Given given;
  const House::Work work = [&given](const db::Snapshot& snapshot) {
    net::Response response = exported(snapshot, snapshot.branches());
    given = {hex(sha256(response.body)), heads_here(snapshot)};
    return response;
  };
  net::Response response = co_await house.read(work);
  // A file that was sent is not yet one that is kept: whoever keeps it shows it (POST /backups/kept).
  house.given.push_back(std::move(given));
  if (house.given.size() > kMaxGiven) house.given.pop_front();
  co_return response;
}

asio::awaitable<net::Response> give_journal(House& house, net::Request& request) {
  only_parameters(request, {});
  const std::string& terminal = request.params.at("terminal");
  require_kept(house, asking_terminal(house, request), terminal);
  co_return co_await answer_export(house, terminal);
}

asio::awaitable<net::Response> import_journals(House& house, net::Request& request) {
  Taken taken;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    taken = value_or_refuse(take_export(tx, request.body, house.keys().fair), 422);
  };
  co_await house.commit_own(job);
  for (const std::string& terminal : taken.grown)
    if (journal::is_server_terminal(terminal)) house.note_server_journal(terminal);
  house.took({}, "");
  house.metrics.batches += static_cast<std::uint64_t>(taken.batches);
  house.metrics.entries += static_cast<std::uint64_t>(taken.appended);
  co_return ok({{"batches", taken.batches}, {"appended", taken.appended}, {"known", taken.known}, {"forked", taken.forked}});
}

}  // namespace

void add_journal_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/journals/{terminal}", take_batch, sync::kMaxBatchBytes});
  add(router, house, {"GET", "/api/v1/journals/{terminal}", give_journal, 0, kNoDeadline});
  add_returned_route(router, house);
  add(router, house, {"POST", "/api/v1/journals/import", import_journals, kJournalsBody, kNoDeadline});
}

void add_journal_reading_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/journals", list_journals});
  add(router, house, {"GET", "/api/v1/journals/export", export_journals, 0, kNoDeadline});
}

}  // namespace phien::server::api
