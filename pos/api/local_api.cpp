#include "pos/api/local_api.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fstream>

#include "pos/agent/durable.hpp"
#include "pos/api/openapi.hpp"
#include "pos/api/parameters.hpp"
#include "pos/api/status.hpp"
#include "pos/till/pins.hpp"
#include "shared/net/callback.hpp"
#include "shared/net/run.hpp"
#include "shared/scan/scan.hpp"

namespace phien::api {
using nlohmann::json;

namespace {

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

std::string last_entry(const json& answer) {
  const auto entries = answer.find("entries");
  if (entries == answer.end() || entries->empty()) return "";
  return "→ entry " + entries->back().at("seq").dump();
}

}  // namespace

LocalApi::LocalApi(till::Till& till, std::string server, std::string local_token, agent::Agent* agent,
                   std::span<const web::Asset> assets)
    : till_(till),
      server_(std::move(server)),
      agent_(agent),
      assets_(assets),
      access_(std::move(local_token)),
      phones_(till.clock(), [&till](const std::string& exhibitor) { return till.me().sells_for(exhibitor); }) {
  add_writing();
  add_reading();
  add_pictures();
  add_pages();
  add_phones();
}

void LocalApi::add(net::Route route, Ask ask) {
  net::Route theirs = route;
  theirs.guard = phones_.guard_of(phone_word(route.method, route.pattern), ask);
  // Once more when the body is here: a pairing that was ended meanwhile writes nothing.
  theirs.handler = [this, handler = route.handler](net::Request& request) {
    if (!request.principal.empty() && !phones_.find(request.principal))
      return answered(net::refusal(401, {"not_paired", "", {"Điện thoại đã bị ngắt.", "The pairing was ended."}}));
    return handler(request);
  };
  phone_router_.add(std::move(theirs));
  route.guard = access_.guard(ask);
  router_.add(std::move(route));
}

till::Desk LocalApi::desk_of(const net::Request& request) const {
  const auto* phone = phones_.find(request.principal);
  return {request.principal, phone ? phone->exhibitor : ""};
}

// ---- writing -------------------------------------------------------------------------------------------------------------

void LocalApi::add_writing() {
  const auto post = [this](const std::string& path, Ask ask, net::Handler handler, const char* summary) {
    net::Route route;
    route.method = "POST";
    route.pattern = "/api/v1/" + path;
    route.handler = std::move(handler);
    route.max_body = till::kMaxRequestBytes;
    route.summary = summary;
    add(std::move(route), ask);
  };
  for (const auto& use_case : till::writing_use_cases())
    post(
        use_case.path, use_case.once ? Ask::writing : Ask::saving,
        [this, &use_case](net::Request& request) { return write(use_case, request); }, use_case.summary);
  post(
      "sync-now", Ask::writing, [this](net::Request& request) { return sync_now(request); }, "Try to reach the server now");
  post(
      "server", Ask::writing, [this](net::Request& request) { return move_server(request); },
      "The server is at another address now");
}

asio::awaitable<net::Response> LocalApi::write(const till::WritingUseCase& use_case, net::Request& request) {
  auto body = till::parse_request(request.body);
  if (!body) co_return refused(body.problem());
  till::Call call{use_case.path,    use_case.run,  std::move(*body),     request.header("idempotency-key"),
                  lang_of(request), use_case.once, use_case.after_close, desk_of(request)};
  auto answer = std::make_shared<till::Answer>();
  const db::JournalStore::Job job = till_.job(std::move(call), answer);
  std::exception_ptr error;
  try {
    co_await agent::durable(till_.store(), job);
  } catch (...) {
    error = std::current_exception();
  }
  till_.settle(*answer, error);
  if (answer->problem) {
    if (status_of(*answer->problem) >= 500) spdlog::error("{}: {}", use_case.path, answer->problem->what.en);
    co_return refused(*answer->problem);
  }
  // An entry does not name the desk it was written at: a phone that was lost is looked up here.
  if (!request.principal.empty()) spdlog::info("phone {}: {} {}", request.principal, use_case.path, last_entry(answer->value));
  net::Response response = net::json_response(answer->value.dump());
  if (answer->replayed) response.headers["idempotency-replayed"] = "true";
  co_return response;
}

asio::awaitable<net::Response> LocalApi::sync_now(net::Request& request) {
  if (!agent_)
    co_return refused(
        {"no_agent", "", {"Chưa chạy `phien-pos run` nên chưa gửi đi được.", "Nothing sends: `phien-pos run` is not running."}});
  agent_->hurry();
  co_return net::json_response(status(lang_of(request), desk_of(request)).dump());
}

asio::awaitable<net::Response> LocalApi::move_server(net::Request& request) {
  auto body = till::parse_request(request.body);
  if (!body) co_return refused(body.problem());
  std::string address;
  try {
    till::Fields fields(*body, "");
    address = fields.text("server", 400);
    fields.done();
  } catch (const till::Refusal& refusal) {
    co_return refused(refusal.problem);
  }
  const auto moved = co_await find_server(address);
  if (!moved) co_return refused(moved.problem());
  server_ = *moved;
  if (agent_) agent_->move(server_);
  co_return net::json_response(status(lang_of(request), desk_of(request)).dump());
}

// ---- reading -------------------------------------------------------------------------------------------------------------

asio::awaitable<net::Response> LocalApi::aside(std::function<net::Response()> work) {
  const auto executor = co_await asio::this_coro::executor;
  auto response = std::make_shared<net::Response>();
  std::function<void(net::Callback)> start = [this, response, work = std::move(work)](net::Callback done) {
    asio::post(worker_, [response, work, done] {
      std::exception_ptr failed;
      try {
        *response = work();
      } catch (...) {
        failed = std::current_exception();
      }
      done(failed);
    });
  };
  auto waiting = net::wait_for_callback(executor, std::move(start));
  co_await std::move(waiting);
  co_return std::move(*response);
}

void LocalApi::get(const char* pattern, const char* summary, Pace pace,
                   std::function<json(const till::View&, const net::Request&)> read) {
  net::Route route;
  route.method = "GET";
  route.pattern = pattern;
  route.summary = summary;
  route.handler = [this, pace, read = std::move(read)](net::Request& request) {
    // Asked on this thread: `work` may run beside it.
    const auto work = [this, &read, &request, desk = desk_of(request)]() -> net::Response {
      try {
        return net::json_response(till_
                                      .read(
                                          lang_of(request), [&](const till::View& view) { return read(view, request); }, desk)
                                      .dump());
      } catch (const till::Refusal& refusal) {
        return refused(refusal.problem);
      }
    };
    return pace == Pace::slow ? aside(work) : answered(work());
  };
  add(std::move(route), Ask::reading);
}

void LocalApi::add_reading() {
  using till::View;
  get("/api/v1/catalogue", "Goods, prices and offers of this till", Pace::quick,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        return till::catalogue_view(view);
      });
  get("/api/v1/stock", "What is on hand", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {"exhibitor", "product"});
    return till::stock_view(view, id_parameter(request, "exhibitor"), id_parameter(request, "product"));
  });
  get("/api/v1/sales", "The latest receipts, newest first", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {"limit"});
    return till::sales_view(view, limit_of(request));
  });
  get("/api/v1/sales/{receipt}", "One receipt, as printed", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::sale_view(view, request.params.at("receipt"));
  });
  get("/api/v1/shift", "Open drawers", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::shift_view(view);
  });
  get("/api/v1/transfers", "Transfers, claimed and confirmed", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::transfers_view(view);
  });
  get("/api/v1/shifts", "All shifts of this till, open and closed", Pace::quick,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        return till::shifts_view(view);
      });
  get("/api/v1/shifts/{shift}", "What a closed shift hands in, per exhibitor", Pace::slow,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        return till::shift_slip_view(view, request.params.at("shift"));
      });
  get("/api/v1/orders", "Orders that are neither delivered nor cancelled", Pace::slow,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        if (view.me.is_phone()) till::require_somebody(view);  // a lost phone shows nobody's name and number
        return till::orders_view(view);
      });
  get("/api/v1/leads", "Buyers met at this till, the latest first", Pace::quick,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        if (view.me.is_phone()) till::require_somebody(view);
        return till::leads_view(view);
      });
  get("/api/v1/visitors", "Visitors counted", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::visitors_view(view);
  });
  get("/api/v1/scan", "What a code that was scanned means here", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {"code"});
    const auto code = parameter(request, "code");
    if (!code || code->empty() || code->size() > scan::kMaxTextBytes)
      till::refuse("bad_value", "code", {"Cần một mã dài 1–2048 byte.", "A code of 1 to 2048 bytes is needed."});
    return till::scan_view(view, *code);
  });
  get("/api/v1/drafts", "Baskets on the screen and parked, the last sale, settings", Pace::quick,
      [](const View& view, const net::Request& request) {
        only_parameters(request, {});
        return till::drafts_view(view);
      });
  get("/api/v1/printer", "The printer, and what waits for it", Pace::quick, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::printer_view(view);
  });
  get("/api/v1/journal/verify", "Checks every journal here", Pace::slow, [](const View& view, const net::Request& request) {
    only_parameters(request, {});
    return till::journal_verify(view);
  });

  net::Route status_route;
  status_route.method = "GET";
  status_route.pattern = "/api/v1/status";
  status_route.summary = "What is safe where, what waits, whether this till can sell";
  status_route.handler = [this](net::Request& request) {
    return answered(net::json_response(status(lang_of(request), desk_of(request)).dump()));
  };
  add(std::move(status_route), Ask::reading);

  net::Route export_route;
  export_route.method = "GET";
  export_route.pattern = "/api/v1/journal/export";
  export_route.summary = "The journals of this device, as a file";
  export_route.handler = [this](net::Request&) {
    return aside([this] {
      net::Response response;
      response.content_type = "text/plain; charset=utf-8";
      till_.read(Lang::vi, [&](const View& view) { return response.body = till::journals_text(view.books), json(); });
      return response;
    });
  };
  add(std::move(export_route), Ask::reading);
}

