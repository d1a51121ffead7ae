#include "tests/simulation/device.hpp"

#include <fmt/format.h>

#include "pos/agent/agent.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "tests/simulation/fair.hpp"

namespace phien::simulation {

using nlohmann::json;

namespace {
constexpr Milliseconds kFeedWait = 5 * kMinute, kGreetEvery = kHour, kHelloDeadline = 15 * kSecond;
constexpr Milliseconds kFirstBackoff = 250, kLongestBackoff = 30 * kSecond;
}  // namespace

Device::Device(Stage& stage, std::string name, till::Identity identity, std::unique_ptr<Platter> platter)
    : stage_(stage),
      name_(std::move(name)),
      dice_(stage.dice(name_)),
      disk_(stage.world, stage.dice(name_ + " disk"), std::move(platter), name_),
      clock_(stage.world, random_hex(16)),
      me_(std::move(identity)) {
  if (stage.planted == "receipt_before_durable") disk_.lie();
  clock_.drift(dice_.between(-50, 50));
}

Device::Device(Stage& stage, std::string name, const Image& image)
    : Device(stage, std::move(name), image.current, memory_platter(*image.disk)) {
  former_ = image.former;
  continues_ = image.continues;
}

// ---- power -------------------------------------------------------------------------------------------------------------

void Device::boot() {
  if (on() || dead_) return;
  alive_ = std::make_shared<int>(0);
  disk_.restart();
  clock_.boot(random_hex(16));
  online_ = fetching_ = enrolling_ = false;
  stock_version_ = 0;
  greeted_ = revoked_by_ = 0;
  {
    Disk::Waiting wait(disk_);
    try {
      open_till();
    } catch (const db::StoreFull&) {  // no room even to begin: the program ends, and is started again later
      alive_.reset();
      return;
    } catch (const db::StoreFailed&) {
      alive_.reset();
      return;
    }
  }
  stage_.oracle.booted(name_, *disk_.snapshot());
  open_uplinks();
  fetch();
  // What was asked for and not answered is asked for again.
  std::vector<Act> again;
  again.swap(unanswered_);
  for (Act& act : again) {
    stage_.world.after(dice_.between(kSecond, kMinute), [this, weak = std::weak_ptr(alive_), act] {
      if (weak.lock()) perform(act);
    });
  }
}

void Device::crash() {
  if (!on()) return;
  disk_.cut_power();
  record();  // what reached the disk and was not reported yet was written before this moment, not when it is next looked at
  alive_.reset();
  uplinks_.clear();
  till_.reset();
}

void Device::die() {
  crash();
  dead_ = true;
  disk_.replace(memory_platter());
  unanswered_.clear();
  stage_.oracle.past_changed(name_, *disk_.snapshot());
}

Device::Image Device::image() const { return {disk_.snapshot(), me_, former_, continues_}; }

void Device::restore(const Image& image) {
  crash();
  disk_.replace(memory_platter(*image.disk));
  me_ = image.current;
  former_ = image.former;
  continues_ = image.continues;
  unanswered_.clear();  // the people have gone on: what they were told of is lost with the card
  sales_.clear(), orders_.clear(), voidable_.clear(), pay_refs_.clear();
  stage_.oracle.past_changed(name_, *disk_.snapshot());
}

void Device::open_till() {
  const till::Beginning beginning{"phien-pos simulated", name_, continues_, continues_ ? "số máy mới" : ""};
  till_ = std::make_unique<till::Till>(disk_, clock_, me_, beginning);
  record();
}

// ---- up ----------------------------------------------------------------------------------------------------------------

void Device::open_uplinks() {
  const auto books = disk_.snapshot();
  const auto add = [&](const till::Identity& me) {
    const auto branches = books->branches_of(me.journal());
    if (branches.empty() || uplinks_.contains(me.terminal)) return;
    const auto kept = agent::link_from_text(books->meta(agent::link_key(me)));
    auto link = std::make_shared<Uplink>(stage_.world, stage_.network, disk_, Uplink::Ends{name_, "server", me.terminal},
                                         branches.front().no, kept.sent, Dice(dice_.next()));
    link->on_outcome = [this, me, raw = link.get()](const sync::Outcome&) {
      agent::LinkRecord record;
      record.sent = raw->sender().state();
      record.must_reopen = raw->sender().must_reopen();
      const bool queued = disk_.submit(
          [key = agent::link_key(me), text = agent::to_text(record)](db::Transaction& tx) { tx.set_meta(key, text); }, {});
      static_cast<void>(queued);
      if (me.terminal == me_.terminal) look_for_twin();
    };
    uplinks_[me.terminal] = link;
    link->pump();
  };
  add(me_);
  for (const auto& me : former_) add(me);
}

// A server that came back without the journals of those before it is given them.
void Device::give_back(std::int64_t below) {
  for (const auto& branch : disk_.snapshot()->branches()) {
    const auto number = journal::server_incarnation(branch.journal.terminal);
    const std::string name = branch.journal.terminal + "/" + std::to_string(branch.no);
    if (!number || *number >= below || uplinks_.contains(name)) continue;
    auto link =
        std::make_shared<Uplink>(stage_.world, stage_.network, disk_, Uplink::Ends{name_, "server", branch.journal.terminal},
                                 branch.no, sync::SendState{}, Dice(dice_.next()));
    uplinks_[name] = link;
    link->pump();
  }
}

// Another writer of this journal, or entries of it that are not here: this device goes on under a new number, when a person has
// seen it.
void Device::look_for_twin() {
  const auto own = uplinks_.find(me_.terminal);
  if (own == uplinks_.end() || !own->second->sender().must_reopen() || enrolling_) return;
  enrolling_ = true;
  stage_.world.after(dice_.between(10 * kSecond, 5 * kMinute), [this, weak = std::weak_ptr(alive_)] {
    if (weak.lock()) enrol_anew("its journal has a twin");
  });
}

void Device::enrol_anew(const std::string& why) {
  enrolling_ = true;
  if (!new_key_) new_key_ = SecretKey::generate();
  stage_.world.trace(name_, me_.terminal + " asks for a new number: " + why);
  ask_to_enrol();
}

void Device::ask_to_enrol() {
  const json asked{{"booth", me_.booth},
                   {"cursor", till::text_of(cursor())},
                   {"exhibitors", me_.exhibitors},
                   {"holder", me_.holder_of(me_.exhibitors.front())},
                   {"key", hex(new_key_->public_key())}};
  stage_.network.ask(name_, "server", "enrol", asked.dump(), kHelloDeadline,
                     [this, weak = std::weak_ptr(alive_)](const std::optional<std::string>& answer) {
                       if (!weak.lock()) return;
                       if (answer) {
                         const json said = json::parse(*answer);
                         const auto feed = sync::feed_from_json(said.at("feed").get<std::string>());
                         if (feed && learn(said.at("terminal"), new_key_->public_key(), *feed))
                           return become(said.at("terminal"));
                       }
                       stage_.world.after(dice_.between(kSecond, 30 * kSecond), [this, weak] {
                         if (weak.lock()) ask_to_enrol();
                       });
                     });
}

bool Device::learn(const std::string& terminal, const PublicKey& key, const sync::Feed& feed) {
  Disk::Waiting wait(disk_);
  bool enrolled = false;
  try {
    disk_.run([&](db::Transaction& tx) {
      const auto at = sync::take_feed(tx, feed, me_.fair, me_.root);
      if (!at) return;
      tx.set_meta(till::kCursorKey, till::text_of(*at));
      for (const auto& one : ledger::enrolments(tx)) enrolled = enrolled || (one.terminal == terminal && one.key == key);
    });
  } catch (const db::StoreFailed&) {
    return false;
  }
  return enrolled;
}

void Device::become(const std::string& terminal) {
  if (!new_key_) return;
  Disk::Waiting wait(disk_);
  const auto branches = disk_.snapshot()->branches_of(me_.journal());
  former_.push_back(me_);
  continues_.reset();
  if (!branches.empty() && branches.front().head.seq > 0)
    continues_ = journal::Ref{me_.terminal, branches.front().head.seq, branches.front().head.hash};
  me_.terminal = terminal;
  me_.key = *new_key_;
  new_key_.reset();
  stage_.world.trace(name_, "is " + terminal + " now");
  sales_.clear(), orders_.clear(), voidable_.clear();
  try {
    open_till();
  } catch (const db::StoreFailed&) {
    return crash();
  }
  enrolling_ = false;
  open_uplinks();
}

// ---- down --------------------------------------------------------------------------------------------------------------

journal::ServerPosition Device::cursor() const { return till::position_from_text(disk_.snapshot()->meta(till::kCursorKey)); }

void Device::fetch() {
  if (fetching_ || !on()) return;
  fetching_ = true;
  const auto at = cursor();
  const Milliseconds wait = online_ ? kFeedWait : 0;
  const json asked{{"terminal", me_.terminal},  {"incarnation", at.incarnation}, {"seq", at.head.seq},
                   {"hash", hex(at.head.hash)}, {"stock", stock_version_},       {"wait", wait}};
  stage_.network.ask(name_, "server", "feed", asked.dump(), wait + kHelloDeadline,
                     [this, weak = std::weak_ptr(alive_)](const std::optional<std::string>& answer) {
                       if (!weak.lock()) return;
                       fetching_ = false;
                       fetched(answer);
                     });
}

void Device::failed_to_fetch() {
  online_ = false;
  const Milliseconds most = std::min(kLongestBackoff, kFirstBackoff << std::min(failures_++, 10));
  stage_.world.after(static_cast<Milliseconds>(static_cast<double>(most) * (0.5 + dice_.unit() / 2)),
                     [this, weak = std::weak_ptr(alive_)] {
                       if (weak.lock()) fetch();
                     });
}

void Device::fetched(const std::optional<std::string>& answer) {
  if (!answer) {
    revoked_by_ = 0;
    return failed_to_fetch();
  }
  if (answer->starts_with(R"({"revoked_by")")) {
    meet_as_revoked(json::parse(*answer).at("revoked_by"));
    return failed_to_fetch();
  }
  auto read = sync::feed_from_json(*answer);
  if (!read) throw Violation("bug", "an answer of the feed cannot be read: " + read.problem().code);
  const auto feed = std::make_shared<sync::Feed>(std::move(*read));
  if (feed->stock) {
    stock_version_ = feed->stock->version;
    stock_ = *feed->stock;
    till_->know_stock(*feed->stock);
  }
  const auto well = [this, feed] {
    replaced_server_ = 0;
    if (feed->incarnation > 1) give_back(feed->incarnation);  // also when nothing is new: this device may just have started
    came_online();
    if (stage_.world.now() - greeted_ > kGreetEvery) greet();
    stage_.world.after(kFirstBackoff, [this, weak = std::weak_ptr(alive_)] {
      if (weak.lock()) fetch();
    });
  };
  if (feed->batches.empty() && feed->cursor == cursor()) return well();
  const std::int64_t before = cursor().incarnation;
  const auto job = [this, feed](db::Transaction& tx) {
    auto at = sync::take_feed(tx, *feed, me_.fair, me_.root);
    if (!at) throw till::Refusal{at.problem()};
    tx.set_meta(till::kCursorKey, till::text_of(*at));
    till_->keep_stock(tx);
  };
  const bool queued = disk_.submit(job, [this, weak = std::weak_ptr(alive_), well, feed,
                                         before](const std::exception_ptr& error) {
    if (!weak.lock()) return;
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const till::Refusal& refusal) {
        if (refusal.problem.code != "lower_incarnation")
          throw Violation("I6", name_ + " refuses what the server says: " + refusal.problem.code + " " + refusal.problem.where);
        replaced_server_ = feed->incarnation;
      } catch (const db::StoreFailed&) {}
      return failed_to_fetch();
    }
    if (before != 0 && feed->incarnation > before) hurry();
    well();
  });
  if (!queued) failed_to_fetch();
}

