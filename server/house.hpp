// The opened data directory: keys, store, clock, the server's own journal, and who is to be told when something changes.
// Everything but `read` and what runs inside a job happens on one io thread.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "db/store.hpp"
#include "server/access/logins.hpp"
#include "server/access/people.hpp"
#include "server/access/tries.hpp"
#include "server/keys.hpp"
#include "server/live/channels.hpp"
#include "server/live/device.hpp"
#include "server/live/summary.hpp"
#include "server/metrics.hpp"
#include "server/refusal.hpp"
#include "server/sessions.hpp"
#include "shared/clock.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/ledger/views.hpp"
#include "shared/net/http.hpp"
#include "shared/progress.hpp"

namespace phien::server {

namespace asio = boost::asio;

// Files of a data directory.
struct Paths {
  std::string directory;
  std::string store() const { return directory + "/phien.db"; }
  std::string keys() const { return directory + "/keys.json"; }
  std::string admin_token() const { return directory + "/admin.token"; }
  std::string running() const { return directory + "/server.json"; }
  std::string pending_kit() const { return directory + "/recovery-kit.pending.json"; }  // of a first run, until it is confirmed
};

// Enrolled and revoked terminals, as the server's journals say.
struct Roll {
  std::map<std::string, journal::TerminalEnrolled, std::less<>> enrolled;
  std::map<std::string, journal::TerminalRevoked, std::less<>> revoked;
};

// How a hub holds this fair's journals too.
struct UpstreamStatus {
  std::string url;
  bool online = false;
  Milliseconds reached_at = 0;  // 0: not in this run
  std::int64_t waiting = 0;     // entries it has not acknowledged
  std::optional<Problem> problem;
  std::map<std::string, journal::Seq> acknowledged;  // by terminal
};

// The fair a hub holds a copy of.
struct CopyOf {
  std::string fair;
  PublicKey root{};
};

inline constexpr const char* kOrganizer = "organizer";  // who acts with the admin token: whoever has this machine

class House {
 public:
  // Makes a data directory for incarnation 1 of a new fair, and the kit. `first`: what stands in its journal from the beginning.
  // Codes: exists, cannot_write.
  using FirstEntries = std::function<std::vector<journal::Entry>(const Keys& keys)>;
  static Result<bool> create(const Paths& paths, const std::string& fair, const std::string& kit_path,
                             std::shared_ptr<Clock> clock, const FirstEntries& first = {});
  // Opens one. Codes: not_initialised, kit_not_saved, bad_keys, wrong_store. Throws db::StoreBusy, StoreTooNew, StoreFailed.
  // `opening`: of books that must be made anew.
  static Result<std::unique_ptr<House>> open(asio::any_io_executor executor, const Paths& paths, std::shared_ptr<Clock> clock,
                                             Progress opening = {});
  // The same over a store that is open already, and holds the journal of these keys.
  static std::unique_ptr<House> over(asio::any_io_executor executor, Paths paths, Keys keys, std::string admin_token,
                                     std::shared_ptr<Clock> clock, std::unique_ptr<db::JournalStore> store);
  // A copy of a fair at a hub, which has no journal of its own: it takes journals and shows them.
  static std::unique_ptr<House> copy(asio::any_io_executor executor, const Paths& paths, const CopyOf& of,
                                     std::string admin_token, std::shared_ptr<Clock> clock,
                                     std::unique_ptr<db::JournalStore> store);
  ~House();

  const Paths& paths() const { return paths_; }
  const Keys& keys() const { return keys_; }
  const std::string& admin_token() const { return admin_token_; }
  Reading now() const { return clock_->now(); }
  db::JournalStore& store() { return *store_; }
  const Roll& roll() const { return roll_; }
  const People& people() const { return people_; }
  const journal::ServerPosition& position() const { return position_; }  // of the own journal
  journal::BranchNo own_branch() const { return own_branch_; }           // 0: a copy has none
  bool store_failed() const { return store_failed_; }

  // Runs `job` in the store; resumes when its writes are durable. Throws what the job threw, StoreFailed, or a Refusal (busy).
  asio::awaitable<void> commit(db::JournalStore::Job job);
  // The same for a job that writes the own journal or changes what it means: everyone who waits is told.
  asio::awaitable<void> commit_own(db::JournalStore::Job job);
  // Runs `work` off the io thread; rethrows.
  asio::awaitable<void> aside(std::function<void()> work);
  // The same for what waits for another machine, one after the other: never in the way of a page. `work` looks at
  // `closing()` and gives up when it is set.
  asio::awaitable<void> outside(std::function<void()> work);
  const std::atomic<bool>& closing() const { return closing_; }
  void close() { closing_ = true; }
  // As `aside`, on a snapshot.
  using Work = std::function<net::Response(const db::Snapshot&)>;
  asio::awaitable<net::Response> read(Work work);

