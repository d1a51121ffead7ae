#include "shared/vietqr.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/text.hpp"

namespace phien {

namespace {

std::string field(std::string_view id, std::string_view value) { return fmt::format("{}{:02}{}", id, value.size(), value); }

bool all_of(std::string_view text, bool (*allowed)(char)) { return std::all_of(text.begin(), text.end(), allowed); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
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
  if (payment.bin.size() != 6 || !all_of(payment.bin, is_digit)) return std::nullopt;
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

}  // namespace phien
