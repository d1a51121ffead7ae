// Where phones come to: an address of this machine on the hall's network, over TLS.
#pragma once
#include <string>

#include "pos/api/phones.hpp"
#include "pos/home/home.hpp"
#include "shared/net/http.hpp"

namespace phien::commands {

// A hall full of strangers reaches this listener, a few phones use it.
inline constexpr net::Limits kPhoneLimits{.max_connections = 200};
inline constexpr unsigned short kPhonePort = 8444;

// "192.168.1.20", "192.168.1.20:8444", "0.0.0.0", "[::1]:0". Throws Failure where it is none, or is taken.
void listen_for_phones(net::HttpServer& server, api::Phones& phones, const home::Home& home, const till::Identity& me,
                       const Clock& clock, const std::string& where);

}  // namespace phien::commands
