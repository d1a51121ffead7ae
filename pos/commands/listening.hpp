// Where phones come to: an address of this machine on the hall's network, over TLS.
#pragma once
#include <string>

#include "pos/api/phones.hpp"
#include "pos/home/home.hpp"
#include "shared/net/http.hpp"
#include "shared/net/run.hpp"

namespace phien::commands {

// A hall full of strangers reaches this listener, a few phones use it: each with some six connections, and asking every few
// seconds. One machine of a stranger shall not shut them out.
inline constexpr net::Limits kPhoneLimits{.max_connections = 200,
                                          .max_of_address = 32,
                                          .header_deadline = std::chrono::seconds{5},
                                          .idle_deadline = std::chrono::seconds{15}};
inline constexpr unsigned short kPhonePort = 8444;

// An address phones come to: "192.168.1.20", "192.168.1.20:8444", "0.0.0.0", "[::1]:0".
struct PhonePlace {
  std::string address;
  unsigned short port = kPhonePort;
};
// Throws Failure (bad_address) where `where` is none.
PhonePlace phone_place(const std::string& where);
// Lets phones in. What is in the way (the Wi-Fi is not up yet, the port is taken) is told in `phones.why_not`, and the counter
// sells without them.
void listen_for_phones(net::HttpServer& server, api::Phones& phones, const home::Home& home, const till::Identity& me,
                       const Clock& clock, const PhonePlace& place);
// Tries again now and then for as long as there is something in the way.
boost::asio::awaitable<void> listen_when_possible(net::HttpServer& server, api::Phones& phones, const home::Home& home,
                                                  const till::Identity& me, const Clock& clock, PhonePlace place);

}  // namespace phien::commands
