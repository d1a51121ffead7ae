#include "pos/commands/listening.hpp"

#include <charconv>
#include <cstdint>

#include <spdlog/spdlog.h>
#include <boost/asio/ip/address.hpp>

#include "pos/commands/context.hpp"
#include "pos/home/phones.hpp"
#include "shared/net/own_addresses.hpp"

namespace phien::commands {

namespace {

namespace asio = boost::asio;

// Some browsers let nobody past a certificate that runs longer; made anew long before its end, since phones warn again then.
constexpr int kCertificateDays = 397;
constexpr Milliseconds kMadeAnewAfter = INT64_C(300) * 24 * 3'600'000;

constexpr std::int64_t kTryAgain = 10'000;  // ms

[[noreturn]] void not_a_place(const std::string& where) {
  throw Failure{Exit::usage,
                {"bad_address",
                 "--listen",
                 {"“" + where + "” không phải địa chỉ: viết như 0.0.0.0 hoặc 192.168.1.20:8444.",
                  "“" + where + "” is no address: write 0.0.0.0 or 192.168.1.20:8444."}}};
}

std::shared_ptr<asio::ssl::context> context_of(const home::Home& home, Milliseconds now, const std::string& address) {
  auto kept = home::load_phone_key(home);
  if (kept && now - kept->made < kMadeAnewAfter && now >= kept->made) {
    try {
      return net::tls_server_context({kept->key_pem, kept->certificate_pem});
    } catch (const std::exception& e) {
      spdlog::warn("the key phones know is damaged and made anew, they will warn once more: {}", e.what());
    }
  }
  auto names = net::own_addresses();
  for (const char* always : {"localhost", "127.0.0.1"}) names.emplace_back(always);
  if (address != "0.0.0.0" && address != "::") names.push_back(address);
  const net::TlsKey made = net::make_tls_key("phien-pos", names, kCertificateDays);
  home::save_phone_key(home, {made.key_pem, made.certificate_pem, now});
  return net::tls_server_context(made);
}

}  // namespace

PhonePlace phone_place(const std::string& where) {
  PhonePlace place;
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
  boost::system::error_code none;
  asio::ip::make_address(place.address, none);
  if (none) not_a_place(where);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc() || end != port.data() + port.size()) not_a_place(where);
  }
  return place;
}

void listen_for_phones(net::HttpServer& server, api::Phones& phones, const home::Home& home, const till::Identity& me,
                       const Clock& clock, const PhonePlace& place) {
  try {
    phones.keep_phones(home::load_phones(home, me),
                       [&home, &me](const std::vector<home::Phone>& all) { home::save_phones(home, me, all); });
    const auto bound = server.listen(place.address, place.port, context_of(home, clock.now().wall, place.address));
    if (!bound) {
      phones.why_not = bound.problem();
      return;
    }
    phones.listens_at(place.address, *bound);
    phones.why_not.reset();
  } catch (const std::exception& e) {  // no room for the key, or for the list
    phones.why_not = Problem{
        "cannot_listen",
        "--listen",
        {std::string("Chưa mở cho điện thoại được: ") + e.what(), std::string("Phones cannot be let in yet: ") + e.what()}};
  }
}

asio::awaitable<void> listen_when_possible(net::HttpServer& server, api::Phones& phones, const home::Home& home,
                                           const till::Identity& me, const Clock& clock, PhonePlace place) {
  while (phones.why_not) {
    const bool waited = co_await net::sleep_for(kTryAgain);
    if (!waited) co_return;
    listen_for_phones(server, phones, home, me, clock, place);
  }
}

}  // namespace phien::commands
