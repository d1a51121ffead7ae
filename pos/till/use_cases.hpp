// Every use case that writes, and every one that reads: the table the local API and the command line are made from.
#pragma once
#include <span>

#include "pos/till/till.hpp"

namespace phien::till {

struct WritingUseCase {
  const char* path;  // under /api/v1/
  UseCase run;
  const char* summary;
  bool once = true;          // appends: once per idempotency key. Otherwise a repetition does no harm and no key is asked for.
  bool after_close = false;  // writes no entry, so it is done after `journal-close` too
};
std::span<const WritingUseCase> writing_use_cases();
const WritingUseCase* writing_use_case(std::string_view path);

json sell(Work&, Fields&);
json refund(Work&, Fields&);
json void_entry(Work&, Fields&);
json exchange(Work&, Fields&);
json stock_in(Work&, Fields&);
json stock_out(Work&, Fields&);
json transfer(Work&, Fields&);
json count(Work&, Fields&);
json offer(Work&, Fields&);
json declare(Work&, Fields&);
json open_shift(Work&, Fields&);
json close_shift(Work&, Fields&);
json cash_in(Work&, Fields&);
json cash_out(Work&, Fields&);
json lead(Work&, Fields&);
json request_invoice(Work&, Fields&);
json visitors(Work&, Fields&);
json note(Work&, Fields&);
json confirm_payment(Work&, Fields&);
json order(Work&, Fields&);
json close_order(Work&, Fields&);
json learn_barcode(Work&, Fields&);
json propose_product(Work&, Fields&);
json pack(Work&, Fields&);
json close_journal(Work&, Fields&);
json undo_last(Work&, Fields&);
// These write no entry.
json quote(Work&, Fields&);
json quote_refund(Work&, Fields&);
json quote_count(Work&, Fields&);
json save_basket(Work&, Fields&);
json park_basket(Work&, Fields&);
json resume_basket(Work&, Fields&);
json change_settings(Work&, Fields&);
json quote_pack(Work&, Fields&);
json exported(Work&, Fields&);
json unlock(Work&, Fields&);
json lock(Work&, Fields&);
json allow(Work&, Fields&);

// The printer: no entries.
json set_printer(Work&, Fields&);
json test_printer(Work&, Fields&);
json print_receipt(Work&, Fields&);
json print_shift(Work&, Fields&);
json print_pack(Work&, Fields&);
json print_again(Work&, Fields&);
json cancel_print(Work&, Fields&);

// Reading. Refuse by throwing Refusal.
json catalogue_view(const View&);
json stock_view(const View&, const std::optional<std::string>& exhibitor, const std::optional<std::string>& product);
json sales_view(const View&, std::int64_t limit);
json sale_view(const View&, const std::string& receipt);
json orders_view(const View&);
json leads_view(const View&);
json visitors_view(const View&);
json invoice_of(const View&, const journal::Ref& sale);  // null: nobody asked for one
json shift_view(const View&);
json transfers_view(const View&);
json drafts_view(const View&);
json shifts_view(const View&);
json shift_slip_view(const View&, const std::string& shift);
json scan_view(const View&, const std::string& code);
json printer_view(const View&);
json printer_brief(const View&);  // {"state","waiting","problem"?}
json journal_verify(const View&);
// Whatever this device wrote, as a file.
std::string journals_text(const ledger::Reader& books);
inline constexpr const char* kExportedKey = "journal.exported";  // hash of the head that a file carried away reaches

}  // namespace phien::till
