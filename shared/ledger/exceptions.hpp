// The parts of exceptions(): each lists one sort of thing a person should look at. Internal to the ledger.
#pragma once
#include <string>
#include <vector>

#include "shared/ledger/views.hpp"

namespace phien::ledger {

using Exceptions = std::vector<ExceptionRow>;

void list_oddities(const Reader& books,
                   Exceptions& rows);  // noted at posting: sums, quarantine, missing bytes, counts without a time
void list_journals(const Reader& books, Exceptions& rows);   // held, forked, late
void list_stock(const Reader& books, Exceptions& rows);      // below zero, unknown products
void list_reversals(const Reader& books, Exceptions& rows);  // refunds and voids against what they reverse
void list_shifts(const Reader& books, Exceptions& rows);
void list_transfers(const Reader& books, Exceptions& rows);
void list_receipts(const Reader& books, Exceptions& rows);

journal::Ref ref_of(const nlohmann::json& value);

}  // namespace phien::ledger
