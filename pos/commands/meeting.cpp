// lead, visitors, note.
#include "pos/commands/context.hpp"

namespace phien::commands {

namespace {
struct Meeting {
  std::string exhibitor, type, goods, quantity, value, follow_up, name, company, phone, email, address, cashier, text, about,
      happened;
  long long count = 0;
  bool consent = false;
};
}  // namespace

void add_meeting_commands(CLI::App& app, Context& context) {
  auto m = std::make_shared<Meeting>();
  auto* lead = app.add_subcommand("lead", "Đầu mối mua hàng / a buyer met");
  lead->add_option("--goods", m->goods, "Hàng quan tâm / goods of interest")->required();
  lead->add_option("--type", m->type, "enquiry|memorandum|contract");
  lead->add_option("--value", m->value);
  lead->add_option("--quantity", m->quantity);
  lead->add_option("--follow-up", m->follow_up, "2025-05-20");
  lead->add_option("--name", m->name);
  lead->add_option("--company", m->company);
  lead->add_option("--phone", m->phone);
  lead->add_option("--email", m->email);
  lead->add_option("--address", m->address);
  lead->add_flag("--consent", m->consent, "Người đó đồng ý cho ghi / the person agreed");
  lead->add_option("--exhibitor", m->exhibitor);
  lead->add_option("--cashier", m->cashier);
  lead->callback([&context, m] {
    context.run = [&context, m] {
      json request{{"goods", m->goods}, {"consent", m->consent}}, personal = json::object();
      put(request, "type", m->type);
      put(request, "value", m->value);
      put(request, "quantity", m->quantity);
      put(request, "follow_up", m->follow_up);
      put(request, "exhibitor", m->exhibitor);
      put(request, "cashier", m->cashier);
      put(personal, "name", m->name);
      put(personal, "company", m->company);
      put(personal, "phone", m->phone);
      put(personal, "email", m->email);
      put(personal, "address", m->address);
      if (!personal.empty()) request["personal"] = personal;
      return post(context, "leads", request, noted(context));
    };
  });

  auto v = std::make_shared<Meeting>();
  auto* visitors = app.add_subcommand("visitors", "Số khách ghé / visitors counted");
  visitors->add_option("count", v->count)->required();
  visitors->add_option("--exhibitor", v->exhibitor);
  visitors->add_option("--happened", v->happened, "2025-05-15T09:30");
  visitors->callback([&context, v] {
    context.run = [&context, v] {
      json request{{"count", v->count}};
      put(request, "exhibitor", v->exhibitor);
      put(request, "happened", v->happened);
      return post(context, "visitors", request, noted(context));
    };
  });

  auto n = std::make_shared<Meeting>();
  auto* note = app.add_subcommand("note", "Ghi chú / a note");
  note->add_option("text", n->text)->required();
  note->add_option("--about", n->about, "Số phiếu hoặc mã / receipt number or code");
  note->callback([&context, n] {
    context.run = [&context, n] {
      json request{{"text", n->text}};
      put(request, "about", n->about);
      return post(context, "notes", request, noted(context));
    };
  });
}

}  // namespace phien::commands
