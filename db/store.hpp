// JournalStore: one file (or memory) that holds journals and the ledger made from them.
//
// Contract, checked on every store by tests/contract:
//  - One writer. Jobs run one at a time on the store's writer, in the order they were submitted. Several jobs share one
//    durable commit (group commit); a job that throws undoes its own writes only. So does a job with a bug (an append out
//    of order, a sum that overflows): it fails with std::logic_error or std::overflow_error, and the store goes on.
//  - `done` is called after the job's writes are durable (survive kill -9 and power loss), never before (I1, I4); with the
//    exception if the job threw or the commit failed. It runs on the writer thread: hand over, do not work there, do not throw.
//  - After a failed sync of the disk nothing is written until the process is started anew: every job fails with StoreFailed.
//    A disk that is full fails the jobs it met with StoreFull, another program's lock on the file with StoreBusy; the store
//    goes on when there is room, or when it is let in.
//  - Snapshots see whole commits only, never block the writer and are never blocked by it. Any thread may take one; one
//    snapshot is used by one thread at a time. Hold it briefly and never across a suspension.
//  - One process owns a store. Opening one that is owned throws StoreBusy.
//  - Opening a store whose schema is newer than the program throws StoreTooNew and changes nothing.
#pragma once
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "shared/ledger/books.hpp"
#include "shared/progress.hpp"

namespace phien::db {

struct StoreBusy : std::runtime_error {
  using runtime_error::runtime_error;
};
struct StoreTooNew : std::runtime_error {
  using runtime_error::runtime_error;
};
// Disk error, disk full, damaged file.
struct StoreFailed : std::runtime_error {
  using runtime_error::runtime_error;
};
// No room: retry when there is.
struct StoreFull : StoreFailed {
  using StoreFailed::StoreFailed;
};

// Transaction of the core plus small named values of this device that are in no journal (cursor, drafts, settings).
struct Transaction : ledger::Transaction {
  virtual std::optional<std::string> meta(std::string_view name) const = 0;
  virtual void set_meta(std::string_view name, std::string_view value) = 0;
  virtual void erase_meta(std::string_view name) = 0;
};
struct Snapshot : ledger::Reader {
  virtual std::optional<std::string> meta(std::string_view name) const = 0;
};

inline constexpr std::size_t kMaxQueuedJobs = 4096;

class JournalStore {
 public:
  using Job = std::function<void(Transaction&)>;
  using Done = std::function<void(std::exception_ptr)>;
  virtual ~JournalStore() = default;  // finishes what was submitted
  // False when kMaxQueuedJobs wait already; then nothing was queued and `done` is not called.
  [[nodiscard]] virtual bool submit(Job job, Done done) = 0;
  virtual std::unique_ptr<Snapshot> snapshot() const = 0;
  // A consistent copy into a new file while everything goes on. Throws StoreFailed. Memory stores refuse.
  virtual void backup(const std::string& path, const Progress& progress) = 0;
  // Damage found by a full check of the file, empty when sound. `progress`: entries.
  virtual std::vector<std::string> check(const Progress& progress) const = 0;
  std::vector<std::string> check() const { return check({}); }

  // Submits and waits; rethrows. For commands, not for coroutines.
  void run(Job job);
};

}  // namespace phien::db
