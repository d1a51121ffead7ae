// The server's journal as posted, and who witnessed which head.
#include <algorithm>
#include <charconv>
#include <set>

#include "shared/journal/certificate.hpp"
#include "shared/ledger/keys.hpp"
#include "shared/ledger/views.hpp"

namespace phien::ledger {
namespace {

using namespace journal;
using nlohmann::json;

Ref ref_of(const json& value) {
  return {value.at("terminal").get<std::string>(), value.at("seq").get<Seq>(),
          hash_from_hex(value.at("hash").get<std::string>()).value()};
}

std::string_view order_of(std::string_view key) { return key.substr(key.rfind('|') + 1); }

// Items of one type that are not removed, the latest of each id; ids may hold any character, orders none of '|'.
std::map<std::string, json> items(const Reader& books, std::string_view type) {
  struct Latest {
    std::string order;
    json value;
  };
  std::map<std::string, Latest> latest;
  const std::string prefix = keys::prefix("catalogue", type);
  books.facts(prefix, [&](std::string_view key, std::string_view value) {
    const std::string_view order = order_of(key);
    Latest& at = latest[std::string(key.substr(prefix.size(), key.size() - order.size() - 1 - prefix.size()))];
    if (order > at.order) at = {std::string(order), json::parse(value)};
    return true;
  });
  std::map<std::string, json> found;
  for (auto& [id, one] : latest) {
    if (!one.value.at("removed").get<bool>()) found.emplace(id, std::move(one.value.at("item")));
  }
  return found;
}

TerminalEnrolled enrolled_of(std::string_view key, std::string_view value) {
  const auto parts = keys::split(key);
  const json fact = json::parse(value);
  TerminalEnrolled enrolled;
  enrolled.terminal = parts.at(1);
  enrolled.key = key_from_hex(parts.at(2)).value();
  enrolled.exhibitors = fact.at("exhibitors").get<std::vector<std::string>>();
  enrolled.booth = fact.at("booth").get<std::string>();
  enrolled.holder = fact.at("holder").get<std::string>();
  return enrolled;
}

std::map<std::string, TerminalEnrolled> latest_enrolments(const Reader& books, const std::string& prefix) {
  std::map<std::string, std::pair<std::string, TerminalEnrolled>> latest;
  books.facts(prefix, [&](std::string_view key, std::string_view value) {
    TerminalEnrolled enrolled = enrolled_of(key, value);
    auto& at = latest[enrolled.terminal];
    if (order_of(key) > at.first) at = {std::string(order_of(key)), std::move(enrolled)};
    return true;
  });
  std::map<std::string, TerminalEnrolled> found;
  for (auto& [terminal, one] : latest) found.emplace(terminal, std::move(one.second));
  return found;
}

// Every complete closing, later ones (incarnation, seq) after earlier ones; its parts put together.
std::vector<FairClosed> closings(const Reader& books) {
  std::map<std::pair<std::int64_t, Seq>, std::map<std::int64_t, json>> units;  // by where the unit starts; its parts
  std::map<std::pair<std::int64_t, Seq>, std::int64_t> edition_of;
  for (const auto& [key, value] : keys::facts(books, keys::prefix("closed"))) {
    json fact = json::parse(value);
    const auto order = keys::ServerOrder::parse(order_of(key));
    const auto part = fact.at("part").get<std::int64_t>();
    const std::pair unit{order.incarnation, order.at.seq - part + 1};
    edition_of[unit] = keys::from_sortable(keys::split(key).at(1));
    units[unit][part] = std::move(fact);
  }
  std::vector<FairClosed> found;
  for (const auto& [unit, parts] : units) {
    FairClosed closed;
    closed.edition = edition_of[unit];
    if (parts.begin()->second.at("parts").get<std::size_t>() != parts.size()) continue;
    for (const auto& [number, part] : parts) {
      for (const json& ref : part.at("cut")) closed.cut.push_back(ref_of(ref));
    }
    std::sort(closed.cut.begin(), closed.cut.end());
    found.push_back(std::move(closed));
  }
  return found;
}

}  // namespace

CatalogueItems catalogue_items(const Reader& books) {
  CatalogueItems found;
  // A fair has one item, whatever it was called before.
  std::string latest;
  books.facts(keys::prefix("catalogue", "fair"), [&](std::string_view key, std::string_view value) {
    if (order_of(key) > latest) {
      latest = order_of(key);
      found.fair = json::parse(value).at("item");
    }
    return true;
  });
  found.exhibitors = items(books, "exhibitor");
  found.products = items(books, "product");
  found.cashiers = items(books, "cashier");
  return found;
}

std::optional<TerminalEnrolled> enrolment(const Reader& books, std::string_view terminal) {
  auto found = latest_enrolments(books, keys::prefix("enrolled", terminal));
  if (found.empty()) return {};
  return std::move(found.begin()->second);
}

std::vector<TerminalEnrolled> enrolments(const Reader& books) {
  std::vector<TerminalEnrolled> found;
  for (auto& [terminal, enrolled] : latest_enrolments(books, keys::prefix("enrolled"))) found.push_back(std::move(enrolled));
  return found;
}

std::optional<TerminalRevoked> revocation(const Reader& books, std::string_view terminal) {
  std::optional<TerminalRevoked> last;
  books.facts(keys::prefix("revoked", terminal), [&](std::string_view, std::string_view value) {
    const json fact = json::parse(value);
    last = TerminalRevoked{std::string(terminal),
                           {fact.at("seq").get<Seq>(), hash_from_hex(fact.at("hash").get<std::string>()).value()},
                           fact.at("reason").get<std::string>()};
    return true;
  });
  return last;
}

std::optional<FairClosed> closing(const Reader& books, std::optional<std::int64_t> edition) {
  std::optional<FairClosed> found;
  auto all = closings(books);
  for (FairClosed& closed : all) {
    if (edition ? closed.edition == *edition : !found || closed.edition >= found->edition) found = std::move(closed);
  }
  return found;
}

std::vector<Ref> witnessed_heads(const Reader& books) {
  std::map<std::string, Ref> highest;
  const auto see = [&](const Ref& ref) {
    Ref& at = highest.try_emplace(ref.terminal, ref).first->second;
    at = std::max(at, ref);
  };
  for (const Branch& branch : books.branches()) {
    if (!is_server_terminal(branch.journal.terminal)) continue;
    books.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (stored.standing != Standing::posted || stored.bytes.find("\"kind\":\"heads\"") == std::string::npos) return true;
      const auto entry = decode(std::string_view(stored.bytes));
      if (const auto* noted = entry ? std::get_if<Heads>(&entry->body) : nullptr) {
        for (const Ref& ref : noted->heads) see(ref);
      }
      return true;
    });
  }
  for (const auto& [key, value] : keys::facts(books, keys::prefix("revoked"))) {
    const json fact = json::parse(value);
    const auto seq = fact.at("seq").get<Seq>();
    if (seq > 0) see({std::string(keys::split(key).at(1)), seq, hash_from_hex(fact.at("hash").get<std::string>()).value()});
  }
  for (const FairClosed& closed : closings(books)) {
    for (const Ref& ref : closed.cut) see(ref);
  }
  std::vector<Ref> found;
  for (auto& [terminal, ref] : highest) found.push_back(std::move(ref));
  return found;
}

