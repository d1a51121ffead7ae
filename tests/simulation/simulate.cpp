#include "tests/simulation/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "db/memory/memory_store.hpp"
#include "shared/ledger/ledger.hpp"
#include "shared/sync/verify.hpp"
#include "tests/simulation/device.hpp"
#include "tests/simulation/fair.hpp"
#include "tests/simulation/quiet.hpp"
#include "tests/simulation/server.hpp"

namespace phien::simulation {

namespace {

constexpr Milliseconds kMostQuiet = 6 * kHour, kQuietStep = 30 * kSecond;
constexpr int kMostFeeds = 100;  // answers, of 500 entries

class Run {
 public:
  Run(const Plan& plan, const std::string& planted) : plan_(plan), stage_(plan.seed, planted) {
    std::string above;
    for (int i = plan.hubs; i > 0; --i) {
      const std::string name = "hub" + std::to_string(i);
      hubs_.push_back(std::make_unique<Hop>(stage_, name, above, memory_platter()));
      above = name;
    }
    server_ = std::make_unique<Server>(stage_, above, plan.sqlite && planted.empty() ? sqlite_platter("sim") : memory_platter());
    {
      Disk::Waiting wait(server_->disk());
      for (const auto& hub : hubs_) hub->boot();
      server_->boot();
      for (auto& body : opening_of_fair()) server_->write({std::move(body)});
    }
    for (int i = 0; i < plan.devices; ++i) new_device(i);
    for (const auto& device : devices_) device->boot();
    stage_.world.run_until(kOpening + kMinute);
  }

  void live() {
    for (const Step& step : plan_.steps) {
      stage_.world.run_until(kOpening + kMinute + step.at);
      take(step);
    }
    stage_.world.run_until(kOpening + kMinute + plan_.length);
  }

  void heal() {
    stage_.world.trace("", "everything heals");
    stage_.network.mend_all();
    for (const auto& hub : hubs_) {
      hub->disk().set_fault(Disk::Fault::none);
      hub->crash();
      hub->boot();
    }
    server_->disk().set_fault(Disk::Fault::none);
    server_->crash();
    if (server_->overtaken()) server_->recover();
    server_->boot();
    for (const auto& device : devices_) {
      device->disk().set_fault(Disk::Fault::none);
      device->crash();
      device->boot();
    }
    kept_ = kept_anywhere();
    const Milliseconds latest = stage_.world.now() + kMostQuiet;
    std::string why;
    do {
      if (stage_.world.now() > latest) throw Violation("live", "no convergence: " + why);
      const auto written = stage_.oracle.entries;
      stage_.world.run_until(stage_.world.now() + kQuietStep);
      if (server_->overtaken() || known_as_replaced()) {
        server_->crash();
        server_->recover();
        server_->boot();
      }
      why = unsettled();
      // What came last is told to everybody who waits for news before anybody looks.
      if (why.empty() && stage_.oracle.entries != written) why = "somebody still writes";
    } while (!why.empty());
  }

  void look() {
    const auto books = server_->disk().snapshot();
    std::vector<std::pair<std::string, std::unique_ptr<db::Snapshot>>> hops;
    hops.emplace_back("server", server_->disk().snapshot());
    for (const auto& hub : hubs_) hops.emplace_back(hub->name(), hub->disk().snapshot());
    for (const auto& [name, view] : hops) {
      stage_.oracle.books(name, *view);
      stage_.oracle.complete(name, *view, kept_);
      stage_.world.digest(ledger::dump(*view));
    }
    stage_.oracle.acts(*books);
    for (const auto& [name, view] : hops) {
      // A hub may know what a lost server and a lost till cannot bring back.
      if (lost_ && entries_of(*view) != entries_of(*books)) continue;
      if (ledger::dump(*view) != ledger::dump(*books)) throw Violation("I5", name + " has other books than the server");
    }
    std::vector<Shelf> shelves;
    for (const auto& device : devices_) {
      stage_.oracle.booted(device->name(), *device->disk().snapshot());
      if (device->on() && !server_->revoked().contains(device->me().terminal))
        shelves.push_back({device->name(), device->me().exhibitors, device->shelf()});
    }
    look_when_quiet(*books, shelves, lost_, stage_.dice("quiet"));
  }

  Stage& stage() { return stage_; }

 private:
  Device* device(int who) { return devices_[static_cast<std::size_t>(who)].get(); }
  std::string next_name() { return "D" + std::to_string(devices_.size() + 1); }

