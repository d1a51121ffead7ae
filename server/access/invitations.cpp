#include "server/access/invitations.hpp"

#include <nlohmann/json.hpp>

#include "shared/bytes.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::string_view kIndex = "access.invitations";  // {"<sha-256 of the code>": {"account", "until"}}

json read_open(const std::optional<std::string>& text, Milliseconds now) {
  json open = text ? json::parse(*text) : json::object();
  for (auto it = open.begin(); it != open.end();) it = (*it)["until"].get<Milliseconds>() <= now ? open.erase(it) : std::next(it);
  return open;
}

void drop_those_of(json& open, const std::string& account) {
  for (auto it = open.begin(); it != open.end();) it = (*it)["account"] == account ? open.erase(it) : std::next(it);
}

}  // namespace

std::optional<std::string> invite(db::Transaction& tx, const std::string& account, Milliseconds now) {
  json open = read_open(tx.meta(kIndex), now);
  drop_those_of(open, account);
  if (open.size() >= kMaxInvitations) return std::nullopt;
  std::string code = random_hex(16);
  open[hex(sha256(code))] = {{"account", account}, {"until", now + kInvitationLife}};
  tx.set_meta(kIndex, open.dump());
  return code;
}

void withdraw_invitation(db::Transaction& tx, const std::string& account) {
  const auto text = tx.meta(kIndex);
  if (!text) return;
  json open = json::parse(*text);
  drop_those_of(open, account);
  tx.set_meta(kIndex, open.dump());
}

std::optional<Invitation> find_invitation(const db::Snapshot& store, std::string_view code, Milliseconds now) {
  const json open = read_open(store.meta(kIndex), now);
  const auto found = open.find(hex(sha256(code)));
  if (found == open.end()) return std::nullopt;
  return Invitation{found->at("account").get<std::string>(), found->at("until").get<Milliseconds>()};
}

std::optional<std::string> use_invitation(db::Transaction& tx, std::string_view code, Milliseconds now) {
  json open = read_open(tx.meta(kIndex), now);
  const auto found = open.find(hex(sha256(code)));
  if (found == open.end()) return std::nullopt;
  std::string account = found->at("account").get<std::string>();
  open.erase(found);
  tx.set_meta(kIndex, open.dump());
  return account;
}

}  // namespace phien::server
