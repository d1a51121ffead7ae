#include "server/api/enrolment_codes.hpp"

#include "server/api/address.hpp"

namespace phien::server::api {
namespace {

using nlohmann::json;

constexpr Milliseconds kAnswerLife = 24 * 3'600'000;                        // a terminal that lost the answer may ask again
constexpr std::size_t kMaxOpenCodes = 3'000;                                // a card for each booth of the largest fair, and more
constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // 32 signs: no I, O, 0, 1
constexpr std::size_t kCodeLength = 8;
constexpr std::string_view kIndex = "enrolment.codes";

std::string new_code() {
  std::string code;
  for (const char byte : random_bytes(kCodeLength)) code += kAlphabet[static_cast<unsigned char>(byte) % kAlphabet.size()];
  return code;
}

}  // namespace

json read_codes(const db::Transaction& tx, Milliseconds now) {
  const auto text = tx.meta(kIndex);
  json codes = text ? json::parse(*text) : json::object();
  for (auto it = codes.begin(); it != codes.end();) {
    const Milliseconds end = (*it)["expires_at"].get<Milliseconds>() + (it->contains("terminal") ? kAnswerLife : 0);
    it = end <= now ? codes.erase(it) : std::next(it);
  }
  return codes;
}

void write_codes(db::Transaction& tx, const json& codes) { tx.set_meta(kIndex, codes.dump()); }

std::string give_code(json& codes, const CodeWanted& wanted) {
  if (codes.size() >= kMaxOpenCodes)
    throw Refusal(429, {"too_many_codes", "", {"Có quá nhiều mã đang chờ.", "Too many codes are waiting."}});
  std::string code = new_code();
  codes[code] = {{"exhibitors", wanted.terminal.exhibitors},
                 {"booth", wanted.terminal.booth},
                 {"holder", wanted.terminal.holder},
                 {"expires_at", wanted.until},
                 {"by", wanted.by}};
  if (wanted.replaces) codes[code]["replaces"] = *wanted.replaces;
  return code;
}

std::string enrolment_link(const House& house, const std::string& code) {
  return public_url(house) + "/#enrol=" + code + "&root=" + hex(house.keys().root);
}

void must_be_booth(const std::string& booth) {
  if (is_id(booth) && booth.front() != '_' && booth.find('-') == std::string::npos) return;
  throw Refusal(
      400, {"bad_value",
            "booth",
            {"Mã gian hàng không hợp lệ: chữ, số, không có gạch nối.", "Not a booth number: letters and digits, no hyphen."}});
}

}  // namespace phien::server::api