// Agent::meet_as_revoked.
void Device::meet_as_revoked(std::int64_t server) {
  if (std::exchange(revoked_by_, server) == server) return;
  for (const auto& [name, link] : uplinks_) link->hurry();
  give_back(server);
}

void Device::came_online() {
  failures_ = 0;
  if (std::exchange(online_, true)) return;
  for (const auto& [name, link] : uplinks_) link->hurry();
  greet();
}

void Device::greet() {
  greeted_ = stage_.world.now();
  const Reading before = clock_.now();
  stage_.network.ask(name_, "server", "hello", "", kHelloDeadline,
                     [this, weak = std::weak_ptr(alive_), before](const std::optional<std::string>& answer) {
                       if (!weak.lock() || !answer) return;
                       note_contact(json::parse(*answer), before.up, before.boot);
                     });
}

void Device::note_contact(const json& hello, Milliseconds asked_up, const std::string& boot) {
  agent::Contact contact;
  contact.hello.incarnation = hello.at("incarnation");
  contact.hello.server_time = hello.at("server_time");
  contact.at = clock_.now();
  contact.round_trip = contact.at.boot == boot ? contact.at.up - asked_up : 0;
  const bool queued = disk_.submit(till_->own_job([contact](till::Work& work) { agent::note_clock(work, contact); }),
                                   [this, weak = std::weak_ptr(alive_)](const std::exception_ptr& error) {
                                     if (!weak.lock() || error) return;
                                     record();
                                     if (const auto own = uplinks_.find(me_.terminal); own != uplinks_.end()) own->second->pump();
                                   });
  static_cast<void>(queued);
}

