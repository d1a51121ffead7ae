// Every kind with every optional field given.
#include <nlohmann/json.hpp>

#include "shared/journal/canonical.hpp"
#include "tests/unit/journal/samples.hpp"

namespace phien::journal::samples {
namespace {

const std::string kHash(64, 'a');
const std::string kRef = R"({"terminal":"T1","seq":7,"hash":")" + kHash + R"("})";
const std::string kLine =
    R"({"product":"SP01","name":"Thạch đen \"ăn liền\"\nhộp lớn","unit":"hộp","qty":2000,"price":24000,"list":25000,
  "price_kind":"offer","discount":1000,"total":47000,"vat":"8","vat_amount":3481,"ocop":4,"cnnt":2,"lot":"L-05/2025","offer":")" +
    kHash + R"("})";
const std::string kGift =
    R"({"product":"SP02","name":"Hạt dẻ","unit":"kg","qty":250,"price":120000,"price_kind":"list","discount":30000,"total":0,
  "vat":"none","vat_amount":0,"ocop":0,"cnnt":0,"gift":true})";
const std::string kBackLine =
    R"({"product":"SP01","name":"Thạch đen","unit":"hộp","qty":1000,"total":23500,"vat":"8","vat_amount":1741,"ocop":4,"cnnt":2,
  "lot":"L-05/2025","of":0,"gift":true,"resaleable":false})";
const std::string kPayments = R"([{"method":"cash","amount":20000,"holder":"HTX01","given":50000},
  {"method":"transfer","amount":20000,"holder":"kho-chung","pay_ref":"PHAB12CD34","label":"VietQR"},
  {"method":"deposit","amount":6000,"holder":"HTX01","order":)" +
                              kRef + R"(}])";
const std::string kGoods =
    R"([{"product":"SP01","name":"Thạch đen","unit":"hộp","qty":10000,"lot":"L-05/2025","expiry":"2026-02-28"}])";
const std::string kCount =
    R"([{"product":"SP01","name":"Thạch đen","unit":"hộp","qty":0},{"product":"SP02","name":"Hạt dẻ","unit":"kg","qty":1250}])";
const std::string kSale =
    R"({"exhibitor":"HTX01","booth":"B01","receipt":12,"place":"booth","how":"late","vat_method":"KHAU_TRU","lines":[)" + kLine +
    "," + kGift + R"(],"total":47000,"rounding":-1000,"payments":)" + kPayments + R"(,"shift":")" + kHash +
    R"(","note":"khách quen"})";

struct Sample {
  std::string kind, body;
};

