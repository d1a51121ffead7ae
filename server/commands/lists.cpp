// Commands that show a list of the API: a path, its filters, its columns.
#include <algorithm>

#include "server/commands/context.hpp"
#include "server/commands/table.hpp"

namespace phien::server {
namespace {

using nlohmann::json;
using Type = Column::Type;

struct List {
  const char* name;
  const char* about;
  const char* path;
  std::vector<const char*> filters;  // options of the command and parameters of the path
  std::vector<Column> columns;
};

const Column kExhibitor{"exhibitor", {"Đơn vị", "Exhibitor"}}, kTerminal{"terminal", {"Máy", "Terminal"}};

// Goods that went out otherwise than by a sale, as one number for the table; --json has them by reason.
void add_out_total(json& row) {
  if (!row.contains("out") || !row["out"].is_object()) return;
  std::int64_t total = 0;
  for (const auto& [reason, quantity] : row["out"].items()) total += quantity.get<std::int64_t>();
  row["out"] = total;
}

std::vector<List> lists() {
  return {
      {"stock",
       "Tồn kho / stock",
       "/api/v1/stock",
       {"exhibitor", "product"},
       {kExhibitor,
        {"product", {"Mã", "Product"}},
        {"name", {"Tên", "Name"}},
        {"place", {"Nơi", "Place"}},
        {"opening", {"Đầu kỳ", "Opening"}, Type::quantity},
        {"in", {"Nhập", "In"}, Type::quantity},
        {"sold", {"Bán", "Sold"}, Type::quantity},
        {"returned", {"Trả", "Returned"}, Type::quantity},
        {"out", {"Xuất khác", "Other out"}, Type::quantity},
        {"moved_in", {"Chuyển đến", "Moved in"}, Type::quantity},
        {"moved_out", {"Chuyển đi", "Moved out"}, Type::quantity},
        {"count_difference", {"Kiểm kê ±", "Count ±"}, Type::quantity},
        {"on_hand", {"Còn", "On hand"}, Type::quantity},
        {"unit", {"ĐVT", "Unit"}}}},
      {"sales",
       "Doanh số / sales",
       "/api/v1/sales",
       {"by", "exhibitor"},
       {{"key", {"Theo", "By"}},
        {"name", {"Tên", "Name"}},
        {"sales", {"Lượt bán", "Sales"}, Type::count},
        {"refunds", {"Lượt trả", "Refunds"}, Type::count},
        {"quantity", {"Số lượng", "Quantity"}, Type::quantity},
        {"sold", {"Bán", "Sold"}, Type::dong},
        {"refunded", {"Hoàn lại", "Refunded"}, Type::dong},
        {"net", {"Còn lại", "Net"}, Type::dong},
        {"rounding", {"Làm tròn", "Rounding"}, Type::dong}}},
      {"exceptions",
       "Việc cần xem / what a person should look at",
       "/api/v1/exceptions",
       {"exhibitor"},
       {{"code", {"Loại", "Code"}},
        kExhibitor,
        kTerminal,
        {"subject", {"Về", "About"}},
        {"message", {"Nội dung", "What"}},
        {"settled", {"Đã xử lý", "Settled"}}}},
      {"terminals",
       "Các máy bán / terminals",
       "/api/v1/terminals",
       {},
       {kTerminal,
        {"booth", {"Gian", "Booth"}},
        {"exhibitors", {"Đơn vị", "Exhibitors"}},
        {"holder", {"Giữ tiền", "Holder"}},
        {"seq", {"Mục", "Entries"}, Type::count},
        {"last_entry", {"Mục cuối", "Last entry"}, Type::time},
        {"last_contact", {"Liên lạc", "Last contact"}, Type::time},
        {"silent", {"Im lặng", "Silent"}},
        {"revoked", {"Thu hồi", "Revoked"}}}},
      {"transfers",
       "Chuyển khoản / bank transfers",
       "/api/v1/transfers",
       {"exhibitor", "state"},
       {kExhibitor,
        {"pay_ref", {"Mã", "Reference"}},
        {"state", {"Trạng thái", "State"}},
        {"claimed", {"Máy báo", "Claimed"}, Type::dong},
        {"confirmed", {"Đã xác nhận", "Confirmed"}, Type::dong},
        {"time", {"Lúc", "At"}, Type::time}}},
      {"shifts",
       "Các ca / shifts",
       "/api/v1/shifts",
       {"terminal"},
       {kTerminal,
        {"cashier", {"Người bán", "Cashier"}},
        {"holder", {"Giữ tiền", "Holder"}},
        {"opened", {"Mở", "Opened"}, Type::time},
        {"closed", {"Đóng", "Closed"}, Type::time},
        {"sales", {"Lượt bán", "Sales"}, Type::count},
        {"expected", {"Phải có", "Expected"}, Type::dong},
        {"counted", {"Đếm được", "Counted"}, Type::dong}}},
      {"leads",
       "Đầu mối / leads",
       "/api/v1/leads",
       {"exhibitor"},
       {kExhibitor,
        {"type", {"Loại", "Type"}},
        {"goods", {"Hàng", "Goods"}},
        {"value", {"Giá trị", "Value"}, Type::dong},
        {"time", {"Lúc", "At"}, Type::time}}},
      {"journals",
       "Các nhật ký / journals",
       "/api/v1/journals",
       {},
       {kTerminal,
        {"entries", {"Mục", "Entries"}, Type::count},
        {"vouched", {"Có chứng đến", "Vouched to"}, Type::count},
        {"key", {"Khóa", "Key"}}}},
  };
}

int show(const Context& context, const List& list, const std::map<std::string, std::string>& query) {
  json answer = Caller(context).list(list.path, query);
  if (context.json) {
    std::printf("%s\n", answer.dump().c_str());
    return 0;
  }
  // Columns nothing has a value for are left out.
  for (json& row : answer["rows"]) add_out_total(row);
  std::vector<Column> columns;
  for (const Column& column : list.columns) {
    const json& rows = answer["rows"];
    if (std::any_of(rows.begin(), rows.end(), [&](const json& row) { return row.contains(column.key); }))
      columns.push_back(column);
  }
  print_table(answer["rows"], columns, context.lang, stdout);
  return 0;
}

void print_summary(const json& summary, Lang lang) {
  const auto line = [lang](const Message& title, const std::string& value) {
    std::printf("%s: %s\n", title.in(lang).c_str(), value.c_str());
  };
  const json& totals = summary["totals"];
  const auto dong = [](const json& amount) { return format_dong(amount.get<std::int64_t>()); };
  line({"Phiên", "Fair"}, summary.value("name", ""));
  line({"Lượt bán", "Sales"}, totals["sales"].dump());
  line({"Doanh số", "Sold"}, dong(totals["sold"]));
  line({"Hoàn lại", "Refunded"}, dong(totals["refunded"]));
  line({"Còn lại", "Net"}, dong(totals["net"]));
  for (const auto& [method, amount] : totals["takings"].items()) line({"  " + method, "  " + method}, dong(amount));
  line({"Chuyển khoản chờ xác nhận", "Transfers not confirmed"},
       format_dong(summary["transfers"]["claimed"].get<std::int64_t>() - summary["transfers"]["confirmed"].get<std::int64_t>()));
  line({"Đơn vị có bán / tất cả", "Exhibitors selling / all"},
       summary["coverage"]["by_till"].dump() + " / " + summary["coverage"]["exhibitors"].dump());
  for (const auto& [code, count] : summary["exceptions"].items()) line({"Cần xem: " + code, "To look at: " + code}, count.dump());
}

}  // namespace

void add_list_commands(CLI::App& app, Context& context) {
  for (const List& list : lists()) {
    auto* command = app.add_subcommand(list.name, list.about);
    const auto query = std::make_shared<std::map<std::string, std::string>>();
    for (const char* filter : list.filters)
      command->add_option_function<std::string>(std::string("--") + filter,
                                                [query, filter](const std::string& value) { (*query)[filter] = value; });
    command->callback([&context, list, query] { context.run = [&context, list, query] { return show(context, list, *query); }; });
  }
  app.add_subcommand("summary", "Tóm tắt / the fair at a glance")->callback([&context] {
    context.run = [&context] {
      const json summary = Caller(context).call_json("GET", "/api/v1/summary");
      if (context.json)
        std::printf("%s\n", summary.dump().c_str());
      else
        print_summary(summary, context.lang);
      return 0;
    };
  });
}

}  // namespace phien::server
