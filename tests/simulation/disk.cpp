#include "tests/simulation/disk.hpp"

#include "db/memory/memory_store.hpp"

namespace phien::simulation {

namespace {

class MemoryPlatter final : public Platter {
 public:
  explicit MemoryPlatter(std::unique_ptr<db::JournalStore> store) : store_(std::move(store)) {}
  db::JournalStore& store() override { return *store_; }
  void cut_power(Dice&) override {}  // only what was committed is ever in it

 private:
  std::unique_ptr<db::JournalStore> store_;
};

constexpr Milliseconds kLeastSync = 1, kMostSync = 30, kSlowSync = 2'000;

}  // namespace

std::unique_ptr<Platter> memory_platter() { return std::make_unique<MemoryPlatter>(db::open_memory()); }
std::unique_ptr<Platter> memory_platter(const db::Snapshot& image) {
  return std::make_unique<MemoryPlatter>(db::open_memory(image));
}

Disk::Disk(World& world, Dice dice, std::unique_ptr<Platter> platter, std::string who)
    : world_(world), dice_(dice), platter_(std::move(platter)), who_(std::move(who)) {}

bool Disk::submit(Job job, Done done) {
  if (queue_.size() >= db::kMaxQueuedJobs) return false;
  const Waits one{std::move(job), std::move(done)};
  if (waits_) {
    perform(one);
    return true;
  }
  if (lies_) {
    perform_lying(one);
  } else {
    queue_.push_back(one);
  }
  if (planned_) return true;
  planned_ = true;
  // What a disk keeps in its cache when it lies is written seconds later.
  const Milliseconds until = lies_                ? dice_.between(kSecond, 20 * kSecond)
                             : dice_.chance(0.02) ? kSlowSync
                                                  : dice_.between(kLeastSync, kMostSync);
  world_.after(until, [this, life = life_] {
    if (life == life_) commit();
  });
  return true;
}

void Disk::commit() {
  planned_ = false;
  really_.reset();
  // A job's `done` may submit more: that is another commit.
  std::deque<Waits> now;
  now.swap(queue_);
  for (const Waits& one : now) perform(one);
}

void Disk::perform(const Waits& one) {
  const Fault fault = fault_;
  if (fault == Fault::fails) broken_ = true;
  if (broken_) {
    if (one.done) one.done(std::make_exception_ptr(db::StoreFailed("simulated: the disk failed")));
    return;
  }
  const auto job = [&](db::Transaction& tx) {
    one.job(tx);
    if (fault == Fault::full) throw db::StoreFull("simulated: the disk is full");
  };
  std::exception_ptr problem;
  try {
    platter_->store().run(job);
  } catch (...) {
    problem = std::current_exception();
  }
  if (one.done) one.done(problem);
}

void Disk::perform_lying(const Waits& one) {
  if (!really_) really_ = platter_->store().snapshot();
  perform(one);
}

void Disk::cut_power() {
  ++life_;
  const bool reached = !queue_.empty() && dice_.chance(0.5);
  std::deque<Waits> gone;
  gone.swap(queue_);
  planned_ = false;
  if (really_) {
    platter_ = memory_platter(*really_);
    really_.reset();
  }
  if (reached) {
    // The commit had reached the disk, but nobody was told.
    for (Waits& one : gone) perform({std::move(one.job), {}});
  }
  platter_->cut_power(dice_);
  broken_ = false;
}

void Disk::replace(std::unique_ptr<Platter> platter) {
  ++life_;
  queue_.clear();
  really_.reset();
  planned_ = broken_ = false;
  fault_ = Fault::none;
  platter_ = std::move(platter);
}

void Disk::backup(const std::string&, const Progress&) { throw db::StoreFailed("a simulated disk is copied by its snapshot"); }

}  // namespace phien::simulation
