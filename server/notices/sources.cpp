#include "server/notices/sources.hpp"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "server/notices/pay_text.hpp"
#include "server/notices/signature.hpp"
#include "shared/bytes.hpp"
#include "shared/text.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::pair<std::string_view, BankFormat> kFormats[] = {{"sepay", BankFormat::sepay},
                                                                {"casso", BankFormat::casso},
                                                                {"casso_signed", BankFormat::casso_signed},
                                                                {"phien", BankFormat::phien}};
constexpr std::string_view kPrefix = "_bank.";
constexpr std::size_t kMaxNoticeId = 200, kMaxShort = 80;
constexpr int kMaxDepth = 8;
constexpr double kMaxExact = 9e15;  // a double holds every whole number up to here

BankSource source_from(const std::string& id, const Connection& connection) {
  const json& s = connection.settings;
  return {id, connection.name, bank_format(s.value("format", "")).value_or(BankFormat::phien), s.value("secret", ""),
          s.value("holder", "")};
}

Problem bad(const char* where) { return {"bad_notice", where, {"Không đọc được báo có này.", "This notice cannot be read."}}; }

// Whole đồng, also where a service writes 50000.0; services write texts as numbers and numbers as texts.
std::optional<Dong> amount_in(const json& from, const char* name) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number()) return std::nullopt;
  if (found->is_number_float()) {
    const double value = found->get<double>();
    if (!(std::abs(value) < kMaxExact) || value != std::trunc(value)) return std::nullopt;
    return static_cast<Dong>(value);
  }
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxAmount)) return std::nullopt;
  return found->get<Dong>();
}

std::string text_in(const json& from, const char* name, std::size_t most) {
  const auto found = from.find(name);
  if (found == from.end()) return {};
  const std::string text = found->is_string() ? found->get<std::string>() : found->is_number_integer() ? found->dump() : "";
  return std::string(truncate_utf8(text, most));
}

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + " " + b; }

Result<BankNotice> checked(BankNotice notice, std::optional<Dong> amount, const char* amount_name) {
  if (notice.id.empty()) return bad("id");
  if (!amount || *amount == 0 || *amount > kMaxAmount || *amount < -kMaxAmount) return bad(amount_name);
  notice.incoming = notice.incoming && *amount > 0;
  notice.amount = std::abs(*amount);
  return notice;
}

Result<BankNotice> from_sepay(const json& one) {
  const std::string way = text_in(one, "transferType", kMaxShort);
  if (way != "in" && way != "out") return bad("transferType");
  BankNotice notice;
  notice.id = text_in(one, "id", kMaxNoticeId);
  notice.incoming = way == "in";
  notice.text = joined(text_in(one, "content", kMaxPayText), text_in(one, "code", kMaxShort));
  notice.account = text_in(one, "accountNumber", kMaxShort);
  notice.at = text_in(one, "transactionDate", kMaxShort);
  return checked(std::move(notice), amount_in(one, "transferAmount"), "transferAmount");
}

Result<BankNotice> from_casso(const json& one) {
  BankNotice notice;
  notice.id = text_in(one, "id", kMaxNoticeId);
  if (notice.id.empty()) notice.id = text_in(one, "tid", kMaxNoticeId);
  notice.text = text_in(one, "description", kMaxPayText);
  notice.account = text_in(one, one.contains("accountNumber") ? "accountNumber" : "bank_sub_acc_id", kMaxShort);
  notice.at = text_in(one, one.contains("transactionDateTime") ? "transactionDateTime" : "when", kMaxShort);
  return checked(std::move(notice), amount_in(one, "amount"), "amount");
}

Result<BankNotice> from_phien(const json& one) {
  const std::string way = one.contains("direction") ? text_in(one, "direction", kMaxShort) : "in";
  if (way != "in" && way != "out") return bad("direction");
  BankNotice notice;
  notice.id = text_in(one, "id", kMaxNoticeId);
  notice.incoming = way == "in";
  notice.text = text_in(one, "text", kMaxPayText);
  notice.account = text_in(one, "account", kMaxShort);
  notice.at = text_in(one, "at", kMaxShort);
  return checked(std::move(notice), amount_in(one, "amount"), "amount");
}

