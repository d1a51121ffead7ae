// What the organizer writes in the server's journal: rulings, revocations, erasures, what was sold without a till, what the bank
// says, and the closing of the fair.
#include <algorithm>

#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kCutPerPart = 400, kMaxParts = 32;  // FORMAT.md §8

// An entry of the own journal from its body in JSON: the journal's decoder is the one judge of what a body may hold.
journal::Entry entry_from(const House& house, const net::Request& request, const char* kind, const json& body,
                          const std::optional<json>& happened = {}) {
  const Reading now = house.now();
  json entry{{"v", 1},
             {"kind", kind},
             {"nonce", random_hex(16)},
             {"time", {{"boot", now.boot}, {"up", now.up}, {"wall", now.wall}}},
             {"by", acting(house, request)},
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
  const journal::Entry entry = entry_from(house, request, "ruling", body);
  const Check check = must_be_here(about);
  co_return co_await write_one(house, entry, check);
}

asio::awaitable<net::Response> erase_personal(House& house, net::Request& request) {
  Fields in(request.body);
  const journal::Ref about = in.ref("about");
  in.done();
  const journal::Entry entry = entry_from(house, request, "erase", {{"about", ref_json(about)}});
  const Check check = must_be_here(about);
  co_return co_await write_one(house, entry, check);
}

// The journal to be revoked: a terminal's, or that of a server before this one, which somebody may go on writing.
std::vector<journal::Branch> branches_to_revoke(const db::Transaction& tx, const Keys& keys, const std::string& terminal) {
  const auto number = journal::server_incarnation(terminal);
  if (number && *number >= keys.incarnation)
    throw Refusal(409,
                  {"own_journal", "terminal", {"Đây là nhật ký của chính máy chủ này.", "This is this server's own journal."}});
  const auto enrolled = number ? std::nullopt : ledger::enrolment(tx, terminal);
  if (enrolled) return tx.branches_of({keys.fair, keys.root, terminal, enrolled->key});
  auto branches = number ? tx.branches_of_terminal(terminal) : std::vector<journal::Branch>();
  if (branches.empty())
    throw Refusal(
        404,
        {"not_enrolled", "terminal", {"Máy " + terminal + " chưa được ghi danh.", "Terminal " + terminal + " is not enrolled."}});
  return branches;
}

// The chain that counts up to now: of several, the longest; before its first entry if there is none. What lies beyond waits for a
// ruling.
journal::Head head_to_keep(const db::Transaction& tx, const Keys& keys, const std::string& terminal) {
  const auto branches = branches_to_revoke(tx, keys, terminal);
  const auto enrolled = ledger::enrolment(tx, terminal);
  journal::Head head;
  if (enrolled) head = {0, journal::genesis({keys.fair, keys.root, terminal, enrolled->key})};
  for (const journal::Branch& branch : branches)
    if (branch.head.seq > head.seq) head = branch.head;
  return head;
}

asio::awaitable<net::Response> revoke(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string terminal = in.id("terminal"), reason = in.text("reason", 400);
  in.done();
  const std::string by = acting(house, request);
  journal::TerminalRevoked revoked;
  bool before = false;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const journal::Head head = head_to_keep(tx, house.keys(), terminal);
    if (auto known = ledger::revocation(tx, terminal)) {  // asking twice changes nothing
      revoked = *known;
      before = true;
      return;
    }
    revoked = {terminal, head, reason};
    (void)house.write(tx, {house.entry(revoked, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"terminal", terminal}, {"head", head_json(revoked.head)}, {"reason", revoked.reason}, {"already", before}});
}

// What the parts come to, where nobody said it; anything else than amounts is for the entry's own rules to refuse.
std::optional<Dong> sum_of(const json& payments) {
  if (!payments.is_array()) return std::nullopt;
  Dong total = 0;
  for (const json& payment : payments) {
    if (!payment.is_object() || !payment.contains("amount") || !payment["amount"].is_number_integer()) return std::nullopt;
    const auto sum = phien::add(total, payment["amount"].get<Dong>());
    if (!sum) return std::nullopt;
    total = *sum;
  }
  return total;
}

asio::awaitable<net::Response> declare_sales(House& house, net::Request& request) {
  Fields in(request.body);
  json body = json::object();
  for (const char* name : {"exhibitor", "day", "method", "sales", "total", "payments", "place", "lines", "note"})
    if (auto value = in.any(name)) body[name] = std::move(*value);
  const auto happened = in.any("happened");
  in.done();
  if (!body.contains("total"))
    if (const auto total = sum_of(body.value("payments", json()))) body["total"] = *total;
  const journal::Entry entry = entry_from(house, request, "declared_sales", body, happened);
  const Check check;
  co_return co_await write_one(house, entry, check);
}

asio::awaitable<net::Response> confirm_payment(House& house, net::Request& request) {
  Fields in(request.body);
  json body{{"source", "bank"}, {"direction", "in"}};
  for (const char* name : {"holder", "pay_ref", "amount", "direction", "bank_ref"})
    if (auto value = in.any(name)) body[name] = std::move(*value);
  in.done();
  const journal::Entry entry = entry_from(house, request, "payment_confirmed", body);
  const Check check;
  co_return co_await write_one(house, entry, check);
}

// One unit of `fair_closed` entries that together name the cut.
std::vector<journal::Entry> closing_entries(const House& house, const std::vector<journal::Ref>& cut, std::int64_t edition,
                                            const std::string& by) {
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
    entries.push_back(house.entry(std::move(closed), by));
  }
  return entries;
}

asio::awaitable<net::Response> close_fair(House& house, net::Request& request) {
  Fields in(request.body);
  in.done();
  const std::string by = acting(house, request);
  std::int64_t edition = 1;
  std::vector<journal::Ref> cut;
  journal::Head head;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    house.write_heads(tx);
    const auto before = ledger::closing(tx);
    edition = before ? before->edition + 1 : 1;
    cut = ledger::heads(tx);
    head = house.write(tx, closing_entries(house, cut, edition, by)).back().head;
  };
  co_await house.commit_own(job);
  co_return ok({{"edition", edition}, {"cut", cut.size()}, {"head", head_json(head)}});
}

}  // namespace

void add_organizer_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/rulings", rule, kSmallBody});
  add(router, house, {"POST", "/api/v1/revocations", revoke, kSmallBody});
  add(router, house, {"POST", "/api/v1/erasures", erase_personal, kSmallBody});
  add(router, house, {"POST", "/api/v1/declared-sales", declare_sales, kSmallBody});
  add(router, house, {"POST", "/api/v1/payments/confirmed", confirm_payment, kSmallBody});
  add(router, house, {"POST", "/api/v1/closing", close_fair, kSmallBody});
}

}  // namespace phien::server::api
