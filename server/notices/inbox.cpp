#include "server/notices/inbox.hpp"

#include <algorithm>
#include <set>

#include "server/notices/pay_text.hpp"
#include "shared/ledger/transfers.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::string_view kBox = "own.bank.notices";
constexpr std::int64_t kMatchEvery = 2'000;               // ms
constexpr std::size_t kKeyLength = 24, kMaxBankRef = 80;  // FORMAT.md: bank_ref text(80)

json to_json(const WaitingNotice& n) {
  return {{"key", n.key},         {"source", n.source}, {"bank_ref", n.bank_ref}, {"why", n.why},    {"text", n.text},
          {"account", n.account}, {"at", n.at},         {"amount", n.amount},     {"heard", n.heard}};
}

WaitingNotice waiting_from(const json& n) {
  return {n.at("key"),     n.at("source"), n.at("bank_ref"), n.at("why"),  n.at("text"),
          n.at("account"), n.at("at"),     n.at("amount"),   n.at("heard")};
}

struct Box {
  std::vector<WaitingNotice> waiting;
  std::vector<std::string> done;  // the oldest first

  static Box read(const std::optional<std::string>& text) {
    Box box;
    if (!text) return box;
    const json kept = json::parse(*text);
    for (const json& one : kept.at("waiting")) box.waiting.push_back(waiting_from(one));
    box.done = kept.at("done").get<std::vector<std::string>>();
    return box;
  }
  std::string text() const {
    json all{{"waiting", json::array()}, {"done", done}};
    for (const WaitingNotice& one : waiting) all["waiting"].push_back(to_json(one));
    return all.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  bool knows(const std::string& key) const {
    const auto is_it = [&key](const WaitingNotice& one) { return one.key == key; };
    return std::any_of(waiting.begin(), waiting.end(), is_it) || std::find(done.begin(), done.end(), key) != done.end();
  }
  WaitingNotice& at(const std::string& key) {
    const auto found = std::find_if(waiting.begin(), waiting.end(), [&key](const WaitingNotice& one) { return one.key == key; });
    if (found == waiting.end())
      throw Refusal(404,
                    {"unknown_notice", "notice", {"Không còn báo có này trong danh sách.", "That notice is no longer listed."}});
    return *found;
  }
  void settle(const std::string& key) {
    std::erase_if(waiting, [&key](const WaitingNotice& one) { return one.key == key; });
    done.push_back(key);
    if (done.size() > kMaxDone) done.erase(done.begin());
  }
};

WaitingNotice heard(const BankSource& source, const BankNotice& notice, Milliseconds now) {
  WaitingNotice one;
  one.key = hex(sha256(source.id + "\n" + notice.id)).substr(0, kKeyLength);
  one.source = source.id;
  one.bank_ref = source.id + " " + notice.id;
  if (one.bank_ref.size() > kMaxBankRef) one.bank_ref = source.id + " " + one.key;
  one.text = notice.text;
  one.account = notice.account;
  one.at = notice.at;
  one.amount = notice.amount;
  one.heard = now;
  return one;
}

// Exhibitors whose account it is, as the catalogue says. More than one may share an account.
std::set<std::string> owners_of(const ledger::Reader& books, const std::string& account) {
  std::set<std::string> owners;
  if (account.empty()) return owners;
  for (const auto& [id, item] : ledger::catalogue_items(books).exhibitors)
    if (item.value("bank_account", "") == account) owners.insert(id);
  return owners;
}

// What servers' journals already say of a payment.
struct Told {
  bool this_one = false, another = false;
};
Told told_of(const ledger::Reader& books, const ledger::PaymentGroup& group, const std::string& bank_ref) {
  Told told;
  for (const auto& seen : group.seen) {
    if (!journal::is_server_terminal(seen.order.entry.terminal)) continue;
    const auto stored = journal::find(books, seen.order.entry);
    const auto entry = stored ? journal::decode(stored->bytes) : Result<journal::Entry>(Problem{});
    const auto* confirmed = entry ? std::get_if<journal::PaymentConfirmed>(&entry->body) : nullptr;
    if (!confirmed || !confirmed->bank_ref) continue;  // a person's word on the same money
    (*confirmed->bank_ref == bank_ref ? told.this_one : told.another) = true;
  }
  return told;
}

// Where a notice belongs: a payment and who holds its money, or why that is not clear.
struct Place {
  std::string pay_ref, holder;
  std::string why;
  bool known = false;  // it was written before
};

Place place_of(const ledger::Reader& books, const std::string& only_holder, const WaitingNotice& notice) {
  const FoundRefs refs = refs_in(notice.text);
  std::vector<std::pair<std::string, ledger::PaymentGroup>> awaited;
  for (const auto* list : {&refs.words, &refs.other})
    for (const std::string& ref : *list) {
      ledger::PaymentGroup group = ledger::payment_group(books, ref);
      if (told_of(books, group, notice.bank_ref).this_one) return {.pay_ref = ref, .holder = {}, .why = {}, .known = true};
      if (!group.claims.empty()) awaited.emplace_back(ref, std::move(group));
    }
  const auto unclear = [](const char* why) { return Place{{}, {}, why, false}; };
  if (awaited.size() > 1) return unclear("several_refs");
  const std::set<std::string> owners = owners_of(books, notice.account);
  if (!only_holder.empty() && !owners.empty() && !owners.contains(only_holder)) return unclear("other_account");

  if (awaited.empty()) {  // the money may well be here before the till has told of its sale
    const auto could_be = [](const std::string& ref) { return ref.find_first_of("0123456789", 2) != std::string::npos; };
    if (refs.words.empty() && refs.other.empty()) return unclear("no_ref");
    const std::string holder = !only_holder.empty() ? only_holder : owners.size() == 1 ? *owners.begin() : "";
    if (refs.words.size() != 1 || !could_be(refs.words.front()) || holder.empty()) return unclear("unknown_ref");
    const std::string& ref = refs.words.front();
    if (told_of(books, ledger::payment_group(books, ref), notice.bank_ref).another) return unclear("paid_twice");
    return {.pay_ref = ref, .holder = holder, .why = {}, .known = false};
  }

  const auto& [ref, group] = awaited.front();
  const std::string& holder = group.claims.front().holder;
  const bool one_holder =
      std::all_of(group.claims.begin(), group.claims.end(), [&](const auto& c) { return c.holder == holder; });
  if (!one_holder || (!only_holder.empty() && holder != only_holder) || (!owners.empty() && !owners.contains(holder)))
    return unclear("other_account");
  if (told_of(books, group, notice.bank_ref).another) return unclear("paid_twice");
  return {.pay_ref = ref, .holder = holder, .why = {}, .known = false};
}

ledger::Written write(db::Transaction& tx, const House& house, const WaitingNotice& notice, const std::string& pay_ref,
                      const std::string& holder, const std::string& by) {
  journal::PaymentConfirmed seen;
  seen.holder = holder;
  seen.pay_ref = pay_ref;
  seen.amount = notice.amount;
  seen.by_bank = true;
  seen.bank_ref = notice.bank_ref;
  return house.write(tx, {house.entry(std::move(seen), by)}).front();
}

}  // namespace

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::confirmed:
      return "confirmed";
    case Fate::waiting:
      return "waiting";
    case Fate::known:
      return "known";
    case Fate::outgoing:
      return "outgoing";
  }
  std::abort();
}

