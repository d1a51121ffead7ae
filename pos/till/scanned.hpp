// Sales known by the QR code on their receipt.
#pragma once
#include <string>

#include "pos/till/deals.hpp"
#include "pos/till/till.hpp"
#include "shared/scan/scan.hpp"

namespace phien::till {

// The sale at that place of a journal that is held here, if it is one.
std::optional<Known> held_sale(const ledger::Reader& journals, const journal::Ref& ref);
// The sale that a receipt's code tells of, as far as it tells: for a till that has not heard of it.
Known sale_of_code(const scan::ReceiptCode& code, const catalogue::Catalogue& catalogue);

// [{"of","product","name","unit","qty","total","given_back"}…]: the lines of a sale and what came back of each.
json lines_left(const ledger::Reader& journals, const journal::Ref& ref, const journal::Sale& sale);

}  // namespace phien::till
