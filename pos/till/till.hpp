// One terminal over one store: performs use cases, each in one durable transaction, once per idempotency key (I1).
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pos/till/work.hpp"
#include "shared/clock.hpp"
#include "shared/sync/feed.hpp"

namespace phien::till {

using UseCase = json (*)(Work&, Fields&);

// What a request asks for. `key` names the attempt: the same key and request get the same answer and have one effect.
struct Call {
  std::string name;  // of the use case: "sales", "shifts/open"
  UseCase use_case = nullptr;
  json request;
  std::string key;
  Lang lang = Lang::vi;
  bool once = true;          // false: writes no entry, so a repetition needs no key
  bool after_close = false;  // also when this terminal's journal is closed: writes nothing into it
  Desk desk{};
};
struct Answer {
  json value;  // when there is no problem
  std::optional<Problem> problem;
  bool replayed = false;  // answered before; nothing was written now
};

// How many keys are remembered (I10). A key comes back within seconds if at all.
inline constexpr std::int64_t kRememberedKeys = 2'000;
inline constexpr std::size_t kMinKey = 8, kMaxKey = 64;

// What is known when a journal is begun.
struct Beginning {
  std::string program, device;
  std::optional<journal::Ref> continues;  // the journal this device wrote before
  std::string reason;                     // why it goes on in a new one
};

// What a reading use case (a GET) works with. Made from one snapshot; short-lived.
struct View {
  const db::Snapshot& books;
  const Identity& me;
  journal::Branch branch;
  CataloguePtr catalogue;
  State state;
  Reading now;
  Lang lang;
  std::shared_ptr<const sync::FeedStock> stock;  // what the server last told; null: never
  bool shift_open = false;                       // of every drawer into which cash taken at this desk goes
  Milliseconds time() const { return corrected(state, now); }
};

class Till {
 public:
  // Opens the own journal (begins it if there is none) and recomputes from it what the till remembers: numbers are never trusted
  // from memory alone. Throws what the store throws. `obstacle` says why nothing may be written just now (no room, …).
  Till(db::JournalStore& store, const Clock& clock, Identity identity, const Beginning& beginning,
       std::function<std::optional<Problem>()> obstacle = {});

  // For a program with an event loop: submit the job; `answer` is filled in when it is done. `settle` must see what the store
  // said.
  db::JournalStore::Job job(Call call, std::shared_ptr<Answer> answer);
  void settle(Answer& answer, const std::exception_ptr& error);
  // Submits and waits.
  Answer perform(Call call);
  // What the till does by itself (a reading of the server's clock): no key, no answer.
  db::JournalStore::Job own_job(std::function<void(Work&)> change);

  // Runs `read` over a fresh snapshot.
  json read(Lang lang, const std::function<json(const View&)>& read, const Desk& desk = {});

  // Why this till cannot sell just now; nothing if it can. Ask before money is taken.
  std::optional<Problem> obstacle();

  // What the server told of the exhibitors' stock: shown from now on. Kept in the store now and then (`keep_stock`), not at every
  // word of the server, which would make the next sale wait for the disk.
  void know_stock(sync::FeedStock stock);
  void keep_stock(db::Transaction& tx);

  const Identity& me() const { return me_; }
  journal::BranchNo branch() const { return branch_; }
  db::JournalStore& store() { return store_; }
  const Clock& clock() const { return clock_; }
  // Called after every commit of this till, on the store's thread.
  void on_commit(std::function<void()> call) { on_commit_ = std::move(call); }

 private:
  void begin(db::Transaction& tx, const Beginning& beginning);
  // As `asking` may see it.
  CataloguePtr catalogue(const ledger::Reader& books, const std::optional<std::string>& cursor, const Identity& asking);
  std::shared_ptr<const sync::FeedStock> known_stock();

  db::JournalStore& store_;
  const Clock& clock_;
  const Identity me_;
  const std::function<std::optional<Problem>()> obstacle_;
  journal::BranchNo branch_ = 0;
  std::function<void()> on_commit_;
  std::atomic<bool> failed_{false};  // the store refuses until this process is started anew

  std::mutex cache_lock_;  // the store's thread writes, the others read
  std::string cached_cursor_;
  CataloguePtr cached_;
  std::map<std::string, CataloguePtr> of_phones_;  // exhibitor → what its phones see of it
  std::shared_ptr<const sync::FeedStock> stock_;
};

}  // namespace phien::till