Fate take(db::Transaction& tx, const House& house, const BankSource& source, const BankNotice& notice) {
  if (!notice.incoming) return Fate::outgoing;
  WaitingNotice one = heard(source, notice, house.now().wall);
  Box box = Box::read(tx.meta(kBox));
  if (box.knows(one.key)) return Fate::known;
  const Place place = place_of(tx, source.holder, one);
  if (place.known) return Fate::known;
  if (place.why.empty()) {
    (void)write(tx, house, one, place.pay_ref, place.holder, source.connection());
    return Fate::confirmed;
  }
  if (box.waiting.size() >= kMaxWaiting)
    throw Refusal(503, {"too_many_notices",
                        "",
                        {"Quá nhiều báo có chưa rõ của ai; ban tổ chức cần xem bớt.",
                         "Too many notices nobody has looked at; the organizer has to."}});
  one.why = place.why;
  box.waiting.push_back(std::move(one));
  tx.set_meta(kBox, box.text());
  return Fate::waiting;
}

std::vector<WaitingNotice> waiting_notices(const db::Snapshot& snapshot) { return Box::read(snapshot.meta(kBox)).waiting; }

namespace {

using Holders = std::map<std::string, std::string>;  // by source

Place place_again(const ledger::Reader& books, const Holders& holders, const WaitingNotice& one) {
  const auto holder = holders.find(one.source);
  return place_of(books, holder == holders.end() ? "" : holder->second, one);
}

bool any_has_a_place(const db::Snapshot& snapshot, const Holders& holders) {
  const auto waiting = waiting_notices(snapshot);
  return std::any_of(waiting.begin(), waiting.end(), [&](const WaitingNotice& one) {
    const Place place = place_again(snapshot, holders, one);
    return place.known || place.why.empty();
  });
}

void match_all(db::Transaction& tx, const House& house, const Holders& holders) {
  Box box = Box::read(tx.meta(kBox));
  for (const WaitingNotice& one : std::vector<WaitingNotice>(box.waiting)) {
    const Place place = place_again(tx, holders, one);
    box.at(one.key).why = place.why;
    if (!place.known && !place.why.empty()) continue;
    if (!place.known) (void)write(tx, house, one, place.pay_ref, place.holder, BankSource::connection(one.source));
    box.settle(one.key);
  }
  tx.set_meta(kBox, box.text());
}

}  // namespace

