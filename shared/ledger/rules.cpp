#include "shared/ledger/rules.hpp"

#include "shared/journal/certificate.hpp"
#include "shared/ledger/keys.hpp"

namespace phien::ledger {

using namespace journal;

JournalRules rules_for(const BooksReader& books, const JournalId& journal) {
  JournalRules rules;
  rules.server = is_server_terminal(journal.terminal);
  const std::int64_t own = server_incarnation(journal.terminal).value_or(0);
  const auto counts = [&](std::string_view order) { return !rules.server || keys::ServerOrder::parse(order).incarnation > own; };
  rules.enrolled = rules.server || keys::any_fact(books, keys::prefix("enrolled", journal.terminal, hex(journal.key)));
  for (const auto& [key, value] : keys::facts(books, keys::prefix("revoked", journal.terminal))) {
    if (!counts(keys::split(key).at(2))) continue;
    const auto fact = nlohmann::json::parse(value);
    rules.revoked.push_back({fact.at("seq").get<Seq>(), hash_from_hex(fact.at("hash").get<std::string>()).value()});
  }
  for (const auto& [key, value] : keys::facts(books, keys::prefix("ruling", journal.terminal))) {
    const auto parts = keys::split(key);
    if (!counts(parts.at(3))) continue;
    rules.rulings[hash_from_hex(parts.at(2)).value()] = nlohmann::json::parse(value).at("post").get<bool>();
  }
  return rules;
}

bool certifies(const JournalId& journal, const Entry& first) {
  const auto* incarnation = std::get_if<Incarnation>(&first.body);
  return incarnation && certificate_holds(journal, *incarnation);
}

std::optional<Problem> uninterpretable(const Result<Entry>& decoded, std::string_view terminal, bool certified) {
  if (!decoded) return decoded.problem();
  const bool server = is_server_terminal(terminal);
  if (!may_write(terminal, decoded->body)) {
    return Problem{"wrong_journal",
                   "kind",
                   {server ? "loại này chỉ máy bán hàng được ghi" : "loại này chỉ máy chủ được ghi",
                    server ? "only a terminal writes this kind" : "only a server writes this kind"}};
  }
  if (server && !certified) {
    return Problem{"bad_certificate",
                   "",
                   {"nhật ký máy chủ này không có chứng nhận của ban tổ chức",
                    "this server journal is not certified by the organizer's key"}};
  }
  return {};
}

}  // namespace phien::ledger
