#include "pos/api/parameters.hpp"

#include <charconv>

#include "pos/api/local_api.hpp"

namespace phien::api {

namespace {
constexpr std::int64_t kMostSales = 1'000;
}

int status_of(const Problem& problem) {
  static const std::set<std::string, std::less<>> not_understood{
      "wrong_type", "missing_field", "unknown_field",       "out_of_range",      "bad_value", "bad_json",
      "too_deep",   "duplicate_key", "bad_idempotency_key", "too_many_decimals", "too_long"};
  static const std::set<std::string, std::less<>> not_known{"unknown_receipt", "unknown_shift", "unknown_offer",
                                                            "unknown_payment", "unknown_job",   "unknown_phone"};
  static const std::set<std::string, std::less<>> store{"store_full", "store_failed"};
  if (not_understood.contains(problem.code)) return 400;
  if (not_known.contains(problem.code)) return 404;
  if (store.contains(problem.code)) return 503;
  return problem.code == "internal" ? 500 : 422;
}

Lang lang_of(const net::Request& request) {
  const auto asked = request.query.find("lang");
  return asked != request.query.end() && asked->second == "en" ? Lang::en : Lang::vi;
}

net::Response refused(const Problem& problem) { return net::refusal(status_of(problem), problem); }

net::asio::awaitable<net::Response> answered(net::Response response) { co_return response; }

std::optional<std::string> parameter(const net::Request& request, const char* name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::nullopt : std::optional(found->second);
}

void only_parameters(const net::Request& request, const std::set<std::string>& allowed) {
  for (const auto& [name, value] : request.query)
    if (name != "lang" && !allowed.contains(name))
      till::refuse("unknown_field", std::string(truncate_utf8(name, 40)),
                   {"Không có tham số này.", "There is no such parameter."});
}

std::optional<std::string> id_parameter(const net::Request& request, const char* name) {
  auto value = parameter(request, name);
  if (value && !is_id(*value)) till::refuse("bad_value", name, {"Mã không hợp lệ.", "Not a valid id."});
  return value;
}

std::int64_t limit_of(const net::Request& request) {
  const auto text = parameter(request, "limit");
  if (!text) return 50;
  std::int64_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit < 1 || limit > kMostSales)
    till::refuse("out_of_range", "limit", {"Phải từ 1 đến 1000.", "Must be from 1 to 1000."});
  return limit;
}

}  // namespace phien::api
