// sell, refund, void, exchange; and looking at receipts.
#include "pos/commands/context.hpp"
#include "shared/money.hpp"

namespace phien::commands {

namespace {

// --cash [GIVEN] --transfer [N] --card [N] --other [N]: "-" stands for an option without a number.
struct Tenders {
  std::vector<std::string> cash, transfer, card, other;

  void add_to(CLI::App& command, bool handed_over) {
    command.add_option("--cash", cash, handed_over ? "Tiền khách đưa / cash given" : "Tiền mặt / cash")
        ->expected(0, 1)
        ->type_name("[N]");
    command.add_option("--transfer", transfer, "Chuyển khoản; bỏ trống: phần còn lại / transfer; the rest if no number")
        ->expected(0, 1)
        ->type_name("[N]");
    command.add_option("--card", card, "Thẻ / card")->expected(0, 1)->type_name("[N]");
    command.add_option("--other", other, "Khác / other")->expected(0, 1)->type_name("[N]");
  }

  // The options that were named, with or without a number.
  json payments(const CLI::App& command, bool handed_over) const {
    json list = json::array();
    const auto one = [&](const char* method, const char* option, const std::vector<std::string>& values, const char* field) {
      if (command.count(option) == 0) return;
      json payment{{"method", method}};
      if (!values.empty() && !values.front().empty()) payment[field] = values.front();
      list.push_back(std::move(payment));
    };
    one("transfer", "--transfer", transfer, "amount");
    one("card", "--card", card, "amount");
    one("other", "--other", other, "amount");
    one("cash", "--cash", cash, handed_over ? "given" : "amount");
    return list;
  }
};

struct Selling {
  std::vector<std::string> items, gifts, open, lines, back;
  std::string receipt, discount, note, reason, happened, cashier;
  bool late = false, damaged = false;
  Tenders tenders;
};

[[noreturn]] void not_understood(const std::string& text, const char* vi, const char* en) {
  throw Failure{Exit::bad_input, {"bad_value", text, {vi, en}}};
}

json sold_lines(const Selling& selling) {
  json lines = items_json(selling.items);
  for (const auto& text : selling.gifts) {
    lines.push_back(item_json(text));
    lines.back()["gift"] = true;
  }
  for (const auto& text : selling.open) {  // "Name=QTY@PRICE"
    json line = item_json(text);
    if (!line.contains("price")) not_understood(text, "Viết: Tên hàng=SỐ LƯỢNG@GIÁ", "Write: Name=QTY@PRICE");
    line["name"] = line.contains("product") ? line["product"] : line["barcode"];
    line.erase("barcode");
    line["product"] = "_open";
    lines.push_back(std::move(line));
  }
  return lines;
}

// "1", "1=2": line of the receipt (1 is the first) and how much of it.
json back_lines(const std::vector<std::string>& texts) {
  json lines = json::array();
  for (const auto& text : texts) {
    const auto quantity = text.find('=');
    const std::string number = text.substr(0, quantity);
    if (number.empty() || number.size() > 3 || number.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(number) < 1)
      not_understood(text, "Viết: DÒNG hoặc DÒNG=SỐ LƯỢNG, dòng đầu là 1", "Write: LINE or LINE=QTY, the first line is 1");
    lines.push_back({{"of", std::stoi(number) - 1}});
    if (quantity != std::string::npos) lines.back()["qty"] = text.substr(quantity + 1);
  }
  return lines;
}

void common(CLI::App& command, const std::shared_ptr<Selling>& s) {
  command.add_option("--cashier", s->cashier, "Người bán / cashier");
}

void add_sell(CLI::App& app, Context& context) {
  auto s = std::make_shared<Selling>();
  auto* command = app.add_subcommand("sell", "Bán hàng / sell: CB0001=2 8930000000071 CB0014=1.25@50000");
  command->add_option("items", s->items, "MÃ hoặc mã vạch[=SỐ LƯỢNG][@GIÁ] / product or barcode[=QTY][@PRICE]");
  command->add_option("--gift", s->gifts, "Tặng kèm / given along")->type_name("ITEM")->allow_extra_args(false);
  command->add_option("--open", s->open, "Hàng ngoài danh mục / outside the catalogue: Name=QTY@PRICE")->allow_extra_args(false);
  command->add_option("--discount", s->discount, "Giảm cả đơn (đồng) / off the whole basket");
  command->add_option("--note", s->note);
  command->add_option("--happened", s->happened, "Lúc bán thật / when it really happened: 2025-05-15T09:30");
  command->add_flag("--late", s->late, "Ghi bù sau giờ đông khách / rung up after the rush");
  s->tenders.add_to(*command, true);
  common(*command, s);
  command->callback([&context, command, s] {
    context.run = [&context, command, s] {
      json request{{"lines", sold_lines(*s)}};
      const json payments = s->tenders.payments(*command, true);
      if (!payments.empty()) request["payments"] = payments;
      if (s->late) request["late"] = true;
      put(request, "discount", s->discount);
      put(request, "note", s->note);
      put(request, "happened", s->happened);
      put(request, "cashier", s->cashier);
      return post(context, "sales", request, [&context](const json& answer) { print_receipts(context, answer); });
    };
  });
}

void add_refund(CLI::App& app, Context& context) {
  auto s = std::make_shared<Selling>();
  auto* command = app.add_subcommand("refund", "Nhận trả hàng / take goods back");
  command->add_option("receipt", s->receipt, "Số hoặc mã in trên phiếu / number or code on the receipt")->required();
  command->add_option("--line", s->lines, "DÒNG[=SỐ LƯỢNG]; bỏ trống: tất cả / LINE[=QTY]; all if left out")
      ->allow_extra_args(false);
  command->add_flag("--damaged", s->damaged, "Hàng không bán lại được / cannot be sold again");
  command->add_option("--reason", s->reason);
  s->tenders.add_to(*command, false);
  common(*command, s);
  command->callback([&context, command, s] {
    context.run = [&context, command, s] {
      json request{{"receipt", s->receipt}};
      if (!s->lines.empty()) request["lines"] = back_lines(s->lines);
      if (s->damaged) request["damaged"] = true;
      const json payments = s->tenders.payments(*command, false);
      if (!payments.empty()) request["payments"] = payments;
      put(request, "reason", s->reason);
      put(request, "cashier", s->cashier);
      return post(context, "refunds", request, [&context](const json& answer) { print_receipts(context, answer); });
    };
  });
}

void add_exchange(CLI::App& app, Context& context) {
  auto s = std::make_shared<Selling>();
  auto* command = app.add_subcommand("exchange", "Đổi hàng / exchange");
  command->add_option("receipt", s->receipt, "Phiếu của hàng mang trả / receipt of the goods brought back")->required();
  command->add_option("items", s->items, "Hàng lấy / goods taken: CB0002=1")->required();
  command->add_option("--back", s->back, "DÒNG[=SỐ LƯỢNG] mang trả / LINE[=QTY] brought back")->allow_extra_args(false);
  command->add_flag("--damaged", s->damaged);
  command->add_option("--reason", s->reason);
  s->tenders.add_to(*command, true);
  common(*command, s);
  command->callback([&context, command, s] {
    context.run = [&context, command, s] {
      json request{{"receipt", s->receipt}, {"lines", items_json(s->items)}};
      if (!s->back.empty()) request["back"] = back_lines(s->back);
      if (s->damaged) request["damaged"] = true;
      const json payments = s->tenders.payments(*command, true);
      if (!payments.empty()) request["payments"] = payments;
      put(request, "reason", s->reason);
      put(request, "cashier", s->cashier);
      return post(context, "exchanges", request, [&context](const json& answer) {
        print_receipts(context, answer);
        if (const Dong back = answer.at("due_back").get<Dong>(); back > 0)
          context.say({"Trả khách: " + format_dong(back), "To the buyer: " + format_dong(back)});
      });
    };
  });
}

void add_void(CLI::App& app, Context& context) {
  auto s = std::make_shared<Selling>();
  auto* command = app.add_subcommand("void", "Hủy một mục / take back one entry");
  command->add_option("receipt", s->receipt, "Số phiếu hoặc mã / receipt number or code")->required();
  command->add_option("--reason", s->reason);
  common(*command, s);
  command->callback([&context, s] {
    context.run = [&context, s] {
      json request{{"receipt", s->receipt}};
      put(request, "reason", s->reason);
      put(request, "cashier", s->cashier);
      return post(context, "voids", request, noted(context));
    };
  });
}

void add_looking(CLI::App& app, Context& context) {
  auto s = std::make_shared<Selling>();
  auto* receipt = app.add_subcommand("receipt", "In lại phiếu / print a receipt again");
  receipt->add_option("receipt", s->receipt)->required();
  receipt->callback([&context, s] {
    context.run = [&context, s] {
      // What is not part of any receipt number or hash cannot name one, and would have to be escaped in a path.
      if (s->receipt.empty() ||
          s->receipt.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != std::string::npos)
        not_understood(s->receipt, "Không phải số phiếu.", "Not a receipt number.");
      return get(context, "sales/" + s->receipt,
                 [](const json& answer) { std::printf("%s\n", answer.at("text").get<std::string>().c_str()); });
    };
  });
  auto* sales = app.add_subcommand("sales", "Các phiếu gần đây / latest receipts");
  auto limit = std::make_shared<int>(20);
  sales->add_option("--limit", *limit)->check(CLI::Range(1, 1000));
  sales->callback([&context, limit] {
    context.run = [&context, limit] {
      return get(context, "sales?limit=" + std::to_string(*limit), [](const json& answer) {
        for (const auto& row : answer.at("rows"))
          std::printf("%-20s %-13s %16s  %s%s\n", row.at("number").get<std::string>().c_str(),
                      row.at("kind").get<std::string>().c_str(), format_dong(row.at("total").get<Dong>()).c_str(),
                      row.at("hash").get<std::string>().substr(0, 8).c_str(), row.at("voided").get<bool>() ? "  void" : "");
      });
    };
  });
}

}  // namespace

void add_selling_commands(CLI::App& app, Context& context) {
  add_sell(app, context);
  add_refund(app, context);
  add_exchange(app, context);
  add_void(app, context);
  add_looking(app, context);
}

}  // namespace phien::commands