  void new_device(int i) {
    const auto sellers = exhibitors_of_fair();
    const auto& seller = sellers[static_cast<std::size_t>(i) % sellers.size()];
    const bool shared = i % 4 == 3;
    std::vector<std::string> exhibitors{seller.id};
    if (shared) exhibitors = {sellers[0].id, sellers[1].id, sellers[2].id};
    const auto key = SecretKey::generate();
    const auto in = server_->enrol(key.public_key(), exhibitors, seller.booth, shared ? kSharedHolder : seller.id);
    till::Identity me{kFair, stage_.root.public_key(), in.terminal, key, exhibitors, seller.booth, shared ? kSharedHolder : ""};
    devices_.push_back(std::make_unique<Device>(stage_, next_name(), me, memory_platter()));
    Device& device = *devices_.back();
    for (int n = 0; n < kMostFeeds; ++n)
      if (device.learn(in.terminal, key.public_key(), server_->feed_after(device.cursor()))) return;
    throw Violation("live", in.terminal + " never gets its own enrolment");
  }

  void take(const Step& step);
  void take_at_device(const Step& step, Device& device);
  void take_at_server(const Step& step);

  // Something that is over after a while.
  void for_a_while(Dice& dice, Milliseconds most, const std::function<void()>& end) {
    stage_.world.after(dice.between(kSecond, most), end);
  }
  void off_for_a_while(Dice& dice, Hop& hop) {
    hop.crash();
    for_a_while(dice, 10 * kMinute, [&hop] {
      if (!hop.on()) hop.boot();
    });
  }
  void off_for_a_while(Dice& dice, Device& device) {
    device.crash();
    for_a_while(dice, 10 * kMinute, [&device] { device.boot(); });
  }

  std::set<Hash> kept_anywhere() const {
    auto kept = entries_of(*server_->disk().snapshot());
    for (const auto& device : devices_) {
      const auto some = entries_of(*device->disk().snapshot());
      kept.insert(some.begin(), some.end());
    }
    return kept;
  }

  // Somebody has read at a till that this server was replaced, and does with it what the guide says.
  bool known_as_replaced() const {
    return std::any_of(devices_.begin(), devices_.end(), [&](const auto& device) {
      return device->on() && device->replaced_server() == server_->position().incarnation;
    });
  }

  std::string unsettled() const {
    const auto revoked = server_->revoked();
    for (const auto& device : devices_) {
      if (device->dead()) continue;
      if (!device->on()) return device->name() + " does not start";
      if (const auto why = device->unsettled(server_->position(), revoked); !why.empty()) return device->name() + " " + why;
    }
    const Hop* below = server_.get();
    for (auto hub = hubs_.rbegin(); hub != hubs_.rend(); ++hub) {
      if (!below->forwarded(*(*hub)->disk().snapshot())) return below->name() + " has not forwarded all";
      below = hub->get();
    }
    return "";
  }

