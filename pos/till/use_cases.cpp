#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {
constexpr WritingUseCase kWriting[] = {
    {"sales", sell, "Sell a basket"},
    {"refunds", refund, "Take goods back and give money back"},
    {"voids", void_entry, "Take back one entry"},
    {"exchanges", exchange, "Take goods back and sell others in one go"},
    {"stock-in", stock_in, "Goods arrive"},
    {"stock-out", stock_out, "Goods leave other than by sale"},
    {"transfers", transfer, "Move goods between places"},
    {"counts", count, "Count goods"},
    {"offers", offer, "Set or end an offer"},
    {"declared-sales", declare, "Declare a day's takings that were not rung up"},
    {"shifts/open", open_shift, "Open a drawer"},
    {"shifts/close", close_shift, "Count and close a drawer"},
    {"cash-in", cash_in, "Put cash into the drawer"},
    {"cash-out", cash_out, "Take cash out of the drawer"},
    {"leads", lead, "Note a buyer met"},
    {"invoices", request_invoice, "Note who wants the tax invoice of a sale"},
    {"visitors", visitors, "Note visitors counted"},
    {"notes", note, "Write a note"},
    {"payments/confirmed", confirm_payment, "Money was seen in the account"},
    {"orders", order, "Take an order with a deposit"},
    {"orders/closed", close_order, "Deliver or cancel an order"},
    {"barcodes", learn_barcode, "Learn a barcode"},
    {"proposals", propose_product, "Propose a product"},
    {"packs", pack, "All that is left goes back to its exhibitor"},
    {"journal-close", close_journal, "Go home: the last entry of this terminal"},
    {"undo", undo_last, "Take back the sale made last; its basket comes back"},
    {"quote", quote, "What a basket or an exchange comes to", false},
    {"quote/refund", quote_refund, "What giving goods back comes to", false},
    {"quote/count", quote_count, "What a count finds", false},
    {"drafts/basket", save_basket, "Keep the basket on the screen, and what it comes to", false},
    {"drafts/park", park_basket, "Put a basket aside", false},
    {"drafts/resume", resume_basket, "Take a parked basket up again", false},
    {"quote/pack", quote_pack, "What is left to go back, and its value", false},
    {"journal/exported", exported, "A file carried away was read back and holds everything", false, true},
    {"settings", change_settings, "Cashier, language and look of this device", false},
    {"unlock", unlock, "A cashier gives a PIN and stands at this till", false},
    {"lock", lock, "Nobody with a PIN stands at this till any more", false},
    {"allow", allow, "A manager's PIN allows a cashier one thing", false},
    {"printer", set_printer, "Which printer, and when it prints", true, true},
    {"printer/test", test_printer, "Print a test page", true, true},
    {"prints", print_receipt, "Print a receipt; a second time as a copy", true, true},
    {"prints/shift", print_shift, "Print a shift's report or a hand-in slip", true, true},
    {"prints/pack", print_pack, "Print the list of what went home with an exhibitor", true, true},
    {"prints/again", print_again, "Print again what failed", true, true},
    {"prints/cancel", cancel_print, "Take back what waits for the printer", true, true},
};
}  // namespace

std::span<const WritingUseCase> writing_use_cases() { return kWriting; }

const WritingUseCase* writing_use_case(std::string_view path) {
  for (const auto& use_case : kWriting)
    if (path == use_case.path) return &use_case;
  return nullptr;
}

}  // namespace phien::till
