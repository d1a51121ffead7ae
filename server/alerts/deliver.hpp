// Takes one message to where it is to go, by libcurl. Blocks: run it by House::outside.
//
// Who sets the address is an organizer, who need not be at this machine. So that no address makes the server knock where only the
// machine itself can: loopback, link-local, multicast and "any" are refused, at the moment of connecting and by the address that
// was found, whatever name it has. The venue's own network is allowed: a relay stands there. Redirects are not followed, and of
// an answer nothing but its number is told.
#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "server/alerts/targets.hpp"
#include "shared/clock.hpp"

namespace phien::server {

struct Outside {
  bool this_machine = false;         // loopback is allowed after all (serve --alerts-to-this-machine)
  const std::atomic<bool>& closing;  // give up
};
inline constexpr long kDeliverWithin = 15;  // seconds

// Nothing: it is delivered. Codes: not_delivered, forbidden_address.
std::optional<Problem> deliver(const WebTarget& target, const std::string& body, Milliseconds now, const Outside& outside);
struct Mail {
  std::string subject, text;  // UTF-8
  std::string id;             // the same mail again has the same
};
std::optional<Problem> deliver(const MailTarget& target, const Mail& mail, const Outside& outside);

}  // namespace phien::server
