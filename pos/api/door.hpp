// What stands before every route: a name we answer to, somebody who is let in, a request of our own page. Two doors: this device
// (access.hpp) and the phones paired with it (phones.hpp).
#pragma once
#include <optional>

#include "shared/net/http.hpp"

namespace phien::api {

// What a route asks for before it answers.
enum class Ask {
  open,      // anyone, by our own name
  knocking,  // anyone, from our own page, JSON: who wants to be let in
  reading,   // whoever was let in
  saving,    // and our own page as origin, JSON
  writing,   // and an idempotency key
};

class Door {
 public:
  virtual ~Door() = default;
  net::Guard guard(Ask ask);

 protected:
  virtual std::optional<net::Response> wrong_host(const net::Request& request) const = 0;
  // Sets request.principal where somebody other than this device itself asks.
  virtual std::optional<net::Response> not_let_in(net::Request& request) = 0;
  virtual std::optional<net::Response> wrong_origin(const net::Request& request) const = 0;
};

net::Response from_another_page();

}  // namespace phien::api
