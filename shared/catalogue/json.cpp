// Items ↔ JSON. Each item's fields are listed once, in `fields()`; Writer and Reader walk the same list.
#include <algorithm>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "shared/catalogue/catalogue.hpp"

namespace phien::catalogue {

namespace {

using nlohmann::json;

enum class Need { optional, required };

constexpr std::size_t kMaxList = 50, kMaxListText = 100;
constexpr std::size_t kMaxOrganizers = 20;

bool is_booth(std::string_view s) { return is_id(s) && s.front() != '_' && s.find('-') == std::string_view::npos; }

bool is_text(std::string_view s) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  return is_utf8(s) && std::none_of(s.begin(), s.end(), control);
}

bool is_name(std::string_view s) { return !s.empty() && is_text(s); }

bool is_vat_code(std::string_view s) {
  const auto known = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '%';
  };
  return !s.empty() && std::all_of(s.begin(), s.end(), known);
}

bool is_sold_by(std::string_view s) { return s == "piece" || s == "weight" || s == "length"; }

const char* name_of(SoldBy by) { return by == SoldBy::piece ? "piece" : by == SoldBy::weight ? "weight" : "length"; }

// What a text must be; `max` in bytes.
struct TextForm {
  std::size_t max;
  bool (*holds)(std::string_view);
  Message what;
};
TextForm text_of(std::size_t max) { return {max, is_text, {"có ký tự không in được", "it holds a control character"}}; }
TextForm name_up_to(std::size_t max) {
  return {max, is_name, {"trống hoặc có ký tự không in được", "empty, or it holds a control character"}};
}
const TextForm kName = name_up_to(400);
const TextForm kId{
    32, is_id, {"mã chỉ gồm chữ không dấu, số, và . _ - ở giữa", "an id has ASCII letters, digits, and . _ - inside"}};
const TextForm kFairId{64, is_fair_id, {"mã phiên chỉ gồm a-z, 0-9 và - ở giữa", "a fair id has a-z, 0-9 and - inside"}};
const TextForm kBooth{
    32,
    is_booth,
    {"mã gian hàng gồm chữ không dấu, số, dấu . và _, không có dấu -", "a booth has ASCII letters, digits, . and _, but no -"}};
const TextForm kDay{10,
                    is_day,
                    {"ngày phải có thật và viết là NĂM-THÁNG-NGÀY, ví dụ 2025-05-15",
                     "a day must exist and is written YYYY-MM-DD, such as 2025-05-15"}};
const TextForm kVat{
    16, is_vat_code, {"mã thuế suất chỉ gồm chữ không dấu, số và : . %", "a VAT code has ASCII letters, digits, and : . %"}};
const TextForm kSoldBy{6, is_sold_by, {"phải là piece, weight hoặc length", "must be piece, weight or length"}};

// Leaves out what has its default, so that an item says only what is so.
class Writer {
 public:
  explicit Writer(bool everything = false) : everything_(everything) {}

  template <class Form>
  void text(const char* key, const std::string& value, const Form&, Need need = Need::optional) {
    put(key, value, need == Need::required || !value.empty());
  }
  void number(const char* key, std::int64_t value, std::int64_t, std::int64_t, std::int64_t missing, Need need = Need::optional) {
    put(key, value, need == Need::required || value != missing);
  }
  void number(const char* key, int value, std::int64_t, std::int64_t) { put(key, value, value != 0); }
  void number(const char* key, const std::optional<Dong>& value) { put(key, value.value_or(0), value.has_value()); }
  void flag(const char* key, bool value, bool missing) { put(key, value, value != missing); }
  void list(const char* key, const std::vector<std::string>& value) { put(key, value, !value.empty()); }
  void sold_by(const char* key, SoldBy value) { put(key, name_of(value), true); }
  void organizers(const char* key, const std::vector<Organizer>& value) {
    json all = json::array();
    for (const auto& o : value) {
      json one = {{"name", o.name}};
      if (!o.role.empty()) one["role"] = o.role;
      all.push_back(std::move(one));
    }
    put(key, all, !all.empty());
  }
  json out = json::object();

