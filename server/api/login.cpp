// How a person gets in, and what is the person's own: login, the first password, another one, who is logged in where.
#include <algorithm>
#include <utility>

#include "server/access/invitations.hpp"
#include "server/access/passwords.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::size_t kMaxHashing = 6;  // each takes 64 MiB and a tenth of a second of a worker
constexpr std::size_t kMaxAgent = 200;

[[noreturn]] void too_many_tries() {
  throw Refusal(429, {"too_many_tries", "", {"Sai quá nhiều lần, hãy đợi 15 phút.", "Too many wrong tries, wait 15 minutes."}});
}

// Counts passwords that are being looked at; refuses when there are too many, so that figures are still computed.
class Hashing {
 public:
  explicit Hashing(House& house) : house_(house) {
    if (house.hashing >= kMaxHashing)
      throw Refusal(503, {"busy", "", {"Máy chủ đang quá tải, hãy thử lại.", "The server is overloaded, try again."}});
    ++house_.hashing;
  }
  ~Hashing() { --house_.hashing; }
  Hashing(const Hashing&) = delete;
  Hashing& operator=(const Hashing&) = delete;

 private:
  House& house_;
};

// One try at a password. Counted before it is looked at; taken back at its end unless it was wrong.
class Try {
 public:
  // Throws Refusal when there were too many.
  Try(House& house, const net::Request& request, const std::string& account)
      : house_(house),
        from_(client_of(request.remote)),
        at_(account + "@" + from_),
        anywhere_(account),
        loopback_(request.loopback) {
    const Milliseconds now = house.now().up;
    from_begun_ = house.wrong_from.begin(from_, now);
    at_begun_ = from_begun_ && house.wrong_at.begin(at_, now);
    // Whoever has the machine gets in, however many try from elsewhere.
    anywhere_begun_ = at_begun_ && !loopback_ && house.wrong_anywhere.begin(anywhere_, now);
    if (at_begun_ && (loopback_ || anywhere_begun_)) return;
    take_back();
    too_many_tries();
  }
  Try(const Try&) = delete;
  Try& operator=(const Try&) = delete;
  ~Try() {
    if (!wrong_) take_back();
  }
  void was_wrong() { wrong_ = true; }

 private:
  void take_back() {
    if (std::exchange(from_begun_, false)) house_.wrong_from.take_back(from_);
    if (std::exchange(at_begun_, false)) house_.wrong_at.take_back(at_);
    if (std::exchange(anywhere_begun_, false)) house_.wrong_anywhere.take_back(anywhere_);
  }

  House& house_;
  std::string from_, at_, anywhere_;
  bool loopback_, from_begun_ = false, at_begun_ = false, anywhere_begun_ = false, wrong_ = false;
};

// One try at a link's code: only where it comes from can be counted.
void begin_code(House& house, const net::Request& request) {
  if (!house.wrong_from.begin(client_of(request.remote), house.now().up)) too_many_tries();
}
void code_was_right(House& house, const net::Request& request) { house.wrong_from.take_back(client_of(request.remote)); }

// Whether `password` is this account's; it takes as long for one that is not there.
asio::awaitable<bool> is_password(House& house, std::string account, std::string password) {
  const Hashing hashing(house);
  const Person* person = house.people().account(account);
  const std::string verifier = person ? person->verifier : std::string();
  bool matches = false;
  const std::function<void()> comparing = [&] {
    const bool fits = password_matches(verifier.empty() ? nobodys_verifier() : verifier, password);
    matches = fits && !verifier.empty();
  };
  co_await house.aside(comparing);
  co_return matches;
}

asio::awaitable<std::string> verifier_of(House& house, std::string password) {
  const Hashing hashing(house);
  std::string verifier;
  const std::function<void()> making = [&] { verifier = password_verifier(password); };
  co_await house.aside(making);
  co_return verifier;
}

json person_json(const Person& person) {
  return {{"account", person.account.account},
          {"name", person.account.name},
          {"role", role_name(person.account.role)},
          {"exhibitors", person.account.exhibitors}};
}

