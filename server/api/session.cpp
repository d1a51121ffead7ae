// A terminal proves itself with its enrolled key and gets a token.
#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

// The enrolment under this id, unless it was revoked.
const journal::TerminalEnrolled& welcome(const House& house, const std::string& id) {
  const Roll& roll = house.roll();
  const auto found = roll.enrolled.find(id);
  if (found == roll.enrolled.end())
    throw Refusal(
        403,
        {"not_enrolled", "terminal", {"Máy " + id + " chưa được ghi danh ở đây.", "Terminal " + id + " is not enrolled here."}});
  if (const auto revoked = roll.revoked.find(id); revoked != roll.revoked.end())
    throw Refusal(403, {"revoked",
                        "terminal",
                        {"Máy " + id + " đã bị thu hồi: " + revoked->second.reason,
                         "Terminal " + id + " has been revoked: " + revoked->second.reason}});
  return found->second;
}

asio::awaitable<net::Response> challenge(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string terminal = in.id("terminal");
  in.done();
  welcome(house, terminal);
  const auto challenge = house.sessions.challenge(terminal, request.remote, house.now().up);
  if (!challenge)
    throw Refusal(429,
                  {"too_many_challenges", "", {"Quá nhiều yêu cầu, hãy đợi một phút.", "Too many requests, wait a minute."}});
  co_return ok({{"challenge", *challenge}});
}

asio::awaitable<net::Response> session(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string terminal = in.id("terminal"), challenge = in.text("challenge", 64);
  const Signature signature = in.signature("signature");
  in.done();
  const journal::TerminalEnrolled& enrolled = welcome(house, terminal);
  const Reading now = house.now();
  if (!house.sessions.use_challenge(terminal, challenge, now.up))
    throw Refusal(401, {"bad_challenge",
                        "challenge",
                        {"Mã thử không đúng, đã dùng hoặc quá hạn.", "The challenge is wrong, used, or too old."}});
  // The key the terminal saw is signed too: somebody between the two would have shown another.
  const std::string tls = request.secure ? house.keys().tls_spki() : "-";
  const std::string message = "phien/session/1\n" + house.keys().fair + "\n" + terminal + "\n" + challenge + "\n" + tls + "\n";
  if (!verify(enrolled.key, message, signature))
    throw Refusal(401,
                  {"bad_signature", "signature", {"Chữ ký không phải của máy này.", "The signature is not this terminal's."}});
  const std::string token = house.sessions.open(terminal, now.up);
  house.last_contact[terminal] = now.wall;
  co_return ok({{"token", token}, {"expires_at", now.wall + kTokenLife}});
}

}  // namespace

void add_session_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/session/challenge", challenge, kSmallBody});
  add(router, house, {"POST", "/api/v1/session", session, kSmallBody});
}

}  // namespace phien::server::api
