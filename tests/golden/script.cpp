#include "tests/golden/script.hpp"

#include <sstream>
#include <stdexcept>

namespace phien::test {

using namespace journal;

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

std::pair<std::string, std::string> cut(const std::string& text, char at) {
  const auto place = text.find(at);
  if (place == std::string::npos) return {text, ""};
  return {text.substr(0, place), text.substr(place + 1)};
}

Quantity quantity(const std::string& text) {
  const bool negative = text.starts_with('-');
  const auto parsed = parse_quantity(negative ? text.substr(1) : text);
  if (!parsed) fail("not a quantity: " + text);
  return negative ? -*parsed : *parsed;
}
std::int64_t number(const std::string& text) {
  std::size_t end = 0;
  const auto n = std::stoll(text, &end);
  if (end != text.size()) fail("not a number: " + text);
  return n;
}

// "10:30" of the first day, "16T10:30" of 2025-05-16.
Milliseconds time_of(const std::string& text) {
  const auto [day, rest] = cut(text, 'T');
  const auto [hour, minute] = cut(rest.empty() ? day : rest, ':');
  return kOpening + (rest.empty() ? 0 : (number(day) - 15) * kDay) + (number(hour) - 9) * kHour + number(minute) * kMinute;
}

std::optional<std::string> take(std::vector<std::string>& words, const std::string& key) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (!word->starts_with(key + "=")) continue;
    std::string value = word->substr(key.size() + 1);
    words.erase(word);
    return value;
  }
  return {};
}

std::vector<GoodsLine> goods_of(const std::vector<std::string>& words, std::size_t from) {
  std::vector<GoodsLine> lines;
  for (std::size_t i = from; i < words.size(); ++i) {
    const auto [product, qty] = cut(words[i], '=');
    lines.push_back(goods(product, quantity(qty)));
  }
  return lines;
}

// "[gift:]P1=2@25000[-discount][/vat]"
Line line_of(std::string word) {
  const bool gift = word.starts_with("gift:");
  if (gift) word = word.substr(5);
  const auto [rest, vat] = cut(word, '/');
  const auto [priced, discount] = cut(rest, '-');
  const auto [product, amount] = cut(priced, '=');
  const auto [qty, price] = cut(amount, '@');
  Line one = test::line(product, quantity(qty), number(price));
  one.gift = gift;
  one.discount = gift ? one.total : discount.empty() ? 0 : number(discount);
  one.total -= one.discount;
  if (!vat.empty()) one.vat_amount = number(vat);
  return one;
}

// "[broken:|gift:]P1=1=25000": how many for how much
BackLine back_line_of(std::string word, const Sale* sale) {
  BackLine line;
  for (const auto& mark : {std::string("broken:"), std::string("gift:")}) {
    if (!word.starts_with(mark)) continue;
    word = word.substr(mark.size());
    (mark == "broken:" ? line.resaleable = false : line.gift = true);
  }
  const auto [product, rest] = cut(word, '=');
  const auto [qty, total] = cut(rest, '=');
  line.product = product, line.name = "Hàng " + product, line.unit = "gói", line.vat = "8";
  line.qty = quantity(qty), line.total = number(total);
  for (std::size_t i = 0; sale && i < sale->lines.size() && !line.of; ++i) {
    if (sale->lines[i].product == product) line.of = static_cast<int>(i);
  }
  return line;
}

OutReason reason_of(const std::string& word) {
  const std::vector<std::string> words{"sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<OutReason>(i);
  }
  fail("no such reason: " + word);
}

}  // namespace

const Script::Named& Script::find(const std::string& name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) fail("no entry of this name: " + name);
  return found->second;
}
Entry Script::entry(const std::string& name) const { return writers_.at(find(name).writer).entry(find(name).ref); }

std::string Script::name_of(const Ref& ref) const {
  for (const auto& [name, named] : names_) {
    if (named.ref == ref) return name;
  }
  return ref.terminal + "/" + std::to_string(ref.seq);
}
std::vector<std::pair<std::string, Ref>> Script::named() const {
  std::vector<std::pair<std::string, Ref>> all;
  for (const auto& [name, named] : names_) all.emplace_back(name, named.ref);
  return all;
}

bool Script::payment(std::vector<Payment>& out, const std::string& exhibitor, const std::string& key,
                     const std::string& value) const {
  const std::vector<std::string> methods{"cash", "transfer", "card", "other", "deposit", "exchange"};
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (methods[i] != key) continue;
    const auto [what, amount] = cut(value, ':');
    const bool plain = amount.empty();
    Payment payment = pay(static_cast<Method>(i), number(plain ? what : amount), exhibitor);
    if (payment.method == Method::transfer) payment.pay_ref = what;
    if (payment.method == Method::deposit) payment.order = find(what).ref;
    out.push_back(payment);
    return true;
  }
  return false;
}

