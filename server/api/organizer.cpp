// What the organizer writes in the server's journal: rulings, revocations, erasures, what was sold without a till, what the bank
// says, and the closing of the fair.
#include <algorithm>

#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kCutPerPart = 400, kMaxParts = 32;  // FORMAT.md §8

// An entry of the own journal from its body in JSON: the journal's decoder is the one judge of what a body may hold.
journal::Entry entry_from(const House& house, const char* kind, const json& body, const std::optional<json>& happened = {}) {
  const Reading now = house.now();
  json entry{{"v", 1},
             {"kind", kind},
             {"nonce", random_hex(16)},
             {"time", {{"boot", now.boot}, {"up", now.up}, {"wall", now.wall}}},
             {"by", kOrganizer},
             {"body", body}};
  if (happened) entry["happened"] = *happened;
  auto decoded = value_or_refuse(journal::decode(value_or_refuse(journal::canonical_bytes(entry))));
  // What a till reports is posted even if its sums differ; what is typed here can still be corrected.
  if (auto differs = journal::inconsistency(decoded)) throw Refusal(422, std::move(*differs));
  return decoded;
}

json written_json(const House& house, const ledger::Written& written) {
  return ref_json({house.keys().journal_id().terminal, written.head.seq, written.head.hash});
}

// Writes one entry and answers with where it stands; `check` may refuse inside the same transaction.
using Check = std::function<void(const db::Transaction& tx)>;
asio::awaitable<net::Response> write_one(House& house, journal::Entry entry, Check check) {
  json place;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    if (check) check(tx);
    place = written_json(house, house.write(tx, {entry}).front());
  };
  co_await house.commit_own(job);
  co_return ok({{"entry", place}});
}

Check must_be_here(const journal::Ref& about) {
  return [about](const db::Transaction& tx) {
    const auto found = journal::find(tx, about);
    if (!found || found->at.hash != about.hash)
      throw Refusal(404, {"unknown_entry", "about", {"Không có mục này ở đây.", "There is no such entry here."}});
  };
}

asio::awaitable<net::Response> rule(House& house, net::Request& request) {
  Fields in(request.body);
  const journal::Ref about = in.ref("about");
  const json body{{"about", ref_json(about)}, {"decision", in.text("decision", 32)}, {"text", in.text("text", 2'000)}};
  in.done();
  const journal::Entry entry = entry_from(house, "ruling", body);
  const Check check = must_be_here(about);
  co_return co_await write_one(house, entry, check);
}

asio::awaitable<net::Response> erase_personal(House& house, net::Request& request) {
  Fields in(request.body);
  const journal::Ref about = in.ref("about");
  in.done();
  const journal::Entry entry = entry_from(house, "erase", {{"about", ref_json(about)}});
  const Check check = must_be_here(about);
  co_return co_await write_one(house, entry, check);
}

// The chain of this terminal that counts up to now: of several, the longest. What lies beyond waits for a ruling.
journal::Head head_to_keep(const db::Transaction& tx, const Keys& keys, const journal::TerminalEnrolled& terminal) {
  const journal::JournalId id{keys.fair, keys.root, terminal.terminal, terminal.key};
  journal::Head head{0, journal::genesis(id)};
  for (const journal::Branch& branch : tx.branches_of(id))
    if (branch.head.seq > head.seq) head = branch.head;
  return head;
}

asio::awaitable<net::Response> revoke(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string terminal = in.id("terminal"), reason = in.text("reason", 400);
  in.done();
  journal::TerminalRevoked revoked;
  bool before = false;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const auto enrolled = ledger::enrolment(tx, terminal);
    if (!enrolled)
      throw Refusal(404, {"not_enrolled",
                          "terminal",
                          {"Máy " + terminal + " chưa được ghi danh.", "Terminal " + terminal + " is not enrolled."}});
    if (auto known = ledger::revocation(tx, terminal)) {  // asking twice changes nothing
      revoked = *known;
      before = true;
      return;
    }
    revoked = {terminal, head_to_keep(tx, house.keys(), *enrolled), reason};
    (void)house.write(tx, {house.entry(revoked)});
  };
  co_await house.commit_own(job);
  co_return ok({{"terminal", terminal}, {"head", head_json(revoked.head)}, {"reason", revoked.reason}, {"already", before}});
}

asio::awaitable<net::Response> declare_sales(House& house, net::Request& request) {
  Fields in(request.body);
  json body = json::object();
  for (const char* name : {"exhibitor", "day", "method", "sales", "total", "payments", "place", "lines", "note"})
    if (auto value = in.any(name)) body[name] = std::move(*value);
  const auto happened = in.any("happened");
  in.done();
  const journal::Entry entry = entry_from(house, "declared_sales", body, happened);
  const Check check;
  co_return co_await write_one(house, entry, check);
}

asio::awaitable<net::Response> confirm_payment(House& house, net::Request& request) {
  Fields in(request.body);
  json body{{"source", "bank"}, {"direction", "in"}};
  for (const char* name : {"holder", "pay_ref", "amount", "direction", "bank_ref"})
    if (auto value = in.any(name)) body[name] = std::move(*value);
  in.done();
  const journal::Entry entry = entry_from(house, "payment_confirmed", body);
  const Check check;
  co_return co_await write_one(house, entry, check);
}

// One unit of `fair_closed` entries that together name the cut.
std::vector<journal::Entry> closing_entries(const House& house, const std::vector<journal::Ref>& cut, std::int64_t edition) {
  const std::size_t parts = std::max<std::size_t>(1, (cut.size() + kCutPerPart - 1) / kCutPerPart);
  if (parts > kMaxParts)
    throw Refusal(422, {"too_many_heads", "", {"Quá nhiều nhật ký cho một lần chốt.", "Too many journals for one closing."}});
  std::vector<journal::Entry> entries;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto at = [&](std::size_t n) { return cut.begin() + static_cast<std::ptrdiff_t>(std::min(n, cut.size())); };
    journal::FairClosed closed{edition,
                               static_cast<std::int64_t>(part + 1),
                               static_cast<std::int64_t>(parts),
                               {at(part * kCutPerPart), at((part + 1) * kCutPerPart)}};
    entries.push_back(house.entry(std::move(closed)));
  }
  return entries;
}

asio::awaitable<net::Response> close_fair(House& house, net::Request& request) {
  Fields in(request.body);
  in.done();
  std::int64_t edition = 1;
  std::vector<journal::Ref> cut;
  journal::Head head;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    house.write_heads(tx);
    const auto before = ledger::closing(tx);
    edition = before ? before->edition + 1 : 1;
    cut = ledger::heads(tx);
    head = house.write(tx, closing_entries(house, cut, edition)).back().head;
  };
  co_await house.commit_own(job);
  co_return ok({{"edition", edition}, {"cut", cut.size()}, {"head", head_json(head)}});
}

}  // namespace

void add_organizer_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/rulings", admin_only(house), rule, kSmallBody});
  add(router, house, {"POST", "/api/v1/revocations", admin_only(house), revoke, kSmallBody});
  add(router, house, {"POST", "/api/v1/erasures", admin_only(house), erase_personal, kSmallBody});
  add(router, house, {"POST", "/api/v1/declared-sales", admin_only(house), declare_sales, kSmallBody});
  add(router, house, {"POST", "/api/v1/payments/confirmed", admin_only(house), confirm_payment, kSmallBody});
  add(router, house, {"POST", "/api/v1/closing", admin_only(house), close_fair, kSmallBody});
}

}  // namespace phien::server::api
