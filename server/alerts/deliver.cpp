#include "server/alerts/deliver.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include <sodium.h>

#include "server/notices/signature.hpp"
#include "shared/bytes.hpp"

namespace phien::server {
namespace {

constexpr long kConnectWithin = 8;      // seconds
constexpr std::size_t kWordBytes = 42;  // of a subject in one encoded word of at most 75 signs
constexpr int kOk = 200, kMultipleChoices = 300;

struct CurlLibrary {
  CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};
using Handle = std::unique_ptr<CURL, decltype([](CURL* c) { curl_easy_cleanup(c); })>;
using List = std::unique_ptr<curl_slist, decltype([](curl_slist* l) { curl_slist_free_all(l); })>;

bool is_forbidden_v4(std::uint32_t address, bool this_machine) {
  const std::uint32_t first = address >> 24U;
  if (first == 127) return !this_machine;
  return first == 0 || first >= 224 || (address >> 16U) == ((169U << 8U) | 254U);
}

bool is_forbidden(const sockaddr* address, bool this_machine) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    return is_forbidden_v4(ntohl(in.sin_addr.s_addr), this_machine);
  }
  if (address->sa_family != AF_INET6) return true;
  sockaddr_in6 in{};
  std::memcpy(&in, address, sizeof in);
  const auto& bytes = in.sin6_addr.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr) || IN6_IS_ADDR_V4COMPAT(&in.sin6_addr)) {
    std::uint32_t v4 = 0;
    std::memcpy(&v4, bytes + 12, sizeof v4);
    if (IN6_IS_ADDR_LOOPBACK(&in.sin6_addr)) return !this_machine;
    return is_forbidden_v4(ntohl(v4), this_machine);
  }
  if (IN6_IS_ADDR_LOOPBACK(&in.sin6_addr)) return !this_machine;
  return IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr) || IN6_IS_ADDR_MULTICAST(&in.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&in.sin6_addr) ||
         (bytes[0] == 0x00 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b);  // NAT64 leads anywhere
}

struct Going {
  const Outside& outside;
  bool forbidden = false;
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* to) {
  auto& going = *static_cast<Going*>(data);
  if (is_forbidden(&to->addr, going.outside.this_machine)) {
    going.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

int progress(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Going*>(data)->outside.closing ? 1 : 0;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

Handle handle_for(Going& going, const char* protocols) {
  static const CurlLibrary library;
  Handle curl(curl_easy_init());
  if (!curl) throw std::bad_alloc();
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectWithin);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kDeliverWithin);
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETDATA, &going);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &going);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(curl.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  return curl;
}

Problem not_delivered(const std::string& why) {
  return {"not_delivered", "", {"Chưa gửi được: " + why, "Not delivered: " + why}};
}

std::optional<Problem> performed(CURL* curl, const Going& going) {
  const CURLcode code = curl_easy_perform(curl);
  if (going.forbidden)
    return Problem{"forbidden_address",
                   "",
                   {"Địa chỉ này trỏ về chính máy chủ hoặc mạng nội bộ của nó, không được gửi đến.",
                    "That address leads to this machine itself or its link, where nothing is sent."}};
  if (code != CURLE_OK) return not_delivered(curl_easy_strerror(code));
  return std::nullopt;
}

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

std::string base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.resize(out.find('\0'));
  return out;
}

// RFC 2047: words of UTF-8, never cut inside a letter.
std::string encoded_subject(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view word = truncate_utf8(text, kWordBytes);
    out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(word) + "?=");
    text.remove_prefix(word.size());
  }
  return out;
}

}  // namespace

std::optional<Problem> deliver(const WebTarget& target, const std::string& body, Milliseconds now, const Outside& outside) {
  Going going{outside};
  const Handle curl = handle_for(going, "http,https");
  List headers;
  append(headers, "Content-Type: application/json; charset=utf-8");
  append(headers, "Expect:");
  append(headers, std::string(kSignatureHeader) + ": " + signature_header(target.secret, now, body));
  curl_easy_setopt(curl.get(), CURLOPT_URL, target.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "phien-server/" PHIEN_VERSION);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, body.c_str());
  if (auto problem = performed(curl.get(), going)) return problem;
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= kOk && status < kMultipleChoices) return std::nullopt;
  return not_delivered("HTTP " + std::to_string(status));
}

std::optional<Problem> deliver(const MailTarget& target, const Mail& mail, const Outside& outside) {
  Going going{outside};
  const Handle curl = handle_for(going, "smtp,smtps");
  const bool tls = target.security == "tls";
  const std::string url = (tls ? "smtps://" : "smtp://") + target.host + ":" + std::to_string(target.port) + "/phien";
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));  // nothing goes in the open
  if (!target.key.empty()) {
    const std::string pin = "sha256//" + base64(from_hex(target.key).value_or(""));
    curl_easy_setopt(curl.get(), CURLOPT_PINNEDPUBLICKEY, pin.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);  // that very key, whoever vouches for it
    curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!target.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, target.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, target.password.c_str());
  }
  const std::string from = "<" + target.from + ">";
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  List recipients, headers;
  std::string all;
  for (const std::string& to : target.to) {
    append(recipients, "<" + to + ">");
    all += (all.empty() ? "" : ", ") + to;
  }
  append(headers, "From: Phien <" + target.from + ">");
  append(headers, "To: " + all);
  append(headers, "Subject: " + encoded_subject(mail.subject));
  append(headers, "Message-ID: <" + mail.id + target.from.substr(target.from.find('@')) + ">");
  append(headers, "Auto-Submitted: auto-generated");
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  const std::unique_ptr<curl_mime, decltype([](curl_mime* m) { curl_mime_free(m); })> mime(curl_mime_init(curl.get()));
  curl_mimepart* part = mime ? curl_mime_addpart(mime.get()) : nullptr;
  if (!part) throw std::bad_alloc();
  curl_mime_data(part, mail.text.data(), mail.text.size());
  curl_mime_type(part, "text/plain; charset=utf-8");
  curl_mime_encoder(part, "base64");
  curl_easy_setopt(curl.get(), CURLOPT_MIMEPOST, mime.get());
  return performed(curl.get(), going);
}

}  // namespace phien::server
