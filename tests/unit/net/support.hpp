// A server on a loopback port with routes of every sort, and a peer that speaks raw bytes.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "shared/net/http.hpp"
#include "shared/net/run.hpp"

namespace phien::net::test {

using asio::ip::tcp;
using namespace std::chrono_literals;
using Error = boost::system::error_code;

// Everything runs in one io_context on the test's own thread; a wait runs it until something holds, or fails after `kPatience`.
constexpr auto kPatience = 20s;

struct Venue {
  explicit Venue(Limits limits = {}, std::shared_ptr<asio::ssl::context> tls = nullptr);
  ~Venue();
  void run_until(const std::function<bool()>& holds, const char* what);
  // One request of a client made for it.
  Result<Response> ask(const std::string& method, const std::string& target, std::string body = {}, ClientOptions options = {});
  void finish(asio::awaitable<void> task, const char* what);
  std::string url() const;

  asio::io_context io;
  Router router;
  Announcement news{io.get_executor()};
  std::unique_ptr<HttpServer> server;
  unsigned short port = 0;
  bool secure;
  int waiting = 0;  // handlers of /wait and /events under way
  int handled = 0;  // handlers that ran
  int bodies = 0;   // handlers that got a body
};

// A peer that sends what it is told and reads what comes.
class RawPeer {
 public:
  explicit RawPeer(Venue& venue);
  void send(std::string_view bytes);
  void end_of_writing();
  void close();
  const std::string& read_until(const std::function<bool(const std::string&)>& enough, const char* what);
  const std::string& read_to_end();  // until the server closes
  const std::string& read_answer();  // one whole answer with Content-Length
  int status() const;                // of the first answer read so far, 0 if none
  bool ended() const { return ended_; }
  void forget() { got_.clear(); }

 private:
  void read_on();
  Venue& venue_;
  tcp::socket socket_;
  std::string got_;
  char chunk_[4096];
  bool ended_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace phien::net::test
