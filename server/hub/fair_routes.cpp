#include "server/hub/fair_routes.hpp"

#include "server/api/batches.hpp"
#include "server/upstream/link.hpp"
#include "shared/journal/certificate.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

[[noreturn]] void refuse_certificate() {
  throw Refusal(
      403, {"bad_certificate",
            "certificate",
            {"Máy chủ này không có chứng nhận của ban tổ chức phiên.", "This server is not certified by the fair's organizer."}});
}

void refuse_if_revoked(const House& house, const std::string& terminal) {
  // Its last head is part of the revocation, and it cannot write before it: there is nothing that it may still bring.
  if (const auto revoked = ledger::revocation(*const_cast<House&>(house).store().snapshot(), terminal))
    throw Refusal(403, {"revoked",
                        terminal,
                        {"Máy chủ này đã bị thu hồi: " + revoked->reason, "This server has been revoked: " + revoked->reason}});
}

asio::awaitable<net::Response> challenge(House& house, net::Request& request) {
  api::Fields in(request.body);
  const std::string terminal = in.id("terminal");
  in.done();
  refuse_if_revoked(house, terminal);
  const auto challenge = house.sessions.challenge(terminal, request.remote, house.now().up);
  if (!challenge)
    throw Refusal(429,
                  {"too_many_challenges", "", {"Quá nhiều yêu cầu, hãy đợi một phút.", "Too many requests, wait a minute."}});
  co_return api::ok({{"challenge", *challenge}});
}

asio::awaitable<net::Response> session(House& house, net::Request& request, const std::string& tls) {
  api::Fields in(request.body);
  const std::string challenge = in.text("challenge", 64);
  const Signature signature = in.signature("signature");
  const BoothServer booth = certified(in, house.keys().fair, house.keys().root);
  in.done();
  const std::string terminal = journal::server_terminal(booth.incarnation);
  refuse_if_revoked(house, terminal);
  const Reading now = house.now();
  if (!house.sessions.use_challenge(terminal, challenge, now.up))
    throw Refusal(401, {"bad_challenge",
                        "challenge",
                        {"Mã thử không đúng, đã dùng hoặc quá hạn.", "The challenge is wrong, used, or too old."}});
  const std::string message =
      upstream_message(house.keys().fair, house.keys().root, booth.incarnation, challenge, request.secure ? tls : "-");
  if (!verify(booth.key, message, signature))
    throw Refusal(401,
                  {"bad_signature", "signature", {"Chữ ký không phải của máy chủ này.", "The signature is not this server's."}});
  const std::string token = house.sessions.open(terminal, now.up);
  house.last_contact[terminal] = now.wall;
  co_return api::ok({{"token", token}, {"expires_at", now.wall + kTokenLife}});
}

// A batch of any journal of the fair, as the booth server holds it: also of a terminal whose enrolment comes later, or never.
asio::awaitable<net::Response> take_forwarded(House& house, net::Request& request) {
  auto decoded = sync::decode_batch(std::move(request.body), house.keys().fair);
  if (!decoded) co_return api::reply_to_batch(house, decoded.problem());
  if (decoded->batch.journal.root != house.keys().root)
    co_return api::reply_to_batch(
        house, Problem{"wrong_root", "root", {"Nhật ký của một phiên chợ khác.", "A journal of another fair."}});
  sync::Outcome outcome;
  const db::JournalStore::Job job = [&decoded, &outcome](db::Transaction& tx) { outcome = sync::receive(tx, *decoded, true); };
  co_await house.commit(job);
  if (const auto* accepted = std::get_if<sync::Accepted>(&outcome); accepted && accepted->appended > 0)
    house.took_forwarded(decoded->batch.journal.terminal);
  co_return api::reply_to_batch(house, outcome);
}

}  // namespace

BoothServer certified(api::Fields& in, const std::string& fair, const PublicKey& root) {
  const auto number = journal::server_incarnation(in.id("terminal"));
  const std::string tls = in.text("tls", 64), parent = in.text("parent", 64);
  const PublicKey key = in.key("journal_key");
  journal::Incarnation entry;
  entry.root = root;
  entry.certificate = in.signature("certificate");
  const auto tls_hash = hash_from_hex(tls), parent_hash = hash_from_hex(parent);
  if (!number || !tls_hash || (parent != "-" && !parent_hash)) refuse_certificate();
  entry.number = *number;
  entry.tls = *tls_hash;
  if (parent_hash) entry.parent = journal::ServerPosition{0, {0, *parent_hash}};
  if (!journal::certificate_holds({fair, root, journal::server_terminal(*number), key}, entry)) refuse_certificate();
  return {*number, key};
}

void add_forwarding_routes(net::Router& router, House& house, std::string tls) {
  using api::add;
  const api::Answer open_session = [tls = std::move(tls)](House& of, net::Request& request) { return session(of, request, tls); };
  add(router, house, {"POST", "/api/v1/session/challenge", challenge, api::kSmallBody});
  add(router, house, {"POST", "/api/v1/session", open_session, api::kSmallBody});
  add(router, house, {"POST", "/api/v1/forwarded", take_forwarded, sync::kMaxBatchBytes});
}

}  // namespace phien::server
