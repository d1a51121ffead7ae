#include "pos/api/phones.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "shared/bytes.hpp"
#include "shared/net/own_addresses.hpp"

namespace phien::api {

namespace {

constexpr const char* kPhoneCookie = "__Host-phien_phone";  // a browser takes it over TLS alone, for this host alone
constexpr const char* kPhoneCookieSeconds = "2592000";
constexpr int kPinDigits = 6;

std::string secret_digest(std::string_view secret) { return hex(sha256(secret)); }

std::string new_pin() {
  // 256 does not divide evenly by ten: what is above 249 is thrown away.
  std::string pin;
  while (pin.size() < kPinDigits)
    for (const char byte : random_bytes(16))
      if (const auto value = static_cast<unsigned char>(byte); value < 250 && pin.size() < kPinDigits)
        pin += static_cast<char>('0' + value % 10);
  return pin;
}

Problem no_such_pairing() {
  return {"bad_pairing",
          "code",
          {"Mã ghép không đúng, đã dùng hoặc đã quá hạn: hãy tạo mã mới ở máy bán hàng.",
           "That pairing code is wrong, used or too old: make a new one at the till."}};
}

Problem too_many() {
  return {"too_many_phones",
          "",
          {fmt::format("Đã ghép {} điện thoại: hãy ngắt bớt.", Phones::kMaxPhones),
           fmt::format("{} phones are paired already: end one first.", Phones::kMaxPhones)}};
}

}  // namespace

void Phones::keep_phones(std::vector<home::Phone> phones, Keep keep) {
  phones_ = std::move(phones);
  keep_ = std::move(keep);
  // Those of an exhibitor this till sold for once are not let in again when it does so another time.
  if (std::erase_if(phones_, [&](const home::Phone& one) { return !of_this_till_(one.exhibitor); }) > 0 && keep_) keep_(phones_);
}

void Phones::listens_at(std::string address, unsigned short port) {
  address_ = std::move(address);
  port_ = port;
}

// ---- the door ----------------------------------------------------------------------------------------------------------------

std::vector<std::string> Phones::names() const {
  if (address_ == "0.0.0.0" || address_ == "::") return net::own_addresses();
  if (address_.find(':') != std::string::npos) return {"[" + address_ + "]"};
  return {address_};
}

std::vector<std::string> Phones::urls() const {
  std::vector<std::string> urls;
  if (port_ == 0) return urls;
  for (const auto& name : names()) urls.push_back("https://" + name + (port_ == 443 ? "" : ":" + std::to_string(port_)));
  return urls;
}

std::optional<net::Response> Phones::wrong_host(const net::Request& request) const {
  const auto ours = urls();
  if (std::find(ours.begin(), ours.end(), "https://" + request.header("host")) != ours.end()) return std::nullopt;
  return net::refusal(421,
                      {"wrong_host", "Host", {"Máy bán hàng không mang tên này.", "This till does not answer to that name."}});
}

home::Phone* Phones::whose(const net::Request& request) {
  const std::string digest = secret_digest(request.cookie(kPhoneCookie));
  home::Phone* found = nullptr;  // all are compared, so that time tells nothing
  for (auto& one : phones_)
    if (equal_constant_time(one.digest, digest)) found = &one;
  return found && of_this_till_(found->exhibitor) ? found : nullptr;
}

std::optional<net::Response> Phones::not_let_in(net::Request& request) {
  home::Phone* phone = whose(request);
  if (!phone)
    return net::refusal(401, {"not_paired",
                              "",
                              {"Điện thoại này chưa ghép với máy bán hàng, hoặc đã bị ngắt.",
                               "This phone is not paired with the till, or the pairing was ended."}});
  request.principal = phone->id;
  const Reading now = clock_.now();
  phone->seen = now.wall;
  if (now.up - seen_kept_ < kSeenEvery && now.up >= seen_kept_) return std::nullopt;
  seen_kept_ = now.up;
  try {
    if (keep_) keep_(phones_);
  } catch (const std::exception& e) {
    spdlog::warn("when phones were seen is not written down: {}", e.what());
  }
  return std::nullopt;
}

std::optional<net::Response> Phones::wrong_origin(const net::Request& request) const {
  if (request.header("origin") == "https://" + request.header("host")) return std::nullopt;
  return from_another_page();
}

net::Guard Phones::guard_of(PhoneWord word, Ask ask) {
  if (word == PhoneWord::pairing) return guard(Ask::knocking);
  if (word == PhoneWord::open) return guard(Ask::open);
  if (word == PhoneWord::yes) return guard(ask == Ask::open ? Ask::reading : ask);
  return [let_in = guard(Ask::reading)](net::Request& request) -> std::optional<net::Response> {
    if (auto no = let_in(request)) return no;
    return net::refusal(
        403, {"not_for_phones", "", {"Việc này chỉ làm được ở máy bán hàng.", "That can only be done at the till itself."}});
  };
}

// ---- pairing -----------------------------------------------------------------------------------------------------------------

void Phones::forget_old_offer() {
  const Reading now = clock_.now();
  if (offer_ && (offer_->boot != now.boot || now.up >= offer_->until)) offer_.reset();
}

Result<Phones::Offer> Phones::offer(const std::string& exhibitor, const std::string& name) {
  if (phones_.size() >= kMaxPhones) return too_many();
  Offer made{random_hex(16), new_pin()};
  const Reading now = clock_.now();
  offer_ = Pending{secret_digest(made.code), made.pin, exhibitor, name, now.boot, now.up + kOfferLives, 0};
  return made;
}

Result<Phones::Paired> Phones::pair(const std::string& code, const std::string& pin, const net::Request& request) {
  forget_old_offer();
  if (!offer_ || !equal_constant_time(offer_->digest, secret_digest(code)) || !of_this_till_(offer_->exhibitor))
    return no_such_pairing();
  if (offer_->wrong >= kTries)
    return Problem{"pairing_locked",
                   "code",
                   {"Sai mã PIN quá nhiều lần: hãy tạo mã ghép mới ở máy bán hàng.",
                    "Too many wrong PINs: make a new pairing code at the till."}};
  if (!equal_constant_time(offer_->pin, pin)) {
    const int left = kTries - ++offer_->wrong;
    return Problem{"wrong_pin",
                   "pin",
                   {fmt::format("Sai mã PIN. Còn thử được {} lần.", left), fmt::format("Wrong PIN. {} tries left.", left)}};
  }
  const home::Phone* before = whose(request);
  if (phones_.size() >= kMaxPhones && !before) return too_many();
  const std::string was = before ? before->id : "";
  // The same phone for the same exhibitor goes on at its desk: its baskets, and the references its buyers were shown, stay.
  const bool goes_on = before && before->exhibitor == offer_->exhibitor;
  std::erase_if(phones_, [&](const home::Phone& one) { return one.id == was; });

  const Reading now = clock_.now();
  const std::string session = random_hex(32);
  const home::Phone phone{
      goes_on ? was : "P" + random_hex(6), offer_->name, offer_->exhibitor, secret_digest(session), now.wall, now.wall};
  offer_.reset();
  phones_.push_back(phone);
  try {
    if (keep_) keep_(phones_);
  } catch (const std::exception& e) {
    spdlog::warn("the pairing will not outlive this program: {}", e.what());
  }
  return Paired{std::string(kPhoneCookie) + "=" + session + "; Path=/; Max-Age=" + kPhoneCookieSeconds +
                    "; Secure; HttpOnly; SameSite=Strict",
                phone, goes_on ? "" : was};
}

bool Phones::end(const std::string& id) {
  if (std::erase_if(phones_, [&](const home::Phone& one) { return one.id == id; }) == 0) return false;
  if (keep_) keep_(phones_);
  return true;
}

const home::Phone* Phones::latest() const {
  const auto last = std::max_element(phones_.begin(), phones_.end(),
                                     [](const home::Phone& a, const home::Phone& b) { return a.paired < b.paired; });
  return last == phones_.end() ? nullptr : &*last;
}

const home::Phone* Phones::find(const std::string& id) const {
  const auto found = std::find_if(phones_.begin(), phones_.end(), [&](const home::Phone& one) { return one.id == id; });
  return found != phones_.end() && of_this_till_(found->exhibitor) ? &*found : nullptr;
}

}  // namespace phien::api
