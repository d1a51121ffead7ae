#include "db/sqlite/writer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace phien::db {
namespace {

using Clock = std::chrono::steady_clock;

// A group is the jobs that wait when it begins. Who comes meanwhile is for the next one: taken along, all of a few busy callers
// would end up in one group and wait for its commit together, and with nobody to be read from meanwhile, reading and writing
// would take turns instead of going on side by side (tests/bench, ingest_bulk: a quarter more sales a second). It also ends at
// either of these: the first bounds what one failed commit takes along, the second how long the first job waits.
constexpr std::size_t kMaxGroupJobs = 256;
constexpr auto kMaxGroupTime = std::chrono::milliseconds(20);

// A checkpoint is what a commit's p99 is made of, so it runs after `done` was called: when nobody waits, or when the WAL has
// grown so much that somebody must. It takes what readers let it take; when the WAL is far too long, or holds data that was
// erased, it waits for them shortly, so that the WAL starts anew: but not each time, since a backup reads for long.
// 16 MiB of WAL between two checkpoints: fewer than one commit of a hundred waits for one, and a start reads it in no time.
constexpr int kIdleCheckpointPages = 4'000;
constexpr int kDueCheckpointPages = 16'000;
constexpr int kForcedCheckpointPages = 64'000;
constexpr auto kBetweenWaits = std::chrono::seconds(1);

// No room, or somebody else at the file: nothing was written, and it can be tried again.
bool is_passing(const std::exception_ptr& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (const StoreFull&) {
    return true;
  } catch (const StoreBusy&) {
    return true;
  } catch (...) {
    return false;
  }
}

// Whatever stopped the writer, callers are told by one type.
std::exception_ptr as_failure(const std::exception_ptr& problem) {
  try {
    std::rethrow_exception(problem);
  } catch (const std::exception& what) {
    return std::make_exception_ptr(StoreFailed(std::string("nothing is written any more until a restart: ") + what.what()));
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection) : connection_(std::move(connection)), transaction_(*connection_) {
  sqlite3_wal_hook(connection_->raw(), &Writer::note_wal_size, this);
  // A process that was killed may have left erased data in the WAL.
  checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
  if (failed_) std::rethrow_exception(failed_);
  thread_ = std::thread([this] { serve(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  // Nothing is written after a failure, not even by closing.
  if (failed_) sqlite3_db_config(connection_->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Writer::submit(JournalStore::Job job, JournalStore::Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueuedJobs) return false;
    queue_.push_back({std::move(job), std::move(done)});
  }
  wake_.notify_one();
  return true;
}

int Writer::note_wal_size(void* self, sqlite3*, const char*, int pages) {
  static_cast<Writer*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

bool Writer::take(Pending& next) {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return false;
  next = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

std::size_t Writer::waiting() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::serve() {
  for (;;) {
    Pending next;
    if (!take(next)) {
      checkpoint_if_due();
      std::unique_lock lock(mutex_);
      const auto has_work = [this] { return stopping_ || !queue_.empty(); };
      if (erased_in_wal_ && !failed_) {
        wake_.wait_until(lock, may_wait_at_, has_work);
      } else {
        wake_.wait(lock, has_work);
      }
      if (stopping_ && queue_.empty()) return;
      continue;
    }
    if (failed_) {
      if (next.done) next.done(failed_);
      continue;
    }
    run_group(std::move(next));
    if (wal_pages_ >= kDueCheckpointPages) checkpoint_if_due();
  }
}

void Writer::run_group(Pending first) {
  const auto until = Clock::now() + kMaxGroupTime;
  const std::size_t most = std::min(kMaxGroupJobs, 1 + waiting());
  std::vector<Pending> group;
  group.push_back(std::move(first));
  try {
    transaction_.begin();
    run_job(group.back());
    while (group.size() < most && Clock::now() < until) {
      Pending next;
      if (!take(next)) break;
      group.push_back(std::move(next));
      run_job(group.back());
    }
    transaction_.commit();
    erased_in_wal_ = transaction_.take_erased() || erased_in_wal_;
  } catch (...) {
    fail_group(group, std::current_exception());
  }
  for (Pending& pending : group) {
    if (pending.done) pending.done(pending.problem);
    pending = Pending{};  // what a job holds is let go here, not when the whole group has been reported
  }
}

void Writer::fail_group(std::vector<Pending>& group, const std::exception_ptr& problem) {
  bool passing = is_passing(problem);
  try {
    transaction_.abandon();
  } catch (...) {
    passing = false;
  }
  // A passing problem leaves the file as it was, and the store goes on.
  if (!passing) failed_ = as_failure(problem);
  connection_->take_trouble();
  for (Pending& pending : group) {
    if (!pending.problem || failed_) pending.problem = failed_ ? failed_ : problem;
  }
}

void Writer::run_job(Pending& pending) {
  transaction_.begin_job();
  try {
    pending.job(transaction_);
  } catch (...) {
    pending.problem = std::current_exception();
  }
  // Also when the job swallowed the exception: a statement that failed at the disk may have undone more than itself.
  if (const auto trouble = connection_->take_trouble()) std::rethrow_exception(trouble);
  if (pending.problem) {
    transaction_.undo_job();
  } else {
    transaction_.keep_job();
  }
}

void Writer::checkpoint_if_due() {
  if (failed_) return;
  const bool must_wait = erased_in_wal_ || wal_pages_ >= kForcedCheckpointPages;
  if (must_wait && Clock::now() >= may_wait_at_) {
    may_wait_at_ = Clock::now() + kBetweenWaits;
    checkpoint(erased_in_wal_ ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART);
  } else if (wal_pages_ >= kIdleCheckpointPages) {
    checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  }
}

void Writer::checkpoint(int mode) {
  const int code = sqlite3_wal_checkpoint_v2(connection_->raw(), nullptr, mode, nullptr, nullptr);
  switch (code & 0xff) {
    case SQLITE_OK:
      wal_pages_ = 0;
      if (mode == SQLITE_CHECKPOINT_TRUNCATE) erased_in_wal_ = false;
      break;
    case SQLITE_BUSY:  // readers are at work
    case SQLITE_FULL:  // nothing is lost: what the WAL holds stays there
      break;
    default:
      try {
        connection_->fail(code);
      } catch (...) {
        failed_ = as_failure(std::current_exception());
      }
  }
}

}  // namespace phien::db