 private:
  template <class Value>
  void put(const char* key, const Value& value, bool worth_saying) {
    if (worth_saying || everything_) out[key] = value;
  }
  bool everything_;
};

// Reads the fields it is asked for and lists what is wrong with them.
class Reader {
 public:
  explicit Reader(const json& item) : item_(item) {
    if (!item.is_object()) fail("wrong_type", "", "phải là một đối tượng JSON", "must be a JSON object");
  }

  void text(const char* key, std::string& value, const TextForm& form, Need need = Need::optional) {
    const json* field = find(key, need);
    if (!field) return;
    if (!field->is_string()) return wrong_type(key, "chuỗi", "a text");
    const auto& given = field->get_ref<const std::string&>();
    if (given.size() > form.max) {
      return fail("too_long", key, fmt::format("dài quá {} byte", form.max), fmt::format("longer than {} bytes", form.max));
    }
    if ((need == Need::required || !given.empty()) && !form.holds(given))
      return fail("bad_value", key, form.what.vi, form.what.en);
    value = given;
  }
  void number(const char* key, std::int64_t& value, std::int64_t least, std::int64_t most, std::int64_t missing,
              Need need = Need::optional) {
    const json* field = find(key, need);
    value = field ? integer(key, *field, least, most) : missing;
  }
  void number(const char* key, int& value, std::int64_t least, std::int64_t most) {
    if (const json* field = find(key, Need::optional)) value = static_cast<int>(integer(key, *field, least, most));
  }
  void number(const char* key, std::optional<Dong>& value) {
    if (const json* field = find(key, Need::optional)) value = integer(key, *field, 0, kMaxAmount);
  }
  void flag(const char* key, bool& value, bool missing) {
    value = missing;
    const json* field = find(key, Need::optional);
    if (!field) return;
    if (!field->is_boolean()) return wrong_type(key, "true hoặc false", "true or false");
    value = field->get<bool>();
  }
  void list(const char* key, std::vector<std::string>& value) {
    const json* field = array(key, kMaxList);
    if (!field) return;
    for (const auto& one : *field) {
      if (!one.is_string()) return wrong_type(key, "danh sách chuỗi", "a list of texts");
      if (one.get_ref<const std::string&>().size() > kMaxListText)
        return fail("too_long", key, "có mục quá dài", "an element is too long");
      if (!is_text(one.get_ref<const std::string&>()))
        return fail("bad_value", key, "có ký tự không in được", "it holds a control character");
      value.push_back(one.get<std::string>());
    }
  }
  void sold_by(const char* key, SoldBy& value) {
    std::string name = name_of(SoldBy::piece);
    text(key, name, kSoldBy, find(key, Need::optional) ? Need::required : Need::optional);
    value = name == "weight" ? SoldBy::weight : name == "length" ? SoldBy::length : SoldBy::piece;
  }
  void organizers(const char* key, std::vector<Organizer>& value) {
    const json* field = array(key, kMaxOrganizers);
    if (!field) return;
    for (const auto& one : *field) {
      Reader inner(one);
      Organizer organizer;
      inner.text("name", organizer.name, kName, Need::required);
      inner.text("role", organizer.role, text_of(200));
      for (auto& p : inner.problems) {
        p.where = p.where.empty() ? key : std::string(key) + "." + p.where;
        problems.push_back(std::move(p));
      }
      value.push_back(std::move(organizer));
    }
  }

  std::vector<Problem> problems;

