#include "pos/commands/listening.hpp"

#include <charconv>
#include <cstdint>

#include "pos/commands/context.hpp"
#include "pos/home/phones.hpp"
#include "shared/net/own_addresses.hpp"

namespace phien::commands {

namespace {

// Some browsers let nobody past a certificate that runs longer; made anew long before its end, since phones warn again then.
constexpr int kCertificateDays = 397;
constexpr Milliseconds kMadeAnewAfter = INT64_C(300) * 24 * 3'600'000;

struct Place {
  std::string address;
  unsigned short port = kPhonePort;
};

[[noreturn]] void not_a_place(const std::string& where) {
  throw Failure{Exit::usage,
                {"bad_address",
                 "--listen",
                 {"“" + where + "” không phải địa chỉ: viết như 0.0.0.0 hoặc 192.168.1.20:8444.",
                  "“" + where + "” is no address: write 0.0.0.0 or 192.168.1.20:8444."}}};
}

Place place_of(const std::string& where) {
  Place place;
  std::string port;
  if (where.starts_with('[')) {
    const auto end = where.find(']');
    if (end == std::string::npos || (end + 1 < where.size() && where[end + 1] != ':')) not_a_place(where);
    place.address = where.substr(1, end - 1);
    if (end + 1 < where.size()) port = where.substr(end + 2);
  } else if (const auto colon = where.find(':'); colon != std::string::npos && colon == where.rfind(':')) {
    place.address = where.substr(0, colon);
    port = where.substr(colon + 1);
  } else {
    place.address = where;
  }
  if (where.ends_with(':') && !where.ends_with("::")) not_a_place(where);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc() || end != port.data() + port.size()) not_a_place(where);
  }
  return place;
}

net::TlsKey key_of(const home::Home& home, Milliseconds now, const std::string& address) {
  auto kept = home::load_phone_key(home);
  if (kept && now - kept->made < kMadeAnewAfter && now >= kept->made) return {kept->key_pem, kept->certificate_pem};
  auto names = net::own_addresses();
  for (const char* always : {"localhost", "127.0.0.1"}) names.emplace_back(always);
  if (address != "0.0.0.0" && address != "::") names.push_back(address);
  const net::TlsKey made = net::make_tls_key("phien-pos", names, kCertificateDays);
  home::save_phone_key(home, {made.key_pem, made.certificate_pem, now});
  return made;
}

}  // namespace

void listen_for_phones(net::HttpServer& server, api::Phones& phones, const home::Home& home, const till::Identity& me,
                       const Clock& clock, const std::string& where) {
  const Place place = place_of(where);
  const auto tls = net::tls_server_context(key_of(home, clock.now().wall, place.address));
  const auto bound = server.listen(place.address, place.port, tls);
  if (!bound) throw Failure{bound.problem().code == "bad_address" ? Exit::usage : Exit::network, bound.problem()};
  phones.keep_phones(home::load_phones(home, me),
                     [&home, &me](const std::vector<home::Phone>& all) { home::save_phones(home, me, all); });
  phones.listens_at(place.address, *bound);
}

}  // namespace phien::commands
