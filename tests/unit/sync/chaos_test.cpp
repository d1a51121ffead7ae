// A till, its server and the server's upstream, joined by wires that drop, double, delay and reorder; one seed is one disaster.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "tests/unit/sync/fair.hpp"

using namespace phien;
using namespace phien::test;
using journal::Branch;
using journal::BranchNo;

namespace {

constexpr int kChaosSteps = 120, kMostQuietSteps = 600;
constexpr Milliseconds kStep = 500, kTimeOut = 8'000;

struct Dice {
  std::mt19937_64 engine;
  double roll() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine); }
  bool chance(double p) { return roll() < p; }
  std::int64_t upto(std::int64_t n) { return std::uniform_int_distribution<std::int64_t>(0, n)(engine); }
};

// One sender of one branch at `from`, and the wire to `to`.
struct Wire {
  Wire(Machine& from_machine, BranchNo branch, Machine& to_machine, Dice& dice)
      : from(&from_machine), to(&to_machine), sender(branch, {}, [&dice] { return dice.roll(); }), dice_(&dice) {}

  void step(Milliseconds now, bool lossy) {
    for (; !requests_.empty() && requests_.begin()->first <= now; requests_.erase(requests_.begin())) {
      const sync::Outcome outcome = to->receive(requests_.begin()->second);
      const auto understood = sync::outcome_from_json(sync::to_json(outcome));
      REQUIRE(understood.ok());
      post(answers_, *understood, now, lossy);
    }
    for (; !answers_.empty() && answers_.begin()->first <= now; answers_.erase(answers_.begin())) {
      sender.on_outcome(*from->look(), answers_.begin()->second, now);
      waiting_since_.reset();
    }
    if (waiting_since_ && now - *waiting_since_ > kTimeOut) {
      waiting_since_.reset();
      sender.on_failure(now);
    }
    if (auto batch = sender.next(*from->look(), now)) {
      waiting_since_ = now;
      post(requests_, std::move(*batch), now, lossy);
    }
  }
  // The connection is gone with all that was on it.
  void cut(Milliseconds now) {
    requests_.clear();
    answers_.clear();
    waiting_since_.reset();
    sender.on_failure(now);
    sender.hurry();
  }
  bool idle() const { return requests_.empty() && answers_.empty() && !waiting_since_; }

  Machine* from;
  Machine* to;
  sync::Sender sender;

 private:
  template <class T>
  void post(std::multimap<Milliseconds, T>& queue, const T& what, Milliseconds now, bool lossy) {
    if (!lossy) {
      queue.emplace(now, what);
      return;
    }
    if (dice_->chance(0.25)) return;
    for (int copies = dice_->chance(0.2) ? 2 : 1; copies > 0; --copies) queue.emplace(now + dice_->upto(12'000), what);
  }
  std::multimap<Milliseconds, std::string> requests_;
  std::multimap<Milliseconds, sync::Outcome> answers_;
  std::optional<Milliseconds> waiting_since_;
  Dice* dice_;
};

// A forwarder has one sender a branch.
void follow_branches(std::map<BranchNo, Wire>& wires, Machine& from, Machine& to, Dice& dice) {
  for (const Branch& b : from.look()->branches()) wires.try_emplace(b.no, from, b.no, to, dice);
}

std::string reference_dump(const Server& server, const std::vector<const Machine*>& tills) {
  Machine all("reference", server.journal.root);
  all.accept(server.batch(0, server.own().head.seq));
  for (const Machine* till : tills) all.accept(till->batch(0, till->own().head.seq));
  return all.dump();
}

void live_through(std::uint64_t seed) {
  Dice dice{std::mt19937_64(seed)};
  const SecretKey root = SecretKey::generate();
  Server server(root);
  Machine hub("hub", root.public_key());
  Machine till("T1", root.public_key());
  server.enrol(till);
  till.write(stock_in_of("CB0001", 500'000));
  std::optional<Machine> copy;  // in some disasters the device is cloned half way
  const bool clones = dice.chance(0.3), restores = dice.chance(0.3);
  const int clone_at = static_cast<int>(dice.upto(kChaosSteps - 1)), restore_at = static_cast<int>(dice.upto(kChaosSteps - 1));

  Wire up(till, till.branch, server, dice);
  std::optional<Wire> copy_up;
  std::map<BranchNo, Wire> upstream;
  Milliseconds now = 0;
  const auto step = [&](bool lossy) {
    now += kStep;
    up.step(now, lossy);
    if (copy_up) copy_up->step(now, lossy);
    follow_branches(upstream, server, hub, dice);
    for (auto& [no, wire] : upstream) wire.step(now, lossy);
  };
  for (int i = 0; i < kChaosSteps; ++i) {
    if (dice.chance(0.4)) {
      std::vector<journal::Entry> unit;
      for (std::int64_t n = dice.upto(3); n >= 0; --n) unit.push_back(entry_of(sale_of("CB0001", 1'000)));
      till.write(unit);
    }
    if (clones && i == clone_at) {
      copy.emplace(till.clone());
      copy_up.emplace(*copy, copy->branch, server, dice);
    }
    if (copy && dice.chance(0.3)) copy->write(sale_of("CB0001", 2'000));
    if (restores && i == restore_at) {
      // The server's disk dies; what is left is its own journal and a part of the till's.
      auto empty = db::open_memory();
      Machine before(server.journal.terminal, root.public_key());
      std::swap(before.store, server.store);
      std::swap(server.store, empty);
      const auto old = before.store->snapshot();
      server.accept(sync::export_chain(*old, before.branch));
      server.branch = server.look()->branches().front().no;
      const auto kept = dice.upto(till.own().head.seq);
      if (kept > 0) server.accept(till.batch(0, kept));
      up.cut(now);
      if (copy_up) copy_up->cut(now);
      upstream.clear();
    }
    step(true);
  }
  const auto done = [&] {
    if (!up.idle() || up.sender.state().acknowledged != till.own().head) return false;
    if (copy_up && (!copy_up->idle() || copy_up->sender.state().acknowledged != copy->own().head)) return false;
    const auto here = server.look(), there = hub.look();
    for (const Branch& b : here->branches()) {
      if (!journal::find(*there, {b.journal.terminal, b.head.seq, b.head.hash})) return false;
    }
    return true;
  };
  int quiet = 0;
  while (!done() && quiet < kMostQuietSteps) {
    step(false);
    ++quiet;
  }
  REQUIRE_MESSAGE(quiet < kMostQuietSteps, "seed " << seed << " does not converge");
  std::vector<const Machine*> writers{&till};
  if (copy && copy->own().head != till.own().head) writers.push_back(&*copy);
  const std::string expected = reference_dump(server, writers);
  CHECK_MESSAGE(server.dump() == expected, "seed " << seed);
  CHECK_MESSAGE(hub.dump() == expected, "seed " << seed);
  CHECK_MESSAGE(!up.sender.problem(), "seed " << seed);
  if (!clones) CHECK_MESSAGE(!up.sender.must_reopen(), "seed " << seed);
}

}  // namespace

TEST_CASE("I2 I5: over any wire the server and its upstream come to what the tills wrote, 300 disasters") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) live_through(seed);
}