 private:
  const json* find(const char* key, Need need) {
    if (!item_.is_object()) return nullptr;
    const auto found = item_.find(key);
    if (found != item_.end()) return &*found;
    if (need == Need::required) fail("missing_field", key, "thiếu trường này", "this field is missing");
    return nullptr;
  }
  const json* array(const char* key, std::size_t most) {
    const json* field = find(key, Need::optional);
    if (!field) return nullptr;
    if (!field->is_array()) return wrong_type(key, "danh sách", "a list"), nullptr;
    if (field->size() > most) return fail("out_of_range", key, "quá nhiều mục", "too many elements"), nullptr;
    return field;
  }
  std::int64_t integer(const char* key, const json& field, std::int64_t least, std::int64_t most) {
    if (!field.is_number_integer()) return wrong_type(key, "số nguyên", "an integer"), 0;
    const bool fits = !field.is_number_unsigned() || field.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxAmount);
    const auto given = fits ? field.get<std::int64_t>() : 0;
    if (fits && given >= least && given <= most) return given;
    fail("out_of_range", key, fmt::format("phải từ {} đến {}", least, most), fmt::format("must be from {} to {}", least, most));
    return 0;
  }
  void wrong_type(const char* key, const std::string& vi, const std::string& en) {
    fail("wrong_type", key, "phải là " + vi, "must be " + en);
  }
  void fail(const char* code, const char* key, const std::string& vi, const std::string& en) {
    problems.push_back({code, key, {vi, en}});
  }

  const json& item_;
};

