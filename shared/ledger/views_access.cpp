// Who may work with the server, as its journal says.
#include "shared/ledger/keys.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

using nlohmann::json;

struct LatestSaid {
  std::string order;
  json value;
  std::optional<SealedSecret> secret() const {
    const auto found = value.find("secret");
    if (found == value.end()) return {};
    return SealedSecret{keys::ServerOrder::parse(order).incarnation, found->get<std::string>()};
  }
};

std::map<std::string, LatestSaid> latest_of(const Reader& books, std::string_view type) {
  std::map<std::string, LatestSaid> latest;
  books.facts(keys::prefix(type), [&](std::string_view key, std::string_view value) {
    const auto parts = keys::split(key);
    LatestSaid& at = latest[std::string(parts.at(1))];
    if (parts.at(2) > at.order) at = {std::string(parts.at(2)), json::parse(value)};
    return true;
  });
  return latest;
}

journal::Role role_of(const json& value) {
  const auto& name = value.at("role").get_ref<const std::string&>();
  if (name == "organizer") return journal::Role::organizer;
  if (name == "exhibitor") return journal::Role::exhibitor;
  return name == "reporter" ? journal::Role::reporter : journal::Role::auditor;
}

}  // namespace

std::vector<AccountRow> accounts(const Reader& books) {
  const auto passwords = latest_of(books, "password");
  std::vector<AccountRow> rows;
  for (const auto& [id, latest] : latest_of(books, "account")) {
    const json& value = latest.value;
    AccountRow row;
    row.account = {id, value.at("name"), role_of(value), value.at("exhibitors"), value.at("removed").get<bool>()};
    if (const auto found = passwords.find(id); found != passwords.end()) row.password = found->second.secret();
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<TokenRow> api_tokens(const Reader& books) {
  std::vector<TokenRow> rows;
  for (const auto& [id, latest] : latest_of(books, "token")) {
    const json& value = latest.value;
    TokenRow row;
    row.token = {id, value.at("account"), value.at("name"), role_of(value), value.at("exhibitors"), value.at("until"), {}};
    row.secret = latest.secret();
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace phien::ledger
