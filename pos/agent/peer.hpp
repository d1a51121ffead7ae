// The booth server as a terminal meets it: one connection, a server that proves itself under the pinned root, a session of ours.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pos/till/identity.hpp"
#include "shared/clock.hpp"
#include "shared/net/http.hpp"

namespace phien::agent {

namespace asio = boost::asio;

// What this device insists on. Without a root (an enrolment by bare address) the server's own word is taken, once.
struct Pin {
  std::string fair;  // "": any
  std::optional<PublicKey> root;
  std::int64_t least_incarnation = 0;  // the highest known: an older server was replaced
};
struct Hello {
  std::string fair;
  PublicKey root;
  std::int64_t incarnation = 0;
  Milliseconds server_time = 0;
  std::string tls;  // hash of the server's TLS key, in hex
};
// Checks the answer of GET /api/v1/hello. `peer_key`: hash of the key the connection showed, "" on plain HTTP (loopback only).
// Codes: bad_answer, wrong_fair, wrong_root, bad_certificate, lower_incarnation, wrong_key.
Result<Hello> check_hello(const std::string& body, const Pin& pin, const std::string& peer_key);

// A reading of the server's clock.
struct Contact {
  Hello hello;
  Milliseconds round_trip = 0;
  Reading at;  // this device, when the answer came
};

// The error object of an answer that is not 2xx.
Problem problem_of(const net::Response& response);

class Peer {
 public:
  Peer(asio::any_io_executor executor, std::string base_url, Pin pin, const Clock& clock);

  // Asks who is there. Sets what ask() and call() insist on afterwards.
  asio::awaitable<Result<Contact>> greet();
  // A request without a session, after greet().
  asio::awaitable<Result<net::Response>> call(std::string method, std::string target, std::string body,
                                              std::string content_type = "application/json");
  // A request as `me`: greets and opens a session where needed. A Problem: no contact, no trust, or no session.
  asio::awaitable<Result<net::Response>> ask(const till::Identity& me, std::string method, std::string target, std::string body,
                                             std::string content_type, std::chrono::milliseconds deadline);

  // A batch of `terminal`'s journal, as `me`. Who has been revoked gets no session any more, and brings what its seals prove.
  struct Brought {
    Result<net::Response> answer;
    std::optional<Problem> revoked;  // why `me` was
  };
  asio::awaitable<Brought> bring(const till::Identity& me, std::string terminal, std::string batch);

  // From now on at another address; an answer that is awaited still comes from the one before.
  void move(std::string base_url);

  std::function<void(const Contact&)> on_contact;
  std::string device;  // sent with the next request of a session, as X-Phien-Device
  Pin& pin() { return pin_; }

 private:
  asio::awaitable<std::optional<Problem>> open_session(const till::Identity& me);
  asio::awaitable<Result<net::Response>> send(std::string method, std::string target, std::string body, std::string content_type,
                                              std::chrono::milliseconds deadline);

  asio::any_io_executor executor_;
  const Clock& clock_;
  Pin pin_;
  std::shared_ptr<std::string> expected_ = std::make_shared<std::string>();  // key the peer must show; "": any, while greeting
  std::unique_ptr<net::HttpClient> client_;
  bool greeted_ = false;
  std::string token_;
};

}  // namespace phien::agent
