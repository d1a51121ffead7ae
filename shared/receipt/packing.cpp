#include "shared/receipt/packing.hpp"

#include "shared/money.hpp"
#include "shared/receipt/paper.hpp"

namespace phien::receipt {

Document packing_slip(const PackingSlip& slip, Lang lang) {
  using Type = Element::Type;
  Paper paper(lang);
  paper.add(Type::heading, slip.exhibitor);
  if (!slip.tax_code.empty()) paper.add(Type::text, paper.say("MST: ", "Tax code: ") + slip.tax_code);
  paper.rule();
  paper.add(Type::heading, paper.say("PHIẾU GIAO TRẢ HÀNG", "GOODS RETURNED"));
  paper.add(Type::columns, paper.say("Máy ", "Terminal ") + slip.booth + " · " + slip.terminal, slip.code);
  paper.add(Type::columns, paper.say("Lúc", "At"), slip.when);
  paper.add(Type::columns, paper.say("Người bán", "Cashier"), slip.cashier);
  paper.rule();
  Dong value = 0;
  for (const auto& row : slip.rows) {
    paper.add(Type::text, row.name);
    paper.add(Type::columns, "  " + format_quantity(row.qty) + " " + row.unit, format_dong(row.value));
    value += row.value;
  }
  paper.rule();
  paper.add(Type::columns, paper.say("Số mặt hàng", "Kinds of goods"), std::to_string(slip.rows.size()));
  paper.add(Type::total, paper.say("GIÁ TRỊ", "VALUE"), format_dong(value));
  paper.add(Type::small, paper.say("Theo giá bán ở quầy lúc in phiếu", "At the booth's prices when this was printed"));
  paper.rule();
  paper.add(Type::signature, paper.say("Người giao", "Handed over by"), paper.say("Người nhận", "Received by"));
  return paper.done();
}

}  // namespace phien::receipt
