// What is given back of a sale: shared by refund and exchange.
#pragma once
#include "pos/till/deals.hpp"
#include "pos/till/work.hpp"

namespace phien::till {

// Reads "receipt" (or, for a sale not known here, "sale"? and lines with products) and the goods brought back under `name`, and
// makes the refund: lines and total; no number, payments or shift yet. `lines` absent: all that is left of the sale.
journal::Refund read_refund(Work& work, Fields& request, const char* name);

}  // namespace phien::till