std::vector<Sample> samples() {
  const std::string shift = R"("shift":")" + kHash + R"(")", seller = R"("exhibitor":"HTX01")",
                    position = R"({"incarnation":1,"seq":9,"hash":")" + kHash + R"("})";
  const std::string deal = seller + R"(,"booth":"B01","receipt":13,"payments":)" + kPayments + "," + shift;
  return {
      {"journal_open", R"({"program":"phien-pos 1","device":"laptop","reason":"máy mới","continues":)" + kRef + "}"},
      {"sale", kSale},
      {"refund", "{" + deal + R"(,"place":"booth","vat_method":"KHAU_TRU","rounding":0,"total":46000,"reason":"vỡ hộp","sale":)" +
                     kRef + R"(,"lines":[)" + kBackLine + "]}"},
      {"void", R"({"entry":)" + kRef + R"(,"was":"sale","reason":"bấm nhầm",)" + shift + R"(,"body":)" + kSale + "}"},
      {"payment_confirmed",
       R"({"holder":"HTX01","pay_ref":"PHAB12CD34","amount":20000,"direction":"in","source":"bank","bank_ref":"FT25135"})"},
      {"order", "{" + deal + R"(,"vat_method":"KHAU_TRU","total":47000,"due":"2025-06-01","note":"giao tận nhà","lines":[)" +
                    kLine + "]}"},
      {"order_closed",
       "{" + deal + R"(,"rounding":0,"kept":1000,"outcome":"cancelled","note":"khách đổi ý","order":)" + kRef + "}"},
      {"invoice_request", "{" + seller + R"(,"sale":)" + kRef + "}"},
      {"stock_in",
       "{" + seller +
           R"(,"place":"booth","note":"chuyến sáng","document":{"number":"PX-01","order":"LĐ-02","sender":"HTX","receiver":"Lan","from":"Nguyên Bình",
        "to":"Cao Bằng","vehicle":"11C-012.34"},"lines":)" +
           kGoods + "}"},
      {"stock_out",
       "{" + seller + R"(,"place":"booth","reason":"gift","note":"tặng đoàn","lead":")" + kHash + R"(","lines":)" + kGoods + "}"},
      {"transfer", "{" + seller + R"(,"from":"booth","to":"kho","note":"cất kho","lines":)" + kGoods + "}"},
      {"stock_count", "{" + seller + R"(,"place":"booth","note":"cuối ngày","lines":)" + kCount + "}"},
      {"offer",
       "{" + seller +
           R"(,"offer":"gio-vang","name":"Giờ vàng","type":"percent","value":1000,"from":1747270800000,"until":1747281600000,"active":true,
        "items":[{"product":"SP01","qty":1000}]})"},
      {"product_proposed",
       "{" + seller +
           R"(,"product":"SP99","name":"Miến dong","unit":"gói","sold_by":"weight","price":45000,"vat":"none","barcode":"8930000000019"})"},
      {"barcode_learned", "{" + seller + R"(,"product":"SP01","barcode":"8930000000019"})"},
      {"declared_sales",
       "{" + seller + R"(,"day":"2025-05-15","method":"sổ tay","sales":12,"total":1410000,"place":"booth","note":"",
        "payments":[{"method":"cash","amount":1410000,"holder":"HTX01"}],"lines":[{"product":"SP01","name":"Thạch đen","unit":"hộp","qty":60000,"total":1410000,"vat":"8",
        "vat_amount":104444,"ocop":4,"cnnt":2}]})"},
      {"shift_open", R"({"holder":"HTX01","float":500000})"},
      {"shift_close",
       R"({"shift":")" + kHash +
           R"(","holder":"HTX01","counted":520000,"notes":[{"value":500000,"count":1},{"value":20000,"count":1}],"expected":520000,"claimed":20000})"},
      {"cash_in", R"({"holder":"HTX01","amount":100000,"reason":"thêm tiền lẻ",)" + shift + "}"},
      {"cash_out", R"({"holder":"HTX01","amount":50000,"reason":"ăn trưa",)" + shift + "}"},
      {"lead",
       "{" + seller +
           R"(,"type":"memorandum","goods":"miến dong","quantity":"2 tấn/tháng","value":180000000,"follow_up":"2025-06-15","consent":true})"},
      {"visitors", "{" + seller + R"(,"count":250})"},
      {"clock", R"({"server":1747270800000,"round_trip":41,"up":60000,"wall":1747274400000,"incarnation":1,"reset":true})"},
      {"note", "{" + seller + R"(,"text":"mất điện 5 phút","about":)" + kRef + "}"},
      {"journal_close", R"({"reason":"hết phiên"})"},
      {"incarnation", R"({"number":2,"root":")" + kHash + R"(","tls":")" + kHash + R"(","certificate":")" + kHash + kHash +
                          R"(","program":"phien-server 1","parent":)" + position + "}"},
      {"fair", R"({"item":{"id":"cao-bang-2025","name":"Tuần hàng","days":[1,2,{"open":true}]},"removed":true})"},
      {"exhibitor", R"({"item":{"id":"HTX01","name":"HTX Nà Phặc"},"removed":true})"},
      {"product", R"({"item":{"id":"SP01","price":25000},"removed":true})"},
      {"cashier", R"({"item":{"id":"lan"},"removed":true})"},
      {"opening", "{" + seller + R"(,"place":"booth","lines":[{"product":"SP01","name":"Thạch đen","unit":"hộp","qty":-500}]})"},
      {"terminal_enrolled",
       R"({"terminal":"T1","key":")" + kHash + R"(","exhibitors":["HTX01","CS02"],"booth":"B01","holder":"kho-chung"})"},
      {"terminal_revoked", R"({"terminal":"_server.1","reason":"mất máy","head":{"seq":0,"hash":")" + kHash + R"("}})"},
      {"heads", R"({"heads":[)" + kRef + "]}"},
      {"ruling", R"({"about":)" + kRef + R"(,"decision":"keep_out","text":"thử máy"})"},
      {"erase", R"({"about":)" + kRef + "}"},
      {"fair_closed", R"({"edition":1,"part":2,"parts":3,"cut":[)" + kRef + "]}"},
      {"archived", R"({"terminal":"T1","head":{"seq":9,"hash":")" + kHash + R"("},"signature":")" + kHash + kHash + R"("})"},
      {"account", R"({"account":"mai","name":"Nguyễn Thị Mai","role":"exhibitor","exhibitors":["HTX01","CS02"],"removed":true})"},
      {"password", R"({"account":"mai","secret":")" + kHash + kHash + R"("})"},
      {"token", R"({"token":"bao-cao","account":"mai","name":"Bảng tính của Sở","role":"exhibitor","exhibitors":["HTX01"],)"
                R"("until":1747670400000,"secret":")" +
                    kHash + kHash + R"("})"},
  };
}

}  // namespace

std::vector<Entry> full_entries() {
  std::vector<Entry> entries;
  for (const auto& [kind, body] : samples()) {
    const nlohmann::json entry{{"v", 1},
                               {"kind", kind},
                               {"nonce", hex(sha256(kind)).substr(0, 32)},
                               {"by", "lan"},
                               {"time", {{"boot", std::string(32, 'b')}, {"up", 61'000}, {"wall", 1'747'274'401'000}}},
                               {"happened", 1'747'270'000'000},
                               {"seen", {{"incarnation", 1}, {"seq", 9}, {"hash", kHash}}},
                               {"unit", {{"at", 2}, {"of", 2}}},
                               {"personal", kHash},
                               {"body", nlohmann::json::parse(body)}};
    entries.push_back(decode(canonical_bytes(entry).value()).value());
  }
  return entries;
}

}  // namespace phien::journal::samples