net::Response logged_in(House& house, const net::Request& request, const std::string& account) {
  const Person* person = house.people().account(account);
  const std::string agent(truncate_utf8(to_nfc(request.header("user-agent")).value_or(""), kMaxAgent));
  const auto secret = person ? house.logins.open(account, request.remote, agent, house.now().up) : std::nullopt;
  if (!secret) throw Refusal(503, {"busy", "", {"Có quá nhiều người đang đăng nhập.", "Too many people are logged in."}});
  json answer = person_json(*person);
  answer["expires_at"] = house.now().wall + kLoginLife;
  net::Response response = ok(answer);
  response.headers["Set-Cookie"] = login_cookie(request, *secret);
  return response;
}

asio::awaitable<net::Response> login(House& house, net::Request& request) {
  if (auto no = wrong_origin(request)) co_return *no;
  Fields in(request.body);
  const std::string account = in.id("account"), password = in.text("password", kMostPassword);
  in.done();
  Try attempt(house, request, account);
  const bool right = co_await is_password(house, account, password);
  if (!right) attempt.was_wrong();
  if (!right) throw Refusal(401, {"bad_login", "password", {"Sai tài khoản hoặc mật khẩu.", "Wrong account or password."}});
  co_return logged_in(house, request, account);
}

asio::awaitable<net::Response> logout(House& house, net::Request& request) {
  Fields in(request.body);
  in.done();
  if (const auto login = login_of(house, request)) house.logins.close(login->id);
  net::Response response = ok({{"closed", true}});
  response.headers["Set-Cookie"] = login_cookie(request, "");
  co_return response;
}

asio::awaitable<net::Response> me(House& house, net::Request& request) {
  only_parameters(request, {});
  if (is_machine(request))
    co_return ok({{"account", kOrganizer}, {"name", ""}, {"role", "organizer"}, {"exhibitors", json::array()}});
  if (const journal::ApiToken* token = token_of(house, request))
    co_return ok({{"account", token->account},
                  {"name", token->name},
                  {"role", role_name(token->role)},
                  {"exhibitors", token->exhibitors},
                  {"token", token->token},
                  {"expires_at", token->until}});
  const auto login = login_of(house, request);
  const Person* person = login ? house.people().account(login->account) : nullptr;
  if (!person) throw Refusal(403, {"not_yours", "", {"Tài khoản này không còn.", "This account is no longer there."}});
  const Reading now = house.now();
  json answer = person_json(*person);
  answer["login"] = login->id;
  answer["expires_at"] = now.wall + login->since + kLoginLife - now.up;
  co_return ok(answer);
}

// ---- the first password, by a one-time link --------------------------------------------------------------------------

[[noreturn]] void bad_invitation() {
  throw Refusal(
      403,
      {"bad_code", "code", {"Liên kết không đúng, đã dùng hoặc đã hết hạn.", "The link is wrong, used, or no longer valid."}});
}

// In a job, where only the store may be asked: it may have been removed since.
bool is_account(const ledger::Reader& books, const std::string& id) {
  const auto rows = ledger::accounts(books);
  return std::any_of(rows.begin(), rows.end(),
                     [&id](const auto& row) { return row.account.account == id && !row.account.removed; });
}

asio::awaitable<net::Response> look_at_invitation(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string code = in.text("code", 64);
  in.done();
  const Reading now = house.now();
  begin_code(house, request);
  const auto invitation = find_invitation(*house.store().snapshot(), code, now.wall);
  const Person* person = invitation ? house.people().account(invitation->account) : nullptr;
  if (!person) bad_invitation();
  code_was_right(house, request);
  json answer = person_json(*person);
  answer["expires_at"] = invitation->until;
  answer["fair"] = house.keys().fair;
  co_return ok(answer);
}

asio::awaitable<net::Response> accept_invitation(House& house, net::Request& request) {
  if (auto no = wrong_origin(request)) co_return *no;
  Fields in(request.body);
  const std::string code = in.text("code", 64), password = in.text("password", kMostPassword);
  in.done();
  const Reading now = house.now();
  begin_code(house, request);
  const auto invitation = find_invitation(*house.store().snapshot(), code, now.wall);
  if (!invitation) bad_invitation();
  code_was_right(house, request);
  if (const auto weak = weakness(password, invitation->account)) throw Refusal(422, *weak);
  const std::string verifier = co_await verifier_of(house, password);
  std::string account;
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const auto used = use_invitation(tx, code, now.wall);
    if (!used || !is_account(tx, *used)) bad_invitation();
    account = *used;
    (void)house.write(tx, {house.entry(journal::Password{account, house.people().sealed_password(account, verifier)}, account)});
  };
  co_await house.commit_own(job);
  house.logins.close_all_of(account);
  co_return logged_in(house, request, account);
}