// What deals have in common; what is left in `words` are their lines.
template <class Deal>
void Script::deal(const std::string& writer, Deal& out, Words& words) {
  out.booth = "B1";
  out.receipt = ++receipts_[writer];
  if (const auto rounding = take(words, "rounding")) out.rounding = number(*rounding);
  if (const auto receipt = take(words, "receipt")) out.receipt = number(*receipt);
  if (const auto shift = take(words, "shift")) out.shift = find(*shift).ref.hash;
  const auto holder = take(words, "holder").value_or(out.exhibitor);
  std::erase_if(words, [&](const std::string& word) {
    const auto [key, value] = cut(word, '=');
    return payment(out.payments, holder, key, value);
  });
}

Body Script::server_body(const std::string& kind, const Words& words) {
  if (kind == "enrol") {
    const std::string& id = words.at(0);
    if (!writers_.contains(id)) writers_.emplace(id, organizer_.terminal(id, ++keys_)), written_.emplace_back(id, 0);
    return enrol(writers_.at(id), {words.begin() + 1, words.end()});
  }
  if (kind == "product") {
    CatalogueItem item;
    item.type = CatalogueItem::Type::product;
    item.item = {{"id", words.at(0)}, {"exhibitor", words.at(1)}, {"name", "Hàng " + words.at(0)}};
    return item;
  }
  if (kind == "opening") {
    Opening opening;
    opening.exhibitor = words.at(0), opening.place = words.at(1), opening.lines = goods_of(words, 2);
    return opening;
  }
  if (kind == "revoke") return TerminalRevoked{words.at(0), {find(words.at(1)).ref.seq, find(words.at(1)).ref.hash}, "mất máy"};
  if (kind == "ruling") {
    Ruling ruling;
    ruling.about = find(words.at(0)).ref;
    ruling.decision = words.at(1) == "post"       ? Ruling::Decision::post
                      : words.at(1) == "keep_out" ? Ruling::Decision::keep_out
                                                  : Ruling::Decision::settled;
    return ruling;
  }
  if (kind == "close") {
    FairClosed closed;
    closed.edition = number(words.at(0));
    for (const auto& [id, writer] : writers_) {
      if (!writer.items().empty()) closed.cut.push_back(writer.ref(writer.items().size() - 1));
    }
    return closed;
  }
  fail("no such kind: " + kind);
}

