// shift, declare, confirm, transfers: the drawer, and money known in other ways.
#include "shared/money.hpp"
#include "pos/commands/context.hpp"

namespace phien::commands {

namespace {

struct Money {
  std::string holder, amount, counted, reason, cashier, exhibitor, day, method, sales, note, pay_ref, bank_ref, direction;
  std::vector<std::string> notes, items;
};

// "500000=3": notes of one value.
json notes_of(const std::vector<std::string>& texts) {
  json notes = json::array();
  for (const auto& text : texts) {
    const auto sign = text.find('=');
    const std::string count = sign == std::string::npos ? "" : text.substr(sign + 1);
    if (count.empty() || count.size() > 7 || count.find_first_not_of("0123456789") != std::string::npos)
      throw Failure{Exit::bad_input,
                    {"bad_value", text, {"Viết: MỆNH GIÁ=SỐ TỜ, ví dụ 500000=3", "Write: VALUE=COUNT, e.g. 500000=3"}}};
    notes.push_back({{"value", text.substr(0, sign)}, {"count", std::stoi(count)}});
  }
  return notes;
}

void add_shift(CLI::App& app, Context& context) {
  auto* shift = app.add_subcommand("shift", "Ca bán / a cashier's drawer");
  shift->require_subcommand(1);
  auto m = std::make_shared<Money>();

  auto* open = shift->add_subcommand("open", "Mở ca / open");
  open->add_option("--float", m->amount, "Tiền đầu ca / money in the drawer");
  auto* close = shift->add_subcommand("close", "Đóng ca / close");
  close->add_option("--counted", m->counted, "Tiền đếm được / money counted");
  close->add_option("--notes", m->notes, "MỆNH GIÁ=SỐ TỜ / value=count")->allow_extra_args(false);
  auto* in = shift->add_subcommand("in", "Bỏ tiền vào / put cash in");
  auto* out = shift->add_subcommand("out", "Lấy tiền ra / take cash out");
  for (auto* move : {in, out}) {
    move->add_option("amount", m->amount)->required();
    move->add_option("--reason", m->reason)->required();
  }
  auto* show = shift->add_subcommand("show", "Xem ca / show");
  for (auto* command : {open, close, in, out}) {
    command->add_option("--holder", m->holder);
    command->add_option("--cashier", m->cashier);
  }
  const auto base = [m] {
    json request = json::object();
    put(request, "holder", m->holder);
    put(request, "cashier", m->cashier);
    return request;
  };
  open->callback([&context, m, base] {
    context.run = [&context, m, base] {
      json request = base();
      put(request, "float", m->amount);
      return post(context, "shifts/open", request, noted(context));
    };
  });
  close->callback([&context, m, base] {
    context.run = [&context, m, base] {
      json request = base();
      put(request, "counted", m->counted);
      if (!m->notes.empty()) request["notes"] = notes_of(m->notes);
      return post(context, "shifts/close", request, [&context](const json& answer) {
        const std::string expected = format_dong(answer.at("expected").get<Dong>()),
                          counted = format_dong(answer.at("counted").get<Dong>()),
                          difference = format_dong(answer.at("difference").get<Dong>());
        context.say({"Phải có " + expected + ", đếm được " + counted + ", lệch " + difference,
                     "Expected " + expected + ", counted " + counted + ", difference " + difference});
      });
    };
  });
  for (auto [command, path] : {std::pair{in, "cash-in"}, std::pair{out, "cash-out"}}) {
    command->callback([&context, m, base, where = std::string(path)] {
      context.run = [&context, m, base, where] {
        json request = base();
        request["amount"] = m->amount;
        request["reason"] = m->reason;
        return post(context, where, request, noted(context));
      };
    });
  }
  show->callback([&context] {
    context.run = [&context] {
      return get(context, "shift", [&context](const json& answer) {
        if (answer.at("rows").empty()) context.say({"Chưa mở ca.", "No shift is open."});
        for (const auto& row : answer.at("rows")) {
          const std::string who = row.at("cashier").get<std::string>() + " (" + row.at("holder").get<std::string>() + ")",
                            expected = format_dong(row.at("expected").get<Dong>());
          context.say(
              {"Ca của " + who + ": trong ngăn phải có " + expected, "Shift of " + who + ": the drawer should hold " + expected});
        }
      });
    };
  });
}

void add_declare(CLI::App& app, Context& context) {
  auto m = std::make_shared<Money>();
  auto* command = app.add_subcommand("declare", "Khai doanh thu không qua máy / takings not rung up");
  command->add_option("items", m->items, "MÃ=SỐ LƯỢNG[@GIÁ], nếu biết / goods, if known");
  command->add_option("--total", m->amount, "Tổng tiền / total");
  command->add_option("--method", m->method, "Biết bằng cách nào (sổ tay…) / how it is known")->required();
  command->add_option("--day", m->day, "2025-05-15");
  command->add_option("--sales", m->sales, "Số lần bán / number of sales")->check(CLI::NonNegativeNumber);
  command->add_option("--exhibitor", m->exhibitor);
  command->add_option("--note", m->note);
  command->add_option("--cashier", m->cashier);
  command->callback([&context, m] {
    context.run = [&context, m] {
      json request{{"method", m->method}};
      put(request, "total", m->amount);
      put(request, "day", m->day);
      put(request, "exhibitor", m->exhibitor);
      put(request, "note", m->note);
      put(request, "cashier", m->cashier);
      if (!m->sales.empty()) {
        if (m->sales.size() > 7 || m->sales.find_first_not_of("0123456789") != std::string::npos)
          throw Failure{Exit::bad_input, {"bad_value", "--sales", {"Phải là số nguyên.", "Must be an integer."}}};
        request["sales"] = std::stoi(m->sales);
      }
      if (!m->items.empty()) request["lines"] = items_json(m->items);
      return post(context, "declared-sales", request, noted(context));
    };
  });
}

void add_transfers(CLI::App& app, Context& context) {
  auto m = std::make_shared<Money>();
  auto* confirm = app.add_subcommand("confirm", "Đã thấy tiền về / money was seen in the account");
  confirm->add_option("pay_ref", m->pay_ref, "PHxxxxxxxx")->required();
  confirm->add_option("--amount", m->amount);
  confirm->add_option("--holder", m->holder);
  confirm->add_option("--direction", m->direction, "in|out");
  confirm->add_option("--bank-ref", m->bank_ref);
  confirm->add_option("--cashier", m->cashier);
  confirm->callback([&context, m] {
    context.run = [&context, m] {
      json request{{"pay_ref", m->pay_ref}};
      put(request, "amount", m->amount);
      put(request, "holder", m->holder);
      put(request, "direction", m->direction);
      put(request, "bank_ref", m->bank_ref);
      put(request, "cashier", m->cashier);
      return post(context, "payments/confirmed", request, noted(context));
    };
  });
  auto* transfers = app.add_subcommand("transfers", "Các khoản chuyển / transfers");
  transfers->callback([&context] {
    context.run = [&context] {
      return get(context, "transfers", [](const json& answer) {
        for (const auto& row : answer.at("rows"))
          std::printf("%s %-10s %16s %16s  %s\n", row.at("pay_ref").get<std::string>().c_str(),
                      row.at("state").get<std::string>().c_str(), format_dong(row.at("claimed").get<Dong>()).c_str(),
                      format_dong(row.at("confirmed").get<Dong>()).c_str(), row.at("exhibitor").get<std::string>().c_str());
      });
    };
  });
}

}  // namespace

void add_money_commands(CLI::App& app, Context& context) {
  add_shift(app, context);
  add_declare(app, context);
  add_transfers(app, context);
}

}  // namespace phien::commands
