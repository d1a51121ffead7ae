// Forwards every journal of this server to the hub above it (README.md). Nothing here waits for it.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <boost/asio/cancellation_signal.hpp>

#include "server/house.hpp"
#include "shared/sync/send.hpp"

namespace phien::server {

// "https://hub.example:8443/#tls=HASH" and, the first time, "&enrol=CODE". Plain HTTP on loopback only, which shows no key.
struct HubLink {
  std::string url, tls, code;
};
Result<HubLink> parse_hub_link(const std::string& text);  // code: bad_link

class Forwarder {
 public:
  Forwarder(asio::any_io_executor executor, House& house, HubLink link);
  void start();
  asio::awaitable<void> stop();
  UpstreamStatus status() const;

 private:
  asio::awaitable<void> run();
  asio::awaitable<bool> pass();
  asio::awaitable<bool> send(sync::Sender& sender, journal::BranchNo branch, std::string batch);
  asio::awaitable<std::optional<Problem>> open_session();
  asio::awaitable<std::optional<Problem>> enrol();
  asio::awaitable<Result<net::Response>> post(std::string target, std::string body, std::string type);
  asio::awaitable<void> keep();
  std::string target(const char* route) const;
  nlohmann::json proof() const;
  sync::Sender& sender_of(const journal::Branch& branch);
  Milliseconds pause(bool well) const;

  asio::any_io_executor executor_;
  House& house_;
  HubLink link_;
  std::unique_ptr<net::HttpClient> client_;
  std::map<journal::BranchNo, sync::Sender> senders_;
  std::map<journal::BranchNo, sync::SendState> kept_;  // of an earlier run
  std::string token_;
  bool online_ = false;
  Milliseconds reached_at_ = 0;
  std::optional<Problem> problem_;
  int failures_ = 0;
  std::chrono::steady_clock::time_point kept_at_{}, probed_at_ = std::chrono::steady_clock::now();
  std::shared_ptr<asio::cancellation_signal> stop_ = std::make_shared<asio::cancellation_signal>();
  mutable std::minstd_rand engine_{std::random_device{}()};
};

}  // namespace phien::server
