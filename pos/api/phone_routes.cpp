// Pairing phones: asked for at the till, answered to the phone, looked at and ended at the till again.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "pos/agent/durable.hpp"
#include "pos/api/local_api.hpp"
#include "pos/api/parameters.hpp"
#include "pos/till/pins.hpp"

namespace phien::api {
using nlohmann::json;

namespace {

constexpr std::size_t kMaxName = 40, kMaxCode = 64, kMaxPin = 12, kMaxBody = 2'048;

// Who knocks learns no more than that; the till's own mistakes are told like everywhere else.
net::Response not_paired(const Problem& problem) {
  const bool knocking = problem.code == "bad_pairing" || problem.code == "wrong_pin" || problem.code == "pairing_locked";
  return knocking ? net::refusal(403, problem) : refused(problem);
}

}  // namespace

void LocalApi::add_phones() {
  const auto route = [this](const char* method, const char* pattern, Ask ask, const char* summary, net::Handler handler) {
    net::Route made;
    made.method = method;
    made.pattern = pattern;
    made.summary = summary;
    made.handler = std::move(handler);
    if (made.method == "POST") made.max_body = kMaxBody;
    add(std::move(made), ask);
  };
  route("GET", "/api/v1/phones", Ask::reading, "Phones paired with this till",
        [this](net::Request&) { return answered(net::json_response(phones_json().dump())); });
  route("POST", "/api/v1/phones/pair", Ask::saving, "A code and a PIN by which one phone is paired",
        [this](net::Request& request) { return answered(offer_pairing(request)); });
  route("POST", "/api/v1/phones/withdraw", Ask::saving, "The code on the screen pairs nobody any more", [this](net::Request&) {
    phones_.withdraw();
    return answered(net::json_response(phones_json().dump()));
  });
  route("POST", "/api/v1/phones/end", Ask::saving, "A phone is paired no more",
        [this](net::Request& request) { return end_phone(request); });
  route("POST", "/api/v1/pair", Ask::knocking, "A phone gives code and PIN and is paired",
        [this](net::Request& request) { return pair_phone(request); });
}

json LocalApi::phones_json() const {
  json rows = json::array();
  for (const auto& one : phones_.all())
    rows.push_back(
        {{"exhibitor", one.exhibitor}, {"id", one.id}, {"name", one.name}, {"paired", one.paired}, {"seen", one.seen}});
  json shown{{"command", command}, {"rows", std::move(rows)}, {"urls", phones_.urls()}};
  if (phones_.why_not) shown["why"] = {{"en", phones_.why_not->what.en}, {"vi", phones_.why_not->what.vi}};
  return shown;
}

net::Response LocalApi::offer_pairing(const net::Request& request) {
  auto body = till::parse_request(request.body);
  if (!body) return refused(body.problem());
  const auto urls = phones_.urls();
  if (urls.empty())
    return refused({"not_listening",
                    "",
                    {"Máy này chưa mở cho điện thoại: chạy phien-pos run --listen 0.0.0.0 và nối Wi-Fi.",
                     "This till does not listen for phones: run phien-pos run --listen 0.0.0.0 and join the Wi-Fi."}});
  try {
    till::Fields fields(*body, "");
    const std::string name = fields.text("name", kMaxName);
    const std::string exhibitor = fields.id("exhibitor");
    const auto wanted = fields.optional_text("url", 100);
    fields.done();
    if (!till_.me().sells_for(exhibitor))
      till::refuse("not_yours", "exhibitor", {"Máy này không bán cho đơn vị đó.", "This till does not sell for that exhibitor."});
    const auto url = wanted ? std::find(urls.begin(), urls.end(), *wanted) : urls.begin();
    if (url == urls.end()) till::refuse("bad_value", "url", {"Máy không có địa chỉ này.", "This till is not at that address."});
    till_.read(lang_of(request), [](const till::View& view) { return till::require_somebody(view), json(); });
    const auto offer = phones_.offer(exhibitor, name);
    if (!offer) return refused(offer.problem());
    return net::json_response(json{
        {"link", *url + "/#pair=" + offer->code},
        {"lives_ms", Phones::kOfferLives},
        {"pin", offer->pin},
        {"url", *url}}.dump());
  } catch (const till::Refusal& refusal) {
    return refused(refusal.problem);
  }
}

// What an ended phone left behind goes with it.
asio::awaitable<void> LocalApi::forget_phone(std::string id) {
  const till::Identity phone = till_.me().at(till::Desk{std::move(id), ""});
  const db::JournalStore::Job job = [phone](db::Transaction& tx) { till::forget_desk(tx, phone); };
  try {
    co_await agent::durable(till_.store(), job);
  } catch (const std::exception& e) {
    spdlog::warn("what a phone left behind stays for now: {}", e.what());
  }
}

asio::awaitable<net::Response> LocalApi::end_phone(net::Request& request) {
  auto body = till::parse_request(request.body);
  if (!body) co_return refused(body.problem());
  std::string id;
  bool known = false;
  std::optional<net::Response> no;
  try {
    till::Fields fields(*body, "");
    id = fields.id("id");
    fields.done();
    known = phones_.end(id);
  } catch (const till::Refusal& refusal) {
    no = refused(refusal.problem);
  } catch (const std::exception& e) {
    spdlog::error("an ended pairing is not written down: {}", e.what());
    no = refused({"store_failed",
                  "",
                  {"Đã ngắt, nhưng chưa ghi được xuống ổ đĩa: khởi động lại thì phải ngắt lần nữa.",
                   "Ended, but it could not be written to the disk: after a restart it must be ended again."}});
  }
  if (!no && !known) no = refused({"unknown_phone", "id", {"Không có điện thoại này.", "There is no such phone."}});
  if (no) co_return std::move(*no);
  auto forgotten = forget_phone(id);
  co_await std::move(forgotten);
  co_return net::json_response(phones_json().dump());
}

asio::awaitable<net::Response> LocalApi::pair_phone(net::Request& request) {
  if (!request.secure) co_return net::refusal(403, {"phones_only", "", {"Chỉ dành cho điện thoại.", "This is for phones."}});
  auto body = till::parse_request(request.body);
  if (!body) co_return refused(body.problem());
  std::string code, pin;
  try {
    till::Fields fields(*body, "");
    code = fields.text("code", kMaxCode);
    pin = fields.text("pin", kMaxPin);
    fields.done();
  } catch (const till::Refusal& refusal) {
    co_return refused(refusal.problem);
  }
  const auto paired = phones_.pair(code, pin, request);
  if (!paired) co_return not_paired(paired.problem());
  spdlog::info("phone {} paired for {} from {}", paired->phone.id, paired->phone.exhibitor, request.remote);
  if (!paired->replaces.empty()) {
    auto forgotten = forget_phone(paired->replaces);
    co_await std::move(forgotten);
  }
  net::Response response = net::json_response(
      json{{"exhibitor", paired->phone.exhibitor}, {"id", paired->phone.id}, {"name", paired->phone.name}}.dump());
  response.headers["set-cookie"] = paired->cookie;
  co_return response;
}

}  // namespace phien::api
