#include "shared/vietqr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "shared/text.hpp"

namespace phien {

namespace {

std::string field(std::string_view id, std::string_view value) { return fmt::format("{}{:02}{}", id, value.size(), value); }

bool all_of(std::string_view text, bool (*allowed)(char)) { return std::all_of(text.begin(), text.end(), allowed); }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_bill(char c) { return is_alphanumeric(c) || c == '-' || c == '_'; }

}  // namespace

std::uint16_t crc16_ccitt(std::string_view bytes) {
  unsigned crc = 0xFFFF;
  for (char c : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
  }
  return static_cast<std::uint16_t>(crc & 0xFFFFU);
}

std::optional<std::string> vietqr_text(const VietQr& payment) {
  if (payment.bin.size() != 6 || !is_digits(payment.bin)) return std::nullopt;
  if (payment.account.empty() || payment.account.size() > 19 || !all_of(payment.account, is_alphanumeric)) return std::nullopt;
  if (payment.amount < 0 || payment.amount > kMaxAmount || payment.bill.size() > 25 || !all_of(payment.bill, is_bill))
    return std::nullopt;
  const std::string beneficiary = field("00", payment.bin) + field("01", payment.account);
  const std::string service = field("00", "A000000727") + field("01", beneficiary) + field("02", "QRIBFTTA");
  std::string text =
      field("00", "01") + field("01", payment.amount > 0 ? "12" : "11") + field("38", service) + field("53", "704");
  if (payment.amount > 0) text += field("54", std::to_string(payment.amount));
  text += field("58", "VN");
  std::string more;
  if (!payment.bill.empty()) more += field("01", payment.bill);
  if (const std::string purpose(truncate_utf8(to_ascii(payment.purpose), 25)); !purpose.empty()) more += field("08", purpose);
  if (!more.empty()) text += field("62", more);
  text += "6304";
  return text + fmt::format("{:04X}", crc16_ccitt(text));
}

namespace {

constexpr std::size_t kMaxVietQrBytes = 512;

// Fields by number; nothing when lengths do not add up or a number comes twice.
std::optional<std::map<std::string, std::string, std::less<>>> fields_of(std::string_view text) {
  std::map<std::string, std::string, std::less<>> fields;
  while (!text.empty()) {
    if (text.size() < 4 || !is_digits(text.substr(0, 4))) return std::nullopt;
    const auto length = static_cast<std::size_t>((text[2] - '0') * 10 + (text[3] - '0'));
    if (text.size() < 4 + length) return std::nullopt;
    if (!fields.emplace(text.substr(0, 2), text.substr(4, length)).second) return std::nullopt;
    text.remove_prefix(4 + length);
  }
  return fields;
}

bool crc_holds(std::string_view text) {
  constexpr std::size_t kCrc = 4;
  if (text.size() < 8 || text.substr(text.size() - 8, 4) != "6304") return false;
  unsigned said = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(end - kCrc, end, said, 16);
  return error == std::errc() && stopped == end && said == crc16_ccitt(text.substr(0, text.size() - kCrc));
}

}  // namespace

bool looks_like_vietqr(std::string_view text) { return text.starts_with("000201"); }

std::optional<VietQr> read_vietqr(std::string_view text) {
  if (text.size() > kMaxVietQrBytes || !looks_like_vietqr(text) || !crc_holds(text)) return std::nullopt;
  auto fields = fields_of(text);
  if (!fields || !fields->contains("38")) return std::nullopt;
  auto& top = *fields;
  const auto service = fields_of(top["38"]);
  if (!service || !service->contains("00") || service->at("00") != "A000000727" || !service->contains("01")) return std::nullopt;
  const auto beneficiary = fields_of(service->at("01"));
  if (!beneficiary || !beneficiary->contains("00") || !beneficiary->contains("01")) return std::nullopt;
  VietQr payment;
  payment.bin = beneficiary->at("00");
  payment.account = beneficiary->at("01");
  if (payment.bin.size() != 6 || !is_digits(payment.bin)) return std::nullopt;
  if (payment.account.empty() || payment.account.size() > 19 || !all_of(payment.account, is_alphanumeric)) return std::nullopt;
  if (top["53"] != "704" || top["58"] != "VN" || (top["01"] != "11" && top["01"] != "12")) return std::nullopt;
  if (const auto amount = top.find("54"); amount != top.end()) {
    const auto& digits = amount->second;
    if (digits.empty() || digits.size() > 13 || !is_digits(digits)) return std::nullopt;
    payment.amount = std::stoll(digits);
    if (payment.amount < 1 || payment.amount > kMaxAmount) return std::nullopt;
  }
  if (const auto more = top.find("62"); more != top.end()) {
    auto parts = fields_of(more->second);
    if (!parts) return std::nullopt;
    payment.bill = (*parts)["01"];
    payment.purpose = (*parts)["08"];
    if (payment.bill.size() > 25 || !all_of(payment.bill, is_bill) || !is_utf8(payment.purpose)) return std::nullopt;
  }
  return payment;
}

}  // namespace phien
