// Phones paired with this till over the hall's network: how one is let in, and the door they come to.
//
// What is sent over that door is encrypted, but nobody vouches for its certificate: whoever sits between phone and till at the
// moment of pairing, and is not noticed, can pair in the phone's place. So the till says at once which phone was paired.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pos/api/door.hpp"
#include "pos/home/phones.hpp"
#include "shared/clock.hpp"

namespace phien::api {

// Whether a paired phone may ask a route (phone_words.cpp has every route; aborts on one without a word).
enum class PhoneWord { open, pairing, yes, no };
PhoneWord phone_word(const std::string& method, const std::string& pattern);

class Phones : public Door {
 public:
  // Durable when it returns; throws when it cannot be.
  using Keep = std::function<void(const std::vector<home::Phone>&)>;

  // `of_this_till`: whether it sells for an exhibitor.
  Phones(const Clock& clock, std::function<bool(const std::string&)> of_this_till)
      : clock_(clock), of_this_till_(std::move(of_this_till)) {}
  void keep_phones(std::vector<home::Phone> phones, Keep keep);
  // Where phones come to; "0.0.0.0" and "::" are all addresses this machine has, as they are when asked.
  void listens_at(std::string address, unsigned short port);
  std::vector<std::string> urls() const;  // "https://192.168.1.20:8444"; empty: it listens for none, or is on no network

  net::Guard guard_of(PhoneWord word, Ask ask);

  // What a phone needs to be paired: the code is in the picture it scans, the PIN is typed. Good once and for kOfferLives.
  struct Offer {
    std::string code, pin;
  };
  // Replaces the one before: there is one code at a time, the one on the screen.
  Result<Offer> offer(const std::string& exhibitor, const std::string& name);
  void withdraw() { offer_.reset(); }
  struct Paired {
    std::string cookie;
    home::Phone phone;
    std::string replaces;  // the phone of another exhibitor that this browser was before; "": none
  };
  // Codes: bad_pairing, wrong_pin, pairing_locked, too_many_phones. `before`: the request's own session, if any.
  Result<Paired> pair(const std::string& code, const std::string& pin, const net::Request& request);
  // False: no such phone. Throws when it is over for now but could not be written down.
  bool end(const std::string& id);

  const std::vector<home::Phone>& all() const { return phones_; }
  const home::Phone* latest() const;  // the one paired last; null: none
  // Why phones cannot come although they were to: shown where they are paired. Empty again once they can.
  std::optional<Problem> why_not;
  const home::Phone* find(const std::string& id) const;  // paired, and of an exhibitor of this till

  static constexpr std::size_t kMaxPhones = 24;
  static constexpr int kTries = 5;
  static constexpr Milliseconds kOfferLives = 5 * 60'000;
  static constexpr Milliseconds kSeenEvery = 10 * 60'000;  // how often `seen` is written down

 private:
  struct Pending {
    std::string digest, pin, exhibitor, name, boot;
    Milliseconds until = 0;  // of Reading::up
    int wrong = 0;
  };
  std::optional<net::Response> wrong_host(const net::Request& request) const override;
  std::optional<net::Response> not_let_in(net::Request& request) override;
  std::optional<net::Response> wrong_origin(const net::Request& request) const override;
  std::vector<std::string> names() const;
  home::Phone* whose(const net::Request& request);
  void forget_old_offer();

  const Clock& clock_;
  std::function<bool(const std::string&)> of_this_till_;
  std::vector<home::Phone> phones_;
  std::optional<Pending> offer_;
  Keep keep_;
  std::string address_;
  unsigned short port_ = 0;
  Milliseconds seen_kept_ = 0;
};

}  // namespace phien::api
