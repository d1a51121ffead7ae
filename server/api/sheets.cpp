// What is printed before the doors open: price labels, and a card for each booth with the code by which its till comes in.
#include <algorithm>

#include "server/api/catalogue_of.hpp"
#include "server/api/enrolment_codes.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"
#include "shared/label/label.hpp"
#include "shared/render/pdf.hpp"

namespace phien::server::api {
namespace {

constexpr std::int64_t kMaxCopies = 50;
constexpr std::size_t kMaxLabels = 5'000, kMaxCards = 1'000;
constexpr std::int64_t kMaxHours = 96;  // a card printed on the eve is still good on the second day
constexpr Milliseconds kHour = 3'600'000;

net::Response pdf_response(const label::Document& document, const std::string& name) {
  net::Response response;
  response.content_type = "application/pdf";
  response.body = render::pdf(document);
  response.headers["Content-Disposition"] = "attachment; filename=\"" + name + ".pdf\"";
  return response;
}

struct SheetWanted {
  Scope scope;
  std::vector<std::string> products;  // none: all in the scope
  label::Size size = label::Size::small;
  int copies = 1;
  std::string day;
};

SheetWanted wanted_labels(const House& house, const net::Request& request) {
  only_parameters(request, {"exhibitor", "products", "size", "copies", "day"});
  SheetWanted wanted;
  wanted.scope = scope_of(house, request);
  const std::string size = parameter(request, "size").value_or("small");
  if (size != "small" && size != "shelf") refuse_parameter("size");
  if (size == "shelf") wanted.size = label::Size::shelf;
  wanted.copies = static_cast<int>(number_parameter(request, "copies", 1, kMaxCopies, 1));
  wanted.day = parameter(request, "day").value_or(local_day(house.now().wall));
  if (!is_day(wanted.day)) refuse_parameter("day");
  const std::string list = parameter(request, "products").value_or("");
  for (std::size_t from = 0; from < list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    wanted.products.push_back(list.substr(from, comma - from));
    if (!is_id(wanted.products.back())) refuse_parameter("products");
    from = comma + 1;
  }
  return wanted;
}

bool within(const Scope& scope, const catalogue::Product& product) {
  return !scope || std::find(scope->begin(), scope->end(), product.exhibitor) != scope->end();
}

// As the exhibitors have them in order, or as they were asked for.
std::vector<const catalogue::Product*> chosen(const catalogue::Catalogue& all, const SheetWanted& wanted) {
  std::vector<const catalogue::Product*> products;
  for (const std::string& id : wanted.products) {
    const auto found = all.products.find(id);
    // Somebody else's is refused like one that does not exist.
    if (found == all.products.end() || !within(wanted.scope, found->second))
      throw Refusal(404, {"unknown_product", "products", {"Không có sản phẩm " + id + ".", "There is no product " + id + "."}});
    products.push_back(&found->second);
  }
  if (products.empty())
    for (const auto& [id, exhibitor] : all.exhibitors)
      for (const catalogue::Product* product : all.of_exhibitor(id))
        if (within(wanted.scope, *product)) products.push_back(product);
  if (products.empty())
    throw Refusal(404, {"no_products", "", {"Không có sản phẩm nào để in nhãn.", "There are no goods to print labels of."}});
  if (products.size() * static_cast<std::size_t>(wanted.copies) > kMaxLabels)
    throw Refusal(422, {"too_many_labels",
                        "",
                        {"Quá 5.000 nhãn một lần; hãy in từng đơn vị.", "More than 5,000 labels at once; print by exhibitor."}});
  return products;
}

asio::awaitable<net::Response> labels(House& house, net::Request& request) {
  const SheetWanted wanted = wanted_labels(house, request);
  const House::Work work = [&wanted](const db::Snapshot& books) {
    const catalogue::Catalogue all = catalogue_of(books);
    return pdf_response(label::price_labels(all, chosen(all, wanted), wanted.size, wanted.copies, wanted.day), "nhan-gia");
  };
  co_return co_await house.read(work);
}

std::int64_t hours_from(Fields& in) {
  const auto hours = in.any("hours");
  if (!hours || !hours->is_number_integer() || hours->get<std::int64_t>() < 1 || hours->get<std::int64_t>() > kMaxHours)
    throw Refusal(400, {"out_of_range", "hours", {"Số giờ từ 1 đến 96.", "From 1 to 96 hours."}});
  return hours->get<std::int64_t>();
}

// Cards of exhibitors that have a booth, each with a code of its own.
std::vector<label::Card> cards_for(const catalogue::Catalogue& all, const std::vector<std::string>& ids, Milliseconds until) {
  std::vector<label::Card> cards;
  for (const std::string& id : ids) {
    const auto found = all.exhibitors.find(id);
    if (found == all.exhibitors.end())
      throw Refusal(404,
                    {"unknown_exhibitor", "exhibitors", {"Không có đơn vị " + id + ".", "There is no exhibitor " + id + "."}});
    must_be_booth(found->second.booth);
    cards.push_back({&found->second, found->second.booth, "", "", until});
  }
  return cards;
}

asio::awaitable<net::Response> booth_cards(House& house, net::Request& request) {
  Fields in(request.body);
  const std::vector<std::string> ids = in.ids("exhibitors", kMaxCards);
  const Milliseconds now = house.now().wall, until = now + hours_from(in) * kHour;
  in.done();
  const std::string by = acting(house, request);
  const catalogue::Catalogue all = catalogue_of(*house.store().snapshot());
  std::vector<label::Card> cards = cards_for(all, ids, until);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    json codes = read_codes(tx, now);
    for (label::Card& card : cards) {
      CodeWanted wanted{{}, std::nullopt, until, by};
      wanted.terminal.exhibitors = {card.exhibitor->id};
      wanted.terminal.booth = card.booth;
      wanted.terminal.holder = card.exhibitor->id;
      card.code = give_code(codes, wanted);
      card.link = enrolment_link(house, card.code);
    }
    write_codes(tx, codes);
  };
  co_await house.commit(job);
  net::Response response;
  const std::function<void()> drawing = [&] {
    response = pdf_response(label::booth_cards(all, cards, local_day(now)), "the-gian-hang");
  };
  co_await house.aside(drawing);
  co_return response;
}

}  // namespace

void add_sheet_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/labels.pdf", labels});
  add(router, house, {"POST", "/api/v1/booth-cards", booth_cards, kSmallBody});
}

}  // namespace phien::server::api
