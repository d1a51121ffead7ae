#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "shared/net/http.hpp"

namespace phien::net {
namespace {

[[noreturn]] void bug(const Route& route, const char* what) {
  std::fprintf(stderr, "bug: route %s %s: %s\n", route.method.c_str(), route.pattern.c_str(), what);
  std::abort();
}

// "/a/{x}/b" against "/a/1/b". A name stands for one whole segment that is not empty.
bool matches(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& params) {
  params.clear();
  while (!pattern.empty()) {
    if (pattern.front() != '{') {
      if (path.empty() || path.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      path.remove_prefix(1);
      continue;
    }
    const std::size_t close = pattern.find('}');
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end == 0) return false;
    params.emplace(pattern.substr(1, close - 1), path.substr(0, end));
    pattern.remove_prefix(close + 1);
    path.remove_prefix(end);
  }
  return path.empty();
}

// The pattern with its names left out: two of one shape would match the same paths.
std::string shape(std::string_view pattern) {
  std::string out;
  bool in_name = false;
  for (const char c : pattern) {
    if (c == '}') in_name = false;
    if (!in_name) out += c;
    if (c == '{') in_name = true;
  }
  return out;
}

bool answers(const Route& route, const std::string& method) {
  return route.method == method || (method == "HEAD" && route.method == "GET");
}

}  // namespace

std::size_t Headers::find(std::string_view name) const {
  for (std::size_t at = 0; at < block_.size();) {
    const std::size_t name_end = block_.find('\0', at);
    if (std::string_view(block_).substr(at, name_end - at) == name) return name_end + 1;
    at = block_.find('\0', name_end + 1) + 1;
  }
  return std::string::npos;
}

void Headers::add(std::string_view name, std::string_view value) {
  const std::size_t known = find(name);
  if (known != std::string::npos) {
    block_.insert(block_.find('\0', known), fmt::format(", {}", value));
    return;
  }
  block_.append(name).push_back('\0');
  block_.append(value).push_back('\0');
}

bool Headers::has(std::string_view name) const { return find(name) != std::string::npos; }

std::string_view Headers::get(std::string_view name) const {
  const std::size_t at = find(name);
  if (at == std::string::npos) return {};
  return std::string_view(block_).substr(at, block_.find('\0', at) - at);
}

std::string Request::header(std::string_view name) const { return std::string(headers.get(name)); }

std::string Request::cookie(std::string_view name) const {
  std::string_view rest = headers.get("cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return std::string(pair.substr(equals + 1));
  }
  return {};
}

Response json_response(std::string body, int status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response refusal(int status, const Problem& problem) {
  const nlohmann::json body = {
      {"error",
       {{"code", problem.code}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}, {"where", problem.where}}}};
  // A problem may quote what somebody sent: bytes that are not UTF-8 are replaced, not thrown on.
  return json_response(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), status);
}

Guard open_to_all() {
  return [](Request&) { return std::optional<Response>{}; };
}

void Router::add(Route route) {
  if (!route.guard) bug(route, "no guard");
  if ((route.handler != nullptr) == (route.stream != nullptr)) bug(route, "needs a handler or a stream");
  if (route.pattern.empty() || route.pattern.front() != '/') bug(route, "a pattern begins with a slash");
  if (std::count(route.pattern.begin(), route.pattern.end(), '{') != std::count(route.pattern.begin(), route.pattern.end(), '}'))
    bug(route, "unbalanced braces");
  for (const Route& other : routes_) {
    if (other.method == route.method && shape(other.pattern) == shape(route.pattern)) bug(route, "is there already");
  }
  const std::size_t index = routes_.size();
  if (route.pattern.find('{') == std::string::npos)
    exact_[route.pattern].push_back(index);
  else
    with_names_.push_back(index);
  routes_.push_back(std::move(route));
}

const Route* Router::match(const std::string& method, const std::string& path, std::map<std::string, std::string>& params,
                           bool& path_known) const {
  path_known = false;
  params.clear();
  if (const auto found = exact_.find(path); found != exact_.end()) {
    path_known = true;
    for (const std::size_t index : found->second) {
      if (answers(routes_[index], method)) return &routes_[index];
    }
    return nullptr;  // a path spelt out is never taken for a name
  }
  for (const std::size_t index : with_names_) {
    if (!matches(routes_[index].pattern, path, params)) continue;
    path_known = true;
    if (answers(routes_[index], method)) return &routes_[index];
  }
  params.clear();
  return nullptr;
}

std::variant<const Route*, Response> Router::admit(Request& request) const {
  bool path_known = false;
  const Route* route = match(request.method, request.path, request.params, path_known);
  if (!route && !path_known) {
    return refusal(404, {"not_found", request.path, {"Không có địa chỉ này.", "There is nothing at this address."}});
  }
  if (!route) {
    std::string allowed;
    std::map<std::string, std::string> ignored;
    for (const Route& other : routes_) {
      if (match(other.method, request.path, ignored, path_known) != &other) continue;
      allowed += fmt::format("{}{}{}", allowed.empty() ? "" : ", ", other.method, other.method == "GET" ? ", HEAD" : "");
    }
    Response response = refusal(405, {"method_not_allowed",
                                      request.method,
                                      {"Địa chỉ này không nhận phương thức đó.", "This address does not take that method."}});
    response.headers["Allow"] = allowed;
    return response;
  }
  if (std::optional<Response> stopped = route->guard(request)) return std::move(*stopped);
  return route;
}

asio::awaitable<Response> Router::handle(Request& request) const {
  std::variant<const Route*, Response> admitted = admit(request);
  if (Response* refused = std::get_if<Response>(&admitted)) co_return std::move(*refused);
  const Route* route = std::get<const Route*>(admitted);
  if (request.body.size() > route->max_body) {
    co_return refusal(413, {"body_too_large", request.path, {"Nội dung gửi lên quá lớn.", "The body is too large."}});
  }
  if (route->stream) {
    co_return refusal(
        406,
        {"stream_only", request.path, {"Địa chỉ này chỉ phát luồng sự kiện.", "This address only gives a stream of events."}});
  }
  Response response = co_await route->handler(request);
  co_return response;
}

}  // namespace phien::net
