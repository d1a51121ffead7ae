#include "shared/receipt/shift.hpp"

#include <doctest/doctest.h>

#include "tests/unit/receipt/slips.hpp"

using namespace phien;

namespace {

receipt::ShiftSlip slip() {
  receipt::ShiftSlip slip;
  slip.terminal = "T03";
  slip.booth = "A01";
  slip.holder = "HTX Thạch đen Thạch An (Mẫu)";
  slip.cashier = "Nông Thị Mẩy (Mẫu)";
  slip.opened = "16/05/2025 08:30";
  slip.closed = "16/05/2025 18:02";
  slip.code = "4f2a91c0";
  slip.float_amount = 200'000;
  slip.cash_sales = 1'845'000;
  slip.cash_refunds = 25'000;
  slip.cash_in = 100'000;
  slip.cash_out = 50'000;
  slip.expected = 2'070'000;
  slip.counted = 2'065'000;
  slip.claimed = 320'000;
  slip.sales = 31;
  slip.sellers = {{"EX01", "HTX Thạch đen Thạch An (Mẫu)", "4899912345", 25, 1'420'000, 640'000, 0},
                  {"EX03", "Tổ hợp tác nếp Ong (Mẫu)", "", 6, 400'000, 0, 90'000}};
  return slip;
}

}  // namespace

TEST_CASE("golden: the Z-report of a shared drawer that is short") {
  slips::matches_golden("shift_report", receipt::to_text(receipt::shift_report(slip(), Lang::vi)));
  slips::matches_golden("shift_report_english_32", receipt::to_text(receipt::shift_report(slip(), Lang::en), 32));
}

TEST_CASE("golden: what one exhibitor is handed, with its payee and room to sign") {
  slips::matches_golden("hand_in", receipt::to_text(receipt::hand_in_slip(slip(), slip().sellers.front(), Lang::vi)));
  slips::matches_golden("hand_in_english_32",
                        receipt::to_text(receipt::hand_in_slip(slip(), slip().sellers.back(), Lang::en), 32));
}
