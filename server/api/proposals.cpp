// What exhibitors said at their tills and the organizer accepts or answers: goods not in the catalogue, barcodes learned, offers.
// It holds at the till at once; what is accepted becomes part of the catalogue.
#include "server/api/fields.hpp"
#include "server/api/items.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

using ledger::Proposal;

const char* name_of(const Proposal& proposal) {
  constexpr const char* kNames[] = {"product", "barcode", "offer"};
  return kNames[proposal.what.index()];
}

json what_json(const journal::ProductProposed& p) {
  json what{{"product", p.product}, {"name", p.name},   {"unit", p.unit},
            {"sold_by", p.sold_by}, {"price", p.price}, {"vat", p.vat}};
  if (p.barcode) what["barcode"] = *p.barcode;
  return what;
}
json what_json(const journal::BarcodeLearned& b) { return {{"product", b.product}, {"barcode", b.barcode}}; }
json what_json(const journal::Offer& o) {
  json items = json::array();
  for (const auto& [product, qty] : o.items) items.push_back({{"product", product}, {"qty", qty}});
  return {{"offer", o.offer}, {"name", o.name}, {"type", o.type},   {"items", std::move(items)},
          {"value", o.value}, {"from", o.from}, {"until", o.until}, {"active", o.active}};
}

bool is_accepted(const ledger::CatalogueItems& items, const Proposal& proposal) {
  if (const auto* product = std::get_if<journal::ProductProposed>(&proposal.what))
    return items.products.contains(product->product);
  const auto* learned = std::get_if<journal::BarcodeLearned>(&proposal.what);
  if (!learned) return false;
  const auto found = items.products.find(learned->product);
  return found != items.products.end() && found->second.value("barcode", "") == learned->barcode;
}

// waiting: nobody has said anything. Offers are in force without anybody's leave, from their beginning to their end.
const char* state_of(const ledger::CatalogueItems& items, const Proposal& proposal, Milliseconds now) {
  if (is_accepted(items, proposal)) return "accepted";
  if (proposal.answer) return "answered";
  const auto* offer = std::get_if<journal::Offer>(&proposal.what);
  return offer && (!offer->active || offer->until <= now) ? "over" : "waiting";
}

asio::awaitable<net::Response> list_proposals(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor", "state", "limit", "after"});
  const auto wanted = parameter(request, "state");
  const Page page = page_of(house, request);
  const Scope scope = scope_of(house, request);
  const House::Work work = [page, scope, wanted](const db::Snapshot& books) {
    const auto items = ledger::catalogue_items(books);
    json rows = json::array();
    for (const Proposal& one :
         rows_in(scope, books, [](const auto&b, auto exhibitor) { return ledger::proposals(b, exhibitor); })) {
      const std::string state = state_of(items, one, page.as_of);
      if (wanted && *wanted != state) continue;
      json row{{"kind", name_of(one)},
               {"exhibitor", one.exhibitor},
               {"state", state},
               {"entry", ref_json(one.entry)},
               {"time", one.time}};
      row["what"] = std::visit([](const auto& what) { return what_json(what); }, one.what);
      if (one.answer) row["answer"] = *one.answer;
      rows.push_back(std::move(row));
    }
    return list(books, page, std::move(rows));
  };
  co_return co_await house.read(work);
}

Proposal need_proposal(const ledger::Reader& books, const journal::Ref& about) {
  for (Proposal& one : ledger::proposals(books))
    if (one.entry.hash == about.hash) return std::move(one);
  throw Refusal(
      404, {"unknown_proposal",
            "about",
            {"Không có đề nghị này, hoặc đã có đề nghị mới hơn.", "There is no such proposal, or a newer one took its place."}});
}

// The product as it will stand in the catalogue; `more` are fields the organizer adds or sets right.
json product_from(const ledger::CatalogueItems& items, const Proposal& proposal, const json& more) {
  json item;
  if (const auto* p = std::get_if<journal::ProductProposed>(&proposal.what)) {
    if (items.products.contains(p->product))
      throw Refusal(409,
                    {"accepted", "about", {"Sản phẩm này đã có trong danh mục.", "This product is in the catalogue already."}});
    item = {{"id", p->product},      {"exhibitor", p->exhibitor}, {"name", p->name}, {"unit", p->unit},
            {"sold_by", p->sold_by}, {"price", p->price},         {"vat", p->vat}};
    if (p->barcode) item["barcode"] = *p->barcode;
  } else if (const auto* b = std::get_if<journal::BarcodeLearned>(&proposal.what)) {
    const auto found = items.products.find(b->product);
    if (found == items.products.end())
      throw Refusal(
          409, {"unknown_product", "about", {"Sản phẩm này không có trong danh mục.", "This product is not in the catalogue."}});
    item = found->second;
    item["barcode"] = b->barcode;
  } else {
    throw Refusal(422, {"not_for_accepting",
                        "about",
                        {"Chương trình giá có hiệu lực sẵn, chỉ có thể trả lời.",
                         "An offer is in force already and can only be answered."}});
  }
  const std::string id = item.at("id");
  item.update(more);
  if (item.at("id") != id || item.at("exhibitor") != proposal.exhibitor)
    throw Refusal(422, {"bad_value", "item", {"Không đổi được mã và đơn vị.", "Id and exhibitor cannot be changed."}});
  return item;
}

asio::awaitable<net::Response> accept(House& house, net::Request& request) {
  Fields in(request.body);
  const journal::Ref about = in.ref("about");
  const json more = in.any("item").value_or(json::object());
  in.done();
  if (!more.is_object()) throw Refusal(400, {"wrong_type", "item", {"Cần một đối tượng.", "An object is needed."}});
  const std::string by = acting(house, request);
  json item;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const auto items = ledger::catalogue_items(tx);
    const Proposal proposal = need_proposal(tx, about);
    item = product_from(items, proposal, more);
    must_fit(items, ItemType::product, item);
    const journal::Ruling ruling{proposal.entry, journal::Ruling::Decision::settled, "Đã nhận vào danh mục"};
    (void)house.write(tx, {house.entry(journal::CatalogueItem{ItemType::product, item, false}, by), house.entry(ruling, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"item", item}});
}

asio::awaitable<net::Response> answer(House& house, net::Request& request) {
  Fields in(request.body);
  const journal::Ref about = in.ref("about");
  const std::string text = in.text("text", 2'000), by = acting(house, request);
  in.done();
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const Proposal proposal = need_proposal(tx, about);
    (void)house.write(tx, {house.entry(journal::Ruling{proposal.entry, journal::Ruling::Decision::settled, text}, by)});
  };
  co_await house.commit_own(job);
  co_return ok({{"answered", true}});
}

}  // namespace

void add_proposal_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/proposals", list_proposals});
  add(router, house, {"POST", "/api/v1/proposals/accept", accept, kSmallBody});
  add(router, house, {"POST", "/api/v1/proposals/answer", answer, kSmallBody});
}

}  // namespace phien::server::api
