// Who may work with this server, as its journals say: accounts with their passwords' verifiers, and programs' tokens.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "server/access/seals.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server {

inline constexpr std::size_t kMaxAccounts = 5'000;  // ever, removed ones too
inline constexpr std::size_t kMaxTokens = 1'000;

struct Person {
  journal::Account account;
  std::string verifier;  // "": no password is set
};

// A service this server works with: a bank's notices, where alerts go. It stands in the journal as a token whose id begins with
// "_" and whose sealed secret is not the hash of a key but the settings, as JSON; nobody can come with it.
struct Connection {
  std::string name;
  nlohmann::json settings;
};
inline constexpr std::size_t kMaxSettings = 460;  // bytes of JSON: what fits a sealed text

class People {
 public:
  People(std::string fair, SealingSeed seed) : fair_(std::move(fair)), seed_(std::move(seed)) {}
  // Reads the journals anew. Secrets that do not open count as not set.
  void look(const ledger::Reader& books);

  const std::map<std::string, Person, std::less<>>& accounts() const { return accounts_; }  // removed ones too
  const Person* account(std::string_view id) const;                                         // not a removed one
  // An organizer who could let others in again.
  bool is_last_organizer(std::string_view id) const;

  const std::map<std::string, journal::ApiToken, std::less<>>& tokens() const { return tokens_; }  // revoked ones too
  // Until its end, unless revoked, while whoever answers for it is an organizer.
  bool is_good(const journal::ApiToken& token, Milliseconds now) const;
  // By the token itself, as it was shown once; nullptr when it is not good.
  const journal::ApiToken* token_by_secret(std::string_view secret, Milliseconds now) const;
  const journal::ApiToken* token(std::string_view id) const;

  // By id, "_" included: those that were not taken away and whose settings open.
  const std::map<std::string, Connection, std::less<>>& connections() const { return connections_; }
  const Connection* connection(std::string_view id) const;
  // The entry that makes or changes one; without settings it is taken away. Throws std::length_error over kMaxSettings.
  journal::ApiToken connection_entry(const std::string& id, const std::string& by, const std::string& name,
                                     const std::optional<nlohmann::json>& settings) const;

  std::string sealed_password(const std::string& account, std::string_view verifier) const;
  std::string sealed_token(const std::string& token, std::string_view secret) const;

 private:
  SealedPlace place(std::string_view kind, const std::string& id) const { return {fair_, kind, id}; }

  std::string fair_;
  SealingSeed seed_;
  std::map<std::string, Person, std::less<>> accounts_;
  std::map<std::string, journal::ApiToken, std::less<>> tokens_;
  std::map<std::string, Connection, std::less<>> connections_;
  std::map<std::string, std::string, std::less<>> token_ids_;  // by SHA-256, so that looking one up tells nothing of it
};

}  // namespace phien::server