  // An entry of the own journal, now. `by`: the account that acts.
  journal::Entry entry(journal::Body body, std::string by) const;
  // Inside a job: appends to the own journal. `unit`: all or none, at most 32. Throws Refusal (journal_overtaken and what encode
  // refuses).
  std::vector<ledger::Written> write(db::Transaction& tx, std::vector<journal::Entry> unit) const;
  journal::Head own_head(const journal::JournalsReader& journals) const;
  // Inside a job: notes the heads of all other journals, if they moved since the last such note (a witness).
  void write_heads(db::Transaction& tx) const;
  asio::awaitable<void> witness();  // the same as a job of its own, which is none when nothing moved

  // Entries of a terminal's journal are durable.
  void took(const std::set<std::string>& exhibitors, const std::string& writer);
  void took_forwarded(const std::string& writer);  // the same at a copy
  // Somebody holds `shown` of this server's own journal. If it is not here, this server came back without its last entries:
  // it stops writing its journal, or there would be two of it, until a new incarnation is certified with the kit.
  void compare(const journal::ServerPosition& shown);
  // Entries of a server's journal were brought from elsewhere: enrolments may be among them. They overtake this server when they
  // are of its own journal or of an incarnation after it.
  void note_server_journal(const std::string& terminal);
  void note_overtaken();
  bool overtaken() const { return overtaken_; }

  Sessions sessions;
  WrongTries wrong_tries;
  Logins logins;
  // Of passwords: from one address, at one account from one address, and at one account from anywhere (ASVS 2.2.1).
  Tries wrong_from{20, 15 * 60'000}, wrong_at{5, 15 * 60'000}, wrong_anywhere{100, 60 * 60'000};
  std::size_t hashing = 0;  // passwords being looked at now
  Channels channels;
  Totals totals;  // the summary
  Totals live;    // what the live page shows, for those who see all of it
  Metrics metrics;
  std::map<std::string, Milliseconds> last_contact;    // wall time, by terminal, in this run
  std::map<std::string, journal::ServerPosition> fed;  // how far in the servers' journals, by terminal, in this run
  std::map<std::string, Device> devices;               // what terminals told of themselves in this run
  struct Given {
    std::string digest;  // SHA-256 of the file, in hex
    std::map<std::string, journal::Seq> heads;
  };
  std::deque<Given> given;                   // the last exports of all journals, until one is shown to be kept
  std::set<std::string> reported;            // terminals that gave a batch of their own journal in this run
  std::function<net::Counters()> counters;   // of the HTTP server, while there is one
  std::function<UpstreamStatus()> upstream;  // while there is one
  std::function<nlohmann::json()> alerts;    // what is wrong now (alerts/watch.hpp), while somebody watches
  std::string tls_address = "0.0.0.0";       // where terminals at the venue reach it
  unsigned short port = 8080, tls_port = 8443;
  bool alerts_to_this_machine = false;  // may go to a service on the machine itself
  Progress progress;                    // of long work that somebody waits for at a command

 private:
  House(asio::any_io_executor executor, Paths paths, Keys keys, std::string admin_token, std::shared_ptr<Clock> clock,
        std::unique_ptr<db::JournalStore> store);
  void look_at_own_journal();
  using Compute = std::function<Summary(const db::Snapshot&, const Contacts&)>;
  asio::awaitable<std::shared_ptr<const Summary>> compute(Compute make);
  void figures_changed();

  asio::any_io_executor executor_;
  Paths paths_;
  Keys keys_;
  std::string admin_token_;
  std::shared_ptr<Clock> clock_;
  std::unique_ptr<db::JournalStore> store_;
  journal::BranchNo own_branch_ = 0;
  journal::ServerPosition last_compared_;
  journal::ServerPosition position_;
  Roll roll_;
  People people_;
  std::atomic<bool> overtaken_{false};
  bool store_failed_ = false;
  bool heads_moved_ = true;  // since the last witness; of an earlier run it is not known
  std::atomic<bool> closing_{false};
  asio::thread_pool workers_{2}, outside_{1};
};

// Whether who asked from `cursor` on has the entry at `seq` of that incarnation's journal.
bool has_come_to(const journal::ServerPosition& cursor, std::int64_t incarnation, journal::Seq seq);
// Inside a job: begins the journal of a new incarnation with its `incarnation` entry.
void begin_journal(db::Transaction& tx, const Keys& keys, const Reading& time);
journal::Entry entry_at(const Reading& time, journal::Body body, std::string by);

}  // namespace phien::server
