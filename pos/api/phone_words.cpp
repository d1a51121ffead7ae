// What a paired phone may ask, in one place. Deny by default: a route that has no word here ends the start. Whatever is answered
// "yes" is answered for its own exhibitor alone: the use cases see the till through Identity::at(desk).
#include <cstdlib>

#include "pos/api/phones.hpp"

namespace phien::api {

namespace {

struct Word {
  const char* method;
  const char* pattern;
  PhoneWord word;
};

constexpr Word kWords[] = {
    {"GET", "/", PhoneWord::open},
    {"GET", "/assets/{file}", PhoneWord::open},
    {"POST", "/api/v1/pair", PhoneWord::pairing},
    {"GET", "/api/v1/catalogue", PhoneWord::yes},
    {"GET", "/api/v1/stock", PhoneWord::yes},
    {"GET", "/api/v1/sales", PhoneWord::yes},
    {"GET", "/api/v1/sales/{receipt}", PhoneWord::yes},
    {"GET", "/api/v1/sales/{receipt}/image", PhoneWord::yes},
    {"GET", "/api/v1/transfers", PhoneWord::yes},
    {"GET", "/api/v1/orders", PhoneWord::yes},
    {"GET", "/api/v1/leads", PhoneWord::yes},
    {"GET", "/api/v1/scan", PhoneWord::yes},
    {"GET", "/api/v1/drafts", PhoneWord::yes},  // its own baskets
    {"GET", "/api/v1/status", PhoneWord::yes},
    {"GET", "/api/v1/qr.png", PhoneWord::yes},
    {"POST", "/api/v1/sales", PhoneWord::yes},
    {"POST", "/api/v1/refunds", PhoneWord::yes},
    {"POST", "/api/v1/voids", PhoneWord::yes},
    {"POST", "/api/v1/exchanges", PhoneWord::yes},
    {"POST", "/api/v1/stock-in", PhoneWord::yes},
    {"POST", "/api/v1/stock-out", PhoneWord::yes},
    {"POST", "/api/v1/transfers", PhoneWord::yes},
    {"POST", "/api/v1/counts", PhoneWord::yes},
    {"POST", "/api/v1/leads", PhoneWord::yes},
    {"POST", "/api/v1/invoices", PhoneWord::yes},
    {"POST", "/api/v1/payments/confirmed", PhoneWord::yes},
    {"POST", "/api/v1/orders", PhoneWord::yes},
    {"POST", "/api/v1/orders/closed", PhoneWord::yes},
    {"POST", "/api/v1/barcodes", PhoneWord::yes},
    {"POST", "/api/v1/undo", PhoneWord::yes},
    {"POST", "/api/v1/quote", PhoneWord::yes},
    {"POST", "/api/v1/quote/refund", PhoneWord::yes},
    {"POST", "/api/v1/quote/count", PhoneWord::yes},
    {"POST", "/api/v1/drafts/basket", PhoneWord::yes},
    {"POST", "/api/v1/drafts/park", PhoneWord::yes},
    {"POST", "/api/v1/drafts/resume", PhoneWord::yes},
    {"POST", "/api/v1/settings", PhoneWord::yes},  // its own look and cashier, not the till's
    {"POST", "/api/v1/unlock", PhoneWord::yes},
    {"POST", "/api/v1/lock", PhoneWord::yes},
    {"POST", "/api/v1/allow", PhoneWord::yes},
    {"POST", "/api/v1/prints", PhoneWord::yes},  // its own receipts, on the till's printer
    {"GET", "/api/v1/shift", PhoneWord::no},     // a drawer is of all who sell here
    {"GET", "/api/v1/shifts", PhoneWord::no},
    {"GET", "/api/v1/shifts/{shift}", PhoneWord::no},
    {"GET", "/api/v1/shifts/{shift}/image", PhoneWord::no},
    {"GET", "/api/v1/packs/{pack}/image", PhoneWord::no},
    {"GET", "/api/v1/visitors", PhoneWord::no},  // of the whole till
    {"GET", "/api/v1/printer", PhoneWord::no},
    {"GET", "/api/v1/journal/verify", PhoneWord::no},
    {"GET", "/api/v1/journal/export", PhoneWord::no},
    {"GET", "/api/v1/openapi.json", PhoneWord::no},
    {"GET", "/api/v1/phones", PhoneWord::no},
    {"POST", "/api/v1/offers", PhoneWord::no},  // prices are set at the till
    {"POST", "/api/v1/declared-sales", PhoneWord::no},
    {"POST", "/api/v1/shifts/open", PhoneWord::no},
    {"POST", "/api/v1/shifts/close", PhoneWord::no},
    {"POST", "/api/v1/cash-in", PhoneWord::no},
    {"POST", "/api/v1/cash-out", PhoneWord::no},
    {"POST", "/api/v1/visitors", PhoneWord::no},  // of the whole till
    {"POST", "/api/v1/notes", PhoneWord::no},
    {"POST", "/api/v1/proposals", PhoneWord::no},
    {"POST", "/api/v1/packs", PhoneWord::no},
    {"POST", "/api/v1/journal-close", PhoneWord::no},
    {"POST", "/api/v1/quote/pack", PhoneWord::no},
    {"POST", "/api/v1/journal/exported", PhoneWord::no},
    {"POST", "/api/v1/printer", PhoneWord::no},
    {"POST", "/api/v1/printer/test", PhoneWord::no},
    {"POST", "/api/v1/prints/pack", PhoneWord::no},
    {"POST", "/api/v1/prints/shift", PhoneWord::no},  // a slip names other exhibitors
    {"POST", "/api/v1/prints/again", PhoneWord::no},  // jobs are of all who sell here
    {"POST", "/api/v1/prints/cancel", PhoneWord::no},
    {"POST", "/api/v1/sync-now", PhoneWord::no},
    {"POST", "/api/v1/server", PhoneWord::no},
    {"POST", "/api/v1/phones/pair", PhoneWord::no},
    {"POST", "/api/v1/phones/withdraw", PhoneWord::no},
    {"POST", "/api/v1/phones/end", PhoneWord::no},
    {"GET", "/start/{once}", PhoneWord::no},
    {"GET", "/healthz", PhoneWord::no},
    {"GET", "/metrics", PhoneWord::no},
};

}  // namespace

PhoneWord phone_word(const std::string& method, const std::string& pattern) {
  for (const auto& one : kWords)
    if (method == one.method && pattern == one.pattern) return one.word;
  std::abort();
}

}  // namespace phien::api
