// A machine's store with the semantics of a crash: a job is durable at a commit some time after it was submitted, and only then
// is anybody told (db/store.hpp). Power that goes before takes it away; power that goes just after it leaves it unacknowledged.
#pragma once
#include <deque>
#include <memory>
#include <optional>

#include "db/store.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/world.hpp"

namespace phien::simulation {

// What holds the committed state: memory, or SQLite on a file system that loses power.
class Platter {
 public:
  virtual ~Platter() = default;
  virtual db::JournalStore& store() = 0;
  // Power goes and comes back: the store is opened anew.
  virtual void cut_power(Dice& dice) = 0;
};
std::unique_ptr<Platter> memory_platter();
std::unique_ptr<Platter> memory_platter(const db::Snapshot& image);  // of a memory platter
std::unique_ptr<Platter> sqlite_platter(const std::string& name);

class Disk final : public db::JournalStore {
 public:
  Disk(World& world, Dice dice, std::unique_ptr<Platter> platter, std::string who);

  bool submit(Job job, Done done) override;
  std::unique_ptr<db::Snapshot> snapshot() const override { return platter_->store().snapshot(); }
  void backup(const std::string& path, const Progress& progress) override;
  std::vector<std::string> check(const Progress& progress) const override { return platter_->store().check(progress); }

  // Jobs are committed as they come while one of these lives: a program that starts waits for its disk.
  class Waiting {
   public:
    explicit Waiting(Disk& disk) : disk_(disk) { disk_.commit(), disk_.waits_ = true; }
    ~Waiting() { disk_.waits_ = false; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    Disk& disk_;
  };

  void cut_power();
  // The program is started anew: what failed before may work again.
  void restart() { broken_ = false; }
  // A new disk in the same machine, or the same with an earlier content.
  void replace(std::unique_ptr<Platter> platter);

  enum class Fault { none, full, fails };  // fails: an error of the device, after which nothing is written until a restart
  void set_fault(Fault fault) { fault_ = fault; }
  // A fault planted by tests: says "durable" when a job was only handed over.
  void lie() { lies_ = true; }

 private:
  struct Waits {
    Job job;
    Done done;
  };
  void commit();
  void perform(const Waits& one);
  void perform_lying(const Waits& one);

  World& world_;
  Dice dice_;
  std::unique_ptr<Platter> platter_;
  std::string who_;
  std::deque<Waits> queue_;
  std::int64_t life_ = 0;  // of the power: a commit planned before it went does not come
  bool planned_ = false, waits_ = false, broken_ = false, lies_ = false;
  Fault fault_ = Fault::none;
  std::unique_ptr<db::Snapshot> really_;  // with lies: what is on the disk in truth
};

}  // namespace phien::simulation
