// The first run at a page: the fair, the organizer's account, the recovery kit. Whoever has the code of the link printed by
// `serve` may; and only until it is over.
#include "server/access/passwords.hpp"
#include "server/api/fields.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

const char* name_of(FirstRun::Step step) {
  return step == FirstRun::Step::fair ? "fair" : step == FirstRun::Step::kit ? "kit" : "done";
}

FirstRun& need_run(FirstRun* run) {
  if (!run) throw Refusal(409, {"exists", "", {"Phiên chợ đã được mở.", "The fair has been opened already."}});
  return *run;
}

void need_code(const FirstRun& run, Fields& in) {
  if (!run.is_code(in.text("code", 64)))
    throw Refusal(403,
                  {"bad_code",
                   "code",
                   {"Hãy mở trang bằng liên kết mà máy chủ đã in ra.", "Open the page by the link that the server printed."}});
}

asio::awaitable<net::Response> step(FirstRun* run, net::Request& request) {
  only_parameters(request, {});
  co_return ok({{"step", run ? name_of(run->step()) : "done"}});
}

asio::awaitable<net::Response> make_fair(FirstRun* of, net::Request& request) {
  if (auto no = wrong_origin(request)) co_return *no;
  FirstRun& run = need_run(of);
  Fields in(request.body);
  need_code(run, in);
  NewFair wanted;
  wanted.sample = in.flag("sample", false);
  if (!wanted.sample) wanted.fair = in.any("fair").value_or(json::object());
  wanted.account = in.id("account");
  wanted.name = in.text("name", 200);
  wanted.password = in.text("password", kMostPassword);
  in.done();
  run.make(wanted);
  co_return ok({{"step", name_of(run.step())}});
}

asio::awaitable<net::Response> give_kit(FirstRun* of, net::Request& request) {
  if (auto no = wrong_origin(request)) co_return *no;
  FirstRun& run = need_run(of);
  Fields in(request.body);
  need_code(run, in);
  in.done();
  net::Response response = net::json_response(run.kit_text());
  response.headers["Content-Disposition"] = "attachment; filename=\"bo-khoi-phuc.json\"";
  response.headers["Cache-Control"] = "no-store";
  co_return response;
}

asio::awaitable<net::Response> confirm_kit(FirstRun* of, net::Request& request, std::function<void()> finished) {
  if (auto no = wrong_origin(request)) co_return *no;
  FirstRun& run = need_run(of);
  Fields in(request.body);
  need_code(run, in);
  const std::string shown = in.verbatim("shown", 16 * 1024);
  in.done();
  if (!run.confirm(shown))
    throw Refusal(
        422, {"kit_not_shown",
              "shown",
              {"Đây không phải bộ khôi phục của phiên này. Hãy mở tệp đã lưu và nhập dòng \"check\", hoặc tải chính tệp đó lên.",
               "This is not this fair's recovery kit. Open the file you saved and enter its \"check\", or upload it."}});
  finished();
  co_return ok({{"step", "done"}});
}

void add_setup(net::Router& router, const char* method, const char* pattern, std::size_t max_body, net::Handler answer) {
  net::Route route;
  route.method = method;
  route.pattern = pattern;
  route.guard = net::open_to_all();  // who has the code
  route.max_body = max_body;
  route.handler = refusing(std::move(answer));
  router.add(std::move(route));
}

}  // namespace

void add_setup_routes(net::Router& router, FirstRun* run, std::function<void()> finished) {
  add_setup(router, "GET", "/api/v1/setup", 0, [run](net::Request& request) { return step(run, request); });
  add_setup(router, "POST", "/api/v1/setup/fair", kSmallBody, [run](net::Request& request) { return make_fair(run, request); });
  add_setup(router, "POST", "/api/v1/setup/kit", kSmallBody, [run](net::Request& request) { return give_kit(run, request); });
  add_setup(router, "POST", "/api/v1/setup/confirm", kSmallBody,
            [run, finished = std::move(finished)](net::Request& request) { return confirm_kit(run, request, finished); });
}

}  // namespace phien::server::api
