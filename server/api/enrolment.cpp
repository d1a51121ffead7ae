// How a terminal gets in: the organizer asks for a code, the terminal shows it with the key it made.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "server/api/address.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr Milliseconds kCodeLife = 15 * 60'000;
constexpr Milliseconds kAnswerLife = 24 * 3'600'000;  // a terminal that lost the answer may ask again
constexpr std::size_t kMaxExhibitors = 64, kMaxOpenCodes = 1'000;
constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // 32 signs: no I, O, 0, 1
constexpr std::size_t kCodeLength = 8;
constexpr std::string_view kIndex = "enrolment.codes";
// Each incarnation of the server has numbers of its own: it may have been restored from before the last ones were given, and none
// is given twice.
constexpr int kNumbersPerIncarnation = 1'000;

std::string new_code() {
  std::string code;
  for (const char byte : random_bytes(kCodeLength)) code += kAlphabet[static_cast<unsigned char>(byte) % kAlphabet.size()];
  return code;
}

// Open codes and those just used, as meta of the store: a code given by a command is good for the server that starts after it.
json read_codes(const db::Transaction& tx, Milliseconds now) {
  const auto text = tx.meta(kIndex);
  json codes = text ? json::parse(*text) : json::object();
  for (auto it = codes.begin(); it != codes.end();) {
    const Milliseconds end = (*it)["expires_at"].get<Milliseconds>() + (it->contains("terminal") ? kAnswerLife : 0);
    it = end <= now ? codes.erase(it) : std::next(it);
  }
  return codes;
}

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
  wanted.exhibitors = in.ids("exhibitors", kMaxExhibitors);
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
  if (!is_id(wanted.booth) || wanted.booth.front() == '_' || wanted.booth.find('-') != std::string::npos)
    throw Refusal(
        400, {"bad_value",
              "booth",
              {"Mã gian hàng không hợp lệ: chữ, số, không có gạch nối.", "Not a booth number: letters and digits, no hyphen."}});
  return wanted;
}

asio::awaitable<net::Response> give_code(House& house, net::Request& request) {
  Fields in(request.body);
  const auto replaces = in.optional_id("replaces");
  const auto wanted = wanted_terminal(in, house, ledger::catalogue_items(*house.store().snapshot()), replaces);
  const Milliseconds now = house.now().wall;
  const std::string code = new_code(), by = acting(house, request);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    json codes = read_codes(tx, now);
    if (codes.size() >= kMaxOpenCodes)
      throw Refusal(429, {"too_many_codes", "", {"Có quá nhiều mã đang chờ.", "Too many codes are waiting."}});
    codes[code] = {
        {"exhibitors", wanted.exhibitors}, {"booth", wanted.booth}, {"holder", wanted.holder}, {"expires_at", now + kCodeLife}};
    if (replaces) codes[code]["replaces"] = *replaces;
    codes[code]["by"] = by;
    tx.set_meta(kIndex, codes.dump());
  };
  co_await house.commit(job);
  // The root key travels with the code, out of band: with it the terminal knows that it talks to the right server.
  const std::string link = public_url(house) + "/#enrol=" + code + "&root=" + hex(house.keys().root);
  co_return ok({{"code", code}, {"expires_at", now + kCodeLife}, {"link", link}});
}

[[noreturn]] void refuse_code() {
  throw Refusal(
      403,
      {"bad_code", "code", {"Mã ghi danh không đúng, đã dùng hoặc đã hết hạn.", "The code is wrong, used, or no longer valid."}});
}

std::string next_terminal_id(const db::Transaction& tx, const Keys& keys) {
  int highest = static_cast<int>(keys.incarnation - 1) * kNumbersPerIncarnation;
  const auto look = [&highest](const std::string& id) {
    int number = 0;
    if (std::sscanf(id.c_str(), "T%9d", &number) == 1) highest = std::max(highest, number);
  };
  for (const auto& terminal : ledger::enrolments(tx)) look(terminal.terminal);
  for (const auto& branch : tx.branches()) look(branch.journal.terminal);
  char id[16];
  std::snprintf(id, sizeof id, "T%02d", highest + 1);
  return id;
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
  terminal.terminal = next_terminal_id(tx, house.keys());
  terminal.key = attempt.key;
  terminal.exhibitors = (*found)["exhibitors"].get<std::vector<std::string>>();
  terminal.booth = (*found)["booth"].get<std::string>();
  terminal.holder = (*found)["holder"].get<std::string>();
  (*found)["terminal"] = terminal.terminal;
  (*found)["key"] = key;
  (void)house.write(tx, {house.entry(terminal, (*found)["by"].get<std::string>())});
  tx.set_meta(kIndex, codes.dump());
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
  add(router, house, {"POST", "/api/v1/enrolments", give_code, kSmallBody});
  add(router, house, {"POST", "/api/v1/enrol", enrol, kSmallBody});
}

}  // namespace phien::server::api
