#include "shared/ledger/contributions.hpp"

#include "shared/journal/certificate.hpp"
#include "shared/planted.hpp"

namespace phien::ledger {
namespace {

using namespace journal;

constexpr std::string_view kOpenProduct = "_open";  // sold at an open price; moves no stock
constexpr std::string_view kNoProduct = "";         // declared without saying which goods

std::string_view how_name(How how) { return how == How::late ? "late" : "till"; }

std::string_view reason_name(OutReason reason) {
  switch (reason) {
    case OutReason::sample:
      return "sample";
    case OutReason::gift:
      return "gift";
    case OutReason::damage:
      return "damage";
    case OutReason::loss:
      return "loss";
    case OutReason::return_to_exhibitor:
      return "return_to_exhibitor";
    case OutReason::withdrawn:
      return "withdrawn";
  }
  std::abort();
}

std::string_view item_type_name(CatalogueItem::Type type) {
  switch (type) {
    case CatalogueItem::Type::fair:
      return "fair";
    case CatalogueItem::Type::exhibitor:
      return "exhibitor";
    case CatalogueItem::Type::product:
      return "product";
    case CatalogueItem::Type::cashier:
      return "cashier";
  }
  std::abort();
}

std::string_view role_name(Role role) {
  switch (role) {
    case Role::organizer:
      return "organizer";
    case Role::exhibitor:
      return "exhibitor";
    case Role::reporter:
      return "reporter";
    case Role::auditor:
      return "auditor";
  }
  std::abort();
}

nlohmann::json ref_json(const Ref& ref) { return {{"hash", hex(ref.hash)}, {"seq", ref.seq}, {"terminal", ref.terminal}}; }

std::string_view digit(int n) { return std::string_view("0123456789").substr(static_cast<std::size_t>(n), 1); }

// One entry's contributions in the making. A void posts the body it takes back with sign −1, its shift in place of the body's.
class Poster {
 public:
  Poster(const Entry& entry, const Place& place, const When& when, std::string_view hour, Contributions& out)
      : entry_(entry), place_(place), when_(when), hour_(hour), out_(out) {}

  void post(const Body& body) {
    std::visit([this](const auto& kind) { on(kind); }, body);
  }
  void oddity(const Problem& problem) {
    const nlohmann::json value{
        {"en", problem.what.en}, {"exhibitor", exhibitor_of(entry_.body)}, {"vi", problem.what.vi}, {"where", problem.where}};
    fact(keys::key("odd", "sums_differ", place_.terminal, keys::sortable(place_.at.seq), hex(place_.at.hash)), value.dump());
  }

 private:
  bool taking_back() const { return sign_ < 0; }
  Sum signed_sum(std::int64_t count, Quantity quantity, Dong amount) const {
    return {sign_ * count, sign_ * quantity, sign_ * amount};
  }
  void fact(std::string key, std::string value) { out_.facts.push_back({std::move(key), std::move(value)}); }
  // Facts of what happened; taking it back is a fact of its own (void|…), which the views look for.
  void record(std::string key, const nlohmann::json& value) {
    if (!taking_back()) fact(std::move(key), value.dump());
  }
  keys::Order order() const { return {when_.time, place_.ref()}; }
  std::string server_order() const { return keys::server_order(server_incarnation(place_.terminal).value_or(0), place_.at); }

  // ---- goods ----
  void move(std::string_view exhibitor, std::string_view product, std::string_view place, std::string_view component,
            int direction, Quantity qty) {
    if (product == kOpenProduct) return;
    out_.add(signed_sum(1, qty, 0), "stock", exhibitor, product, place, component);
    out_.movements.push_back({exhibitor, product, place, sign_ * direction * qty});
  }
  template <class L>
  void named(std::string_view exhibitor, const L& line) {
    said_.assign(line.unit).append(1, keys::kBetween).append(line.name);
    out_.add(signed_sum(1, 0, 0), "name", exhibitor, hour_.substr(0, 10), line.product, said_);
  }
  template <class L>
  void cell(std::string_view exhibitor, const L& line, std::string_view hour, std::string_view how, std::string_view side,
            int vat_sign) {
    const auto add = [&](const Sum& sum, std::string_view part) {
      out_.add(sum, "cell", exhibitor, hour, line.product, how, line.vat, digit(line.ocop), digit(line.cnnt), part);
    };
    add(signed_sum(1, line.qty, line.total), side);
    add(signed_sum(0, 0, vat_sign * line.vat_amount), "vat");
  }
  template <class Lines>
  void goods(std::string_view exhibitor, std::string_view place, const Lines& lines, std::string_view component, int direction) {
    for (const auto& line : lines) {
      named(exhibitor, line);
      move(exhibitor, line.product, place, component, direction, line.qty);
    }
  }

