#include "shared/journal/kinds.hpp"

#include <algorithm>
#include <array>

namespace phien::journal {
namespace {

template <class T>
constexpr std::size_t index_of() {
  constexpr auto search = []<std::size_t... I>(std::index_sequence<I...>) {
    return ((std::is_same_v<T, std::variant_alternative_t<I, Body>> ? I : 0) + ...);
  };
  return search(std::make_index_sequence<std::variant_size_v<Body>>());
}

enum Writers { terminal_alone, server_alone, both };

template <class T>
constexpr Kind row(
    std::string_view name, Writers writers, bool voidable = false, Body (*blank)() = [] { return Body(T{}); }) {
  return {name, index_of<T>(), writers != server_alone, writers != terminal_alone, voidable, blank};
}

template <bool In>
Body cash_move() {
  CashMove move;
  move.in = In;
  return move;
}

template <CatalogueItem::Type Type>
Body catalogue_item() {
  CatalogueItem item;
  item.type = Type;
  return item;
}

// The commonest first: it is searched from the front. Kinds that share a type stand together, in the order `kind` counts on.
constexpr bool kVoidable = true;
using Item = CatalogueItem::Type;
const std::array kKinds{
    row<Sale>("sale", terminal_alone, kVoidable),
    row<Refund>("refund", terminal_alone, kVoidable),
    row<PaymentConfirmed>("payment_confirmed", both, kVoidable),
    row<ClockReading>("clock", both),
    row<VoidBody>("void", both),
    row<Order>("order", terminal_alone, kVoidable),
    row<OrderClosed>("order_closed", terminal_alone, kVoidable),
    row<InvoiceRequest>("invoice_request", terminal_alone, kVoidable),
    row<StockIn>("stock_in", both, kVoidable),
    row<StockOut>("stock_out", both, kVoidable),
    row<Transfer>("transfer", both, kVoidable),
    row<StockCount>("stock_count", both, kVoidable),
    row<Offer>("offer", terminal_alone),
    row<ProductProposed>("product_proposed", terminal_alone),
    row<BarcodeLearned>("barcode_learned", terminal_alone),
    row<DeclaredSales>("declared_sales", both, kVoidable),
    row<ShiftOpen>("shift_open", terminal_alone, kVoidable),
    row<ShiftClose>("shift_close", terminal_alone, kVoidable),
    row<CashMove>("cash_in", terminal_alone, kVoidable, cash_move<true>),
    row<CashMove>("cash_out", terminal_alone, kVoidable, cash_move<false>),
    row<Lead>("lead", both, kVoidable),
    row<Visitors>("visitors", both, kVoidable),
    row<Note>("note", both),
    row<JournalOpen>("journal_open", terminal_alone),
    row<JournalClose>("journal_close", terminal_alone),
    row<Incarnation>("incarnation", server_alone),
    row<CatalogueItem>("fair", server_alone, false, catalogue_item<Item::fair>),
    row<CatalogueItem>("exhibitor", server_alone, false, catalogue_item<Item::exhibitor>),
    row<CatalogueItem>("product", server_alone, false, catalogue_item<Item::product>),
    row<CatalogueItem>("cashier", server_alone, false, catalogue_item<Item::cashier>),
    row<Opening>("opening", server_alone, kVoidable),
    row<TerminalEnrolled>("terminal_enrolled", server_alone),
    row<TerminalRevoked>("terminal_revoked", server_alone),
    row<Heads>("heads", server_alone),
    row<Ruling>("ruling", server_alone),
    row<Erase>("erase", server_alone),
    row<FairClosed>("fair_closed", server_alone),
    row<Archived>("archived", server_alone),
    row<Account>("account", server_alone),
    row<Password>("password", server_alone),
    row<ApiToken>("token", server_alone),
};

}  // namespace

const Kind* find_kind(std::string_view name) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.name == name; });
  return found == kKinds.end() ? nullptr : &*found;
}

const Kind& kind(const Body& body) {
  const auto* first = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.index == body.index(); });
  if (const auto* move = std::get_if<CashMove>(&body)) return first[move->in ? 0 : 1];
  if (const auto* item = std::get_if<CatalogueItem>(&body)) return first[static_cast<std::ptrdiff_t>(item->type)];
  return *first;
}

std::string_view kind_of(const Body& body) { return kind(body).name; }

bool may_write(std::string_view terminal, const Body& body) {
  return is_server_terminal(terminal) ? kind(body).server : kind(body).terminal;
}

bool is_voidable(const Body& body) { return kind(body).voidable; }

}  // namespace phien::journal