  const Plan plan_;
  Stage stage_;
  std::vector<std::unique_ptr<Hop>> hubs_;  // the last one first
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::map<int, Device::Image> images_;
  std::set<Hash> kept_;
  bool lost_ = false;  // a machine was lost with what only it had
};

void Run::take(const Step& step) {
  Dice dice(step.salt);
  if (step.what == What::act) return device(step.who)->act(step.salt);
  stage_.world.fault(name_of(step.what),
                     step.what >= What::power && step.what <= What::enrol_anew ? device(step.who)->name() : "");
  if (step.what >= What::power && step.what <= What::enrol_anew) return take_at_device(step, *device(step.who));
  const std::string name = device(step.who)->name();
  switch (step.what) {
    case What::unknown_kind:
      return device(step.who)->write_unknown_kind();
    case What::hub_power:
      if (!hubs_.empty()) off_for_a_while(dice, *dice.one_of(std::vector<Hop*>{hubs_.front().get(), hubs_.back().get()}));
      return;
    case What::hub_dies:
      if (!hubs_.empty()) hubs_.front()->lose_disk(), hubs_.front()->boot();
      return;
    case What::weather:
      stage_.network.weather = {dice.unit() * 0.4, dice.unit() * 0.3, 2, dice.chance(0.5) ? 30 * kSecond : 2 * kSecond};
      return for_a_while(dice, 20 * kMinute, [this] { stage_.network.weather = {}; });
    case What::partition:
      stage_.network.cut(name, "server"), stage_.network.cut("server", name);
      return for_a_while(dice, kHour, [this, name] { stage_.network.mend(name, "server"), stage_.network.mend("server", name); });
    case What::half_open: {
      const bool up = dice.chance(0.5);
      const std::string from = up ? name : "server", to = up ? "server" : name;
      stage_.network.cut(from, to);
      return for_a_while(dice, 20 * kMinute, [this, from, to] { stage_.network.mend(from, to); });
    }
    case What::partition_upstream: {
      const std::string above = hubs_.back()->name();
      stage_.network.cut("server", above), stage_.network.cut(above, "server");
      return for_a_while(dice, kHour,
                         [this, above] { stage_.network.mend("server", above), stage_.network.mend(above, "server"); });
    }
    default:
      return take_at_server(step);
  }
}

void Run::take_at_device(const Step& step, Device& till) {
  Dice dice(step.salt);
  if (till.dead()) return;
  switch (step.what) {
    case What::power:
      return off_for_a_while(dice, till);
    case What::disk_full:
      till.disk().set_fault(Disk::Fault::full);
      return for_a_while(dice, 10 * kMinute, [&till] { till.disk().set_fault(Disk::Fault::none), till.boot(); });
    case What::disk_fails:
      till.disk().set_fault(Disk::Fault::fails);
      return for_a_while(dice, kMinute, [&till] {
        till.disk().set_fault(Disk::Fault::none);
        till.crash();
        till.boot();
      });
    case What::clock:
      // Dead battery: it starts in 1970. Or somebody set it.
      if (dice.chance(0.3)) {
        till.clock().set_wall(dice.upto(kHour) - stage_.world.now());
        return off_for_a_while(dice, till);
      }
      return till.clock().set_wall(dice.between(-30, 30) * kHour / 2);
    case What::image:
      images_.insert_or_assign(step.who, till.image());
      return;
    case What::restore:
      if (!images_.contains(step.who)) return;
      till.restore(images_.at(step.who));
      lost_ = true;
      return for_a_while(dice, 5 * kMinute, [&till] { till.boot(); });
    case What::clone: {
      if (!images_.contains(step.who)) return;
      devices_.push_back(std::make_unique<Device>(stage_, next_name(), images_.at(step.who)));
      devices_.back()->boot();
      // It is used like the others from now on.
      for (int n = 0; n < 6; ++n)
        stage_.world.after(dice.between(kSecond, 20 * kMinute),
                           [one = devices_.back().get(), salt = dice.next()] { one->act(salt); });
      return;
    }
    case What::die: {
      till.die();
      lost_ = true;
      if (!server_->on() || server_->overtaken()) return;
      server_->disk().set_fault(Disk::Fault::none);
      new_device(step.who);
      devices_.back()->boot();
      for (int n = 0; n < 4; ++n)
        stage_.world.after(dice.between(kSecond, 20 * kMinute),
                           [one = devices_.back().get(), salt = dice.next()] { one->act(salt); });
      return;
    }
    default:
      if (till.on()) till.enrol_anew("somebody wants it");
  }
}

void Run::take_at_server(const Step& step) {
  Dice dice(step.salt);
  switch (step.what) {
    case What::organizer:
      return server_->act(dice);
    case What::revoke:
      return server_->revoke(device(step.who)->me().terminal, dice);
    case What::close_fair:
      return server_->close_fair();
    case What::server_clock:
      return server_->set_clock(dice.between(-60, 60) * kMinute);
    case What::server_power:
      return off_for_a_while(dice, *server_);
    case What::server_full:
      server_->disk().set_fault(Disk::Fault::full);
      return for_a_while(dice, 10 * kMinute, [this] { server_->disk().set_fault(Disk::Fault::none); });
    case What::server_fails:
      server_->disk().set_fault(Disk::Fault::fails);
      return for_a_while(dice, kMinute, [this] {
        server_->disk().set_fault(Disk::Fault::none);
        server_->crash();
        server_->boot();
      });
    case What::server_image:
      return server_->keep_image();
    case What::server_restore:
    case What::server_restore_unaware:
      if (!server_->has_image()) return;
      server_->restore_image(step.what == What::server_restore);
      lost_ = true;
      return for_a_while(dice, 10 * kMinute, [this] {
        if (!server_->on()) server_->boot();
      });
    default:
      server_->lose_disk();
      lost_ = true;
      return for_a_while(dice, 10 * kMinute, [this] {
        if (!server_->on()) server_->boot();
      });
  }
}

Outcome run_in_this_thread(const Plan& plan, const std::string& planted) {
  seed_the_random_source(plan.seed);
  Outcome outcome;
  std::unique_ptr<Run> run;
  try {
    run = std::make_unique<Run>(plan, planted);
    run->live();
    run->heal();
    run->look();
  } catch (const Violation& violation) {
    outcome.violated = violation.invariant;
    outcome.what = violation.what();
  } catch (const till::Refusal& refusal) {
    outcome.violated = "bug";
    outcome.what = "refused where nobody asked: " + refusal.problem.code + " " + refusal.problem.where;
  } catch (const std::exception& e) {
    outcome.violated = "bug";
    outcome.what = e.what();
  }
  if (!run) return outcome;
  World& world = run->stage().world;
  outcome.last_lines.assign(world.last_lines().begin(), world.last_lines().end());
  outcome.tally = world.tally;
  outcome.tally.entries = run->stage().oracle.entries;
  outcome.digest = world.digest();
  return outcome;
}

}  // namespace

// In a thread of its own: what the production code keeps for a thread (the next payment reference) is new in each run, as in a
// program just started, so that no run depends on those before it.
Outcome simulate(const Plan& plan, const std::string& planted) {
  Outcome outcome;
  std::thread([&] { outcome = run_in_this_thread(plan, planted); }).join();
  return outcome;
}

}  // namespace phien::simulation
