// What the page shows as pictures: receipts and slips as the printer would print them, and QR codes.
#include "pos/api/local_api.hpp"
#include "pos/api/parameters.hpp"
#include "pos/till/deals.hpp"
#include "pos/till/packing_slip.hpp"
#include "pos/till/printing.hpp"
#include "pos/till/shift_slip.hpp"
#include "shared/render/render.hpp"

namespace phien::api {
using nlohmann::json;

namespace {

constexpr std::size_t kMaxQrText = 1'000;
constexpr int kQrModule = 8;  // dots: sharp on a laptop, and the page may make it smaller

net::Response qr(const net::Request& request) {
  const auto text = parameter(request, "text");
  const auto picture = text && text->size() <= kMaxQrText ? render::qr(*text, kQrModule) : render::Image{};
  if (picture.bits.empty())
    return refused({"bad_value", "text", {"Cần chữ dài 1–1000 byte.", "A text of 1 to 1000 bytes is needed."}});
  net::Response response;
  response.content_type = "image/png";
  response.body = render::png(picture);
  return response;
}

}  // namespace

void LocalApi::add_pictures() {
  const auto picture_of = [this](const char* pattern, const char* summary, Picture picture) {
    net::Route route;
    route.method = "GET";
    route.pattern = pattern;
    route.summary = summary;
    route.handler = [this, picture](net::Request& request) {
      return aside([this, picture, &request, desk = desk_of(request)] { return (this->*picture)(request, desk); });
    };
    add(std::move(route), Ask::reading);
  };
  picture_of("/api/v1/sales/{receipt}/image", "A receipt as the printer would print it now", &LocalApi::receipt_image);
  picture_of("/api/v1/shifts/{shift}/image", "A shift's report or hand-in slip as the printer would print it",
             &LocalApi::shift_image);
  picture_of("/api/v1/packs/{pack}/image", "A packing list as the printer would print it", &LocalApi::pack_image);

  // At once: a buyer waits for it, and it reads nothing.
  net::Route qr_route;
  qr_route.method = "GET";
  qr_route.pattern = "/api/v1/qr.png";
  qr_route.summary = "A text as a QR code";
  qr_route.handler = [](net::Request& request) { return answered(qr(request)); };
  add(std::move(qr_route), Ask::reading);
}

net::Response LocalApi::image(const net::Request& request, const till::Desk& desk, const std::set<std::string>& also,
                              const std::function<receipt::Document(const till::View&)>& document) {
  try {
    auto allowed = also;
    allowed.insert("width");
    only_parameters(request, allowed);
    const auto width = parameter(request, "width").value_or("80");
    if (width != "58" && width != "80") till::refuse("bad_value", "width", {"Khổ giấy là 58 hoặc 80.", "Paper is 58 or 80."});
    receipt::Document drawn;
    const auto draw = [&](const till::View& view) {
      drawn = document(view);
      return json();
    };
    till_.read(lang_of(request), draw, desk);
    net::Response response;
    response.content_type = "image/png";
    response.body = render::png(render::draw(drawn, width == "58" ? render::kWidth58 : render::kWidth80));
    return response;
  } catch (const till::Refusal& refusal) {
    return refused(refusal.problem);
  }
}

net::Response LocalApi::receipt_image(const net::Request& request, const till::Desk& desk) {
  return image(request, desk, {}, [&](const till::View& view) {
    const auto known = till::find_deal(view.books, view.me, request.params.at("receipt"), "receipt");
    return till::printed_document(view, known.ref, view.lang);
  });
}

net::Response LocalApi::shift_image(const net::Request& request, const till::Desk& desk) {
  return image(request, desk, {"part"}, [&](const till::View& view) {
    return till::shift_document(view, request.params.at("shift"), parameter(request, "part").value_or("z"), view.lang);
  });
}

net::Response LocalApi::pack_image(const net::Request& request, const till::Desk& desk) {
  return image(request, desk, {},
               [&](const till::View& view) { return till::packing_document(view, request.params.at("pack"), view.lang); });
}

}  // namespace phien::api