asio::awaitable<net::Response> change_password(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string old = in.text("old", kMostPassword), password = in.text("password", kMostPassword);
  in.done();
  const auto login = login_of(house, request);
  if (!login)
    throw Refusal(403, {"not_yours", "", {"Chỉ đổi được khi đăng nhập ở trang.", "Only who is logged in at a page may."}});
  Try attempt(house, request, login->account);
  const bool right = co_await is_password(house, login->account, old);
  if (!right) attempt.was_wrong();
  if (!right) throw Refusal(403, {"bad_login", "old", {"Mật khẩu cũ không đúng.", "The old password is wrong."}});
  if (const auto weak = weakness(password, login->account)) throw Refusal(422, *weak);
  const std::string verifier = co_await verifier_of(house, password);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    const std::string& account = login->account;
    (void)house.write(tx, {house.entry(journal::Password{account, house.people().sealed_password(account, verifier)}, account)});
  };
  co_await house.commit_own(job);
  house.logins.close_all_of(login->account, login->id);
  co_return ok({{"changed", true}});
}

// ---- who is logged in --------------------------------------------------------------------------------------------------

bool sees_all(const House& house, const net::Request& request) {
  const Person* person = house.people().account(acting(house, request));
  return is_machine(request) || (person && person->account.role == journal::Role::organizer);
}

asio::awaitable<net::Response> list_logins(House& house, net::Request& request) {
  only_parameters(request, {});
  const Reading now = house.now();
  const bool all = sees_all(house, request);
  const std::string own = acting(house, request);
  const auto here = login_of(house, request);
  json rows = json::array();
  for (const Login& login : house.logins.all(now.up)) {
    if (!all && login.account != own) continue;
    rows.push_back({{"id", login.id},
                    {"account", login.account},
                    {"address", login.address},
                    {"agent", login.agent},
                    {"since", now.wall + login.since - now.up},
                    {"seen", now.wall + login.seen - now.up},
                    {"this", here && here->id == login.id}});
  }
  co_return ok({{"rows", std::move(rows)}, {"as_of", now.wall}});
}

asio::awaitable<net::Response> close_login(House& house, net::Request& request) {
  const std::string id = request.params.at("id"), by = acting(house, request);
  const Login* login = house.logins.by_id(id, house.now().up);
  // Somebody else's is as unknown as none.
  if (!login || (login->account != by && !sees_all(house, request)))
    throw Refusal(404, {"unknown_login", "id", {"Không có phiên đăng nhập này.", "There is no such login."}});
  const std::string account = login->account;
  house.logins.close(id);
  if (account != by) {
    const db::JournalStore::Job job = [&](db::Transaction& tx) {
      (void)house.write(tx, {house.entry(journal::Note{{}, "Đóng phiên đăng nhập của " + account, {}}, by)});
    };
    co_await house.commit_own(job);
  }
  co_return ok({{"id", id}, {"closed", true}});
}

}  // namespace

void add_login_routes(net::Router& router, House& house) {
  add(router, house, {"POST", "/api/v1/login", login, kSmallBody});
  add(router, house, {"POST", "/api/v1/logout", logout, kSmallBody});
  add(router, house, {"GET", "/api/v1/me", me});
  add(router, house, {"POST", "/api/v1/me/password", change_password, kSmallBody});
  add(router, house, {"POST", "/api/v1/invitations/look", look_at_invitation, kSmallBody});
  add(router, house, {"POST", "/api/v1/invitations", accept_invitation, kSmallBody});
  add(router, house, {"GET", "/api/v1/logins", list_logins});
  add(router, house, {"DELETE", "/api/v1/logins/{id}", close_login});
}

}  // namespace phien::server::api
