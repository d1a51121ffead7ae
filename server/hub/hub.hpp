// A hub: copies of many fairs, each in a data directory of its own (server/upstream/README.md).
#pragma once
#include <map>
#include <memory>
#include <string>

#include "db/sqlite/files.hpp"
#include "server/house.hpp"

namespace phien::server {

inline constexpr const char* kFairFormat = "phien-hub-fair 1";  // fair.json: which fair a directory is of

// Files of a hub's directory.
struct HubPaths {
  std::string directory;
  std::string settings() const { return directory + "/hub.json"; }
  std::string lock() const { return directory + "/hub.lock"; }
  std::string admin_token() const { return directory + "/admin.token"; }
  std::string fairs() const { return directory + "/fairs"; }
};

class Hub {
 public:
  // Makes a directory for a hub. Codes: exists, cannot_write.
  static Result<bool> create(const HubPaths& paths);
  // Opens one with every fair in it. Codes: not_initialised, bad_settings. Throws db::StoreBusy and what opening a store throws.
  static Result<std::unique_ptr<Hub>> open(asio::any_io_executor executor, const HubPaths& paths, std::shared_ptr<Clock> clock);
  ~Hub();

  const net::Router& router() const { return router_; }
  const net::TlsKey& tls() const { return tls_; }
  const std::string& admin_token() const { return admin_token_; }
  std::string link(const std::string& code) const;  // what a booth server is given
  std::string description() const;                  // OpenAPI
  std::function<net::Counters()> counters;
  std::string tls_address = "0.0.0.0";
  unsigned short tls_port = 8443;

  struct Fair {
    std::string name;
    std::unique_ptr<House> house;
    net::Router router;
  };

 private:
  struct Applicant;
  Hub(asio::any_io_executor executor, HubPaths paths, std::shared_ptr<Clock> clock);
  Result<bool> read_settings();
  Result<bool> save_settings() const;
  void open_fairs();
  Fair& open_fair(const std::string& name, const CopyOf& fair);
  Fair* find(const net::Request& request);
  void add_own_routes();
  void add_fair_routes();  // every route of a fair, below its name
  net::Guard admin();

  asio::awaitable<net::Response> give_code(net::Request& request);
  asio::awaitable<net::Response> take_fair(net::Request& request);
  asio::awaitable<net::Response> list_fairs(net::Request& request);
  asio::awaitable<net::Response> metrics(net::Request& request);

  asio::any_io_executor executor_;
  HubPaths paths_;
  std::shared_ptr<Clock> clock_;
  db::FileLock lock_;
  std::string admin_token_;
  net::TlsKey tls_;
  std::map<std::string, Milliseconds> codes_;  // until when
  WrongTries wrong_tries_;
  std::map<std::string, std::unique_ptr<Fair>> fairs_;
  std::unique_ptr<Fair> pattern_;  // of an empty store: which routes a fair has
  net::Router router_;
};

}  // namespace phien::server