  // ---- money ----
  // Returns Σ of the payments. `direction`: +1 buyers pay, −1 they get back.
  Dong pay(std::string_view exhibitor, const std::vector<Payment>& payments, std::string_view hour, std::string_view how,
           int direction) {
    Dong sum = 0;
    for (const Payment& payment : payments) {
      sum += payment.amount;
      out_.add(signed_sum(1, 0, payment.amount), "taking", exhibitor, payment.holder, hour, how, method_name(payment.method),
               direction > 0 ? "paid" : "returned");
      if (payment.method == Method::deposit) out_.add(signed_sum(0, 0, direction * payment.amount), "deposit", exhibitor, "used");
      if (payment.method == Method::transfer) claim(exhibitor, payment, direction);
    }
    return sum;
  }
  void claim(std::string_view exhibitor, const Payment& payment, int direction) {
    const Dong amount = sign_ * direction * payment.amount;
    out_.add({1, 0, amount}, "transfers", exhibitor, "claimed");
    if (!payment.pay_ref) return;
    fact(keys::key("claim", *payment.pay_ref, hex(place_.at.hash), std::to_string(out_.facts.size())),
         keys::key(exhibitor, payment.holder, std::to_string(amount), order().text()));
    fact(keys::key("claim_of", exhibitor, *payment.pay_ref, hex(place_.at.hash)), "");
    out_.pay_refs.push_back(*payment.pay_ref);
  }
  void drawer(const std::optional<Hash>& of_body, std::string_view part, std::int64_t count, Dong amount) {
    const std::optional<Hash>& shift = taking_back() ? void_shift_ : of_body;
    if (shift) out_.add(signed_sum(count, 0, amount), "shift", hex(*shift), part);
  }
  static Dong cash_of(const std::vector<Payment>& payments) {
    Dong cash = 0;
    for (const Payment& payment : payments) cash += payment.method == Method::cash ? payment.amount : 0;
    return cash;
  }
  void unexplained(std::string_view exhibitor, Dong of_payments, Dong of_lines) {
    out_.add(signed_sum(0, 0, of_payments), "unexplained", exhibitor, "payments");
    out_.add(signed_sum(0, 0, of_lines), "unexplained", exhibitor, "lines");
  }
  // A number that was printed stays printed, so a void leaves it.
  void receipt(const Deal& deal) {
    if (taking_back()) return;
    const std::int64_t n = deal.receipt % keys::kReceiptPrime;
    out_.add({1, n, n * n % keys::kReceiptPrime}, "receipts", place_.terminal, deal.booth);
  }

