// Who may ask this till. Any page open on the same laptop can send requests to 127.0.0.1, so: exact Host (DNS rebinding), Origin
// of our own page on whatever changes something, and a session from a one-time link, or the token only this user's files hold.
#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pos/api/door.hpp"

namespace phien::api {

class Access : public Door {
 public:
  explicit Access(std::string local_token) : token_(std::move(local_token)) {}
  // Sessions outlive the program: after a power cut the page goes on where it was. Only digests of them are kept.
  using Keep = std::function<void(const std::vector<std::string>& digests)>;
  void keep_sessions(std::vector<std::string> digests, Keep keep);
  void set_port(unsigned short port) { port_ = port; }

  // A link that opens one session, once. The newest kMaxLinks are good.
  std::string new_link();
  // The cookie of a new session, or nothing if the link is not good (any more).
  std::optional<std::string> use_link(std::string_view once);

  static constexpr std::size_t kMaxLinks = 4, kMaxSessions = 16;

 private:
  std::optional<net::Response> wrong_host(const net::Request& request) const override;
  std::optional<net::Response> not_let_in(net::Request& request) override;
  std::optional<net::Response> wrong_origin(const net::Request& request) const override;
  bool has_token(const net::Request& request) const;

  std::string token_;
  unsigned short port_ = 0;
  std::deque<std::string> links_, sessions_;  // sessions as digests
  Keep keep_;
};

}  // namespace phien::api