void Device::hurry() {
  for (const auto& [name, link] : uplinks_) link->hurry();
  failures_ = 0;
  fetch();
}

// ---- looking ------------------------------------------------------------------------------------------------------------

void Device::record() {
  const auto books = disk_.snapshot();
  const auto branches = books->branches_of(me_.journal());
  if (!branches.empty()) stage_.oracle.wrote(*books, branches.front().no, stage_.world.now());
}

std::string Device::unsettled(const journal::ServerPosition& position, const std::set<std::string>& revoked) const {
  if (enrolling_) return "waits for a new number";
  if (cursor() != position && !revoked.contains(me_.terminal)) return "has not all of the server's journal";
  const auto books = disk_.snapshot();
  for (const auto& [name, link] : uplinks_) {
    const auto branch = books->branch(link->branch());
    if (!link->idle()) return name + " is not idle" + (link->sender().problem() ? ": " + link->sender().problem()->code : "");
    if (link->sender().state().acknowledged != branch->head) return name + " is not acknowledged";
  }
  return "";
}

bool Device::settled(const journal::ServerPosition& position, const std::set<std::string>& revoked) const {
  return unsettled(position, revoked).empty();
}

std::vector<sync::FeedRow> Device::shelf() const {
  return stock_ ? sync::shown_stock(*disk_.snapshot(), *stock_, me_.journal()) : std::vector<sync::FeedRow>{};
}

void Device::write_unknown_kind() {
  if (!on()) return;
  const Reading now = clock_.now();
  // By hand, since this program's encoder refuses what it does not know.
  const std::string bytes = fmt::format(
      R"({{"body":{{"text":"x"}},"by":"seller","kind":"hologram","nonce":"{}","time":{{"boot":"{}","up":{},"wall":{}}},"v":1}})",
      random_hex(16), now.boot, now.up, now.wall);
  const bool queued = disk_.submit(
      [this, bytes](db::Transaction& tx) {
        journal::Branch branch = *tx.branch(till_->branch());
        const auto entry = journal::decode(std::string_view(bytes));
        ledger::Incoming incoming;
        incoming.bytes = bytes;
        incoming.digest = sha256(bytes);
        incoming.hash = journal::next_hash(branch.head.hash, incoming.digest);
        incoming.entry = &entry;
        incoming.seal = journal::seal(me_.key, branch.journal, {branch.head.seq + 1, incoming.hash});
        ledger::append(tx, branch, {&incoming, 1});
      },
      [this, weak = std::weak_ptr(alive_)](const std::exception_ptr& error) {
        if (weak.lock() && !error) record();
      });
  static_cast<void>(queued);
}

}  // namespace phien::simulation
