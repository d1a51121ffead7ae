// Notices of transfers from a bank's service: who may send them, what they do, and those a person has to look at.
#include <algorithm>

#include "server/api/fields.hpp"
#include "server/api/holders.hpp"
#include "server/api/route.hpp"
#include "server/notices/inbox.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kGeneratedSecret = 24;  // bytes
constexpr std::size_t kMaxCandidates = 20;

// What is wrong is not told: whoever does not know the secret learns nothing of which sources there are.
asio::awaitable<net::Response> take_notices(House& house, net::Request& request) {
  only_parameters(request, {});
  const auto source = bank_source(house.people(), request.params.at("source"));
  if (!source || !is_from(*source, request, house.now().wall))
    throw Refusal(401, {"bad_secret", "", {"Không đúng khóa của nguồn báo có.", "That is not the source's secret."}});
  const auto notices = value_or_refuse(notices_in(source->format, request.body), 400);
  std::vector<Fate> fates;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    fates.clear();
    for (const BankNotice& notice : notices) fates.push_back(take(tx, house, *source, notice));
  };
  co_await house.commit_own(job);
  json told = json::array();
  for (std::size_t i = 0; i < notices.size(); ++i) told.push_back({{"id", notices[i].id}, {"fate", name_of(fates[i])}});
  co_return ok({{"success", true}, {"notices", std::move(told)}});
}

json source_json(const BankSource& source) {
  json row{{"source", source.id},
           {"name", source.name},
           {"format", name_of(source.format)},
           {"path", "/api/v1/bank/notices/" + source.id}};
  if (!source.holder.empty()) row["holder"] = source.holder;
  return row;
}

asio::awaitable<net::Response> list_sources(House& house, net::Request& request) {
  only_parameters(request, {});
  json rows = json::array();
  for (const BankSource& source : bank_sources(house.people())) rows.push_back(source_json(source));
  co_return ok({{"rows", std::move(rows)}, {"as_of", house.now().wall}});
}

std::string source_id(const net::Request& request) {
  const std::string id = request.params.at("source");
  if (!is_id(id) || id.size() > kMaxSourceId)
    throw Refusal(
        400,
        {"bad_value", "source", {"Mã nguồn gồm chữ không dấu và số, ngắn.", "A source's id is short, of letters and digits."}});
  return id;
}

// As the service shows it, or ours, which is then shown once.
std::string checked_secret(const std::string& secret) {
  const auto prints = [](char c) { return c > ' ' && c < '\x7f'; };
  if (secret.size() < kMinSecret || !std::all_of(secret.begin(), secret.end(), prints))
    throw Refusal(
        400,
        {"bad_value", "secret", {"Khóa có ít nhất 16 ký tự, không dấu cách.", "A secret has at least 16 signs and no blanks."}});
  return secret;
}

asio::awaitable<net::Response> put_source(House& house, net::Request& request) {
  Fields in(request.body);
  BankSource source;
  source.id = source_id(request);
  source.name = in.text("name", 100);
  const auto format = bank_format(in.text("format", 20));
  if (!format) throw Refusal(400, {"bad_value", "format", {"Không biết dạng báo có này.", "That format is not known."}});
  source.format = *format;
  source.holder = in.optional_id("holder").value_or("");
  const auto given = in.optional_text("secret", kMaxSecret);
  in.done();
  const auto before = bank_source(house.people(), source.id);
  if (!before && bank_sources(house.people()).size() >= kMaxSources)
    throw Refusal(422, {"too_many_sources", "", {"Đã quá nhiều nguồn báo có.", "There are too many sources."}});
  const bool made = !given && !before;
  source.secret = given ? checked_secret(*given) : before ? before->secret : random_hex(kGeneratedSecret);
  const std::string by = acting(house, request);
  const journal::ApiToken entry = house.people().connection_entry(source.connection(), by, source.name, settings_of(source));
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    if (!source.holder.empty()) must_exist(tx, {source.holder});
    (void)house.write(tx, {house.entry(entry, by)});
  };
  co_await house.commit_own(job);
  json answer = source_json(source);
  if (made) answer["secret"] = source.secret;
  co_return ok(answer);
}

