// Services that tell of transfers: how each proves itself and what it says (server/notices/README.md).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/people.hpp"
#include "shared/money.hpp"
#include "shared/net/http.hpp"

namespace phien::server {

enum class BankFormat { sepay, casso, casso_signed, phien };
std::optional<BankFormat> bank_format(std::string_view name);
std::string_view name_of(BankFormat format);

struct BankSource {
  std::string id, name;
  BankFormat format{};
  std::string secret;
  std::string holder;  // the only one whose money it tells of; "": of all
  std::string connection() const { return connection(id); }
  static std::string connection(const std::string& id) { return "_bank." + id; }
};
inline constexpr std::size_t kMaxSourceId = 20, kMinSecret = 16, kMaxSecret = 200, kMaxSources = 50;

std::optional<BankSource> bank_source(const People& people, const std::string& id);
std::vector<BankSource> bank_sources(const People& people);
nlohmann::json settings_of(const BankSource& source);

// One movement of an account.
struct BankNotice {
  std::string id;  // the service's own: the same notice again has the same
  Dong amount = 0;
  bool incoming = true;
  std::string text, account, at;
};
inline constexpr std::size_t kMaxNotices = 100;        // in one request
inline constexpr Milliseconds kFreshFor = 5 * 60'000;  // our own signature, either way

// Whether the request comes from who knows the secret. Takes as long whatever is wrong with it.
bool is_from(const BankSource& source, const net::Request& request, Milliseconds now);
// Code: bad_notice, with the field in `where`.
Result<std::vector<BankNotice>> notices_in(BankFormat format, std::string_view body);

}  // namespace phien::server
