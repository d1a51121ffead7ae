#include "server/alerts/targets.hpp"

#include <algorithm>

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxPort = 65'535;
constexpr std::size_t kKeyDigits = 64;

// Nothing in it could end a line of a message or of a protocol.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>' && c != '\\'; });
}

bool is_address(const std::string& text) {
  const auto at = text.find('@');
  return text.size() <= kMaxAddress && is_plain(text) && at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos && text.find(',') == std::string::npos;
}

Problem bad(const char* field, const char* vi, const char* en) { return {"bad_value", field, {vi, en}}; }

bool is_this_machine(const std::string& url) {
  for (const char* start : {"http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://localhost/"})
    if (url.starts_with(start)) return true;
  return false;
}

}  // namespace

std::optional<WebTarget> web_target(const People& people) {
  const Connection* found = people.connection(kWebConnection);
  if (!found) return std::nullopt;
  return WebTarget{found->settings.value("url", ""), found->settings.value("secret", "")};
}

std::optional<MailTarget> mail_target(const People& people) {
  const Connection* found = people.connection(kMailConnection);
  if (!found) return std::nullopt;
  const json& s = found->settings;
  return MailTarget{s.value("host", ""),
                    s.value("port", std::int64_t{587}),
                    s.value("security", "starttls"),
                    s.value("user", ""),
                    s.value("password", ""),
                    s.value("from", ""),
                    s.value("to", std::vector<std::string>()),
                    s.value("key", "")};
}

json settings_of(const WebTarget& target) { return {{"url", target.url}, {"secret", target.secret}}; }

json settings_of(const MailTarget& target) {
  json all{{"host", target.host}, {"port", target.port}, {"security", target.security}, {"from", target.from}, {"to", target.to}};
  if (!target.user.empty()) all["user"] = target.user;
  if (!target.password.empty()) all["password"] = target.password;
  if (!target.key.empty()) all["key"] = target.key;
  return all;
}

std::optional<Problem> wrong_with(const WebTarget& target) {
  const bool safe = target.url.starts_with("https://") || is_this_machine(target.url);
  if (!safe || target.url.size() > kMaxUrl || !is_plain(target.url) || target.url.find('@') != std::string::npos)
    return bad("url", "Địa chỉ phải bắt đầu bằng https://", "The address must begin with https://");
  return std::nullopt;
}

std::optional<Problem> wrong_with(const MailTarget& target) {
  const auto is_host = [](const std::string& text) {
    return !text.empty() && text.size() <= kMaxAddress && is_plain(text) && text.find_first_of("/@?#:") == std::string::npos;
  };
  if (!is_host(target.host)) return bad("host", "Tên máy chủ thư không hợp lệ", "That is no name of a mail server");
  if (target.port < 1 || target.port > kMaxPort) return bad("port", "Cổng từ 1 đến 65535", "A port is from 1 to 65535");
  if (target.security != "starttls" && target.security != "tls")
    return bad("security", "Chọn starttls hoặc tls", "starttls or tls");
  if (target.user.size() > kMaxAddress || !is_plain(target.user))
    return bad("user", "Tên đăng nhập không hợp lệ", "That user name is not valid");
  if (target.password.size() > kMaxAddress) return bad("password", "Mật khẩu quá dài", "The password is too long");
  if (!is_address(target.from)) return bad("from", "Địa chỉ gửi không hợp lệ", "That is no address to send from");
  if (target.to.empty() || target.to.size() > kMaxRecipients || !std::all_of(target.to.begin(), target.to.end(), is_address))
    return bad("to", "Cần từ 1 đến 5 địa chỉ nhận", "From 1 to 5 addresses to send to");
  if (!target.key.empty() &&
      (target.key.size() != kKeyDigits || target.key.find_first_not_of("0123456789abcdef") != std::string::npos))
    return bad("key", "Khóa là 64 chữ số thập lục phân", "A key is 64 hex digits");
  return std::nullopt;
}

}  // namespace phien::server
