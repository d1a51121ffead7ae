#include "tests/unit/journal/samples.hpp"

#include <nlohmann/json.hpp>

#include "shared/journal/certificate.hpp"

namespace phien::journal::samples {
namespace {

using nlohmann::json;

// An array, also of one element (braces around a single value mean that value to some compilers).
template <class... Values>
json list(Values... values) {
  json array = json::array();
  (array.push_back(std::move(values)), ...);
  return array;
}

constexpr Milliseconds kMorning = 1'747'270'800'000;  // 2025-05-15, 08:00 at the fair
constexpr Milliseconds kWrong = 3'600'000;            // the terminal's clock is an hour fast

// Chains and seals what it is told. A unit gets one seal, at its end.
class Writer {
 public:
  Writer(std::string terminal, int key, Milliseconds up, Milliseconds clock_error)
      : key_(fixed_key(key)), up_(up), clock_error_(clock_error), boot_(hex(sha256(terminal)).substr(0, 32)) {
    written_.journal = {"cao-bang-2025", fixed_key(1).public_key(), std::move(terminal), key_.public_key()};
    written_.heads.push_back({0, genesis(written_.journal)});
  }

  // One entry `minutes` after the morning. `more`: further fields of the envelope.
  json add(int minutes, const std::string& kind, json body, json more = {}, std::optional<PersonalData> personal = {}) {
    const Milliseconds since = Milliseconds{minutes} * 60'000;
    json entry{{"v", 1},
               {"kind", kind},
               {"nonce", hex(sha256(written_.journal.terminal + std::to_string(items_.size()))).substr(0, 32)},
               {"by", kind == "clock" ? "_system" : "lan"},
               {"body", std::move(body)},
               {"time", {{"boot", boot_}, {"up", up_ + since}, {"wall", kMorning + since + clock_error_}}}};
    if (more.is_object()) entry.update(more);
    if (personal) entry["personal"] = hex(personal_hash(*personal));
    bytes_.push_back(encode(decode(entry.dump()).value()).value());
    const Hash digest = sha256(bytes_.back());
    written_.heads.push_back({head().seq + 1, next_hash(head().hash, digest)});
    const bool open_unit = entry.contains("unit") && entry["unit"]["at"] != entry["unit"]["of"];
    items_.push_back({{}, digest, head().hash, std::move(personal), {}});
    if (!open_unit) items_.back().seal = seal(key_, written_.journal, head());
    return ref();
  }
  const Head& head() const { return written_.heads.back(); }
  const JournalId& journal() const { return written_.journal; }
  json ref() const { return {{"terminal", written_.journal.terminal}, {"seq", head().seq}, {"hash", hex(head().hash)}}; }

  Written done() {
    for (std::size_t i = 0; i < items_.size(); ++i) items_[i].bytes = bytes_[i];
    written_.text = write_batch(written_.journal, written_.heads[0], items_);
    return written_;
  }

