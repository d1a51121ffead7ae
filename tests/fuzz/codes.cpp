// What a scanner reads, and what a payment code says. A code with a wrong check is refused, so the check is also put right.
#include <fmt/format.h>

#include "shared/bytes.hpp"
#include "shared/journal/entry.hpp"
#include "shared/scan/scan.hpp"
#include "shared/text.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

constexpr std::string_view kReceipt = "PHIEN1/";
constexpr std::size_t kReceiptCheck = 8, kPaymentCheck = 4;

std::string with_right_check(std::string_view text) {
  std::string right(text);
  if (text.starts_with(kReceipt) && text.size() > kReceipt.size() + kReceiptCheck + 1) {
    std::string check = hex(sha256(text.substr(kReceipt.size() + kReceiptCheck + 1))).substr(0, kReceiptCheck);
    for (char& c : check)
      if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    right.replace(kReceipt.size(), kReceiptCheck, check);
  } else if (looks_like_vietqr(text) && text.size() > kPaymentCheck) {
    right.resize(text.size() - kPaymentCheck);
    right += fmt::format("{:04X}", crc16_ccitt(right));
  }
  return right;
}

void again(const scan::ReceiptCode& code) {
  must(is_fair_id(code.fair) && is_id(code.exhibitor) && is_id(code.booth) && is_id(code.sale.terminal), "ids are ids");
  Dong total = 0;
  for (const journal::Line& line : code.lines) total += line.total;
  must(code.lines.empty() || total == code.total, "lines sum up to the total");
  const auto back = scan::receipt_code(scan::encode(code));
  must(back.has_value(), "a receipt's code that was read can be written and read again");
  must(back->sale == code.sale && back->receipt == code.receipt && back->total == code.total, "and says the same");
  must(back->lines.empty() || back->lines.size() == code.lines.size(), "of the same lines, or of none");
}

void again(const VietQr& payment) {
  const auto text = vietqr_text(payment);
  must(text.has_value(), "a payment that was read can be written");
  const auto back = read_vietqr(*text);
  must(back.has_value(), "a payment that was written can be read");
  must(back->bin == payment.bin && back->account == payment.account && back->amount == payment.amount &&
           back->bill == payment.bill,
       "and asks for the same");
}

void again(const scan::ScaleLabel& label) {
  must(label.qty >= 0 && label.qty < 100'000 && label.plu.size() <= 5 && !label.plu.empty(), "a scale's label is in bounds");
}
void again(const scan::Barcode& barcode) {
  must(barcode.ean13.size() == 13 || barcode.ean13.size() == 8, "a barcode has its length");
}
void again(const scan::Link& link) {
  must(is_utf8(link.url) && is_utf8(link.lot) && (link.gtin.empty() || link.gtin.size() == 13 || link.gtin.size() == 8),
       "a link says text");
}
void again(const scan::Unknown&) {}

void scanned(std::string_view text) {
  std::visit([](const auto& code) { again(code); }, scan::read(text));
}

// The bytes as a payment somebody asks a code for.
void asked(std::string_view input) {
  VietQr payment;
  const auto next = [&input](char end) {
    const std::string part(input.substr(0, input.find(end)));
    input.remove_prefix(std::min(part.size() + 1, input.size()));
    return part;
  };
  payment.bin = next(';');
  payment.account = next(';');
  payment.bill = next(';');
  payment.amount = static_cast<Dong>(input.size()) * 1'000;
  payment.purpose = std::string(input);
  const auto text = vietqr_text(payment);
  if (!text) return;
  const auto back = read_vietqr(*text);
  must(back.has_value(), "our payment codes can be read");
  must(back->bin == payment.bin && back->account == payment.account && back->amount == payment.amount &&
           back->bill == payment.bill,
       "and ask for what we wanted");
}

}  // namespace

void codes(std::string_view input) {
  scanned(input);
  scanned(with_right_check(input));
  asked(input);
}

}  // namespace phien::fuzz
