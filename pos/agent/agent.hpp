// Carries the own journal up and the server's journal down. Selling never waits for it; it ends at once when told.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "pos/agent/give_back.hpp"
#include "pos/agent/peer.hpp"
#include "pos/home/home.hpp"
#include "pos/till/till.hpp"
#include "shared/net/run.hpp"
#include "shared/sync/feed.hpp"
#include "shared/sync/send.hpp"

namespace phien::agent {

// A reading of the server's clock is noted once per run of the kernel, about hourly, and when it moved more than this.
inline constexpr Milliseconds kClockEvery = 3'600'000, kClockMoved = 2'000, kLongestRoundTrip = 10'000;
inline constexpr Milliseconds kFirstBackoff = 250, kLongestBackoff = 30'000;
inline constexpr Milliseconds kFeedWait = 50'000;
inline constexpr Milliseconds kTellEvery = 20'000;  // how often the server is told of this device
inline constexpr Milliseconds kKeepEvery = 2'000;   // how often at most what may be lost is written down

// "sync.link.<terminal>": what is kept of a link between runs.
struct LinkRecord {
  sync::SendState sent;
  Milliseconds reached_at = 0;  // this device's clock; 0: never
  bool must_reopen = false;
  std::optional<Message> revoked;  // what the server said when it sent this terminal away
};
std::string link_key(const till::Identity& me);
LinkRecord link_from_text(const std::optional<std::string>& text);
std::string to_text(const LinkRecord& record);

// Writes down a reading of the server's clock if one is due.
void note_clock(till::Work& work, const Contact& contact);

// Applies one answer of the feed in one transaction, which `also` is a part of. Throws till::Refusal.
asio::awaitable<void> take_feed(db::JournalStore& store, const till::Identity& me, sync::Feed feed, db::JournalStore::Job also);
std::string feed_target(const db::JournalStore& store, std::int64_t stock_version, Milliseconds wait);

struct AgentStatus {
  bool online = false;
  LinkRecord link;
  std::optional<Problem> problem_up, problem_down;
};

class Agent {
 public:
  Agent(asio::any_io_executor executor, till::Till& till, const home::Keys& keys, const Clock& clock);
  void start();
  // Ends every loop and writes down what it knew. Awaited before the event loop ends.
  asio::awaitable<void> stop();
  void poke();                           // something was written here: any thread
  void hurry();                          // the user asks for it now
  void move(const std::string& server);  // the server is at another address
  // From now on the server is told what `report` says of this device.
  void tell(std::function<std::string()> report) { report_ = std::move(report); }
  AgentStatus status() const;

 private:
  // One journal on its way up: the present one, and those written before as long as something of them is missing there.
  struct Uplink {
    Uplink(asio::any_io_executor executor, const home::Keys& keys, till::Identity identity, journal::BranchNo branch,
           LinkRecord record, const Clock& clock, std::function<double()> random);
    till::Identity me;
    journal::BranchNo branch;
    Peer peer;
    sync::Sender sender;
    net::Announcement work;
    LinkRecord record;
    std::optional<Problem> problem;  // of the way there; the sender has those of the answer
    std::chrono::steady_clock::time_point kept;
    bool to_keep = false;
    bool former = false;
    std::int64_t incarnation = 0;
  };
  asio::awaitable<void> run_up(std::shared_ptr<Uplink> up);
  asio::awaitable<void> send(Uplink& up, std::string batch);
  asio::awaitable<void> keep(Uplink& up);
  asio::awaitable<void> run_down();
  asio::awaitable<bool> fetch();  // one feed answer; false: it failed
  asio::awaitable<void> meet_as_revoked();
  void on_contact(Uplink& up, const Contact& contact);
  asio::awaitable<void> note(Contact contact);
  double random() { return std::uniform_real_distribution<double>(0, 1)(engine_); }

  asio::any_io_executor executor_;
  till::Till& till_;
  const Clock& clock_;
  std::vector<std::shared_ptr<Uplink>> up_;  // the present one first
  Peer down_;
  net::Announcement wake_down_;
  GiveBack give_back_;
  std::int64_t stock_version_ = 0;
  bool online_ = false;
  std::string revoked_by_;  // TLS key of the server that was offered what this terminal, which it revoked, still owes
  std::optional<Problem> problem_down_;
  int failures_down_ = 0;
  std::function<std::string()> report_;
  std::optional<Milliseconds> told_at_;
  std::shared_ptr<asio::cancellation_signal> stop_down_ = std::make_shared<asio::cancellation_signal>();
  std::shared_ptr<asio::cancellation_signal> stop_giving_ = std::make_shared<asio::cancellation_signal>();
  std::vector<std::shared_ptr<asio::cancellation_signal>> stop_up_;
  std::minstd_rand engine_;
};

}  // namespace phien::agent