  void on(const Sale& sale) {
    const std::string_view how = how_name(sale.how);
    Dong lines = 0;
    for (const Line& line : sale.lines) {
      lines += line.total;
      named(sale.exhibitor, line);
      move(sale.exhibitor, line.product, sale.place, line.gift ? "gift" : "sold", -1, line.qty);
      // What is given along is not sold; whatever it should say it costs stays visible.
      if (!line.gift || line.total != 0) cell(sale.exhibitor, line, hour_, how, "sold", 1);
    }
    out_.add(signed_sum(1, 0, sale.total), "deal", sale.exhibitor, hour_, how, "sale");
    if (!planted(Fault::forget_the_rounding))
      out_.add(signed_sum(0, 0, sale.rounding), "deal", sale.exhibitor, hour_, how, "rounding");
    const Dong paid = pay(sale.exhibitor, sale.payments, hour_, how, 1);
    unexplained(sale.exhibitor, paid - sale.total - sale.rounding, sale.total - lines);
    drawer(sale.shift, "sale", 1, cash_of(sale.payments));
    receipt(sale);
  }
  void on(const Refund& refund) {
    Dong lines = 0;
    for (const BackLine& line : refund.lines) {
      lines += line.total;
      named(refund.exhibitor, line);
      if (line.gift) {
        move(refund.exhibitor, line.product, refund.place, "gift", -1, -line.qty);
      } else {
        move(refund.exhibitor, line.product, refund.place, "returned", 1, line.qty);
      }
      if (!line.resaleable) move(refund.exhibitor, line.product, refund.place, "damage", -1, line.qty);
      if (!line.gift || line.total != 0) cell(refund.exhibitor, line, hour_, "till", "refunded", -1);
    }
    out_.add(signed_sum(1, 0, refund.total), "deal", refund.exhibitor, hour_, "till", "refund");
    out_.add(signed_sum(0, 0, -refund.rounding), "deal", refund.exhibitor, hour_, "till", "rounding");
    const Dong returned = pay(refund.exhibitor, refund.payments, hour_, "till", -1);
    unexplained(refund.exhibitor, refund.total + refund.rounding - returned, lines - refund.total);
    drawer(refund.shift, "refund", 1, cash_of(refund.payments));
    receipt(refund);
    if (refund.sale) {
      record(keys::key("back", hex(refund.sale->hash), hex(place_.at.hash)),
             {{"exhibitor", refund.exhibitor}, {"order", order().text()}, {"sale", ref_json(*refund.sale)}});
    }
  }
  void on(const VoidBody& reversal) {
    fact(keys::key("void", hex(reversal->entry.hash), hex(place_.at.hash)),
         nlohmann::json{
             {"entry", ref_json(reversal->entry)}, {"exhibitor", exhibitor_of(reversal->body)}, {"order", order().text()}}
             .dump());
    if (const auto* seen = std::get_if<PaymentConfirmed>(&reversal->body)) out_.pay_refs.push_back(seen->pay_ref);
    sign_ = -1;
    void_shift_ = reversal->shift;
    post(reversal->body);
  }
  void on(const PaymentConfirmed& seen) {
    if (taking_back()) return;
    fact(keys::key("confirmed", seen.pay_ref, hex(place_.at.hash)),
         keys::key(seen.holder, std::to_string(seen.outgoing ? -seen.amount : seen.amount), order().text()));
    out_.pay_refs.push_back(seen.pay_ref);
  }
  void on(const Order& made) {
    const Dong deposit = pay(made.exhibitor, made.payments, hour_, "till", 1);
    out_.add(signed_sum(1, 0, deposit), "deposit", made.exhibitor, "taken");
    drawer(made.shift, "sale", 0, cash_of(made.payments));
    receipt(made);
  }
  void on(const OrderClosed& closed) {
    const Dong returned = pay(closed.exhibitor, closed.payments, hour_, "till", -1);
    out_.add(signed_sum(1, 0, returned - closed.rounding), "deposit", closed.exhibitor, "returned");
    out_.add(signed_sum(0, 0, closed.kept), "deposit", closed.exhibitor, "kept");
    out_.add(signed_sum(0, 0, -closed.rounding), "deal", closed.exhibitor, hour_, "till", "rounding");
    drawer(closed.shift, "refund", 0, cash_of(closed.payments));
    receipt(closed);
  }
  void on(const DeclaredSales& declared) {
    // Its day is part of what it says, not the hour in which it was written; so a void of it meets the same cell.
    const std::string_view day = declared.day;
    Dong lines = 0;
    for (const BackLine& line : declared.lines) {
      lines += line.total;
      named(declared.exhibitor, line);
      move(declared.exhibitor, line.product, declared.place, "sold", -1, line.qty);
      cell(declared.exhibitor, line, day, "declared", "sold", 1);
    }
    if (declared.lines.empty()) {
      out_.add(signed_sum(declared.sales, 0, declared.total), "cell", declared.exhibitor, day, kNoProduct, "declared", "", "0",
               "0", "sold");
      lines = declared.total;
    }
    out_.add(signed_sum(declared.sales, 0, declared.total), "deal", declared.exhibitor, day, "declared", "sale");
    const Dong paid = pay(declared.exhibitor, declared.payments, day, "declared", 1);
    unexplained(declared.exhibitor, paid - declared.total, declared.total - lines);
  }
  void on(const StockIn& in) { goods(in.exhibitor, in.place, in.lines, "in", 1); }
  void on(const StockOut& stock_out) {
    goods(stock_out.exhibitor, stock_out.place, stock_out.lines, reason_name(stock_out.reason), -1);
  }
  void on(const Transfer& transfer) {
    goods(transfer.exhibitor, transfer.from, transfer.lines, "moved_out", -1);
    for (const GoodsLine& line : transfer.lines) move(transfer.exhibitor, line.product, transfer.to, "moved_in", 1, line.qty);
  }
  void on(const Opening& opening) { goods(opening.exhibitor, opening.place, opening.lines, "opening", 1); }
  void on(const StockCount& count) {
    for (const GoodsLine& line : count.lines) {
      named(count.exhibitor, line);
      if (taking_back() || line.product == kOpenProduct) continue;
      if (when_.known) out_.counts.push_back({count.exhibitor, line.product, count.place, line.qty});
    }
    if (!taking_back() && !when_.known) {
      record(keys::key("odd", "count_undated", place_.terminal, keys::sortable(place_.at.seq), hex(place_.at.hash)),
             {{"exhibitor", count.exhibitor}});
    }
  }
  void on(const ShiftOpen& shift) {
    record(keys::key("shift_open", place_.terminal, order().text()),
           {{"cashier", entry_.by}, {"float", shift.float_amount}, {"holder", shift.holder}});
  }
  void on(const ShiftClose& shift) {
    record(keys::key("shift_close", hex(shift.shift), order().text()), {{"counted", shift.counted}, {"holder", shift.holder}});
  }
  void on(const CashMove& cash) { drawer(cash.shift, cash.in ? "in" : "out", 1, cash.amount); }
  void on(const Lead& lead) {
    record(keys::key("lead", lead.exhibitor, order().text()),
           {{"goods", lead.goods}, {"type", lead.type}, {"value", lead.value}});
  }
  void on(const Visitors& visitors) { out_.add(signed_sum(visitors.count, 0, 0), "visitors", visitors.exhibitor.value_or("-")); }
  void on(const Offer& offer) {
    auto items = nlohmann::json::array();
    for (const auto& [product, qty] : offer.items) items.push_back({product, qty});
    record(keys::key("offer", offer.exhibitor, offer.offer, order().text()), {{"active", offer.active},
                                                                              {"from", offer.from},
                                                                              {"items", items},
                                                                              {"name", offer.name},
                                                                              {"type", offer.type},
                                                                              {"until", offer.until},
                                                                              {"value", offer.value}});
  }
  void on(const ProductProposed& product) {
    nlohmann::json value{{"name", product.name},
                         {"price", product.price},
                         {"sold_by", product.sold_by},
                         {"unit", product.unit},
                         {"vat", product.vat}};
    if (product.barcode) value["barcode"] = *product.barcode;
    record(keys::key("proposed", product.exhibitor, product.product, order().text()), value);
  }
  void on(const BarcodeLearned& learned) {
    record(keys::key("barcode", learned.exhibitor, order().text()), {{"barcode", learned.barcode}, {"product", learned.product}});
  }

