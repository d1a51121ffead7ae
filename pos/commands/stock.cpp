// stock, stock-in, stock-out, transfer, count.
#include "pos/commands/context.hpp"
#include "shared/money.hpp"

namespace phien::commands {

namespace {

struct Goods {
  std::vector<std::string> items, document;
  std::string place, from, to, reason, note, lead, happened, cashier, exhibitor, product;
};

CLI::App* movement(CLI::App& app, const char* name, const char* help, const std::shared_ptr<Goods>& g) {
  auto* command = app.add_subcommand(name, help);
  command->add_option("items", g->items, "MÃ=SỐ LƯỢNG / product=QTY")->required();
  command->add_option("--note", g->note);
  command->add_option("--happened", g->happened, "2025-05-15T09:30");
  command->add_option("--cashier", g->cashier);
  return command;
}

json request_of(const Goods& g) {
  json request{{"lines", items_json(g.items)}};
  put(request, "note", g.note);
  put(request, "happened", g.happened);
  put(request, "cashier", g.cashier);
  put(request, "place", g.place);
  return request;
}

// "number=PXK-01": a field of the document that came with the goods.
json document_of(const std::vector<std::string>& texts) {
  json document = json::object();
  for (const auto& text : texts) {
    const auto sign = text.find('=');
    if (sign == std::string::npos)
      throw Failure{Exit::bad_input,
                    {"bad_value", text, {"Viết: mục=giá trị, ví dụ number=PXK-01", "Write: field=value, e.g. number=PXK-01"}}};
    document[text.substr(0, sign)] = text.substr(sign + 1);
  }
  return document;
}

void print_stock(const Context& context, const json& answer) {
  for (const auto& row : answer.at("rows"))
    std::printf("%-8s %-6s %12s %-6s %s%s\n", row.at("product").get<std::string>().c_str(),
                row.at("place").get<std::string>().c_str(), format_quantity(row.at("on_hand").get<Quantity>()).c_str(),
                row.at("unit").get<std::string>().c_str(), row.at("name").get<std::string>().c_str(),
                row.at("low").get<bool>() ? (context.lang == Lang::vi ? "  ← sắp hết" : "  ← running out") : "");
}

}  // namespace

void add_stock_commands(CLI::App& app, Context& context) {
  auto in = std::make_shared<Goods>();
  auto* stock_in = movement(app, "stock-in", "Nhập hàng / goods arrive", in);
  stock_in->add_option("--place", in->place, "Nơi nhập / place (booth)");
  stock_in->add_option("--document", in->document, "number|order|sender|receiver|from|to|vehicle=…")->allow_extra_args(false);
  stock_in->callback([&context, in] {
    context.run = [&context, in] {
      json request = request_of(*in);
      if (!in->document.empty()) request["document"] = document_of(in->document);
      return post(context, "stock-in", request, noted(context));
    };
  });

  auto out = std::make_shared<Goods>();
  auto* stock_out = movement(app, "stock-out", "Xuất hàng không bán / goods leave other than by sale", out);
  stock_out->add_option("--place", out->place);
  stock_out->add_option("--reason", out->reason, "sample|gift|damage|loss|return_to_exhibitor|withdrawn")->required();
  stock_out->add_option("--lead", out->lead, "Mã đầu mối / code of a lead");
  stock_out->callback([&context, out] {
    context.run = [&context, out] {
      json request = request_of(*out);
      request["reason"] = out->reason;
      put(request, "lead", out->lead);
      return post(context, "stock-out", request, noted(context));
    };
  });

  auto move = std::make_shared<Goods>();
  auto* transfer = movement(app, "transfer", "Chuyển kho / move goods between places", move);
  transfer->add_option("--from", move->from, "booth");
  transfer->add_option("--to", move->to)->required();
  transfer->callback([&context, move] {
    context.run = [&context, move] {
      json request = request_of(*move);
      put(request, "from", move->from);
      request["to"] = move->to;
      return post(context, "transfers", request, noted(context));
    };
  });

  auto counted = std::make_shared<Goods>();
  auto* count = movement(app, "count", "Kiểm hàng / count goods", counted);
  count->add_option("--place", counted->place);
  count->callback([&context, counted] {
    context.run = [&context, counted] { return post(context, "counts", request_of(*counted), noted(context)); };
  });

  auto look = std::make_shared<Goods>();
  auto* stock = app.add_subcommand("stock", "Còn bao nhiêu / what is on hand");
  stock->add_option("exhibitor", look->exhibitor);
  stock->callback([&context, look] {
    context.run = [&context, look] {
      if (!look->exhibitor.empty() && !is_id(look->exhibitor))
        throw Failure{Exit::bad_input, {"bad_value", "exhibitor", {"Mã không hợp lệ.", "Not a valid id."}}};
      return get(context, "stock" + (look->exhibitor.empty() ? "" : "?exhibitor=" + look->exhibitor),
                 [&context](const json& answer) { print_stock(context, answer); });
    };
  });
}

}  // namespace phien::commands
