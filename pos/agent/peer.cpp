#include "pos/agent/peer.hpp"

#include <nlohmann/json.hpp>

#include "shared/journal/certificate.hpp"

namespace phien::agent {
using nlohmann::json;

namespace {

constexpr std::size_t kLargestAnswer = 256 * 1024 * 1024;  // the journal of a terminal that is replaced

Problem bad_answer(const std::string& why) {
  return {"bad_answer", "", {"Máy chủ trả lời không đúng dạng.", "The server's answer is not of the right form: " + why}};
}

Problem untrusted(std::string code, Message what) { return {std::move(code), "", std::move(what)}; }

bool is_loopback(const std::string& url) {
  for (const char* prefix : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (url.starts_with(prefix)) return true;
  return false;
}

std::string text_at(const json& value, const char* name) { return value.at(name).get<std::string>(); }

template <class T>
T present(std::optional<T> value, const char* name) {
  if (!value) throw std::runtime_error(name);
  return std::move(*value);
}

// The certificate is checked as that of the journal's first entry would be: one rule for both.
bool certified(const json& value, const Hello& hello) {
  journal::Incarnation entry;
  entry.number = hello.incarnation;
  entry.root = hello.root;
  entry.tls = present(hash_from_hex(hello.tls), "tls");
  entry.certificate = present(signature_from_hex(text_at(value, "certificate")), "certificate");
  if (const std::string parent = text_at(value, "parent"); parent != "-")
    entry.parent = journal::ServerPosition{0, {0, present(hash_from_hex(parent), "parent")}};
  const journal::JournalId journal{hello.fair, hello.root, journal::server_terminal(hello.incarnation),
                                   present(key_from_hex(text_at(value, "journal_key")), "journal_key")};
  return journal::certificate_holds(journal, entry);
}

}  // namespace

Result<Hello> check_hello(const std::string& body, const Pin& pin, const std::string& peer_key) {
  try {
    const json value = json::parse(body);
    Hello hello;
    hello.fair = text_at(value, "fair");
    hello.root = present(key_from_hex(text_at(value, "root")), "root");
    hello.incarnation = value.at("incarnation").get<std::int64_t>();
    hello.server_time = value.at("server_time").get<Milliseconds>();
    hello.tls = text_at(value, "tls");
    if (!pin.fair.empty() && hello.fair != pin.fair)
      return untrusted("wrong_fair",
                       {"Máy chủ này của một phiên khác: " + hello.fair, "That server is of another fair: " + hello.fair});
    if (pin.root && hello.root != *pin.root)
      return untrusted("wrong_root", {"Máy chủ này không phải của ban tổ chức đã ghi danh.",
                                      "That server is not of the organizer this terminal was enrolled by."});
    if (!certified(value, hello))
      return untrusted("bad_certificate", {"Máy chủ không chứng minh được là của ban tổ chức.",
                                           "The server cannot prove that the organizer certified it."});
    if (!peer_key.empty() && peer_key != hello.tls)
      return untrusted("wrong_key", {"Có máy đứng giữa: khóa TLS không phải của máy chủ.",
                                     "Somebody stands between: the TLS key is not the server's."});
    if (hello.incarnation < pin.least_incarnation)
      return untrusted("lower_incarnation",
                       {"Máy chủ này đã được thay bằng máy khác.", "That server was replaced by a newer one."});
    return hello;
  } catch (const std::exception& e) {
    return bad_answer(e.what());
  }
}

Problem problem_of(const net::Response& response) {
  try {
    const json error = json::parse(response.body).at("error");
    return {text_at(error, "code"),
            error.value("where", ""),
            {text_at(error.at("message"), "vi"), text_at(error.at("message"), "en")}};
  } catch (const std::exception&) {
    return bad_answer("status " + std::to_string(response.status));
  }
}

Peer::Peer(asio::any_io_executor executor, std::string base_url, Pin pin, const Clock& clock)
    : executor_(std::move(executor)), clock_(clock), pin_(std::move(pin)) {
  move(std::move(base_url));
}

void Peer::move(std::string base_url) {
  net::ClientOptions options;
  options.max_body = kLargestAnswer;
  const bool plain_allowed = is_loopback(base_url);
  // Plain HTTP shows no key: only a server on this very machine may be met that way.
  options.accept_key = [expected = expected_, plain_allowed](std::string_view shown) {
    return shown.empty() ? plain_allowed : expected->empty() || shown == *expected;
  };
  client_ = std::make_unique<net::HttpClient>(executor_, std::move(base_url), std::move(options));
  greeted_ = false;
  token_.clear();
}

asio::awaitable<Result<Contact>> Peer::greet() {
  greeted_ = false;
  if (client_->peer_key() != *expected_ || expected_->empty()) client_->close();
  expected_->clear();
  const Reading before = clock_.now();
  const std::map<std::string, std::string> headers;
  const std::chrono::milliseconds deadline{10'000};
  const std::string get = "GET", hello_path = "/api/v1/hello", nothing;
  const auto answer = co_await client_->request(get, hello_path, nothing, headers, deadline);
  if (!answer) co_return answer.problem();
  if (answer->status != 200) co_return problem_of(*answer);
  Contact contact;
  contact.at = clock_.now();
  const auto hello = check_hello(answer->body, pin_, client_->peer_key());
  if (!hello) {
    client_->close();
    co_return hello.problem();
  }
  contact.hello = *hello;
  // Another boot between the two readings (a rehearsal's) makes the difference meaningless.
  contact.round_trip = contact.at.boot == before.boot && contact.at.up >= before.up ? contact.at.up - before.up : 0;
  *expected_ = client_->peer_key();
  greeted_ = true;
  if (on_contact) on_contact(contact);
  co_return contact;
}

asio::awaitable<Result<net::Response>> Peer::send(std::string method, std::string target, std::string body,
                                                  std::string content_type, std::chrono::milliseconds deadline) {
  std::map<std::string, std::string> headers;
  if (!content_type.empty()) headers["content-type"] = content_type;
  if (!token_.empty()) headers["authorization"] = "Bearer " + token_;
  if (!token_.empty() && !device.empty()) headers["x-phien-device"] = device;
  auto answer = co_await client_->request(method, target, body, headers, deadline);
  // Whoever answers next must prove itself again.
  if (!answer) greeted_ = false;
  co_return answer;
}

asio::awaitable<Result<net::Response>> Peer::call(std::string method, std::string target, std::string body,
                                                  std::string content_type) {
  const std::chrono::milliseconds deadline{0};
  auto answer = co_await send(method, target, body, content_type, deadline);
  co_return answer;
}

asio::awaitable<std::optional<Problem>> Peer::open_session(const till::Identity& me) {
  token_.clear();
  const std::string post = "POST", challenge_path = "/api/v1/session/challenge", session_path = "/api/v1/session";
  const std::string ask_challenge = json{{"terminal", me.terminal}}.dump();
  const auto asked = co_await call(post, challenge_path, ask_challenge);
  if (!asked) co_return asked.problem();
  if (asked->status != 200) co_return problem_of(*asked);
  const json given = json::parse(asked->body, nullptr, false);
  if (!given.is_object() || !given.contains("challenge") || !given["challenge"].is_string()) co_return bad_answer("no challenge");
  const std::string challenge = given["challenge"];
  const std::string tls = expected_->empty() ? "-" : *expected_;
  const std::string message = "phien/session/1\n" + me.fair + "\n" + me.terminal + "\n" + challenge + "\n" + tls + "\n";
  const std::string proof =
      json{{"challenge", challenge}, {"signature", hex(me.key.sign(message))}, {"terminal", me.terminal}}.dump();
  const auto opened = co_await call(post, session_path, proof);
  if (!opened) co_return opened.problem();
  if (opened->status != 200) co_return problem_of(*opened);
  const json session = json::parse(opened->body, nullptr, false);
  if (!session.is_object() || !session.contains("token") || !session["token"].is_string()) co_return bad_answer("no token");
  token_ = session["token"];
  co_return std::nullopt;
}

asio::awaitable<Result<net::Response>> Peer::ask(const till::Identity& me, std::string method, std::string target,
                                                 std::string body, std::string content_type, std::chrono::milliseconds deadline) {
  if (!greeted_) {
    const auto contact = co_await greet();
    if (!contact) co_return contact.problem();
  }
  // Once anew when the server does not know the token any more (it was started anew, or a day has passed).
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (token_.empty()) {
      const auto refused = co_await open_session(me);
      if (refused) co_return *refused;
    }
    auto answer = co_await send(method, target, body, content_type, deadline);
    if (!answer || answer->status != 401) co_return answer;
    token_.clear();
  }
  co_return Problem{
      "bad_token", "", {"Máy chủ không nhận phiên làm việc của máy này.", "The server does not take this terminal's session."}};
}

asio::awaitable<Peer::Brought> Peer::bring(const till::Identity& me, std::string terminal, std::string batch) {
  const std::string post = "POST", own = "/api/v1/journals/" + terminal, returned = "/api/v1/journals/returned",
                    type = "text/plain; charset=utf-8";
  const std::chrono::milliseconds deadline{60'000};
  auto answer = co_await ask(me, post, own, batch, type, deadline);
  std::optional<Problem> refused;
  if (!answer)
    refused = answer.problem();
  else if (answer->status == 403)
    refused = problem_of(*answer);
  if (!refused || refused->code != "revoked") co_return Brought{std::move(answer), std::nullopt};
  token_.clear();
  auto returned_answer = co_await send(post, returned, batch, type, deadline);
  co_return Brought{std::move(returned_answer), std::move(refused)};
}

}  // namespace phien::agent
