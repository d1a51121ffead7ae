// One branch of a journal on its way to the next hop: the production sender, driven by simulated time.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "shared/sync/send.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/network.hpp"

namespace phien::simulation {

class Uplink : public std::enable_shared_from_this<Uplink> {
 public:
  struct Ends {
    std::string from, to, terminal;
  };
  Uplink(World& world, Network& network, const Disk& disk, Ends ends, journal::BranchNo branch, sync::SendState state, Dice dice);

  // Sends what there is to send; goes on by itself until all is acknowledged.
  void pump();
  void hurry();
  bool idle() const { return !waiting_ && !sender_.problem(); }
  const sync::Sender& sender() const { return sender_; }
  journal::BranchNo branch() const { return branch_; }

  std::function<void(const sync::Outcome&)> on_outcome;

 private:
  void answered(const std::optional<std::string>& answer);

  World& world_;
  Network& network_;
  const Disk& disk_;
  const Ends ends_;
  const journal::BranchNo branch_;
  Dice dice_;
  sync::Sender sender_;
  bool waiting_ = false;
  Milliseconds planned_ = 0;
};

}  // namespace phien::simulation
