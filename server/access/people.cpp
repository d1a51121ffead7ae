#include "server/access/people.hpp"

#include <algorithm>

namespace phien::server {

void People::look(const ledger::Reader& books) {
  accounts_.clear();
  for (auto& row : ledger::accounts(books)) {
    const std::string id = row.account.account;
    Person person{std::move(row.account), {}};
    if (row.password)
      person.verifier = seed_.open(place("password", id), row.password->incarnation, row.password->text).value_or("");
    accounts_.emplace(id, std::move(person));
  }
  tokens_.clear();
  token_ids_.clear();
  for (auto& row : ledger::api_tokens(books)) {
    const std::string id = row.token.token;
    const auto hash = row.secret ? seed_.open(place("token", id), row.secret->incarnation, row.secret->text) : std::nullopt;
    if (hash) token_ids_.emplace(*hash, id);
    if (row.secret) row.token.secret = std::move(row.secret->text);
    tokens_.emplace(id, std::move(row.token));
  }
}

const Person* People::account(std::string_view id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() || found->second.account.removed ? nullptr : &found->second;
}

bool People::is_last_organizer(std::string_view id) const {
  const auto counts = [](const Person& person) {
    return person.account.role == journal::Role::organizer && !person.account.removed && !person.verifier.empty();
  };
  const Person* person = account(id);
  if (!person || !counts(*person)) return false;
  return std::count_if(accounts_.begin(), accounts_.end(), [&](const auto& one) { return counts(one.second); }) == 1;
}

const journal::ApiToken* People::token_by_secret(std::string_view secret, Milliseconds now) const {
  const auto found = token_ids_.find(hex(sha256(secret)));
  if (found == token_ids_.end()) return nullptr;
  const journal::ApiToken* found_token = token(found->second);
  return found_token && is_good(*found_token, now) ? found_token : nullptr;
}

bool People::is_good(const journal::ApiToken& token, Milliseconds now) const {
  const Person* owner = account(token.account);
  return token.secret && token.until > now && owner && owner->account.role == journal::Role::organizer;
}

const journal::ApiToken* People::token(std::string_view id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : &found->second;
}

std::string People::sealed_password(const std::string& account, std::string_view verifier) const {
  return seed_.seal(place("password", account), verifier);
}

std::string People::sealed_token(const std::string& token, std::string_view secret) const {
  return seed_.seal(place("token", token), hex(sha256(secret)));
}

}  // namespace phien::server
