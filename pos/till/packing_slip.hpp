// What went home with an exhibitor, for paper and picture.
#pragma once
#include <string>

#include "pos/till/deals.hpp"
#include "pos/till/till.hpp"
#include "shared/receipt/packing.hpp"

namespace phien::till {

// `pack`: hash of the first entry POST /packs has written here. Refuses: unknown_receipt, not_a_pack.
Known find_pack(const ledger::Reader& journals, const Identity& me, const std::string& pack, const std::string& where);
receipt::Document packing_document(const View& view, const std::string& pack, Lang lang);

}  // namespace phien::till
