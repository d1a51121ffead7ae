#include "server/access/people.hpp"

#include <algorithm>
#include <stdexcept>

namespace phien::server {
namespace {

constexpr Milliseconds kNever = 253'402'300'799'000;  // the last second of the year 9999

}  // namespace

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
  connections_.clear();
  for (auto& row : ledger::api_tokens(books)) {
    const std::string id = row.token.token;
    const auto secret = row.secret ? seed_.open(place("token", id), row.secret->incarnation, row.secret->text) : std::nullopt;
    if (id.starts_with('_')) {
      auto settings = nlohmann::json::parse(secret.value_or(""), nullptr, false);
      if (settings.is_object()) connections_.emplace(id, Connection{std::move(row.token.name), std::move(settings)});
      continue;
    }
    if (secret) token_ids_.emplace(*secret, id);
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

const Connection* People::connection(std::string_view id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second;
}

journal::ApiToken People::connection_entry(const std::string& id, const std::string& by, const std::string& name,
                                           const std::optional<nlohmann::json>& settings) const {
  journal::ApiToken entry;
  entry.token = id;
  entry.account = by;
  entry.name = name;
  entry.role = journal::Role::reporter;  // every token has one; this one lets nobody in
  entry.until = kNever;
  if (!settings) return entry;
  const std::string text = settings->dump();
  if (text.size() > kMaxSettings) throw std::length_error("settings of a connection are too long");
  entry.secret = seed_.seal(place("token", id), text);
  return entry;
}

std::string People::sealed_password(const std::string& account, std::string_view verifier) const {
  return seed_.seal(place("password", account), verifier);
}

std::string People::sealed_token(const std::string& token, std::string_view secret) const {
  return seed_.seal(place("token", token), hex(sha256(secret)));
}

}  // namespace phien::server
