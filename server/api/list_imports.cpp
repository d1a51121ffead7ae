// Lists as people have them, XLSX or CSV: looked at, corrected and looked at again, applied all or nothing; and out again, to
// edit and to bring back. The server remembers nothing in between: files and corrections come along each time.
#include <algorithm>

#include "server/api/base64.hpp"
#include "server/api/catalogue_of.hpp"
#include "server/api/changes_json.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"
#include "server/exchange/changes.hpp"
#include "server/exchange/lists.hpp"
#include "server/exchange/lists_out.hpp"
#include "server/exchange/xlsx.hpp"

namespace phien::server::api {
namespace {

using exchange::List;
using exchange::ListRequest;

constexpr std::size_t kMaxLine = 2'000'000;

[[noreturn]] void refuse_field(const std::string& where, Message what) {
  throw Refusal(400, {"bad_value", where, std::move(what)});
}

List list_named(const std::string& name, const std::string& where) {
  for (const List list : exchange::kLists)
    if (name == exchange::name_of(list)) return list;
  refuse_field(where, {"Danh sách là exhibitors, products hoặc cashiers.", "A list is exhibitors, products or cashiers."});
}

std::string text_of(const json& object, const char* name, const std::string& where) {
  if (!object.is_object() || !object.contains(name) || !object[name].is_string())
    refuse_field(where + "." + name, {"Cần một chuỗi.", "A text is needed."});
  return object[name].get<std::string>();
}

std::size_t index_of(const json& object, const char* name, const std::string& where, std::size_t most) {
  if (!object.is_object() || !object.contains(name) || !object[name].is_number_unsigned() ||
      object[name].get<std::size_t>() > most)
    refuse_field(where + "." + name, {"Cần một số nguyên không âm.", "A whole number is needed."});
  return object[name].get<std::size_t>();
}

json list_field(Fields& in, const char* name, std::size_t most) {
  json list = in.any(name).value_or(json::array());
  if (!list.is_array() || list.size() > most)
    refuse_field(name, {"Cần một danh sách, không quá dài.", "A list is needed, and not so long a one."});
  return list;
}

ListRequest request_from(Fields& in) {
  ListRequest request;
  for (const json& file : list_field(in, "files", exchange::kMaxFiles)) {
    auto bytes = from_base64(text_of(file, "content", "files"));
    if (!bytes) refuse_field("files.content", {"Không phải base64.", "Not base64."});
    request.files.push_back({text_of(file, "name", "files"), std::move(*bytes)});
  }
  for (const json& sheet : list_field(in, "sheets", exchange::kMaxFiles * 20)) {
    const std::string list = text_of(sheet, "list", "sheets");
    request.sheets[text_of(sheet, "file", "sheets") + "/" + text_of(sheet, "sheet", "sheets")] =
        list.empty() ? std::nullopt : std::optional(list_named(list, "sheets.list"));
  }
  for (const json& column : list_field(in, "columns", 3 * exchange::kMaxColumns)) {
    const List list = list_named(text_of(column, "list", "columns"), "columns.list");
    const std::string field = text_of(column, "field", "columns");
    const auto names = exchange::columns_of(list);
    if (!field.empty() && std::none_of(names.begin(), names.end(), [&](const auto& name) { return name.field == field; }))
      refuse_field("columns.field", {"Không có cột này.", "There is no such column."});
    request.columns[{list, index_of(column, "column", "columns", exchange::kMaxColumns)}] = field;
  }
  for (const json& one : list_field(in, "corrections", exchange::kMaxCorrections)) {
    std::string value = text_of(one, "value", "corrections");
    if (value.size() > exchange::kMaxCellBytes)
      refuse_field("corrections.value", {"Ô dài hơn 4 KiB.", "The cell is longer than 4 KiB."});
    const List list = list_named(text_of(one, "list", "corrections"), "corrections.list");
    request.corrections[{list, index_of(one, "line", "corrections", kMaxLine),
                         index_of(one, "column", "corrections", exchange::kMaxColumns)}] = std::move(value);
  }
  const std::string fonts = in.optional_text("old_fonts", 16).value_or("ask");
  if (fonts != "ask" && fonts != "convert" && fonts != "keep")
    refuse_field("old_fonts", {"Là ask, convert hoặc keep.", "It is ask, convert or keep."});
  request.old_fonts = fonts == "convert" ? ListRequest::OldFonts::convert
                      : fonts == "keep"  ? ListRequest::OldFonts::keep
                                         : ListRequest::OldFonts::ask;
  return request;
}

const char* name_of(exchange::ColumnMatch::How how) {
  using How = exchange::ColumnMatch::How;
  return how == How::exact     ? "exact"
         : how == How::other   ? "other"
         : how == How::similar ? "similar"
         : how == How::given   ? "given"
                               : "none";
}

// Every column a list may have: what a person chooses from.
json fields_json() {
  json fields = json::object();
  for (const List list : exchange::kLists) {
    json& of = fields[std::string(exchange::name_of(list))] = json::array();
    for (const auto& name : exchange::columns_of(list))
      of.push_back({{"field", name.field}, {"title", {{"en", name.title.en}, {"vi", name.title.vi}}}});
  }
  return fields;
}

json found_json(const exchange::FoundList& found) {
  json columns = json::array();
  for (const auto& column : found.columns) {
    json one{{"column", column.column},
             {"letters", exchange::column_letters(column.column)},
             {"header", column.header},
             {"field", column.field},
             {"how", name_of(column.how)}};
    if (found.list)
      for (const auto& name : exchange::columns_of(*found.list))
        if (name.field == column.field) one["title"] = {{"en", name.title.en}, {"vi", name.title.vi}};
    columns.push_back(std::move(one));
  }
  return {{"file", found.file},
          {"sheet", found.sheet},
          {"list", found.list ? exchange::name_of(*found.list) : ""},
          {"header_line", found.header_line},
          {"rows", found.rows},
          {"columns", std::move(columns)}};
}

json remarks_json(const std::vector<exchange::CellRemark>& remarks) {
  json list = json::array();
  for (const auto& remark : remarks) {
    json one = problem_json(remark.problem);
    if (remark.list) one["list"] = exchange::name_of(*remark.list);
    if (remark.line > 0) one["line"] = remark.line;
    if (remark.column) {
      one["column"] = *remark.column;
      one["cell"] = remark.cell;
      one["value"] = remark.value;
    }
    if (!remark.suggestions.empty()) one["suggestions"] = remark.suggestions;
    list.push_back(std::move(one));
  }
  return list;
}

// Read and compared, off the io thread: PINs are made into verifiers, which is slow by design.
struct Compared {
  exchange::ReadLists read;
  std::optional<exchange::Changes> changes;  // nothing when there are problems
  journal::Head at;
  json answer;
  std::string digest;  // of what a person saw
};

void compare(const House& house, const db::Snapshot& books, const ListRequest& request, Compared& into) {
  const catalogue::Catalogue now = catalogue_of(books);
  into.at = house.own_head(books);
  into.read = exchange::read_lists(request, now);
  json found = json::array();
  for (const auto& one : into.read.found) found.push_back(found_json(one));
  into.answer = {{"found", std::move(found)},
                 {"fields", fields_json()},
                 {"problems", remarks_json(into.read.problems)},
                 {"warnings", remarks_json(into.read.warnings)},
                 {"applied", false}};
  if (!into.read.problems.empty()) return;
  auto changes = exchange::diff(ledger::catalogue_items(books), exchange::openings_of(ledger::stock(books)), into.read.imported);
  into.changes = value_or_refuse(std::move(changes), 422);
  if (!into.read.lists.contains(List::products)) into.changes->openings.clear();  // nothing was said of stock
  into.answer["changes"] = changes_json(*into.changes);
  // A verifier is salted, so a new PIN differs at every reading; that it changes is all that is seen of it.
  into.digest = hex(sha256(into.answer["changes"].dump()));
  into.answer["digest"] = into.digest;
}

asio::awaitable<void> compare_aside(House& house, const ListRequest& request, Compared& into) {
  const std::function<void()> comparing = [&] { compare(house, *house.store().snapshot(), request, into); };
  co_await house.aside(comparing);
}

asio::awaitable<net::Response> preview(House& house, net::Request& request) {
  Fields in(request.body);
  const ListRequest wanted = request_from(in);
  in.done();
  Compared compared;
  co_await compare_aside(house, wanted, compared);
  co_return ok(compared.answer);
}

asio::awaitable<net::Response> apply(House& house, net::Request& request) {
  Fields in(request.body);
  const ListRequest wanted = request_from(in);
  const std::string digest = in.text("digest", 64), by = acting(house, request);
  in.done();
  Compared compared;
  co_await compare_aside(house, wanted, compared);
  if (!compared.changes) {
    compared.answer["error"] =
        problem_json({"bad_lists", "", {"Danh sách có lỗi, không nhập gì.", "The lists have faults, nothing is imported."}});
    net::Response refused = ok(compared.answer);
    refused.status = 422;
    co_return refused;
  }
  if (compared.digest != digest)
    throw Refusal(
        409, {"changed_meanwhile",
              "digest",
              {"Khác biệt không còn như đã xem, hãy xem lại.", "The difference is not the one that was looked at, look again."}});
  if (compared.changes->any()) {
    const std::vector<journal::Body> bodies = exchange::to_entries(*compared.changes);
    const db::JournalStore::Job job = [&](db::Transaction& tx) {
      if (house.own_head(tx) != compared.at)
        throw Refusal(
            409, {"changed_meanwhile",
                  "",
                  {"Dữ liệu vừa thay đổi, hãy xem lại khác biệt.", "Something has just changed, look at the difference again."}});
      // Each entry stands for itself; that all of them come or none is the transaction's work.
      for (const journal::Body& body : bodies) (void)house.write(tx, {house.entry(body, by)});
    };
    co_await house.commit_own(job);
    compared.answer["applied"] = true;
  }
  co_return ok(compared.answer);
}

// ---- out ----------------------------------------------------------------------------------------------------------------

Lang lang_of(const net::Request& request) {
  const std::string lang = parameter(request, "lang").value_or("vi");
  if (lang != "vi" && lang != "en") refuse_parameter("lang");
  return lang == "vi" ? Lang::vi : Lang::en;
}

net::Response workbook(std::string bytes, const std::string& name) {
  net::Response response;
  response.body = std::move(bytes);
  response.content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  response.headers["Content-Disposition"] = "attachment; filename=\"" + name + ".xlsx\"";
  return response;
}

asio::awaitable<net::Response> give_template(House& house, net::Request& request) {
  only_parameters(request, {"lang"});
  const Lang lang = lang_of(request);
  const House::Work work = [lang](const db::Snapshot&) { return workbook(exchange::lists_xlsx({}, lang), "danh-sach-mau"); };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> give_lists(House& house, net::Request& request) {
  only_parameters(request, {"lang", "list"});
  const Lang lang = lang_of(request);
  const auto list = parameter(request, "list");
  std::optional<List> one;
  for (const List known : exchange::kLists)
    if (list == exchange::name_of(known)) one = known;
  if (list && !one) refuse_parameter("list");
  const House::Work work = [lang, one, fair = house.keys().fair](const db::Snapshot& books) {
    const catalogue::Catalogue all = catalogue_of(books);
    if (!one) return workbook(exchange::lists_xlsx(all, lang), fair + "-danh-sach");
    net::Response response;
    response.body = exchange::list_csv(*one, all);
    response.content_type = "text/csv; charset=utf-8";
    response.headers["Content-Disposition"] = "attachment; filename=\"" + std::string(exchange::name_of(*one)) + ".csv\"";
    return response;
  };
  co_return co_await house.read(work);
}

}  // namespace

void add_list_import_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/imports/preview", preview, kImportBody, kNoDeadline});
  add(router, house, {"POST", "/api/v1/imports/apply", apply, kImportBody, kNoDeadline});
  add(router, house, {"GET", "/api/v1/imports/template", give_template});
  add(router, house, {"GET", "/api/v1/catalogue/lists", give_lists});
}

}  // namespace phien::server::api
