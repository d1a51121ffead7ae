#include "shared/net/message_readers.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include "shared/net/target.hpp"
#include "shared/net/wire.hpp"

namespace phien::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;

constexpr std::uint32_t kMaxAnswerHeaderBytes = 64 * 1024;

std::string_view view(string_view s) { return {s.data(), s.size()}; }

std::string lower_case(string_view s) {
  std::string out(s.data(), s.size());
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Fields that must not be said twice: readers that take the first, the last or all of them would disagree.
bool is_single(http::field name) {
  static constexpr std::array kSingle{http::field::host,   http::field::content_length, http::field::authorization,
                                      http::field::cookie, http::field::origin,         http::field::content_type,
                                      http::field::expect, http::field::range};
  return std::find(kSingle.begin(), kSingle.end(), name) != kSingle.end();
}

// A line that begins with white space continues the one before it ("obs-fold"): long deprecated, and read differently by
// different readers.
bool has_folded_line(std::string_view head) {
  return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

}  // namespace

struct HeadReader::Parser final : http::basic_parser<true> {
  Parser(Request& into, std::size_t max_header_bytes) : request(into) {
    header_limit(static_cast<std::uint32_t>(max_header_bytes));
    body_limit(boost::none);  // the route decides
    eager(false);             // stop after the head
  }

  void on_request_impl(http::verb, string_view method, string_view target, int version, Error& ec) override {
    request.method = std::string(view(method));
    http_1_1 = version == 11;
    if (!net::parse_target(view(target), request.path, request.query)) ec = http::error::bad_target;
  }
  void on_field_impl(http::field known, string_view name, string_view value, Error& ec) override {
    const std::string lower = lower_case(name);
    if (known == http::field::transfer_encoding)
      ec = http::error::bad_transfer_encoding;  // nobody here needs it
    else if (is_single(known) && request.headers.has(lower))
      ec = http::error::bad_field;
    else if (known == http::field::content_length && value.find_first_not_of("0123456789") != string_view::npos)
      ec = http::error::bad_content_length;  // "5, 5" and "+5"
    else
      request.headers.add(lower, view(value));
  }
  void on_header_impl(Error& ec) override {
    if (http_1_1 && request.headers.get("host").empty()) ec = http::error::bad_field;
    if (request.headers.has("expect")) {
      unknown_expectation = lower_case(string_view(request.headers.get("expect"))) != "100-continue";
      expects_continue = http_1_1 && !unknown_expectation;
      if (unknown_expectation) ec = http::error::bad_value;
    }
  }
  // Never called: put() ends with the head.
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(string_view body, Error&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, Error&) override { return body.size(); }
  void on_response_impl(int, string_view, int, Error&) override {}
  void on_finish_impl(Error&) override {}

  Request& request;
  bool http_1_1 = false;
  bool expects_continue = false;
  bool unknown_expectation = false;
  int status = 0;
};

HeadReader::HeadReader(Request& into, std::size_t max_header_bytes) : parser_(std::make_unique<Parser>(into, max_header_bytes)) {}
HeadReader::~HeadReader() = default;

Step HeadReader::take(std::string& inbox) {
  Error ec;
  const std::size_t used = parser_->put(boost::asio::buffer(inbox), ec);
  const bool folded = has_folded_line(std::string_view(inbox).substr(0, used));
  inbox.erase(0, used);
  if (!folded && !ec && parser_->is_header_done()) return Step::done;
  if (!folded && (!ec || ec == http::error::need_more)) return Step::more;
  parser_->status = ec == http::error::header_limit  ? 431
                    : ec == http::error::bad_version ? 505
                    : parser_->unknown_expectation   ? 417
                                                     : 400;
  return Step::bad;
}

std::uint64_t HeadReader::content_length() const { return parser_->content_length().value_or(0); }
bool HeadReader::keep_alive() const { return parser_->http_1_1 && parser_->keep_alive(); }
bool HeadReader::expects_continue() const { return parser_->expects_continue; }
int HeadReader::refused_with() const { return parser_->status; }

struct AnswerReader::Parser final : http::basic_parser<false> {
  Parser(bool skip_body, std::size_t max_body) {
    header_limit(kMaxAnswerHeaderBytes);
    body_limit(max_body);
    skip(skip_body);
    eager(true);
  }

  void on_response_impl(int code, string_view, int, Error&) override { response.status = code; }
  void on_field_impl(http::field known, string_view name, string_view value, Error&) override {
    if (known == http::field::content_type) response.content_type = std::string(view(value));
    std::string& kept = response.headers[lower_case(name)];
    if (!kept.empty()) kept += ", ";
    kept += view(value);
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
    response.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(length.value_or(0), 64 * 1024)));
  }
  std::size_t on_body_impl(string_view body, Error&) override {
    response.body += view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, Error& ec) override { return on_body_impl(body, ec); }
  void on_request_impl(http::verb, string_view, string_view, int, Error&) override {}
  void on_finish_impl(Error&) override {}

  Response response{.status = 0, .content_type = {}, .body = {}, .headers = {}};
};

AnswerReader::AnswerReader(bool to_head_request, std::size_t max_body)
    : skip_body_(to_head_request), max_body_(max_body), parser_(std::make_unique<Parser>(skip_body_, max_body_)) {}
AnswerReader::~AnswerReader() = default;

Step AnswerReader::take(std::string& inbox) {
  while (!inbox.empty()) {
    begun_ = true;
    Error ec;
    inbox.erase(0, parser_->put(boost::asio::buffer(inbox), ec));
    if (ec && ec != http::error::need_more) return Step::bad;
    if (!parser_->is_done()) return Step::more;
    if (parser_->response.status / 100 != 1) return Step::done;
    parser_ = std::make_unique<Parser>(skip_body_, max_body_);
  }
  return Step::more;
}

Step AnswerReader::take_end() {
  if (!parser_->got_some()) return Step::bad;
  Error ec;
  parser_->put_eof(ec);
  return ec ? Step::bad : Step::done;
}

bool AnswerReader::begun() const { return begun_; }
bool AnswerReader::keep_alive() const { return parser_->keep_alive(); }
Response AnswerReader::take_response() { return std::move(parser_->response); }

std::string_view reason_phrase(int status) {
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  return {reason.data(), reason.size()};
}

}  // namespace phien::net
