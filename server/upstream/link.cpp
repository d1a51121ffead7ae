#include "server/upstream/link.hpp"

#include "server/upstream/forwarder.hpp"

namespace phien::server {
namespace {

std::string part_of(const std::string& fragment, const std::string& name) {
  for (std::size_t at = 0; at < fragment.size();) {
    const std::size_t end = std::min(fragment.find('&', at), fragment.size());
    const std::string part = fragment.substr(at, end - at);
    if (part.starts_with(name + "=")) return part.substr(name.size() + 1);
    at = end + 1;
  }
  return "";
}

}  // namespace

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
  if (hash != std::string::npos) {
    link.tls = part_of(text.substr(hash + 1), "tls");
    link.code = part_of(text.substr(hash + 1), "enrol");
  }
  const bool local = link.url.starts_with("http://127.0.0.1:") || link.url.starts_with("http://[::1]:");
  if (local && link.tls.empty()) return link;
  if (link.url.starts_with("https://") && hash_from_hex(link.tls)) return link;
  return Problem{"bad_link",
                 "--upstream",
                 {"Cần liên kết mà máy chủ trên đã in: https://…/#tls=…", "Use the link the hub printed: https://…/#tls=…"}};
}

}  // namespace phien::server
