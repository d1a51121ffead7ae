// The end of a shift on paper: the Z-report, and for each exhibitor the slip its money is handed over with. Prints what it is
// given; the figures are the ledger's and the journal's.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "shared/receipt/receipt.hpp"

namespace phien::receipt {

struct ShiftSlip {
  std::string terminal, booth, holder, cashier;  // as people read them
  std::string opened, closed;
  std::string code;  // 8 hex digits of the closing entry's hash
  Dong float_amount = 0, cash_sales = 0, cash_refunds = 0, cash_in = 0, cash_out = 0;
  Dong expected = 0, counted = 0, claimed = 0;  // claimed: transfers nobody had seen when it was closed
  std::int64_t sales = 0;

  // What came in for one exhibitor, less what was given back.
  struct Seller {
    std::string exhibitor;  // id
    std::string name, tax_code;
    std::int64_t sales = 0;
    Dong cash = 0, transfer = 0, other = 0;
  };
  std::vector<Seller> sellers;
};

Document shift_report(const ShiftSlip& slip, Lang lang);
// The payee signs for the cash; transfers go to an account and pass through no hand.
Document hand_in_slip(const ShiftSlip& slip, const ShiftSlip::Seller& seller, Lang lang);

}  // namespace phien::receipt