 private:
  SecretKey key_;
  Milliseconds up_, clock_error_;  // in the morning
  std::string boot_;
  Written written_;
  std::vector<std::string> bytes_;
  std::vector<BatchItem> items_;
};

json goods(const std::string& product, Quantity qty) {
  return {{"product", product},
          {"name", product == "SP01" ? "Thạch đen" : "Hạt dẻ Trùng Khánh"},
          {"unit", product == "SP01" ? "hộp" : "kg"},
          {"qty", qty}};
}
json line(const std::string& product, Quantity qty, Dong discount = 0) {
  json made = goods(product, qty);
  const Dong price = product == "SP01" ? 25'000 : 120'000;
  made.update({{"price", price},
               {"price_kind", "list"},
               {"discount", discount},
               {"total", line_total(qty, price).value() - discount},
               {"vat", "none"},
               {"vat_amount", 0},
               {"ocop", product == "SP01" ? 4 : 3},
               {"cnnt", 0}});
  return made;
}
json paid(const char* method, Dong amount, const char* holder) {
  return {{"method", method}, {"amount", amount}, {"holder", holder}};
}
json cash(Dong amount) { return paid("cash", amount, "HTX01"); }
json deal(std::int64_t receipt, const json& shift) {
  return {{"exhibitor", "HTX01"}, {"booth", "B01"}, {"receipt", receipt}, {"vat_method", "TRUC_TIEP"}, {"shift", shift["hash"]}};
}
json sale(std::int64_t receipt, const json& shift, json lines, Dong total, Dong rounding, json payments,
          const char* how = "till") {
  json body = deal(receipt, shift);
  body.update({{"place", "booth"},
               {"how", how},
               {"lines", std::move(lines)},
               {"total", total},
               {"rounding", rounding},
               {"payments", std::move(payments)}});
  return body;
}
json stock(json lines) { return {{"exhibitor", "HTX01"}, {"place", "booth"}, {"lines", std::move(lines)}}; }
PersonalData personal(const std::string& who) {
  return {sha256("salt of " + who), R"({"name":")" + who + R"(","phone":"0912 345 678"})"};
}

void open_fair(Writer& server, const PublicKey& terminal) {
  Incarnation incarnation;
  incarnation.number = 1;
  incarnation.tls = sha256("tls");
  const auto certificate = fixed_key(1).sign(incarnation_message("cao-bang-2025", 1, server.journal().key, incarnation.tls, {}));
  server.add(-60, "incarnation",
             {{"number", 1},
              {"root", hex(server.journal().root)},
              {"tls", hex(incarnation.tls)},
              {"certificate", hex(certificate)},
              {"program", "phien-server 1"}},
             {{"by", "_system"}});
  server.add(-59, "fair", {{"item", {{"id", "cao-bang-2025"}, {"name", "Tuần hàng Cao Bằng"}, {"cash_round", 1000}}}});
  server.add(-58, "exhibitor", {{"item", {{"id", "HTX01"}, {"name", "HTX Nà Phặc"}, {"booth", "B01"}}}});
  server.add(-58, "exhibitor", {{"item", {{"id", "CS02"}, {"name", "Cơ sở miến dong"}, {"booth", "B02"}}}});
  server.add(-57, "product", {{"item", {{"id", "SP01"}, {"exhibitor", "HTX01"}, {"name", "Thạch đen"}, {"price", 25'000}}}});
  server.add(-57, "product",
             {{"item", {{"id", "SP02"}, {"exhibitor", "HTX01"}, {"name", "Hạt dẻ Trùng Khánh"}, {"price", 120'000}}}});
  server.add(-57, "product", {{"item", {{"id", "SP03"}, {"exhibitor", "CS02"}, {"name", "Bún khô"}}}, {"removed", true}});
  server.add(-56, "cashier", {{"item", {{"id", "lan"}, {"name", "Lan"}, {"exhibitor", "HTX01"}}}});
  server.add(-50, "terminal_enrolled",
             {{"terminal", "T1"}, {"key", hex(terminal)}, {"exhibitors", list("HTX01")}, {"booth", "B01"}, {"holder", "HTX01"}});
  server.add(-40, "opening", stock(list(goods("SP01", 50'000), goods("SP02", 20'000))));
}

void sell_for_a_day(Writer& till, const json& seen) {
  till.add(0, "journal_open", {{"program", "phien-pos 1"}, {"device", "laptop"}});
  till.add(1, "clock",
           {{"server", kMorning + 60'000},
            {"round_trip", 41},
            {"up", 70'020},
            {"wall", kMorning + 60'000 + kWrong},
            {"incarnation", 1}});
  const json shift = till.add(2, "shift_open", {{"holder", "HTX01"}, {"float", 500'000}}, {{"seen", seen}});
  const json first = till.add(5, "sale", sale(1, shift, list(line("SP01", 2'000)), 50'000, 0, list(cash(50'000))));
  json gift = line("SP01", 1'000, 25'000);
  gift["gift"] = true;
  json transfer = paid("transfer", 50'000, "HTX01");
  transfer["pay_ref"] = "PHAB12CD34";
  till.add(10, "sale", sale(2, shift, list(line("SP02", 1'250, 500), gift), 149'500, -500, list(cash(99'000), transfer)));
  till.add(11, "payment_confirmed",
           {{"holder", "HTX01"}, {"pay_ref", "PHAB12CD34"}, {"amount", 50'000}, {"direction", "in"}, {"source", "cashier"}});

  // One unit: a dented box comes back, chestnuts go out, the buyer pays the difference.
  const json exchange = paid("exchange", 25'000, "HTX01");
  json back = goods("SP01", 1'000);
  back.update(
      {{"total", 25'000}, {"vat", "none"}, {"vat_amount", 0}, {"ocop", 4}, {"cnnt", 0}, {"of", 0}, {"resaleable", false}});
  json refund = deal(3, shift);
  refund.update({{"place", "booth"},
                 {"sale", first},
                 {"lines", list(back)},
                 {"total", 25'000},
                 {"rounding", 0},
                 {"payments", list(exchange)},
                 {"reason", "móp hộp"}});
  till.add(20, "refund", refund, {{"unit", {{"at", 1}, {"of", 2}}}});
  till.add(20, "sale", sale(4, shift, list(line("SP02", 250)), 30'000, 0, list(exchange, cash(5'000))),
           {{"unit", {{"at", 2}, {"of", 2}}}});

  json order = deal(5, shift);
  order.update(
      {{"lines", list(line("SP01", 3'000))}, {"total", 75'000}, {"payments", list(cash(20'000))}, {"due", "2025-05-20"}});
  const json ordered = till.add(30, "order", order, {}, personal("Nông Thị Hoa"));
  json out = stock(list(goods("SP01", 1'000)));
  out["reason"] = "sample";
  till.add(35, "stock_out", out);
  till.add(40, "stock_in", stock(list(goods("SP01", 10'000))));
  till.add(45, "transfer", {{"exhibitor", "HTX01"}, {"from", "booth"}, {"to", "kho"}, {"lines", list(goods("SP01", 5'000))}});
  till.add(60, "stock_count", stock(list(goods("SP01", 47'000), goods("SP02", 18'500))));
  // Written on paper before the count, rung up after it.
  till.add(70, "sale", sale(6, shift, list(line("SP01", 1'000)), 25'000, 0, list(cash(25'000)), "late"),
           {{"happened", kMorning + 50 * 60'000}});
  const json mistake = sale(7, shift, list(line("SP01", 4'000)), 100'000, 0, list(cash(100'000)));
  const json mistaken = till.add(80, "sale", mistake);
  till.add(81, "void",
           {{"entry", mistaken}, {"was", "sale"}, {"body", mistake}, {"shift", shift["hash"]}, {"reason", "bấm nhầm"}});
  json closed = deal(8, shift);
  closed.erase("vat_method");
  closed.update(
      {{"order", ordered}, {"outcome", "cancelled"}, {"payments", list(cash(15'000))}, {"rounding", 0}, {"kept", 5'000}});
  till.add(90, "order_closed", closed);
  till.add(91, "invoice_request", {{"exhibitor", "HTX01"}, {"sale", first}}, {}, personal("Công ty Bản Giốc"));
  till.add(92, "cash_in", {{"holder", "HTX01"}, {"amount", 100'000}, {"reason", "tiền lẻ"}, {"shift", shift["hash"]}});
  till.add(93, "cash_out", {{"holder", "HTX01"}, {"amount", 30'000}, {"reason", "ăn trưa"}, {"shift", shift["hash"]}});
  till.add(94, "lead", {{"exhibitor", "HTX01"}, {"type", "enquiry"}, {"goods", "hạt dẻ"}, {"value", 0}, {"consent", true}}, {},
           personal("Anh Nam"));
  till.add(95, "visitors", {{"exhibitor", "HTX01"}, {"count", 120}});
  till.add(96, "offer",
           {{"exhibitor", "HTX01"},
            {"offer", "gio-vang"},
            {"name", "Giờ vàng"},
            {"type", "percent"},
            {"value", 1'000},
            {"from", kMorning},
            {"until", kMorning + 1},
            {"active", false},
            {"items", list(json{{"product", "SP01"}, {"qty", 1'000}})}});
  till.add(97, "product_proposed",
           {{"exhibitor", "HTX01"},
            {"product", "SP09"},
            {"name", "Mật ong"},
            {"unit", "chai"},
            {"sold_by", "piece"},
            {"price", 180'000},
            {"vat", "none"}});
  till.add(98, "barcode_learned", {{"exhibitor", "HTX01"}, {"product", "SP01"}, {"barcode", "8930000000019"}});
  till.add(99, "note", {{"text", "mất điện 5 phút"}, {"about", first}});
  json declared{{"exhibitor", "HTX01"}, {"day", "2025-05-14"}, {"method", "sổ tay"},     {"sales", 9},
                {"total", 300'000},     {"place", "booth"},    {"lines", json::array()}, {"payments", list(cash(300'000))}};
  till.add(100, "declared_sales", declared);
  till.add(110, "shift_close",
           {{"shift", shift["hash"]},
            {"holder", "HTX01"},
            {"counted", 754'000},
            {"notes", json::array()},
            {"expected", 754'000},
            {"claimed", 0}});
  till.add(111, "journal_close", {{"reason", "hết ngày"}});
}

void close_fair(Writer& server, const Writer& till) {
  const json sold = goods("SP04", 4'000);
  json declared_line = sold;
  declared_line.update(
      {{"name", "Miến dong"}, {"unit", "gói"}, {"total", 180'000}, {"vat", "none"}, {"vat_amount", 0}, {"ocop", 0}, {"cnnt", 0}});
  server.add(120, "declared_sales",
             {{"exhibitor", "CS02"},
              {"day", "2025-05-15"},
              {"method", "cơ sở báo"},
              {"sales", 4},
              {"total", 180'000},
              {"place", "booth"},
              {"lines", list(declared_line)},
              {"payments", list(paid("cash", 100'000, "CS02"), paid("transfer", 80'000, "CS02"))}});
  server.add(121, "payment_confirmed",
             {{"holder", "HTX01"},
              {"pay_ref", "PHAB12CD34"},
              {"amount", 50'000},
              {"direction", "in"},
              {"source", "bank"},
              {"bank_ref", "FT25135"}});
  server.add(122, "heads", {{"heads", list(till.ref())}}, {{"by", "_system"}});
  server.add(123, "ruling", {{"about", till.ref()}, {"decision", "settled"}, {"text", "đã xem"}});
  // As §10 seals them: a reader without the kit sees only that they are there.
  server.add(124, "account",
             {{"account", "mai"}, {"name", "Nguyễn Thị Mai"}, {"role", "organizer"}, {"exhibitors", json::array()}});
  server.add(124, "password", {{"account", "mai"}, {"secret", std::string(160, '5')}}, {{"by", "mai"}});
  server.add(124, "token",
             {{"token", "bao-cao"},
              {"account", "mai"},
              {"name", "Bảng tính của Sở"},
              {"role", "reporter"},
              {"exhibitors", json::array()},
              {"until", 1'747'670'400'000},
              {"secret", std::string(208, '6')}},
             {{"by", "mai"}});
  server.add(
      124, "terminal_revoked",
      {{"terminal", "T1"}, {"head", {{"seq", till.head().seq}, {"hash", hex(till.head().hash)}}}, {"reason", "đã trả máy"}});
  server.add(125, "erase", {{"about", till.ref()}});
  const json before = server.ref();
  server.add(126, "fair_closed", {{"edition", 1}, {"part", 1}, {"parts", 1}, {"cut", list(before, till.ref())}});
  const Signature leave = fixed_key(1).sign(archived_message("cao-bang-2025", "T1", till.head()));
  server.add(
      127, "archived",
      {{"terminal", "T1"}, {"head", {{"seq", till.head().seq}, {"hash", hex(till.head().hash)}}}, {"signature", hex(leave)}});
}

}  // namespace

SecretKey fixed_key(int number) { return SecretKey::from_seed_hex(hex(std::string(32, static_cast<char>(number)))).value(); }

std::vector<Written> fair() {
  Writer server("_server.1", 2, 7'200'000, 0), till("T1", 3, 10'000, kWrong);
  open_fair(server, till.journal().key);
  sell_for_a_day(till, {{"incarnation", 1}, {"seq", server.head().seq}, {"hash", hex(server.head().hash)}});
  close_fair(server, till);
  return {server.done(), till.done()};
}

json vectors() {
  json journals = json::array(), entries = json::array();
  for (const Written& written : fair()) {
    json hashes = json::array();
    for (const Head& head : written.heads) hashes.push_back(hex(head.hash));
    journals.push_back({{"fair", written.journal.fair},
                        {"root", hex(written.journal.root)},
                        {"terminal", written.journal.terminal},
                        {"key", hex(written.journal.key)},
                        {"hashes", hashes},
                        {"text", written.text}});
  }
  for (const Entry& entry : full_entries()) {
    const std::string bytes = encode(entry).value();
    entries.push_back({{"kind", kind_of(entry.body)}, {"bytes", bytes}, {"digest", hex(sha256(bytes))}});
  }
  json seeds = json::object();
  for (const auto& [name, number] : {std::pair("root", 1), std::pair("server", 2), std::pair("terminal", 3)}) {
    seeds[name] = {{"seed", fixed_key(number).seed_hex()}, {"key", hex(fixed_key(number).public_key())}};
  }
  return {{"about",
           "Vectors of shared/journal/FORMAT.md. hashes[n] is hash(n); text is the journal as a batch; entries are the bytes of "
           "each kind with every optional field."},
          {"keys", seeds},
          {"journals", journals},
          {"entries", entries}};
}

}  // namespace phien::journal::samples