  // ---- the server's own ----
  void on(const CatalogueItem& item) {
    const auto id = item.item.find("id");
    if (id == item.item.end() || !id->is_string()) return;
    record(keys::key("catalogue", item_type_name(item.type), id->get_ref<const std::string&>(), server_order()),
           {{"item", item.item}, {"removed", item.removed}});
  }
  void on(const TerminalEnrolled& enrolled) {
    record(keys::key("enrolled", enrolled.terminal, hex(enrolled.key), server_order()),
           {{"booth", enrolled.booth}, {"exhibitors", enrolled.exhibitors}, {"holder", enrolled.holder}});
  }
  void on(const TerminalRevoked& revoked) {
    record(keys::key("revoked", revoked.terminal, server_order()),
           {{"hash", hex(revoked.head.hash)}, {"reason", revoked.reason}, {"seq", revoked.head.seq}});
  }
  void on(const Ruling& ruling) {
    if (ruling.decision == Ruling::Decision::settled) {
      record(keys::key("settled", hex(ruling.about.hash), server_order()), {{"text", ruling.text}});
      return;
    }
    record(keys::key("ruling", ruling.about.terminal, hex(ruling.about.hash), server_order()),
           {{"post", ruling.decision == Ruling::Decision::post}, {"seq", ruling.about.seq}, {"text", ruling.text}});
  }
  void on(const Erase& erase) {
    record(keys::key("erased", erase.about.terminal, hex(erase.about.hash), server_order()), {{"seq", erase.about.seq}});
  }
  void on(const FairClosed& closed) {
    auto cut = nlohmann::json::array();
    for (const Ref& ref : closed.cut) cut.push_back(ref_json(ref));
    record(keys::key("closed", keys::sortable(closed.edition), server_order()),
           {{"cut", cut}, {"part", closed.part}, {"parts", closed.parts}});
  }
  template <class Holder>
  void access(const Holder& holder, std::string key, nlohmann::json value) {
    value.update({{"by", entry_.by}, {"exhibitors", holder.exhibitors}, {"name", holder.name}, {"role", role_name(holder.role)}});
    record(std::move(key), value);
  }
  void on(const Account& account) {
    access(account, keys::key("account", account.account, server_order()), {{"removed", account.removed}});
  }
  void on(const Password& password) {
    nlohmann::json value{{"by", entry_.by}};
    if (password.secret) value["secret"] = *password.secret;
    record(keys::key("password", password.account, server_order()), value);
  }
  void on(const ApiToken& token) {
    nlohmann::json value{{"account", token.account}, {"until", token.until}};
    if (token.secret) value["secret"] = *token.secret;
    access(token, keys::key("token", token.token, server_order()), std::move(value));
  }