// T is the item, const for the Writer. What is not named here is passed over (a newer server may say more).
template <class Io, class T>
void fair_fields(Io& io, T& f) {
  io.text("id", f.id, kFairId, Need::required);
  io.text("name", f.name, kName, Need::required);
  io.text("name_en", f.name_en, text_of(400));
  io.text("first_day", f.first_day, kDay, Need::required);
  io.text("last_day", f.last_day, kDay, Need::required);
  io.text("opening_ceremony", f.opening_ceremony, kDay);
  io.text("time_zone", f.time_zone, text_of(40));
  io.text("place", f.place, text_of(400));
  io.text("host_province", f.host_province, text_of(100));
  io.text("currency", f.currency, text_of(3));
  io.organizers("organizers", f.organizers);
  io.number("cash_round", f.cash_round, 1, 1'000'000, 1000);
  io.number("booths", f.booths, 0, 100'000, 0);
  io.number("booth_m2", f.booth_m2, 0, 100'000, 9);
  io.flag("is_sample", f.is_sample, false);
}

template <class Io, class T>
void exhibitor_fields(Io& io, T& e) {
  io.text("id", e.id, kId, Need::required);
  io.text("name", e.name, kName, Need::required);
  io.text("short_name", e.short_name, text_of(200));
  io.text("kind", e.kind, text_of(40));
  io.text("province", e.province, text_of(100));
  io.text("area", e.area, text_of(200));
  io.text("booth", e.booth, kBooth);
  io.text("tax_code", e.tax_code, text_of(20));
  io.text("tax_code_type", e.tax_code_type, text_of(40));
  io.text("vat_method", e.vat_method, text_of(40));
  io.text("invoice_mode", e.invoice_mode, text_of(40));
  io.text("invoice_symbol", e.invoice_symbol, text_of(20));
  io.text("bank_bin", e.bank_bin, text_of(6));
  io.text("bank_account", e.bank_account, text_of(19));
  io.text("bank_account_name", e.bank_account_name, text_of(100));
  io.text("ocop_account", e.ocop_account, text_of(100));
  io.flag("ethnic_minority_area", e.ethnic_minority_area, false);
  io.number("booth_m2", e.booth_m2, 0, 100'000, 9);
  io.number("trace_qr_count", e.trace_qr_count, 0, 1'000'000'000, 0);
  io.list("export_markets", e.export_markets);
  io.flag("is_sample", e.is_sample, false);
}

template <class Io, class T>
void product_fields(Io& io, T& p) {
  io.text("id", p.id, kId, Need::required);
  io.text("exhibitor", p.exhibitor, kId, Need::required);
  io.text("name", p.name, kName, Need::required);
  io.text("unit", p.unit, name_up_to(40), Need::required);
  io.text("net_content", p.net_content, text_of(100));
  io.sold_by("sold_by", p.sold_by);
  io.number("quantity_decimals", p.quantity_decimals, 0, 3);
  io.number("price", p.price, 0, kMaxAmount, 0, Need::required);
  io.number("wholesale_price", p.wholesale_price);
  io.number("wholesale_from", p.wholesale_from, 0, kMaxAmount, 0);
  io.text("vat", p.vat, kVat, Need::required);
  io.text("vat_note", p.vat_note, text_of(400));
  io.text("vat_valid_to", p.vat_valid_to, kDay);
  io.text("barcode", p.barcode, text_of(40));
  io.text("scale_plu", p.scale_plu, text_of(20));
  io.text("ocop_group", p.ocop_group, text_of(200));
  io.number("ocop_star", p.ocop_star, 0, 5);
  io.text("ocop_valid_to", p.ocop_valid_to, kDay);
  io.text("cnnt_group", p.cnnt_group, text_of(200));
  io.number("cnnt_level", p.cnnt_level, 0, 3);
  io.text("cnnt_valid_to", p.cnnt_valid_to, kDay);
  io.list("certificates", p.certificates);
  io.list("export_markets", p.export_markets);
  io.list("channels", p.channels);
  io.text("lot", p.lot, text_of(40));
  io.text("made", p.made, kDay);
  io.text("expires", p.expires, kDay);
  io.text("trace_uri", p.trace_uri, text_of(400));
  io.text("restricted", p.restricted, text_of(40));
  io.text("origin", p.origin, text_of(200));
  io.text("test_case", p.test_case, text_of(40));
  io.number("opening_stock", p.opening_stock, 0, kMaxAmount, 0);
  io.number("reorder_level", p.reorder_level, 0, kMaxAmount, 0);
  io.number("order", p.order, 0, kMaxAmount, 0);
  io.flag("is_sample", p.is_sample, false);
}

template <class Io, class T>
void cashier_fields(Io& io, T& c) {
  io.text("id", c.id, kId, Need::required);
  io.text("name", c.name, name_up_to(200), Need::required);
  io.text("exhibitor", c.exhibitor, kId, Need::required);
  io.text("pin", c.pin, text_of(200));
  io.flag("may_refund", c.may_refund, true);
  io.flag("may_discount", c.may_discount, true);
  io.flag("is_manager", c.is_manager, false);
}

// The list of fields by type.
template <class Io, class T>
void fields(Io& io, T& item) {
  using Item = std::remove_const_t<T>;
  if constexpr (std::is_same_v<Item, Fair>)
    fair_fields(io, item);
  else if constexpr (std::is_same_v<Item, Exhibitor>)
    exhibitor_fields(io, item);
  else if constexpr (std::is_same_v<Item, Product>)
    product_fields(io, item);
  else
    cashier_fields(io, item);
}

template <class T>
json write(const T& item) {
  Writer writer;
  fields(writer, item);
  return std::move(writer.out);
}

template <class T>
Result<T> read(const json& item_json) {
  Reader reader(item_json);
  T item;
  fields(reader, item);
  if (!reader.problems.empty()) return std::move(reader.problems.front());
  return item;
}

}  // namespace

json to_json(const Fair& f) { return write(f); }
json to_json(const Exhibitor& e) { return write(e); }
json to_json(const Product& p) { return write(p); }
json to_json(const Cashier& c) { return write(c); }

Result<Fair> fair_from_json(const json& j) { return read<Fair>(j); }
Result<Exhibitor> exhibitor_from_json(const json& j) { return read<Exhibitor>(j); }
Result<Product> product_from_json(const json& j) { return read<Product>(j); }
Result<Cashier> cashier_from_json(const json& j) { return read<Cashier>(j); }

template <class T>
std::vector<Problem> problems_in(const json& item) {
  Reader reader(item);
  T read_into;
  fields(reader, read_into);
  return std::move(reader.problems);
}
template std::vector<Problem> problems_in<Fair>(const json&);
template std::vector<Problem> problems_in<Exhibitor>(const json&);
template std::vector<Problem> problems_in<Product>(const json&);
template std::vector<Problem> problems_in<Cashier>(const json&);

template <class T>
std::vector<std::string> field_names() {
  Writer writer(true);
  const T blank;
  fields(writer, blank);
  std::vector<std::string> names;
  for (const auto& [name, value] : writer.out.items()) names.push_back(name);
  return names;
}
template std::vector<std::string> field_names<Fair>();
template std::vector<std::string> field_names<Exhibitor>();
template std::vector<std::string> field_names<Product>();
template std::vector<std::string> field_names<Cashier>();

}  // namespace phien::catalogue
