// The one thread that writes: it takes the jobs that wait, commits them together, reports, and checkpoints.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "db/sqlite/transaction.hpp"
#include "db/store.hpp"

namespace phien::db {

class Writer {
 public:
  // Takes a connection whose schema is in order.
  explicit Writer(std::unique_ptr<Connection> connection);
  ~Writer();  // finishes what was submitted
  bool submit(JournalStore::Job job, JournalStore::Done done);

 private:
  struct Pending {
    JournalStore::Job job;
    JournalStore::Done done;
    std::exception_ptr problem = nullptr;
  };
  static int note_wal_size(void* self, sqlite3*, const char*, int pages);
  void serve();
  bool take(Pending& next);
  std::size_t waiting();
  void run_group(Pending first);
  void run_job(Pending& pending);
  void fail_group(std::vector<Pending>& group, const std::exception_ptr& problem);
  void checkpoint_if_due();
  void checkpoint(int mode);

  std::unique_ptr<Connection> connection_;
  SqliteTransaction transaction_;
  std::exception_ptr failed_;  // for ever: a failed sync leaves unknown what is on the disk
  int wal_pages_ = 0;
  bool erased_in_wal_ = false;                           // bytes of erased personal data may still be in the WAL
  std::chrono::steady_clock::time_point may_wait_at_{};  // when a checkpoint may wait for readers (again)

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::deque<Pending> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it starts when all else is there
};

}  // namespace phien::db
