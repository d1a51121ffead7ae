// order take | deliver | cancel: money held for goods later.
#include "pos/commands/context.hpp"

namespace phien::commands {

namespace {
struct Ordering {
  std::vector<std::string> items;
  std::string order, deposit, due, note, cash, keep, cashier, name, phone, address;
  bool transfer = false;
};

// Money given for the deposit, or the rest, or back: cash unless a transfer is named.
void put_payment(json& request, const Ordering& o) {
  if (o.transfer)
    request["payments"] = json::array({{{"method", "transfer"}}});
  else if (!o.cash.empty())
    request["payments"] = json::array({{{"method", "cash"}, {"given", o.cash}}});
}
}  // namespace

void add_order_commands(CLI::App& app, Context& context) {
  auto* order = app.add_subcommand("order", "Đặt hàng / orders");
  order->require_subcommand(1);
  auto o = std::make_shared<Ordering>();
  const auto print = [&context](const json& answer) { print_receipts(context, answer); };

  auto* take = order->add_subcommand("take", "Nhận đặt hàng / take an order");
  take->add_option("items", o->items, "MÃ=SỐ LƯỢNG")->required();
  take->add_option("--deposit", o->deposit, "Tiền đặt cọc / deposit");
  take->add_flag("--transfer", o->transfer, "Đặt cọc bằng chuyển khoản / the deposit is a transfer");
  take->add_option("--due", o->due, "2025-05-20");
  take->add_option("--note", o->note);
  take->add_option("--name", o->name);
  take->add_option("--phone", o->phone);
  take->add_option("--address", o->address);
  take->add_option("--cashier", o->cashier);
  take->callback([&context, o, print] {
    context.run = [&context, o, print] {
      json request{{"lines", items_json(o->items)}};
      if (!o->deposit.empty())
        request["payments"] = json::array({{{"method", o->transfer ? "transfer" : "cash"}, {"amount", o->deposit}}});
      put(request, "due", o->due);
      put(request, "note", o->note);
      put(request, "cashier", o->cashier);
      json personal = json::object();
      put(personal, "name", o->name);
      put(personal, "phone", o->phone);
      put(personal, "address", o->address);
      if (!personal.empty()) request["personal"] = personal;
      return post(context, "orders", request, print);
    };
  });

  for (const bool delivered : {true, false}) {
    auto* end = delivered ? order->add_subcommand("deliver", "Giao hàng đã đặt / deliver")
                          : order->add_subcommand("cancel", "Hủy đơn đặt / cancel");
    end->add_option("order", o->order, "Số phiếu đặt / receipt of the order")->required();
    if (delivered) end->add_option("--cash", o->cash, "Tiền khách đưa / cash given");
    end->add_flag("--transfer", o->transfer, "Bằng chuyển khoản / by transfer");
    end->add_option("--keep", o->keep, "Số tiền giữ lại / money kept");
    end->add_option("--cashier", o->cashier);
    end->callback([&context, o, print, delivered] {
      context.run = [&context, o, print, delivered] {
        json request{{"order", o->order}, {"outcome", delivered ? "delivered" : "cancelled"}};
        put(request, "keep", o->keep);
        put(request, "cashier", o->cashier);
        put_payment(request, *o);
        return post(context, "orders/closed", request, print);
      };
    });
  }
}

}  // namespace phien::commands