// Discarded when it is no JSON, or nested deeper than any notice.
json parse(std::string_view body) {
  bool too_deep = body.find('\0') != std::string_view::npos;  // it would end the text unseen
  const auto look = [&too_deep](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  json parsed = json::parse(body, look, false);
  return too_deep ? json(json::value_t::discarded) : parsed;
}

// As Casso signs it: the body again, its keys in order and without blanks.
std::string in_key_order(const std::string& body) {
  const json parsed = parse(body);
  return parsed.is_discarded() ? std::string() : parsed.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_signed(const BankSource& source, const net::Request& request, Milliseconds now) {
  const bool casso = source.format == BankFormat::casso_signed;
  const auto given = parse_signature(request.header(casso ? "x-casso-signature" : "x-phien-signature"));
  if (!given) return false;
  const std::string wanted = casso ? hmac_sha512(source.secret, given->at + "." + in_key_order(request.body))
                                   : hmac_sha256(source.secret, given->at + "." + request.body);
  if (!equal_constant_time(given->hex, wanted)) return false;
  // A notice of Casso's is told again with its old time; that it counts once is enough.
  const auto at = given->time();
  return casso || (at && std::abs(now - *at) <= kFreshFor);
}

}  // namespace

std::optional<BankFormat> bank_format(std::string_view name) {
  for (const auto& [known, format] : kFormats)
    if (name == known) return format;
  return std::nullopt;
}

std::string_view name_of(BankFormat format) {
  for (const auto& [name, known] : kFormats)
    if (format == known) return name;
  std::abort();
}

std::optional<BankSource> bank_source(const People& people, const std::string& id) {
  const Connection* found = people.connection(BankSource::connection(id));
  return found ? std::optional(source_from(id, *found)) : std::nullopt;
}

std::vector<BankSource> bank_sources(const People& people) {
  std::vector<BankSource> all;
  for (const auto& [id, connection] : people.connections())
    if (id.starts_with(kPrefix)) all.push_back(source_from(id.substr(kPrefix.size()), connection));
  return all;
}

json settings_of(const BankSource& source) {
  json settings{{"format", name_of(source.format)}, {"secret", source.secret}};
  if (!source.holder.empty()) settings["holder"] = source.holder;
  return settings;
}

bool is_from(const BankSource& source, const net::Request& request, Milliseconds now) {
  switch (source.format) {
    case BankFormat::sepay:
      return equal_constant_time(request.header("authorization"), "Apikey " + source.secret);
    case BankFormat::casso:
      return equal_constant_time(request.header("secure-token"), source.secret);
    case BankFormat::casso_signed:
    case BankFormat::phien:
      return is_signed(source, request, now);
  }
  std::abort();
}

Result<std::vector<BankNotice>> notices_in(BankFormat format, std::string_view body) {
  const json parsed = parse(body);
  if (!parsed.is_object()) return bad("");
  const bool casso = format == BankFormat::casso || format == BankFormat::casso_signed;
  json rows = json::array();
  if (!casso)
    rows.push_back(parsed);
  else if (const auto data = parsed.find("data"); data != parsed.end())
    rows = data->is_array() ? *data : json::array({*data});
  if (rows.empty() || rows.size() > kMaxNotices) return bad("data");
  std::vector<BankNotice> notices;
  for (const json& row : rows) {
    if (!row.is_object()) return bad("data");
    auto notice = casso ? from_casso(row) : format == BankFormat::sepay ? from_sepay(row) : from_phien(row);
    if (!notice) return notice.problem();
    notices.push_back(std::move(*notice));
  }
  return notices;
}

}  // namespace phien::server
