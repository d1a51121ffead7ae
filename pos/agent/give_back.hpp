// What this device keeps for others: the journals of the servers, from the feed, and that of a terminal it replaced. A server
// that lost its past gets them back.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "pos/agent/peer.hpp"
#include "pos/home/home.hpp"
#include "pos/till/till.hpp"
#include "shared/net/run.hpp"
#include "shared/sync/send.hpp"

namespace phien::agent {

// Takes the journal of the terminal this one replaces into the store, if it is not there: its receipts can be looked up here, and
// when the server dies too it is not lost. `replaced` "": nothing to do.
asio::awaitable<std::optional<Problem>> keep_replaced(till::Till& till, Peer& peer, std::string replaced);

class GiveBack {
 public:
  // `gave` is called when a server took something it did not have.
  GiveBack(asio::any_io_executor executor, till::Till& till, home::Keys keys, const Clock& clock, std::function<double()> random,
           std::function<void()> gave);
  // Until it is cancelled: whenever woken, offers what is kept to a server that was not offered it yet.
  asio::awaitable<void> run();
  void wake();
  void move(std::string server);

 private:
  asio::awaitable<bool> pass();
  asio::awaitable<bool> offer(Peer& peer, const journal::Branch& branch);
  std::vector<journal::Branch> kept(std::int64_t incarnation) const;

  asio::any_io_executor executor_;
  till::Till& till_;
  home::Keys keys_;
  const Clock& clock_;
  std::function<double()> random_;
  std::function<void()> gave_;
  net::Announcement wake_;
  std::string given_to_;  // TLS key of the server that has all: every incarnation has its own
  std::int64_t appended_ = 0;
};

}  // namespace phien::agent
