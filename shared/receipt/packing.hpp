// What goes home with an exhibitor, on paper: counted and signed for when it is handed over. Prints what it is given.
#pragma once
#include <string>
#include <vector>

#include "shared/receipt/receipt.hpp"

namespace phien::receipt {

struct PackingSlip {
  std::string exhibitor, tax_code;  // name as people read it
  std::string booth, terminal, cashier, when;
  std::string code;  // 8 hex digits of the first entry's hash

  struct Row {
    std::string name, unit;
    Quantity qty = 0;
    Dong value = 0;  // at the price on the shelf when it is printed
  };
  std::vector<Row> rows;
};

Document packing_slip(const PackingSlip& slip, Lang lang);

}  // namespace phien::receipt
