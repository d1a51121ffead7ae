#include "tests/simulation/server.hpp"

#include <fmt/format.h>

#include "db/memory/memory_store.hpp"
#include "pos/till/work.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/numbers.hpp"

namespace phien::simulation {

using nlohmann::json;

namespace {
constexpr Milliseconds kWitnessEvery = 5 * kMinute, kAnswerAfter = 300;
const std::string kNotedHeads = "own.noted_heads";
}  // namespace

Server::Server(Stage& stage, std::string upstream, std::unique_ptr<Platter> platter)
    : Hop(stage, "server", std::move(upstream), std::move(platter)),
      clock_(stage.world, random_hex(16)),
      key_(SecretKey::generate()) {
  Disk::Waiting wait(disk_);
  recover();
}

journal::JournalId Server::journal_id() const {
  return {kFair, stage_.root.public_key(), journal::server_terminal(incarnation_), key_.public_key()};
}

journal::BranchNo Server::own_branch(const journal::JournalsReader& journals) const {
  const auto branches = journals.branches_of(journal_id());
  return branches.empty() ? 0 : branches.front().no;
}

// A new incarnation: its parent is the last known place of the one it replaces.
void Server::recover() {
  disk_.set_fault(Disk::Fault::none);  // whoever brings the kit also makes room
  std::optional<journal::ServerPosition> parent;
  const auto books = disk_.snapshot();
  for (const auto& branch : books->branches()) {
    const auto number = journal::server_incarnation(branch.journal.terminal);
    if (number && (!parent || *number > parent->incarnation)) parent = {*number, branch.head};
  }
  incarnation_ = ++highest_;
  key_ = SecretKey::generate();
  overtaken_ = false;
  Disk::Waiting wait(disk_);
  begin(parent);
  stage_.world.trace(name_, fmt::format("is incarnation {}", incarnation_));
}

void Server::begin(std::optional<journal::ServerPosition> parent) {
  journal::Incarnation first;
  first.number = incarnation_;
  first.root = stage_.root.public_key();
  first.tls = sha256("tls " + std::to_string(incarnation_));
  first.parent = parent;
  first.program = "phien-server simulated";
  first.certificate = stage_.root.sign(journal::incarnation_message(kFair, incarnation_, key_.public_key(), first.tls,
                                                                    parent ? std::optional(parent->head.hash) : std::nullopt));
  disk_.run([&](db::Transaction& tx) {
    tx.add_branch(journal_id(), 0, {0, journal::genesis(journal_id())});
    append(tx, {first});
  });
  look_at_own_journal();
}

void Server::append(db::Transaction& tx, std::vector<journal::Body> bodies) const {
  std::vector<journal::Entry> unit;
  for (journal::Body& body : bodies) {
    journal::Entry entry;
    entry.nonce = random_hex(16);
    entry.time = clock_.now();
    entry.by = "organizer";
    entry.body = std::move(body);
    unit.push_back(std::move(entry));
  }
  journal::Branch branch = *tx.branch(own_branch(tx));
  const auto written = ledger::write(tx, branch, key_, std::move(unit));
  if (!written) throw std::logic_error("the server's own entry: " + written.problem().code + " " + written.problem().where);
}

// ---- running ----

void Server::boot() {
  Hop::boot();
  clock_.boot(random_hex(16));
  overtaken_ = disk_.snapshot()->meta("own.overtaken." + std::to_string(incarnation_)).has_value();
  polls_.clear();
  stock_versions_.clear();
  answering_ = false;
  look_at_own_journal();
  tick();
}

void Server::lose_disk() {
  Hop::lose_disk();
  image_.reset();
  recover();
}

void Server::keep_image() {
  image_ = db::open_memory(*disk_.snapshot())->snapshot();
  image_keys_.emplace(Keys{key_, incarnation_});
}

void Server::restore_image(bool knowing) {
  crash();
  disk_.replace(memory_platter(*image_));
  key_ = image_keys_->key;
  incarnation_ = image_keys_->incarnation;
  stage_.oracle.replaced(name_);
  if (knowing) recover();
}

void Server::set_clock(Milliseconds ahead) {
  clock_.set_wall(ahead);
  stage_.oracle.tell_true_time = false;
}

void Server::tick() {
  stage_.world.after(kWitnessEvery, [this, weak = std::weak_ptr(alive_)] {
    if (!weak.lock()) return;
    witness();
    answer_polls(false);
    tick();
  });
}

// Heads of all other journals, noted when they moved: House::write_heads.
void Server::witness() {
  if (overtaken_) return;
  const auto heads_now = [this](const journal::JournalsReader& journals) {
    auto heads = ledger::heads(journals);
    std::erase_if(heads, [&](const auto& head) { return head.terminal == journal_id().terminal || head.seq == 0; });
    return heads;
  };
  const auto digest = [](const std::vector<journal::Ref>& heads) {
    std::string all;
    for (const auto& head : heads) all += hex(head.hash);
    return hex(sha256(all));
  };
  const auto now = heads_now(*disk_.snapshot());
  if (now.empty() || disk_.snapshot()->meta(kNotedHeads) == digest(now)) return;
  submit_own([this, heads_now, digest](db::Transaction& tx) {
    auto heads = heads_now(tx);
    const std::string noted = digest(heads);
    append(tx, {journal::Heads{std::move(heads)}});
    tx.set_meta(kNotedHeads, noted);
  });
}

void Server::submit_own(db::JournalStore::Job job, std::function<void()> then) {
  if (overtaken_ || !on()) return;
  const bool queued = disk_.submit(
      [this, job = std::move(job)](db::Transaction& tx) {
        if (!overtaken_) job(tx);
      },
      [this, weak = std::weak_ptr(alive_), then = std::move(then)](const std::exception_ptr& error) {
        if (!weak.lock()) return;
        if (error) {
          try {
            std::rethrow_exception(error);
          } catch (const db::StoreFailed&) {
            return;
          }
        }
        look_at_own_journal();
        changed();
        forward();
        if (then) then();
      });
  static_cast<void>(queued);
}

void Server::write(std::vector<journal::Body> bodies) {
  submit_own([this, bodies = std::move(bodies)](db::Transaction& tx) { append(tx, bodies); });
}

void Server::look_at_own_journal() {
  const auto books = disk_.snapshot();
  const auto branch = books->branch(own_branch(*books));
  if (!branch) return;
  position_ = {incarnation_, branch->head};
  stage_.oracle.wrote(*books, branch->no, stage_.world.now());
  stage_.oracle.server_wrote(journal_id().terminal, branch->head.seq);
  enrolled_.clear();
  revoked_.clear();
  for (auto& terminal : ledger::enrolments(*books)) {
    if (auto revoked = ledger::revocation(*books, terminal.terminal)) revoked_.emplace(terminal.terminal, std::move(*revoked));
    enrolled_.emplace(terminal.terminal, std::move(terminal));
  }
}

// Somebody holds `shown` of this server's own journal: House::compare.
void Server::compare(const journal::ServerPosition& shown) {
  if (shown.incarnation != incarnation_ || shown.head.seq == 0) return;
  const auto books = disk_.snapshot();
  const auto held = journal::entry_on_chain(*books, own_branch(*books), shown.head.seq);
  const bool here = held && held->at.hash == shown.head.hash;
  stage_.oracle.server_shown(journal_id().terminal, here, position_.head.seq);
  if (here || overtaken_ || stage_.planted == "restored_goes_on") return;
  overtaken_ = true;
  stage_.world.trace(name_, "learns that it is an old copy: stops writing its journal");
  const bool queued =
      disk_.submit([name = "own.overtaken." + std::to_string(incarnation_)](db::Transaction& tx) { tx.set_meta(name, "1"); }, {});
  static_cast<void>(queued);
}

// ---- requests ----

void Server::on_request(const Request& request, const Network::Reply& reply) {
  if (request.kind == "hello") return hello(reply);
  if (request.kind == "enrol") return enrol_request(request, reply);
  if (request.kind == "feed") return poll(request, reply);
  if (stage_.planted == "refuse_the_revoked" && revoked_.contains(request.text.substr(0, request.text.find('\n'))))
    return reply(sync::to_json(Problem{"revoked", "", {}}));
  Hop::on_request(request, reply);
}

void Server::took(const sync::DecodedBatch& batch) {
  for (const auto& entry : batch.entries)
    if (entry.ok() && entry->seen && !revoked_.contains(batch.batch.journal.terminal)) compare(*entry->seen);
  if (journal::is_server_terminal(batch.batch.journal.terminal)) look_at_own_journal();
  changed();
  Hop::took(batch);
}

void Server::hello(const Network::Reply& reply) const {
  reply(json{{"incarnation", incarnation_}, {"server_time", clock_.now().wall}}.dump());
}

void Server::poll(const Request& request, const Network::Reply& reply) {
  const json asked = json::parse(request.text);
  Poll poll{asked.at("terminal"), {}, asked.at("stock"), stage_.world.now() + asked.at("wait").get<Milliseconds>(), reply};
  poll.cursor = {asked.at("incarnation"), {asked.at("seq"), hash_from_hex(asked.at("hash").get<std::string>()).value_or(Hash{})}};
  // Who is not on the roll yet (a server that came back with nothing) gets the journal all the same: it is no secret to
  // terminals.
  if (revoked_.contains(poll.terminal)) return reply(json{{"revoked_by", incarnation_}}.dump());
  compare(poll.cursor);
  stock_versions_.try_emplace(poll.terminal, static_cast<std::int64_t>(dice_.next() >> 33U) + 1);
  polls_.push_back(std::move(poll));
  answer_polls(false);
}

sync::Feed Server::feed_after(const journal::ServerPosition& cursor) const {
  return sync::make_feed(*disk_.snapshot(), cursor, clock_.now().wall, incarnation_);
}

std::string Server::feed_for(const Poll& poll) {
  const auto books = disk_.snapshot();
  sync::Feed feed = feed_after(poll.cursor);
  const std::int64_t version = stock_versions_[poll.terminal];
  const auto who = enrolled_.find(poll.terminal);
  if (version != poll.stock && who != enrolled_.end()) feed.stock = sync::make_stock(*books, who->second.exhibitors, version);
  if (feed.batches.size() > 500) throw Violation("I10", "an answer of the feed is above its limit");
  return sync::to_json(feed);
}

void Server::answer_polls(bool all) {
  for (auto poll = polls_.begin(); poll != polls_.end();) {
    const bool news =
        all || poll->until <= stage_.world.now() || poll->cursor != position_ || poll->stock != stock_versions_[poll->terminal];
    if (!news) {
      ++poll;
      continue;
    }
    poll->reply(feed_for(*poll));
    poll = polls_.erase(poll);
  }
}

// Everybody's figures may have changed; who waits is answered a little later, once for several changes.
void Server::changed() {
  for (auto& [terminal, version] : stock_versions_) ++version;
  if (std::exchange(answering_, true)) return;
  stage_.world.after(kAnswerAfter, [this, weak = std::weak_ptr(alive_)] {
    if (!weak.lock()) return;
    answering_ = false;
    answer_polls(false);
  });
}

// ---- enrolment ----

std::string Server::next_terminal(const ledger::Reader& books) const {
  return ledger::next_terminal(books, stage_.planted == "reuse_number" ? 1 : incarnation_);
}

journal::TerminalEnrolled Server::enrol(const PublicKey& key, std::vector<std::string> exhibitors, const std::string& booth,
                                        const std::string& holder) {
  journal::TerminalEnrolled wanted{"", key, std::move(exhibitors), booth, holder};
  Disk::Waiting wait(disk_);
  disk_.run([&](db::Transaction& tx) {
    wanted.terminal = next_terminal(tx);
    append(tx, {wanted});
  });
  look_at_own_journal();
  stage_.oracle.enrolled(wanted.terminal, key);
  return wanted;
}

void Server::enrol_request(const Request& request, const Network::Reply& reply) {
  if (overtaken_) return;
  const json asked = json::parse(request.text);
  const auto wanted = std::make_shared<journal::TerminalEnrolled>();
  wanted->key = *key_from_hex(asked.at("key").get<std::string>());
  wanted->exhibitors = asked.at("exhibitors").get<std::vector<std::string>>();
  wanted->booth = asked.at("booth");
  wanted->holder = asked.at("holder");
  const auto job = [this, wanted](db::Transaction& tx) {
    // The same key asks again when the answer was lost, and gets the same.
    for (const auto& known : ledger::enrolments(tx)) {
      if (known.key == wanted->key) wanted->terminal = known.terminal;
    }
    if (!wanted->terminal.empty()) return;
    wanted->terminal = next_terminal(tx);
    append(tx, {*wanted});
  };
  submit_own(job, [this, wanted, reply, cursor = till::position_from_text(asked.at("cursor").get<std::string>())] {
    stage_.oracle.enrolled(wanted->terminal, wanted->key);
    reply(json{{"terminal", wanted->terminal}, {"feed", sync::to_json(feed_after(cursor))}}.dump());
  });
}

std::set<std::string> Server::revoked() const {
  std::set<std::string> all;
  for (const auto& [terminal, revoked] : revoked_) all.insert(terminal);
  return all;
}

}  // namespace phien::simulation
