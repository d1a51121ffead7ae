// What the live page shows, and the codes its machines scan.
#include "server/api/route.hpp"
#include "server/live/picture.hpp"
#include "shared/render/render.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kMaxQrText = 1'000;
constexpr int kQrModule = 8;  // dots: sharp on a laptop, and the page may make it smaller

// Made once for all who look at the whole fair, from the same snapshot age as the totals they are told of.
asio::awaitable<net::Response> live(House& house, net::Request& request) {
  only_parameters(request, {"exhibitor"});
  const Scope scope = scope_of(house, request);
  if (!scope) {
    const std::shared_ptr<const Summary> shared = co_await house.live.current();
    co_return net::json_response(shared->json);
  }
  const Contacts contacts{house.last_contact, house.now().wall};
  const House::Work work = [contacts, scope](const db::Snapshot& snapshot) { return ok(picture(snapshot, contacts, scope)); };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> qr(House&, net::Request& request) {
  only_parameters(request, {"text"});
  const auto text = parameter(request, "text");
  const auto image = text && text->size() <= kMaxQrText ? render::qr(*text, kQrModule) : render::Image{};
  if (image.bits.empty()) refuse_parameter("text");
  net::Response response;
  response.content_type = "image/png";
  response.body = render::png(image);
  co_return response;
}

}  // namespace

void add_live_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/live", live});
  add(router, house, {"GET", "/api/v1/qr.png", qr});
}

}  // namespace phien::server::api
