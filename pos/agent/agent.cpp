#include "pos/agent/agent.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

#include "pos/agent/durable.hpp"
#include "shared/sync/receive.hpp"

namespace phien::agent {
using nlohmann::json;

namespace {

// Waiting and backing off go by a clock nobody can set, whatever time the device shows.
// A server that answers so may have lost, or missed, what this device can give back to it.
bool may_lack_its_past(const Problem& problem) { return problem.code == "not_enrolled" || problem.code == "lower_incarnation"; }

Pin pin_of(const home::Keys& keys, std::int64_t incarnation) { return {keys.current.fair, keys.current.root, incarnation}; }

}  // namespace

std::string link_key(const till::Identity& me) { return "sync.link." + me.terminal; }

LinkRecord link_from_text(const std::optional<std::string>& text) {
  LinkRecord record;
  if (!text) return record;
  const json value = json::parse(*text);
  if (const auto sent = sync::SendState::from_json(value.at("sent").get<std::string>())) record.sent = *sent;
  record.reached_at = value.at("reached_at").get<Milliseconds>();
  record.must_reopen = value.at("must_reopen").get<bool>();
  if (const auto revoked = value.find("revoked"); revoked != value.end())
    record.revoked = Message{revoked->at("vi").get<std::string>(), revoked->at("en").get<std::string>()};
  return record;
}

std::string to_text(const LinkRecord& record) {
  json value{{"must_reopen", record.must_reopen}, {"reached_at", record.reached_at}, {"sent", record.sent.to_json()}};
  if (record.revoked) value["revoked"] = {{"en", record.revoked->en}, {"vi", record.revoked->vi}};
  return value.dump();
}

Agent::Uplink::Uplink(asio::any_io_executor executor, const home::Keys& keys, till::Identity identity,
                      journal::BranchNo branch_no, LinkRecord known, const Clock& clock, std::function<double()> random)
    : me(std::move(identity)),
      branch(branch_no),
      peer(executor, keys.server, pin_of(keys, 0), clock),
      sender(branch_no, known.sent, std::move(random)),
      work(executor),
      record(std::move(known)) {}

Agent::Agent(asio::any_io_executor executor, till::Till& till, const home::Keys& keys, const Clock& clock)
    : executor_(executor),
      till_(till),
      clock_(clock),
      down_(executor, keys.server, pin_of(keys, 0), clock),
      wake_down_(executor),
      give_back_(
          executor, till, keys, clock, [this] { return random(); }, [this] { hurry(); }),
      engine_(std::random_device{}()) {
  const auto books = till_.store().snapshot();
  const std::int64_t incarnation = till::position_from_text(books->meta(till::kCursorKey)).incarnation;
  const auto add = [&](const till::Identity& me, bool former) {
    const auto branches = books->branches_of(me.journal());
    if (branches.empty()) return;
    auto up = std::make_shared<Uplink>(executor, keys, me, branches.front().no, link_from_text(books->meta(link_key(me))), clock,
                                       [this] { return random(); });
    up->former = former;
    up->peer.pin().least_incarnation = incarnation;
    up->peer.on_contact = [this, raw = up.get()](const Contact& contact) { on_contact(*raw, contact); };
    up_.push_back(std::move(up));
  };
  add(keys.current, false);
  for (const auto& me : keys.former) add(me, true);
  down_.pin().least_incarnation = incarnation;
}

void Agent::start() {
  for (const auto& up : up_) {
    stop_up_.push_back(std::make_shared<asio::cancellation_signal>());
    net::spawn(executor_, run_up(up), "sending", stop_up_.back());
  }
  net::spawn(executor_, run_down(), "receiving", stop_down_);
  net::spawn(executor_, give_back_.run(), "giving back", stop_giving_);
}

asio::awaitable<void> Agent::stop() {
  for (const auto& signal : stop_up_) signal->emit(asio::cancellation_type::all);
  stop_down_->emit(asio::cancellation_type::all);
  stop_giving_->emit(asio::cancellation_type::all);
  const db::JournalStore::Job job = [this](db::Transaction& tx) {
    for (const auto& up : up_) tx.set_meta(link_key(up->me), to_text(up->record));
    till_.keep_stock(tx);
  };
  co_await durable(till_.store(), job);
}

void Agent::poke() {
  asio::post(executor_, [this] { up_.front()->work.announce(); });
}

void Agent::hurry() {
  for (const auto& up : up_) {
    up->sender.hurry();
    up->work.announce();
  }
  failures_down_ = 0;
  wake_down_.announce();
}

void Agent::move(const std::string& server) {
  for (const auto& up : up_) up->peer.move(server);
  down_.move(server);
  give_back_.move(server);
  hurry();
}

AgentStatus Agent::status() const {
  const auto& up = *up_.front();
  AgentStatus status{online_, up.record, up.problem ? up.problem : up.sender.problem(), problem_down_};
  status.link.must_reopen = status.link.must_reopen || up.sender.must_reopen();
  return status;
}

// ---- up ----------------------------------------------------------------------------------------------------------------

asio::awaitable<void> Agent::run_up(std::shared_ptr<Uplink> up) {
  for (;;) {
    const std::uint64_t version = up->work.version();
    const Milliseconds now = steady_ms();
    std::optional<std::string> batch;
    {
      const auto books = till_.store().snapshot();  // never held across a wait
      batch = up->sender.next(*books, now);
    }
    if (batch) {
      co_await send(*up, std::move(*batch));
      continue;
    }
    co_await keep(*up);
    // A former journal waits here too when all of it is there: the next server may lack it.
    Milliseconds wait = up->sender.retry_at() > now ? up->sender.retry_at() - now : kClockEvery;
    if (up->to_keep) wait = std::min(wait, kKeepEvery);
    co_await up->work.wait_beyond(version, wait);
  }
}

asio::awaitable<void> Agent::send(Uplink& up, std::string batch) {
  const Peer::Brought brought = co_await up.peer.bring(up.me, up.me.terminal, batch);
  const Result<net::Response>& answer = brought.answer;
  up.problem.reset();
  std::optional<sync::Outcome> outcome;
  if (answer) {
    if (auto read = sync::outcome_from_json(answer->body)) outcome = std::move(*read);
    // Whatever refuses in the common form (another's journal) is an answer too: it is shown, and tried again.
    else if (answer->status >= 400 && answer->status < 500)
      outcome = problem_of(*answer);
    else
      up.problem = problem_of(*answer);
  } else {
    up.problem = answer.problem();
  }
  if (!outcome) {
    up.sender.on_failure(steady_ms());
    co_return;
  }
  {
    const auto books = till_.store().snapshot();
    up.sender.on_outcome(*books, *outcome, steady_ms());
  }
  up.record.sent = up.sender.state();
  up.record.must_reopen = up.sender.must_reopen();
  up.record.reached_at = clock_.now().wall;
  up.record.revoked = brought.revoked ? std::optional(brought.revoked->what) : std::nullopt;
  up.to_keep = true;
  co_await keep(up);
}

asio::awaitable<void> Agent::keep(Uplink& up) {
  const auto now = std::chrono::steady_clock::now();
  if (!up.to_keep || now - up.kept < std::chrono::milliseconds(kKeepEvery)) co_return;
  up.kept = now;
  up.to_keep = false;
  const db::JournalStore::Job job = [key = link_key(up.me), text = to_text(up.record)](db::Transaction& tx) {
    tx.set_meta(key, text);
  };
  co_await durable(till_.store(), job);
}

void Agent::on_contact(Uplink& up, const Contact& contact) {
  // A server that is new, or came back from a copy, may lack what an earlier one acknowledged.
  if (up.incarnation != 0 && up.incarnation != contact.hello.incarnation) {
    up.sender.hurry();
    give_back_.wake();
  }
  up.incarnation = contact.hello.incarnation;
  if (!up.former) net::spawn(executor_, note(contact), "noting the server's clock");
}

asio::awaitable<void> Agent::note(Contact contact) {
  const db::JournalStore::Job job = till_.own_job([contact](till::Work& work) { note_clock(work, contact); });
  co_await durable(till_.store(), job);
  poke();
}

// ---- down --------------------------------------------------------------------------------------------------------------

asio::awaitable<void> Agent::run_down() {
  Reading greeted = clock_.now();
  for (;;) {
    const std::uint64_t version = wake_down_.version();
    const bool well = co_await fetch();
    if (well) {
      if (!online_) {
        online_ = true;
        for (const auto& up : up_) {
          up->sender.hurry();
          up->work.announce();
        }
      }
      failures_down_ = 0;
      const Reading now = clock_.now();
      if (now.boot == greeted.boot && now.up - greeted.up < kClockEvery) continue;
      greeted = now;
      const auto contact = co_await down_.greet();
      if (contact) co_await note(*contact);
      continue;
    }
    online_ = false;
    if (problem_down_ && may_lack_its_past(*problem_down_)) give_back_.wake();
    if (problem_down_ && problem_down_->code == "revoked")
      co_await meet_as_revoked();
    else
      revoked_by_.clear();
    const Milliseconds most = std::min(kLongestBackoff, kFirstBackoff << std::min(failures_down_++, 10));
    const auto wait = static_cast<Milliseconds>(static_cast<double>(most) * (0.5 + random() / 2));
    co_await wake_down_.wait_beyond(version, wait);
  }
}

// A revoked terminal is told nothing any more, and owes what it wrote until then to every server that it meets.
asio::awaitable<void> Agent::meet_as_revoked() {
  const auto contact = co_await down_.greet();
  if (!contact || contact->hello.tls == revoked_by_) co_return;
  revoked_by_ = contact->hello.tls;
  for (const auto& up : up_) {
    up->sender.hurry();
    up->work.announce();
  }
  give_back_.wake();
}

std::string feed_target(const db::JournalStore& store, std::int64_t stock_version, Milliseconds wait) {
  const auto cursor = till::position_from_text(store.snapshot()->meta(till::kCursorKey));
  std::string target =
      "/api/v1/feed?incarnation=" + std::to_string(cursor.incarnation) + "&seq=" + std::to_string(cursor.head.seq);
  if (cursor.head.seq > 0) target += "&hash=" + hex(cursor.head.hash);
  return target + "&stock=" + std::to_string(stock_version) + "&wait=" + std::to_string(wait);
}

asio::awaitable<void> take_feed(db::JournalStore& store, const till::Identity& me, sync::Feed feed, db::JournalStore::Job also) {
  const db::JournalStore::Job job = [&me, &feed, &also](db::Transaction& tx) {
    auto cursor = sync::take_feed(tx, feed, me.fair, me.root);
    if (!cursor) throw till::Refusal{cursor.problem()};
    tx.set_meta(till::kCursorKey, till::text_of(*cursor));
    also(tx);
  };
  co_await durable(store, job);
}

asio::awaitable<bool> Agent::fetch() {
  const Milliseconds asked = steady_ms();
  const std::string get = "GET", target = feed_target(till_.store(), stock_version_, online_ ? kFeedWait : 0), nothing;
  const std::chrono::milliseconds deadline{kFeedWait + 15'000};
  down_.device.clear();
  if (report_ && (!told_at_ || asked - *told_at_ >= kTellEvery)) {
    down_.device = report_();
    told_at_ = asked;
  }
  const auto answer = co_await down_.ask(till_.me(), get, target, nothing, nothing, deadline);
  problem_down_.reset();
  if (!answer) {
    problem_down_ = answer.problem();
    told_at_.reset();  // perhaps it was not heard
    co_return false;
  }
  if (answer->status != 200) {
    problem_down_ = problem_of(*answer);
    co_return false;
  }
  auto feed = sync::feed_from_json(answer->body);
  if (!feed) {
    problem_down_ = feed.problem();
    co_return false;
  }
  if (feed->stock) {
    stock_version_ = feed->stock->version;
    till_.know_stock(*feed->stock);
  }
  const auto before = till_.store().snapshot()->meta(till::kCursorKey);
  const bool news = !feed->batches.empty() || feed->cursor != till::position_from_text(before);
  if (!news) {
    // A server that answers at once with nothing new is not asked as fast as it can answer.
    if (!feed->stock && steady_ms() - asked < kFirstBackoff) co_await net::sleep_for(kFirstBackoff);
    co_return true;
  }
  const db::JournalStore::Job keep_stock = [this](db::Transaction& tx) { till_.keep_stock(tx); };
  try {
    co_await take_feed(till_.store(), till_.me(), std::move(*feed), keep_stock);
  } catch (const till::Refusal& refusal) {
    problem_down_ = refusal.problem;
    co_return false;
  } catch (const db::StoreFailed& e) {
    problem_down_ =
        Problem{"store_failed",
                "",
                {"Không ghi được dữ liệu từ máy chủ.", std::string("What the server sent could not be written: ") + e.what()}};
    co_return false;
  }
  const std::int64_t incarnation = till::position_from_text(till_.store().snapshot()->meta(till::kCursorKey)).incarnation;
  down_.pin().least_incarnation = incarnation;
  for (const auto& up : up_) up->peer.pin().least_incarnation = incarnation;
  co_return true;
}

// ---- clock ---------------------------------------------------------------------------------------------------------------

void note_clock(till::Work& work, const Contact& contact) {
  const auto& last = work.state.anchor;
  const Milliseconds measured = contact.hello.server_time + contact.round_trip / 2;
  bool due = !last || last->boot != contact.at.boot, reset = false;
  if (!due) {
    if (contact.round_trip > kLongestRoundTrip) return;
    const Milliseconds predicted = last->server + (contact.at.up - last->up);
    const bool moved = std::abs(predicted - measured) > kClockMoved + contact.round_trip;
    // CLOCK_BOOTTIME does not jump: it was the server's own clock that somebody set.
    reset = moved && last->incarnation == contact.hello.incarnation;
    due = moved || contact.at.up - last->up >= kClockEvery;
  }
  if (!due || contact.at.boot != work.now.boot) return;
  journal::ClockReading reading;
  reading.server = contact.hello.server_time;
  reading.round_trip = contact.round_trip;
  reading.up = contact.at.up;
  reading.wall = contact.at.wall;
  reading.incarnation = contact.hello.incarnation;
  reading.reset = reset;
  work.write({work.entry("_system", reading)});
}

}  // namespace phien::agent