Body Script::body(const std::string& writer, const std::string& kind, Words words) {
  if (kind == "sale") {
    Sale made;
    made.exhibitor = words.at(0);
    words.erase(words.begin());
    made.vat_method = "KHAU_TRU";
    made.place = take(words, "place").value_or("booth");
    made.how = take(words, "how").value_or("till") == "late" ? How::late : How::till;
    const auto total = take(words, "total");
    deal(writer, made, words);
    for (const auto& word : words) made.lines.push_back(line_of(word)), made.total += made.lines.back().total;
    if (total) made.total = number(*total);
    return made;
  }
  if (kind == "refund") {
    const Named& target = find(words.at(0));
    words.erase(words.begin());
    const Entry of = writers_.at(target.writer).entry(target.ref);
    const Sale& sold = std::get<Sale>(of.body);
    Refund back;
    back.exhibitor = sold.exhibitor, back.vat_method = "KHAU_TRU", back.sale = target.ref;
    back.place = take(words, "place").value_or("booth");
    deal(writer, back, words);
    for (const auto& word : words) back.lines.push_back(back_line_of(word, &sold)), back.total += back.lines.back().total;
    return back;
  }
  if (kind == "void") {
    auto reversal = std::make_shared<VoidEntry>();
    reversal->entry = find(words.at(0)).ref;
    reversal->body = entry(words.at(0)).body;
    if (const auto shift = take(words, "shift")) reversal->shift = find(*shift).ref.hash;
    return VoidBody(reversal);
  }
  if (kind == "confirm")
    return PaymentConfirmed{words.at(0), words.at(1), number(words.at(2)), words.size() > 3 && words[3] == "out", false, {}};
  if (kind == "order") {
    Order made;
    made.exhibitor = words.at(0);
    words.erase(words.begin());
    made.vat_method = "KHAU_TRU";
    deal(writer, made, words);
    for (const auto& word : words) made.lines.push_back(line_of(word)), made.total += made.lines.back().total;
    return made;
  }
  if (kind == "order_closed") {
    OrderClosed closed;
    closed.order = find(words.at(0)).ref;
    closed.exhibitor = std::get<Order>(entry(words.at(0)).body).exhibitor;
    closed.delivered = words.at(1) == "delivered";
    words.erase(words.begin(), words.begin() + 2);
    closed.kept = number(take(words, "kept").value_or("0"));
    deal(writer, closed, words);
    return closed;
  }
  if (kind == "in") {
    StockIn in;
    in.exhibitor = words.at(0), in.place = words.at(1), in.lines = goods_of(words, 2);
    return in;
  }
  if (kind == "out") {
    StockOut out;
    out.exhibitor = words.at(0), out.place = words.at(1), out.reason = reason_of(words.at(2)), out.lines = goods_of(words, 3);
    return out;
  }
  if (kind == "move") {
    Transfer moved;
    moved.exhibitor = words.at(0), moved.from = words.at(1), moved.to = words.at(2), moved.lines = goods_of(words, 3);
    return moved;
  }
  if (kind == "count") {
    StockCount count;
    count.exhibitor = words.at(0), count.place = words.at(1), count.lines = goods_of(words, 2);
    return count;
  }
  if (kind == "declare") {
    DeclaredSales declared;
    declared.exhibitor = words.at(0), declared.day = words.at(1), declared.place = "booth", declared.method = "sổ tay";
    words.erase(words.begin(), words.begin() + 2);
    declared.sales = number(take(words, "sales").value_or("0"));
    declared.total = number(take(words, "total").value_or("0"));
    std::erase_if(words, [&](const std::string& word) {
      const auto [key, value] = cut(word, '=');
      return payment(declared.payments, declared.exhibitor, key, value);
    });
    for (const auto& word : words) declared.lines.push_back(back_line_of(word, nullptr));
    return declared;
  }
  if (kind == "shift_open") return ShiftOpen{words.at(0), number(words.at(1))};
  if (kind == "shift_close") {
    ShiftClose close;
    close.shift = find(words.at(0)).ref.hash;
    close.holder = std::get<ShiftOpen>(entry(words.at(0)).body).holder;
    close.counted = number(words.at(1));
    return close;
  }
  if (kind == "cash_in" || kind == "cash_out") {
    CashMove cash{kind == "cash_in", words.at(0), "đổi tiền lẻ", number(words.at(1)), {}};
    if (const auto shift = take(words, "shift")) cash.shift = find(*shift).ref.hash;
    return cash;
  }
  if (kind == "lead") return Lead{words.at(0), words.at(1), words.at(2), {}, {}, number(words.at(3)), true};
  if (kind == "visitors") return Visitors{{}, number(words.at(0))};
  return server_body(kind, words);
}

void Script::line(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  if (words.empty() || words[0].starts_with('#')) return;
  std::string name;
  if (words[0].ends_with(':')) {
    name = words[0].substr(0, words[0].size() - 1);
    words.erase(words.begin());
  }
  if (words.at(0) == "at") {
    now_ = time_of(words.at(1));
    return;
  }
  const std::string who = words.at(0), kind = words.at(1);
  words.erase(words.begin(), words.begin() + 2);
  if (!writers_.contains(who)) {
    const auto incarnation = who == "server" ? 1 : who == "server2" ? 2 : 0;
    writers_.emplace(who, incarnation ? organizer_.server(incarnation, incarnation + 1) : organizer_.terminal(who, ++keys_));
    written_.emplace_back(who, 0);
  }
  Writer& writer = writers_.at(who);
  writer.now = now_;
  if (kind == "starts") return;
  if (kind == "copied") {  // its card is copied: from here on there are two that write this journal
    writers_.insert_or_assign(words.at(0), writer);
    receipts_[words.at(0)] = receipts_[who];
    return;
  }
  if (kind == "restarts") return writer.restart(words.at(0));
  if (kind == "wrong_by") {
    writer.skew = number(words.at(0)) * kMinute;
    return;
  }
  Ref ref;
  if (kind == "clock" || kind == "clock_reset") {
    ref = writer.read_clock(kind == "clock_reset");
  } else {
    std::optional<Milliseconds> happened;
    if (const auto said = take(words, "happened")) happened = time_of(*said);
    Body made = body(who, kind, words);
    ref = writer.write(std::move(made), happened);
  }
  written_.emplace_back(who, writer.items().size() - 1);
  if (!name.empty()) names_[name] = {who, ref};
}

}  // namespace phien::test
