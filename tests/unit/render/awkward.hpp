// Five sales that are hard to print, each for a reason, with the paper they are printed on.
#pragma once
#include <string>
#include <vector>

#include "shared/receipt/receipt.hpp"

namespace phien::slips {

struct Awkward {
  std::string name;
  int width = 0;
  receipt::Document document;
  std::vector<std::string> codes;  // what the QR codes on it say, from the top
};
std::vector<Awkward> awkward_sales();

}  // namespace phien::slips
