#include "server/upstream/link.hpp"

#include "server/upstream/forwarder.hpp"
#include "shared/net/target.hpp"

namespace phien::server {
std::string fair_name(std::string_view fair, const PublicKey& root) { return std::string(fair) + "." + hex(root).substr(0, 16); }

std::string upstream_message(std::string_view fair, const PublicKey& root, std::int64_t incarnation, std::string_view once,
                             std::string_view tls) {
  std::string message = "phien/upstream/1\n";
  message.append(fair).append("\n").append(hex(root)).append("\n").append(std::to_string(incarnation)).append("\n");
  message.append(once).append("\n").append(tls.empty() ? "-" : tls).append("\n");
  return message;
}

Result<HubLink> parse_hub_link(const std::string& text) {
  HubLink link;
  const auto hash = text.find('#');
  link.url = text.substr(0, hash);
  while (link.url.ends_with('/') && !link.url.ends_with("://")) link.url.pop_back();
  std::map<std::string, std::string> parts;
  const bool whole = hash == std::string::npos || net::parse_query(std::string_view(text).substr(hash + 1), parts);
  link.tls = parts["tls"];
  link.code = parts["enrol"];
  // The link is pasted by hand: a quote or a space that came along belongs to nothing in it.
  const bool clean = link.url.find_first_of("'\"<> \t\r\n") == std::string::npos &&
                     link.code.find_first_not_of("0123456789abcdef") == std::string::npos;
  const bool local = link.url.starts_with("http://127.0.0.1:") || link.url.starts_with("http://[::1]:");
  if (whole && clean && local && link.tls.empty()) return link;
  if (whole && clean && link.url.starts_with("https://") && hash_from_hex(link.tls)) return link;
  return Problem{"bad_link",
                 "--upstream",
                 {"Cần liên kết mà máy chủ trên đã in: https://…/#tls=…", "Use the link the hub printed: https://…/#tls=…"}};
}

}  // namespace phien::server