asio::awaitable<void> match_waiting(House& house, net::Announcement& stopping) {
  std::uint64_t looked_at = 0;
  for (;;) {
    const bool stopped = co_await stopping.wait_beyond(1, kMatchEvery);
    if (stopped) co_return;
    const std::uint64_t version = house.totals.version();
    if (house.overtaken() || house.store_failed() || version == looked_at) continue;
    looked_at = version;
    Holders holders;
    for (const BankSource& source : bank_sources(house.people())) holders.emplace(source.id, source.holder);
    bool any = false;
    const std::function<void()> looking = [&] { any = any_has_a_place(*house.store().snapshot(), holders); };
    co_await house.aside(looking);
    if (!any) continue;
    const db::JournalStore::Job job = [&](db::Transaction& tx) { match_all(tx, house, holders); };
    co_await house.commit_own(job);
  }
}

ledger::Written assign(db::Transaction& tx, const House& house, const std::string& key, const std::string& pay_ref,
                       const std::string& by) {
  Box box = Box::read(tx.meta(kBox));
  const WaitingNotice notice = box.at(key);
  const ledger::PaymentGroup group = ledger::payment_group(tx, pay_ref);
  if (group.claims.empty())
    throw Refusal(404, {"unknown_payment",
                        "pay_ref",
                        {"Chưa máy nào báo khoản chuyển " + pay_ref + ".", "No till has told of a transfer " + pay_ref + "."}});
  const ledger::Written written = write(tx, house, notice, pay_ref, group.claims.front().holder, by);
  box.settle(key);
  tx.set_meta(kBox, box.text());
  return written;
}

void dismiss(db::Transaction& tx, const House& house, const std::string& key, const std::string& by) {
  Box box = Box::read(tx.meta(kBox));
  const WaitingNotice notice = box.at(key);
  journal::Note note;
  note.text = "Báo có " + notice.bank_ref + ", " + format_dong(notice.amount) + ": không phải của phiên chợ";
  (void)house.write(tx, {house.entry(std::move(note), by)});
  box.settle(key);
  tx.set_meta(kBox, box.text());
}

}  // namespace phien::server
