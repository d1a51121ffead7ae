#include "pos/agent/give_back.hpp"

#include <algorithm>
#include <chrono>

#include "pos/agent/agent.hpp"
#include "pos/agent/durable.hpp"
#include "shared/sync/receive.hpp"

namespace phien::agent {

namespace {

constexpr int kMostBatches = 100'000;  // of one journal in one go: far above any fair
constexpr std::chrono::milliseconds kDeadline{60'000};

// Inside a job. The server that gave it vouches for the enrolment; entries that are not enrolled here yet are held.
void take_text(db::Transaction& tx, const std::string& text, const till::Identity& me) {
  const auto take = [&](sync::DecodedBatch batch) -> Result<bool> {
    const auto& id = batch.batch.journal;
    if (id.root != me.root || id.terminal == me.terminal) return true;
    const sync::Outcome outcome = sync::receive(tx, batch, true);
    if (const auto* refused = std::get_if<Problem>(&outcome)) return *refused;
    return true;
  };
  const auto done = sync::decode_export(text, me.fair, take);
  if (!done) throw till::Refusal{done.problem()};
}

}  // namespace

asio::awaitable<std::optional<Problem>> keep_replaced(till::Till& till, Peer& peer, std::string replaced) {
  if (replaced.empty() || !till.store().snapshot()->branches_of_terminal(replaced).empty()) co_return std::nullopt;
  const std::string get = "GET", target = "/api/v1/journals/" + replaced, nothing;
  const auto answer = co_await peer.ask(till.me(), get, target, nothing, nothing, kDeadline);
  if (!answer) co_return answer.problem();
  if (answer->status == 404) co_return std::nullopt;  // it never sent anything
  if (answer->status != 200) co_return problem_of(*answer);
  std::optional<Problem> refused;
  try {
    const db::JournalStore::Job job = [&](db::Transaction& tx) { take_text(tx, answer->body, till.me()); };
    co_await durable(till.store(), job);
  } catch (const till::Refusal& refusal) {
    refused = refusal.problem;
  }
  co_return refused;
}

GiveBack::GiveBack(asio::any_io_executor executor, till::Till& till, home::Keys keys, const Clock& clock,
                   std::function<double()> random, std::function<void()> gave)
    : executor_(executor),
      till_(till),
      keys_(std::move(keys)),
      clock_(clock),
      random_(std::move(random)),
      gave_(std::move(gave)),
      wake_(executor) {}

void GiveBack::wake() { wake_.announce(); }

void GiveBack::move(std::string server) {
  keys_.server = std::move(server);
  wake();
}

asio::awaitable<void> GiveBack::run() {
  int failures = 0;
  for (;;) {
    const std::uint64_t version = wake_.version();
    const bool well = co_await pass();
    failures = well ? 0 : failures + 1;
    const Milliseconds most = std::min(kLongestBackoff, kFirstBackoff << std::min(failures, 10));
    const auto wait = well ? kClockEvery : static_cast<Milliseconds>(static_cast<double>(most) * (0.5 + random_() / 2));
    co_await wake_.wait_beyond(version, wait);
  }
}

// Servers before terminals: they say who is enrolled.
std::vector<journal::Branch> GiveBack::kept(std::int64_t incarnation) const {
  std::vector<journal::Branch> kept;
  for (journal::Branch& branch : till_.store().snapshot()->branches()) {
    const std::string& terminal = branch.journal.terminal;
    const bool own = branch.journal == keys_.current.journal() ||
                     std::any_of(keys_.former.begin(), keys_.former.end(),
                                 [&branch](const till::Identity& me) { return branch.journal == me.journal(); });
    if (!own && branch.head.seq > branch.base.seq && terminal != journal::server_terminal(incarnation))
      kept.push_back(std::move(branch));
  }
  std::stable_partition(kept.begin(), kept.end(),
                        [](const journal::Branch& branch) { return journal::is_server_terminal(branch.journal.terminal); });
  return kept;
}

asio::awaitable<bool> GiveBack::pass() {
  // Any certified server of this fair is told, also one that was replaced: that is how it learns of it.
  Pin pin{keys_.current.fair, keys_.current.root, 0};
  Peer peer(executor_, keys_.server, pin, clock_);
  const auto contact = co_await peer.greet();
  if (!contact) co_return false;
  if (contact->hello.tls == given_to_) co_return true;
  const std::int64_t before = appended_;
  bool all = true;
  for (const journal::Branch& branch : kept(contact->hello.incarnation)) {
    const bool taken = co_await offer(peer, branch);
    all = all && taken;
  }
  if (all) {
    const auto problem = co_await keep_replaced(till_, peer, keys_.replaces);
    all = !problem || problem->code == "revoked";  // then it is not given to this device any more
  }
  if (appended_ > before) gave_();
  if (all) given_to_ = contact->hello.tls;
  co_return all;
}

asio::awaitable<bool> GiveBack::offer(Peer& peer, const journal::Branch& branch) {
  const bool of_server = journal::is_server_terminal(branch.journal.terminal);
  const std::string post = "POST", type = "text/plain; charset=utf-8", returned = "/api/v1/journals/returned",
                    terminal = branch.journal.terminal;
  // As if it were all there: the last of it is shown, and the answer says what is missing.
  sync::Sender sender(branch.no, sync::SendState{branch.head, 0}, random_);
  for (int n = 0; n < kMostBatches; ++n) {
    const auto batch = sender.next(*till_.store().snapshot(), steady_ms());
    if (!batch) co_return !sender.problem() && sender.retry_at() <= steady_ms();
    std::optional<Result<net::Response>> answered;
    if (of_server) {
      answered = co_await peer.call(post, returned, *batch, type);
    } else {
      Peer::Brought brought = co_await peer.bring(keys_.current, terminal, *batch);
      answered = std::move(brought.answer);
    }
    const Result<net::Response>& answer = *answered;
    const auto outcome = answer ? sync::outcome_from_json(answer->body) : Result<sync::Outcome>(answer.problem());
    if (!outcome) co_return false;
    if (const auto* accepted = std::get_if<sync::Accepted>(&*outcome)) appended_ += accepted->appended;
    sender.on_outcome(*till_.store().snapshot(), *outcome, steady_ms());
  }
  co_return false;
}

}  // namespace phien::agent
