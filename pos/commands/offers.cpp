// offer, propose, barcode: what an exhibitor sets at the till itself.
#include "pos/commands/context.hpp"

namespace phien::commands {

namespace {

struct Offering {
  std::string type, id, name, value, from, until, exhibitor, cashier, unit, sold_by, price, vat, barcode, product;
  std::vector<std::string> items;
  bool end = false;
};

// In an offer the quantity of an item may be left to the till.
json offered_items(const std::vector<std::string>& texts) {
  json items = json::array();
  for (const auto& text : texts) {
    items.push_back(item_json(text));
    if (text.find('=') == std::string::npos) items.back().erase("qty");
  }
  return items;
}

}  // namespace

void add_offer_commands(CLI::App& app, Context& context) {
  auto o = std::make_shared<Offering>();
  auto* offer = app.add_subcommand("offer", "Khuyến mãi / offer: percent CB0001 --value 10% --name \"Giảm 10%\"");
  offer->add_option("type", o->type, "price|percent|combo|n_get_m");
  offer->add_option("items", o->items, "MÃ[=SỐ LƯỢNG] / product[=QTY]");
  offer->add_option("--value", o->value, "đồng | 10% | số lượng tặng / đồng, percent, or free quantity");
  offer->add_option("--name", o->name);
  offer->add_option("--id", o->id);
  offer->add_option("--from", o->from, "2025-05-15T09:30");
  offer->add_option("--until", o->until);
  offer->add_option("--exhibitor", o->exhibitor);
  offer->add_option("--cashier", o->cashier);
  offer->add_flag("--end", o->end, "Kết thúc khuyến mãi --id / ends the offer --id");
  offer->callback([&context, o] {
    context.run = [&context, o] {
      json request = json::object();
      put(request, "offer", o->id);
      put(request, "exhibitor", o->exhibitor);
      put(request, "cashier", o->cashier);
      if (o->end) {
        request["active"] = false;
      } else {
        put(request, "type", o->type);
        put(request, "name", o->name);
        put(request, "value", o->value);
        put(request, "from", o->from);
        put(request, "until", o->until);
        request["items"] = offered_items(o->items);
      }
      return post(context, "offers", request, noted(context));
    };
  });

  auto p = std::make_shared<Offering>();
  auto* propose = app.add_subcommand("propose", "Đề nghị sản phẩm mới / propose a product");
  propose->add_option("product", p->product, "Mã mới / new id")->required();
  propose->add_option("--name", p->name)->required();
  propose->add_option("--unit", p->unit)->required();
  propose->add_option("--price", p->price)->required();
  propose->add_option("--sold-by", p->sold_by, "piece|weight|length");
  propose->add_option("--vat", p->vat, "0|5|8|10|KCT|none");
  propose->add_option("--barcode", p->barcode);
  propose->add_option("--exhibitor", p->exhibitor);
  propose->callback([&context, p] {
    context.run = [&context, p] {
      json request{{"product", p->product}, {"name", p->name}, {"unit", p->unit}, {"price", p->price}};
      put(request, "sold_by", p->sold_by);
      put(request, "vat", p->vat);
      put(request, "barcode", p->barcode);
      put(request, "exhibitor", p->exhibitor);
      return post(context, "proposals", request, noted(context));
    };
  });

  auto b = std::make_shared<Offering>();
  auto* barcode = app.add_subcommand("barcode", "Ghi nhớ mã vạch / learn a barcode");
  barcode->add_option("product", b->product)->required();
  barcode->add_option("barcode", b->barcode)->required();
  barcode->callback([&context, b] {
    context.run = [&context, b] {
      return post(context, "barcodes", {{"product", b->product}, {"barcode", b->barcode}}, noted(context));
    };
  });
}

}  // namespace phien::commands
