// A machine that takes journals in and hands them on: a hub is nothing more; the booth server (server.hpp) also writes its own.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "tests/simulation/disk.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/uplink.hpp"

namespace phien::simulation {

inline const std::string kFair = "cao-bang-2025-mau";

// What all machines of a run share.
struct Stage {
  Stage(std::uint64_t run_seed, std::string plant);
  std::uint64_t seed;
  std::string planted;  // the fault planted in the test's own parts, "" for none
  World world;
  Network network;
  Oracle oracle;
  SecretKey root;
  Dice dice(const std::string& purpose) const { return Dice::of(seed, purpose); }
};

class Hop {
 public:
  // `upstream` "": the last one.
  Hop(Stage& stage, std::string name, std::string upstream, std::unique_ptr<Platter> platter);
  virtual ~Hop() = default;
  Hop(const Hop&) = delete;
  Hop& operator=(const Hop&) = delete;

  virtual void boot();
  void crash();  // and off until boot()
  bool on() const { return alive_ != nullptr; }
  Disk& disk() { return disk_; }
  const Disk& disk() const { return disk_; }
  const std::string& name() const { return name_; }
  // Everything here has been acknowledged by the next hop, whose store that is.
  bool forwarded(const journal::JournalsReader& there) const;
  void hurry();
  // Lost with all it held; the next boot is on an empty disk.
  virtual void lose_disk();

 protected:
  virtual void on_request(const Request& request, const Network::Reply& reply);
  // Entries of that journal are durable here.
  virtual void took(const sync::DecodedBatch& batch);
  void take(const Request& request, const Network::Reply& reply);
  void forward();
  // A check in full now and then: not at every commit, it reads everything.
  void look_now_and_then();

  Stage& stage_;
  const std::string name_, upstream_;
  Dice dice_;
  Disk disk_;
  std::shared_ptr<int> alive_;  // of this run of the program: what was begun in an earlier one is void
  std::map<journal::BranchNo, std::shared_ptr<Uplink>> uplinks_;
};

}  // namespace phien::simulation
