// Where alerts go: a webhook and a mailbox, each a connection in the journal (access/people.hpp).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/access/people.hpp"
#include "shared/result.hpp"

namespace phien::server {

struct WebTarget {
  std::string url;     // https, or http on this very machine
  std::string secret;  // signs what is sent
};
struct MailTarget {
  std::string host;
  std::int64_t port = 587;
  std::string security;  // starttls | tls
  std::string user, password;
  std::string from;
  std::vector<std::string> to;
  std::string key;  // SHA-256 of the server's public key in hex, where no authority vouches for it; "": one does
};
inline constexpr const char* kWebConnection = "_alerts.web";
inline constexpr const char* kMailConnection = "_alerts.mail";
inline constexpr std::size_t kMaxUrl = 200, kMaxRecipients = 5, kMaxAddress = 100;

std::optional<WebTarget> web_target(const People& people);
std::optional<MailTarget> mail_target(const People& people);
nlohmann::json settings_of(const WebTarget& target);
nlohmann::json settings_of(const MailTarget& target);
// Nothing: it may be used. Codes: bad_value, with the field.
std::optional<Problem> wrong_with(const WebTarget& target);
std::optional<Problem> wrong_with(const MailTarget& target);

}  // namespace phien::server
