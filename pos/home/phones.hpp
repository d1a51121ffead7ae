// Phones paired with this till (phones.json) and the key of the listener they come to (phones-tls.json); both mode 0600.
#pragma once
#include <string>
#include <vector>

#include "pos/home/home.hpp"
#include "shared/clock.hpp"

namespace phien::home {

struct Phone {
  std::string id, name, exhibitor;
  std::string digest;                 // of its session, hex
  Milliseconds paired = 0, seen = 0;  // this device's clock
};

// None where the file is damaged (a phone pairs again), or was written for another fair: its exhibitors are other people.
std::vector<Phone> load_phones(const Home& home, const till::Identity& me);
// Throws std::runtime_error.
void save_phones(const Home& home, const till::Identity& me, const std::vector<Phone>& phones);

struct PhoneKey {
  std::string key_pem, certificate_pem;
  Milliseconds made = 0;  // this device's clock
};
std::optional<PhoneKey> load_phone_key(const Home& home);
void save_phone_key(const Home& home, const PhoneKey& key);  // throws std::runtime_error

}  // namespace phien::home
