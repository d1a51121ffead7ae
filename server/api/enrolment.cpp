// How a terminal gets in: the organizer asks for a code, the terminal shows it with the key it made.
#include <algorithm>
#include <cctype>

#include "server/api/enrolment_codes.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"
#include "shared/ledger/numbers.hpp"

namespace phien::server::api {
namespace {

// Who sells there and who holds the money: as on the terminal it replaces, or as told. A shared till must say whose booth and
// account it uses.
journal::TerminalEnrolled wanted_terminal(Fields& in, const House& house, const ledger::CatalogueItems& items,
                                          const std::optional<std::string>& replaces) {
  journal::TerminalEnrolled wanted;
  if (replaces) {
    in.done();
    const auto found = house.roll().enrolled.find(*replaces);
    if (found != house.roll().enrolled.end()) return found->second;
    throw Refusal(404, {"unknown_terminal",
                        "replaces",
                        {"Không có máy " + *replaces + " ở đây.", "There is no terminal " + *replaces + " here."}});
  }
  wanted.exhibitors = in.ids("exhibitors", journal::kMaxExhibitors);
  const auto booth = in.optional_id("booth"), holder = in.optional_id("holder");
  in.done();
  for (const std::string& id : wanted.exhibitors)
    if (!items.exhibitors.contains(id))
      throw Refusal(404, {"unknown_exhibitor",
                          "exhibitors",
                          {"Không có đơn vị " + id + " trong danh mục.", "No exhibitor " + id + " in the catalogue."}});
  const bool shared = wanted.exhibitors.size() > 1;
  if (shared && !holder)
    throw Refusal(
        400, {"missing_field",
              "holder",
              {"Máy chung cần tài khoản giữ tiền (holder).", "A shared till needs the account that holds the money (holder)."}});
  wanted.holder = holder.value_or(wanted.exhibitors.front());
  wanted.booth = booth.value_or(items.exhibitors.at(wanted.exhibitors.front()).value("booth", ""));
  must_be_booth(wanted.booth);
  return wanted;
}

asio::awaitable<net::Response> make_code(House& house, net::Request& request) {
  Fields in(request.body);
  const Milliseconds now = house.now().wall;
  CodeWanted wanted{{}, in.optional_id("replaces"), now + kCodeLife, acting(house, request)};
  wanted.terminal = wanted_terminal(in, house, ledger::catalogue_items(*house.store().snapshot()), wanted.replaces);
  std::string code;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    json codes = read_codes(tx, now);
    code = give_code(codes, wanted);
    write_codes(tx, codes);
  };
  co_await house.commit(job);
  co_return ok({{"code", code}, {"expires_at", wanted.until}, {"link", enrolment_link(house, code)}});
}

bool is_open(const json& code) { return !code.contains("terminal"); }

// How many codes wait for a terminal, on cards too: never which.
asio::awaitable<net::Response> open_codes(House& house, net::Request& request) {
  only_parameters(request, {});
  const Milliseconds now = house.now().wall;
  std::size_t open = 0;
  Milliseconds until = 0;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    for (const json& code : read_codes(tx, now)) {
      if (!is_open(code)) continue;
      open += 1;
      until = std::max(until, code["expires_at"].get<Milliseconds>());
    }
  };
  co_await house.commit(job);
  json answer{{"open", open}, {"as_of", now}};
  if (open > 0) answer["until"] = until;
  co_return ok(answer);
}

// A card was lost: no code that is still open lets anybody in.
asio::awaitable<net::Response> withdraw_codes(House& house, net::Request& request) {
  only_parameters(request, {});
  std::size_t withdrawn = 0;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    json codes = read_codes(tx, house.now().wall), kept = json::object();
    for (const auto& [code, of] : codes.items())
      if (!is_open(of)) kept[code] = of;
    withdrawn = codes.size() - kept.size();
    write_codes(tx, kept);
  };
  co_await house.commit(job);
  co_return ok({{"withdrawn", withdrawn}});
}

[[noreturn]] void refuse_code() {
  throw Refusal(
      403,
      {"bad_code", "code", {"Mã ghi danh không đúng, đã dùng hoặc đã hết hạn.", "The code is wrong, used, or no longer valid."}});
}

json enrolled_json(const Keys& keys, const json& code) {
  json answer{{"terminal", code["terminal"]},     {"fair", keys.fair},      {"root", hex(keys.root)},
              {"exhibitors", code["exhibitors"]}, {"booth", code["booth"]}, {"holder", code["holder"]}};
  if (code.contains("replaces")) answer["replaces"] = code["replaces"];
  return answer;
}

struct Attempt {
  std::string code;
  PublicKey key;
  Signature signature;
};

// Inside a job: the answer to a code, which the first key that shows it keeps.
json take_code(const House& house, db::Transaction& tx, const Attempt& attempt, Milliseconds now) {
  json codes = read_codes(tx, now);
  const auto found = codes.find(attempt.code);
  if (found == codes.end()) refuse_code();
  const std::string key = hex(attempt.key);
  if (found->contains("terminal")) {
    if ((*found)["key"] != key) refuse_code();
    return enrolled_json(house.keys(), *found);
  }
  journal::TerminalEnrolled terminal;
  terminal.terminal = ledger::next_terminal(tx, house.keys().incarnation);
  terminal.key = attempt.key;
  terminal.exhibitors = (*found)["exhibitors"].get<std::vector<std::string>>();
  terminal.booth = (*found)["booth"].get<std::string>();
  terminal.holder = (*found)["holder"].get<std::string>();
  (*found)["terminal"] = terminal.terminal;
  (*found)["key"] = key;
  (void)house.write(tx, {house.entry(terminal, (*found)["by"].get<std::string>())});
  write_codes(tx, codes);
  return enrolled_json(house.keys(), *found);
}

asio::awaitable<net::Response> enrol(House& house, net::Request& request) {
  Fields in(request.body);
  Attempt attempt{in.text("code", 32), in.key("key"), in.signature("signature")};
  (void)in.optional_text("device", 80);
  in.done();
  for (char& c : attempt.code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::string message = "phien/enrol/1\n" + house.keys().fair + "\n" + attempt.code + "\n";
  const Reading now = house.now();
  if (!house.wrong_tries.begin(request.remote, now.up))
    throw Refusal(429,
                  {"too_many_tries", "", {"Sai mã quá nhiều lần, hãy đợi một phút.", "Too many wrong codes, wait a minute."}});
  if (!verify(attempt.key, message, attempt.signature))
    throw Refusal(403, {"bad_signature", "signature", {"Chữ ký không khớp với khóa.", "The signature is not by this key."}});
  json answer;
  const db::JournalStore::Job job = [&](db::Transaction& tx) { answer = take_code(house, tx, attempt, now.wall); };
  try {
    co_await house.commit_own(job);
  } catch (const Refusal& refusal) {
    if (refusal.problem().code != "bad_code") house.wrong_tries.take_back(request.remote);
    throw;
  }
  house.wrong_tries.take_back(request.remote);
  co_return ok(answer);
}

}  // namespace

void add_enrolment_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/enrolments", make_code, kSmallBody});
  add(router, house, {"GET", "/api/v1/enrolments", open_codes});
  add(router, house, {"DELETE", "/api/v1/enrolments", withdraw_codes});
  add(router, house, {"POST", "/api/v1/enrol", enrol, kSmallBody});
}

}  // namespace phien::server::api
