#include "pos/api/door.hpp"

namespace phien::api {

namespace {

std::optional<net::Response> not_json(const net::Request& request) {
  // A form of another page cannot send this type without asking first.
  if (request.header("content-type").starts_with("application/json")) return std::nullopt;
  return net::refusal(
      415, {"not_json", "Content-Type", {"Nội dung phải là application/json.", "The content must be application/json."}});
}

std::optional<net::Response> no_key(const net::Request& request) {
  if (request.headers.has("idempotency-key")) return std::nullopt;
  return net::refusal(400, {"bad_idempotency_key",
                            "Idempotency-Key",
                            {"Cần Idempotency-Key dài 8–64 ký tự.", "An Idempotency-Key of 8 to 64 characters is needed."}});
}

}  // namespace

net::Response from_another_page() {
  return net::refusal(403,
                      {"wrong_origin", "Origin", {"Yêu cầu đến từ một trang khác.", "The request comes from another page."}});
}

net::Guard Door::guard(Ask ask) {
  return [this, ask](net::Request& request) -> std::optional<net::Response> {
    if (auto no = wrong_host(request)) return no;
    if (ask != Ask::open && ask != Ask::knocking)
      if (auto no = not_let_in(request)) return no;
    if (ask == Ask::open || ask == Ask::reading) return std::nullopt;
    if (auto no = wrong_origin(request)) return no;
    if (auto no = not_json(request)) return no;
    return ask == Ask::writing ? no_key(request) : std::nullopt;
  };
}

}  // namespace phien::api