  // Kept and shown, but no figure rests on them.
  void on(const JournalOpen&) {}
  void on(const InvoiceRequest&) {}
  void on(const ClockReading&) {}
  void on(const Note&) {}
  void on(const JournalClose&) {}
  void on(const Incarnation&) {}
  void on(const Heads&) {}
  void on(const Archived&) {}

  const Entry& entry_;
  const Place& place_;
  const When& when_;
  std::string_view hour_;
  Contributions& out_;
  int sign_ = 1;
  std::optional<Hash> void_shift_;
  std::string said_;
};

}  // namespace

std::string_view exhibitor_of(const Body& body) {
  return std::visit(
      []<class T>(const T& kind) -> std::string_view {
        if constexpr (std::is_same_v<T, VoidBody>) {
          return exhibitor_of(kind->body);
        } else if constexpr (std::is_same_v<T, Note> || std::is_same_v<T, Visitors>) {
          return kind.exhibitor ? std::string_view(*kind.exhibitor) : std::string_view();
        } else if constexpr (requires { kind.exhibitor; }) {
          return kind.exhibitor;
        } else {
          return {};
        }
      },
      body);
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::cash:
      return "cash";
    case Method::transfer:
      return "transfer";
    case Method::card:
      return "card";
    case Method::other:
      return "other";
    case Method::deposit:
      return "deposit";
    case Method::exchange:
      return "exchange";
  }
  std::abort();
}

void Contributions::clear() {
  text.clear();
  cells.clear();
  movements.clear();
  counts.clear();
  facts.clear();
  pay_refs.clear();
}

void contribute(const Entry& entry, const Place& place, const When& when, std::string_view hour, Contributions& out) {
  out.clear();
  Poster poster(entry, place, when, hour, out);
  poster.post(entry.body);
  if (const auto problem = inconsistency(entry)) poster.oddity(*problem);
}

}  // namespace phien::ledger
