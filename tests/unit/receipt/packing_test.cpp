#include "shared/receipt/packing.hpp"

#include <doctest/doctest.h>

#include "tests/unit/receipt/slips.hpp"

using namespace phien;

TEST_CASE("golden: what goes home with an exhibitor, weighed goods too, with room to sign") {
  receipt::PackingSlip slip;
  slip.exhibitor = "HTX Thạch đen Thạch An (Mẫu)";
  slip.tax_code = "4899912345";
  slip.booth = "A01";
  slip.terminal = "T03";
  slip.cashier = "Nông Thị Mẩy (Mẫu)";
  slip.when = "19/05/2025 20:41";
  slip.code = "4f2a91c0";
  slip.rows = {{"Thạch đen lá khô (Mẫu)", "kg", 1'250, 225'000}, {"Thạch đen hũ 500 g (Mẫu)", "hũ", 48'000, 1'680'000}};
  slips::matches_golden("packing", receipt::to_text(receipt::packing_slip(slip, Lang::vi)));
  slips::matches_golden("packing_english_32", receipt::to_text(receipt::packing_slip(slip, Lang::en), 32));
}