json LocalApi::status(Lang lang, const till::Desk& desk) {
  const auto obstacle = till_.obstacle();
  const auto show = [&](const till::View& view) {
    agent::AgentStatus link;
    if (agent_) {
      link = agent_->status();
    } else {
      link.link = agent::link_from_text(view.books.meta(agent::link_key(view.me)));
      if (link.link.sent.acknowledged.seq < view.branch.head.seq)
        link.problem_up = Problem{"not_running",
                                  "",
                                  {"Máy bán không chạy ở đây nên không gửi gì đi: hãy chạy phien-pos run.",
                                   "The till is not running here, so nothing is sent: run phien-pos run."}};
    }
    json now = status_json(view, server_, link, obstacle);
    now["battery"] = battery ? battery() : json();
    now["phone"] = nullptr;
    if (const auto* last = phones_.latest(); desk.id.empty() && !phones_.urls().empty()) {
      now["phones"] = {{"paired", phones_.all().size()}};
      if (last)
        now["phones"]["latest"] = {{"at", last->paired + view.time() - view.now.wall},
                                   {"exhibitor", last->exhibitor},
                                   {"id", last->id},
                                   {"name", last->name}};
    }
    if (const auto* phone = phones_.find(desk.id)) now["phone"] = {{"exhibitor", phone->exhibitor}, {"name", phone->name}};
    return now;
  };
  return till_.read(lang, show, desk);
}

