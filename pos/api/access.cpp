#include "pos/api/access.hpp"

#include <algorithm>

#include "shared/bytes.hpp"

namespace phien::api {

namespace {

constexpr std::string_view kCookie = "phien_till";
constexpr const char* kCookieSeconds = "2592000";  // longer than a fair: closing the browser is not the end of the day

std::string digest_of(std::string_view session) { return hex(sha256(session)); }

std::string own_names(unsigned short port, const char* host) { return std::string(host) + ":" + std::to_string(port); }

void remember(std::deque<std::string>& list, std::string value, std::size_t most) {
  list.push_back(std::move(value));
  while (list.size() > most) list.pop_front();
}

bool holds(const std::deque<std::string>& list, std::string_view value) {
  bool found = false;  // all are compared, so that time tells nothing
  for (const auto& one : list) found = equal_constant_time(one, value) || found;
  return found;
}

}  // namespace

void Access::keep_sessions(std::vector<std::string> digests, Keep keep) {
  for (auto& digest : digests) remember(sessions_, std::move(digest), kMaxSessions);
  keep_ = std::move(keep);
}

std::string Access::new_link() {
  remember(links_, random_hex(32), kMaxLinks);
  return "http://127.0.0.1:" + std::to_string(port_) + "/start/" + links_.back();
}

std::optional<std::string> Access::use_link(std::string_view once) {
  if (!holds(links_, once)) return std::nullopt;
  std::erase(links_, once);
  const std::string session = random_hex(32);
  remember(sessions_, digest_of(session), kMaxSessions);
  if (keep_) keep_({sessions_.begin(), sessions_.end()});
  return std::string(kCookie) + "=" + session + "; Path=/; Max-Age=" + kCookieSeconds + "; HttpOnly; SameSite=Strict";
}

std::optional<net::Response> Access::wrong_host(const net::Request& request) const {
  const std::string host = request.header("host");
  if (host == own_names(port_, "127.0.0.1") || host == own_names(port_, "localhost")) return std::nullopt;
  return net::refusal(
      421,
      {"wrong_host", "Host", {"Máy bán hàng chỉ trả lời dưới tên 127.0.0.1.", "This till answers to the name 127.0.0.1 only."}});
}

bool Access::has_token(const net::Request& request) const {
  const std::string header = request.header("authorization");
  return header.starts_with("Bearer ") && equal_constant_time(std::string_view(header).substr(7), token_);
}

std::optional<net::Response> Access::not_let_in(net::Request& request) {
  if (has_token(request) || holds(sessions_, digest_of(request.cookie(kCookie)))) return std::nullopt;
  return net::refusal(
      401, {"no_session",
            "",
            {"Hãy mở trang bằng liên kết mà phien-pos đã in ra.", "Open the page by the link that phien-pos printed."}});
}

std::optional<net::Response> Access::wrong_origin(const net::Request& request) const {
  const std::string origin = request.header("origin");
  // A browser always names the origin of such a request; a command line has none, and the token instead.
  if (origin.empty() && has_token(request)) return std::nullopt;
  if (origin == "http://" + request.header("host")) return std::nullopt;
  return from_another_page();
}

}  // namespace phien::api