std::vector<ServerPosition> witnessed_server_positions(const Reader& books) {
  std::map<std::int64_t, std::set<Head>> highest;  // several heads only where a server's journal has forked
  for (const Branch& branch : books.branches()) {
    if (is_server_terminal(branch.journal.terminal)) continue;
    // Held for good: with a till that was revoked anybody could name places that never were.
    const bool revoked = revocation(books, branch.journal.terminal).has_value();
    books.scan(branch.no, branch.base.seq + 1, branch.head.seq, [&](const StoredEntry& stored) {
      if (revoked && stored.standing == Standing::held) return true;
      // Canonical bytes hold the field just so, and never inside a text, where its quotes are escaped.
      constexpr std::string_view field = "\"seen\":{\"hash\":\"";
      const std::string_view bytes = stored.bytes;
      const std::size_t at = bytes.rfind(field);
      if (at == std::string_view::npos) return true;
      const auto number = [&](std::string_view name, std::size_t from) {
        std::int64_t n = 0;
        const std::size_t begin = bytes.find(name, from);
        if (begin != std::string_view::npos) std::from_chars(bytes.data() + begin + name.size(), bytes.data() + bytes.size(), n);
        return n;
      };
      const auto incarnation = number("\"incarnation\":", at);
      const Seq seq = number("\"seq\":", at);
      std::set<Head>& heads = highest[incarnation];
      if (!heads.empty() && seq < heads.rbegin()->seq) return true;
      if (const auto hash = hash_from_hex(bytes.substr(at + field.size(), 64))) {
        if (!heads.empty() && heads.begin()->seq < seq) heads.clear();
        heads.insert({seq, *hash});
      }
      return true;
    });
  }
  std::vector<ServerPosition> found;
  for (const auto& [incarnation, heads] : highest) {
    for (const Head& head : heads) found.push_back({incarnation, head});
  }
  return found;
}

}  // namespace phien::ledger