asio::awaitable<net::Response> remove_source(House& house, net::Request& request) {
  const std::string id = source_id(request), by = acting(house, request);
  const auto before = bank_source(house.people(), id);
  if (!before) throw Refusal(404, {"unknown_source", "source", {"Không có nguồn báo có này.", "There is no such source."}});
  const journal::ApiToken entry = house.people().connection_entry(before->connection(), by, before->name, std::nullopt);
  const db::JournalStore::Job job = [&](db::Transaction& tx) { (void)house.write(tx, {house.entry(entry, by)}); };
  co_await house.commit_own(job);
  co_return ok({{"source", id}, {"removed", true}});
}

json waiting_json(const WaitingNotice& one) {
  return {{"notice", one.key},      {"source", one.source}, {"bank_ref", one.bank_ref},
          {"why", one.why},         {"amount", one.amount}, {"text", one.text},
          {"account", one.account}, {"at", one.at},         {"heard", one.heard}};
}

asio::awaitable<net::Response> list_waiting(House& house, net::Request& request) {
  only_parameters(request, {});
  const Milliseconds now = house.now().wall;
  const House::Work work = [now](const db::Snapshot& snapshot) {
    json rows = json::array();
    for (const WaitingNotice& one : waiting_notices(snapshot)) rows.push_back(waiting_json(one));
    return ok({{"rows", std::move(rows)}, {"as_of", now}});
  };
  co_return co_await house.read(work);
}

// Payments nobody has seen the money of, of the same amount: the latest first.
json candidates(const ledger::Reader& books, const WaitingNotice& one) {
  auto rows = ledger::transfers(books, std::nullopt, ledger::PaymentState::claimed);
  std::erase_if(rows, [&one](const ledger::TransferRow& row) { return row.claimed != one.amount; });
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time > b.time; });
  if (rows.size() > kMaxCandidates) rows.resize(kMaxCandidates);
  json shown = json::array();
  for (const ledger::TransferRow& row : rows)
    shown.push_back({{"pay_ref", row.pay_ref}, {"exhibitor", row.exhibitor}, {"amount", row.claimed}, {"time", row.time}});
  return shown;
}

asio::awaitable<net::Response> one_waiting(House& house, net::Request& request) {
  only_parameters(request, {});
  const std::string key = request.params.at("notice");
  const House::Work work = [key](const db::Snapshot& snapshot) {
    for (const WaitingNotice& one : waiting_notices(snapshot))
      if (one.key == key) {
        json answer = waiting_json(one);
        answer["candidates"] = candidates(snapshot, one);
        return ok(answer);
      }
    throw Refusal(404,
                  {"unknown_notice", "notice", {"Không còn báo có này trong danh sách.", "That notice is no longer listed."}});
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> assign_notice(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string pay_ref = in.text("pay_ref", 10), key = request.params.at("notice"), by = acting(house, request);
  in.done();
  if (!is_pay_ref(pay_ref))
    throw Refusal(400, {"bad_value",
                        "pay_ref",
                        {"Mã chuyển khoản gồm PH và 8 ký tự A–Z, 0–9.", "A payment reference is PH and 8 of A–Z and 0–9."}});
  json place;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const ledger::Written written = assign(tx, house, key, pay_ref, by);
    place = ref_json({house.keys().journal_id().terminal, written.head.seq, written.head.hash});
  };
  co_await house.commit_own(job);
  co_return ok({{"entry", place}});
}

asio::awaitable<net::Response> dismiss_notice(House& house, net::Request& request) {
  const std::string key = request.params.at("notice"), by = acting(house, request);
  const db::JournalStore::Job job = [&](db::Transaction& tx) { dismiss(tx, house, key, by); };
  co_await house.commit_own(job);
  co_return ok({{"notice", key}, {"dismissed", true}});
}

}  // namespace

void add_bank_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/bank/notices/{source}", take_notices, kSmallBody});
  add(router, house, {"GET", "/api/v1/bank/sources", list_sources});
  add(router, house, {"PUT", "/api/v1/bank/sources/{source}", put_source, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/bank/sources/{source}", remove_source});
  add(router, house, {"GET", "/api/v1/bank/waiting", list_waiting});
  add(router, house, {"GET", "/api/v1/bank/waiting/{notice}", one_waiting});
  add(router, house, {"POST", "/api/v1/bank/waiting/{notice}", assign_notice, kSmallBody});
  add(router, house, {"DELETE", "/api/v1/bank/waiting/{notice}", dismiss_notice});
}

}  // namespace phien::server::api
