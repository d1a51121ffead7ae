#include "server/api/route.hpp"

#include <algorithm>
#include <charconv>

namespace phien::server::api {
namespace {

net::Response refused(const Refusal& refusal) {
  net::Response response = net::refusal(refusal.status(), refusal.problem());
  if (refusal.status() == 429 || refusal.status() == 503) response.headers["Retry-After"] = "1";
  return response;
}

// The store's own failures. What is a bug goes on up: the server answers 500, logs and counts it.
net::Response answer_to_failure(const std::exception_ptr& failed) {
  try {
    std::rethrow_exception(failed);
  } catch (const Refusal& refusal) {
    return refused(refusal);
  } catch (const db::StoreFull&) {
    return refused(Refusal(507, {"store_full", "", {"Ổ đĩa của máy chủ đã đầy.", "The server's disk is full."}}));
  } catch (const db::StoreFailed&) {
    return refused(Refusal(503, {"store_failed",
                                 "",
                                 {"Kho dữ liệu hỏng hoặc không ghi được; cần khởi động lại máy chủ.",
                                  "The store is damaged or cannot be written; the server must be started anew."}}));
  }
}

asio::awaitable<net::Response> answer_or_refusal(net::Request& request, const net::Handler& answer) {
  std::exception_ptr failed;
  net::Response response;
  try {
    response = co_await answer(request);
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) co_return answer_to_failure(failed);
  co_return response;
}

}  // namespace

const journal::TerminalEnrolled& asking_terminal(const House& house, const net::Request& request) {
  const std::string_view principal = request.principal;
  const auto found = house.roll().enrolled.find(principal.substr(std::min(principal.find(':') + 1, principal.size())));
  if (found == house.roll().enrolled.end())
    throw Refusal(403, {"not_enrolled", "", {"Máy chưa được ghi danh.", "The terminal is not enrolled."}});
  return found->second;
}

net::Handler refusing(net::Handler answer) {
  return [answer = std::move(answer)](net::Request& request) { return answer_or_refusal(request, answer); };
}

void add(net::Router& router, House& house, Spec spec) {
  net::Route route;
  route.method = spec.method;
  route.pattern = spec.pattern;
  route.guard = guard_of(house, spec.method, spec.pattern);
  route.max_body = spec.max_body;
  route.long_poll = spec.no_deadline;
  route.handler = refusing([&house, answer = std::move(spec.answer)](net::Request& request) { return answer(house, request); });
  router.add(std::move(route));
}

Scope scope_of(const House& house, const net::Request& request) {
  const auto wanted = parameter(request, "exhibitor");
  if (wanted && !is_id(*wanted)) refuse_parameter("exhibitor");
  const Scope own = confined_to(house, request);
  if (!wanted) return own;
  // One that does not exist is refused like somebody else's: which ids there are is not told either.
  if (own && std::find(own->begin(), own->end(), *wanted) == own->end())
    throw Refusal(403, {"not_yours", "exhibitor", {"Đơn vị này không phải của bạn.", "This exhibitor is not yours."}});
  return Scope({*wanted});
}

Page page_of(const House& house, const net::Request& request) {
  Page page;
  page.as_of = house.now().wall;
  page.after = static_cast<std::size_t>(number_parameter(request, "after", 0, 1'000'000'000, 0));
  page.limit = static_cast<std::size_t>(number_parameter(request, "limit", 1, static_cast<std::int64_t>(kMaxRows), kMaxRows));
  return page;
}

net::Response list(const ledger::Reader& books, const Page& page, json rows, json more) {
  const std::size_t from = std::min(page.after, rows.size()), to = std::min(rows.size(), from + page.limit);
  if (to < rows.size()) more["next"] = to;
  json shown = json::array();
  for (std::size_t i = from; i < to; ++i) shown.push_back(std::move(rows[i]));
  more["rows"] = std::move(shown);
  more["as_of"] = page.as_of;
  more["heads"] = books.branches().size();
  return ok(more);
}

void only_parameters(const net::Request& request, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : request.query)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Refusal(400, {"unknown_parameter", name, {"Không có tham số này: " + name, "There is no such parameter: " + name}});
}

std::optional<std::string> parameter(const net::Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t number_parameter(const net::Request& request, const std::string& name, std::int64_t least, std::int64_t most,
                              std::int64_t otherwise) {
  const auto text = parameter(request, name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size() || number < least || number > most) refuse_parameter(name);
  return number;
}

void refuse_parameter(const std::string& name) {
  throw Refusal(
      400,
      {"bad_parameter", name, {"Giá trị của tham số " + name + " không hợp lệ.", "The value of " + name + " is not valid."}});
}

net::Response ok(const json& body) {
  // Names come from entries that were checked to be UTF-8; `replace` only guards against a bug becoming a lost answer.
  return net::json_response(body.dump(-1, ' ', false, json::error_handler_t::replace));
}

json ref_json(const journal::Ref& ref) { return {{"hash", hex(ref.hash)}, {"seq", ref.seq}, {"terminal", ref.terminal}}; }
json head_json(const journal::Head& head) { return {{"hash", hex(head.hash)}, {"seq", head.seq}}; }

void add_all_routes(net::Router& router, House& house) {
  add_open_routes(router, house);
  add_enrolment_routes(router, house);
  add_session_routes(router, house);
  add_journal_routes(router, house);
  add_journal_reading_routes(router, house);
  add_feed_routes(router, house);
  add_book_routes(router, house);
  add_lead_routes(router, house);
  add_sales_routes(router, house);
  add_report_routes(router, house);
  add_import_routes(router, house);
  add_list_import_routes(router, house);
  add_organizer_routes(router, house);
  add_upkeep_routes(router, house);
  add_event_routes(router, house);
  add_recovery_routes(router, house);
  add_login_routes(router, house);
  add_account_routes(router, house);
  add_token_routes(router, house);
  add_catalogue_edit_routes(router, house);
  add_proposal_routes(router, house);
  add_setup_routes(router, nullptr, {});
  add_live_routes(router, house);
  add_bank_routes(router, house);
  add_sheet_routes(router, house);
  add_alert_routes(router, house);
  add_picture_routes(router, house);
}

}  // namespace phien::server::api