// ---- pages and machines ----------------------------------------------------------------------------------------------------

void LocalApi::add_pages() {
  const auto anyone = [this](const char* pattern, const char* summary, net::Handler handler) {
    net::Route route;
    route.method = "GET";
    route.pattern = pattern;
    route.summary = summary;
    route.handler = std::move(handler);
    add(std::move(route), Ask::open);
  };
  const auto page = [this](net::Request& request) { return answered(web::asset_response(assets_, request)); };
  anyone("/", "The till", page);
  anyone("/assets/{file}", "What the till's page loads", page);
  anyone("/start/{once}", "Opens a session by a one-time link", [this](net::Request& request) { return start(request); });
  anyone("/healthz", "Is it alive", [](net::Request&) { return answered(net::json_response(R"({"status":"ok"})")); });
  anyone("/metrics", "For Prometheus", [this](net::Request& request) { return metrics(request); });
  anyone("/api/v1/openapi.json", "This API",
         [](net::Request&) { return answered(net::json_response(std::string(openapi_json()))); });
}

asio::awaitable<net::Response> LocalApi::start(net::Request& request) {
  auto cookie = access_.use_link(request.params.at("once"));
  if (!cookie)
    co_return net::refusal(
        403, {"bad_link", "", {"Liên kết này đã dùng hoặc không đúng.", "That link was used already, or is wrong."}});
  net::Response response;
  response.status = 303;
  response.headers["location"] = "/";
  response.headers["set-cookie"] = *cookie;
  co_return response;
}

asio::awaitable<net::Response> LocalApi::metrics(net::Request&) {
  const json now = status(Lang::en, {});
  std::string text;
  const auto line = [&](const char* name, const char* type, const char* help, std::int64_t value) {
    text += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " +
            std::to_string(value) + "\n";
  };
  line("phien_pos_entries", "counter", "Entries saved in this terminal's journal.", now["saved"]["seq"].get<std::int64_t>());
  line("phien_pos_waiting", "gauge", "Entries the server has not acknowledged.", now["waiting"].get<std::int64_t>());
  line("phien_pos_online", "gauge", "1 while the server answers.", now["online"].get<bool>() ? 1 : 0);
  line("phien_pos_can_sell", "gauge", "0 when this till cannot sell.", now["can_sell"].get<bool>() ? 1 : 0);
  line("phien_pos_problems", "gauge", "Problems shown to the seller.", static_cast<std::int64_t>(now["problems"].size()));
  line("phien_pos_resident_bytes", "gauge", "Memory of this process.", resident_bytes());
  line("phien_pos_failed_tasks_total", "counter", "Tasks that ended by an error nobody expected.",
       static_cast<std::int64_t>(net::failed_tasks()));
  if (counters) line("phien_pos_requests_total", "counter", "Requests answered.", static_cast<std::int64_t>(counters().requests));
  net::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  co_return response;
}

}  // namespace phien::api
