#include "server/commands/context.hpp"

#include <unistd.h>

#include <cctype>
#include <chrono>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/api/route.hpp"
#include "server/files.hpp"
#include "server/hub/hub.hpp"
#include "shared/net/target.hpp"

namespace phien::server {

using nlohmann::json;

namespace {

// A line on stderr now and then, so that a person sees that it goes on.
class ProgressLine {
 public:
  ProgressLine(Lang lang, const Message& what) : lang_(lang), what_(what.in(lang).empty() ? "" : what.in(lang) + ": ") {}
  void operator()(std::int64_t done, std::int64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (total <= 0 || now - last_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5'000))) return;
    last_ = now;
    std::fprintf(stderr, lang_ == Lang::vi ? "%sđã xong %lld/%lld (%d%%)%s" : "%s%lld of %lld done (%d%%)%s", what_.c_str(),
                 static_cast<long long>(done), static_cast<long long>(total), static_cast<int>(done * 100 / total),
                 terminal_ ? "   \r" : "\n");
    std::fflush(stderr);
  }

 private:
  Lang lang_;
  std::string what_;
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

std::shared_ptr<Clock> Context::clock() const { return clock_file.empty() ? system_clock() : file_clock(clock_file); }

Progress Context::progress(const Message& what) const { return ProgressLine(lang, what); }

void Context::say(const Message& message) const { std::fprintf(json ? stderr : stdout, "%s\n", message.in(lang).c_str()); }

namespace {

constexpr std::chrono::hours kLongestAnswer{2};  // a rebuild or a verification of a whole fair
constexpr std::size_t kLargestAnswer = std::size_t{1} << 31;

Exit exit_of(int status, const std::string& code) {
  if (code == "store_full" || code == "store_failed" || code == "busy") return Exit::store;
  if (status == 400 || status == 413) return Exit::bad_input;
  return Exit::refused;
}

Failure failure_of(const net::Response& response) {
  const json answer = json::parse(response.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("error"))
    return {Exit::refused,
            {"refused",
             "",
             {"Máy chủ từ chối (" + std::to_string(response.status) + ").",
              "The server refused (" + std::to_string(response.status) + ")."}}};
  const json& error = answer["error"];
  Problem problem{
      error.value("code", ""), error.value("where", ""), {error["message"].value("vi", ""), error["message"].value("en", "")}};
  return {exit_of(response.status, problem.code), std::move(problem)};
}

}  // namespace

struct Caller::State {
  const Context& context;
  asio::io_context io{1};
  std::unique_ptr<House> house;  // opened here,
  std::unique_ptr<Hub> hub;      // or that of a hub,
  net::Router router;
  std::unique_ptr<net::HttpClient> client;  // or running elsewhere
  std::string token;

  explicit State(const Context& of) : context(of) {}

  void open() {
    try {
      if (std::filesystem::exists(HubPaths{context.paths.directory}.settings())) return open_hub();
      auto opened = House::open(io.get_executor(), context.paths, context.clock(), context.progress());
      if (!opened) throw Failure{Exit::refused, opened.problem()};
      house = std::move(*opened);
      house->progress = context.progress();
      token = house->admin_token();
      api::add_all_routes(router, *house);
    } catch (const db::StoreBusy&) {
      connect();
    }
  }

  void open_hub() {
    auto opened = Hub::open(io.get_executor(), HubPaths{context.paths.directory}, context.clock());
    if (!opened) throw Failure{Exit::refused, opened.problem()};
    hub = std::move(*opened);
    token = hub->admin_token();
  }

  void connect() {
    const auto running = read_file(context.paths.running());
    const json state = running ? json::parse(*running, nullptr, false) : json();
    const auto secret = read_file(context.paths.admin_token());
    if (!state.is_object() || !state.contains("port") || !secret)
      throw Failure{Exit::store,
                    {"store_busy",
                     context.paths.store(),
                     {"Dữ liệu đang được một lệnh khác dùng.", "The data is in use by another command."}}};
    token = secret->substr(0, secret->find('\n'));
    net::ClientOptions options;
    options.max_body = kLargestAnswer;
    client = std::make_unique<net::HttpClient>(io.get_executor(), "http://127.0.0.1:" + state["port"].dump(), options);
  }

  asio::awaitable<net::Response> answer(std::string method, std::string target, std::string body) {
    if (!context.fair.empty()) target = "/fairs/" + context.fair + target;
    if (!client) {
      net::Request request;
      request.method = std::move(method);
      if (!net::parse_target(target, request.path, request.query))
        throw std::logic_error("a command made a bad target: " + target);
      request.headers.add("authorization", "Bearer " + token);
      request.body = std::move(body);
      request.remote = "127.0.0.1";
      request.loopback = true;
      const net::Router& routes = hub ? hub->router() : router;
      co_return co_await routes.handle(request);
    }
    std::map<std::string, std::string> headers;
    headers["Authorization"] = "Bearer " + token;
    headers["Content-Type"] = "application/json";
    const std::chrono::milliseconds deadline = kLongestAnswer;
    Result<net::Response> response = co_await client->request(method, target, body, headers, deadline);
    if (!response) throw Failure{Exit::network, response.problem()};
    co_return std::move(*response);
  }

  net::Response run(std::string method, std::string target, std::string body) {
    bool done = false;
    std::exception_ptr failed;
    net::Response response;
    const auto finish = [&](std::exception_ptr thrown, net::Response got) {
      done = true;
      failed = thrown;
      response = std::move(got);
    };
    asio::co_spawn(io, answer(std::move(method), std::move(target), std::move(body)), finish);
    io.restart();
    while (!done && io.run_one() > 0) {}
    if (failed) std::rethrow_exception(failed);
    return response;
  }
};

Caller::Caller(const Context& context) : state_(std::make_unique<State>(context)) { state_->open(); }
Caller::~Caller() = default;

net::Response Caller::call(const std::string& method, const std::string& target, const std::string& body) {
  net::Response response = state_->run(method, target, body);
  if (response.status < 200 || response.status > 299) throw failure_of(response);
  return response;
}

json Caller::call_json(const std::string& method, const std::string& target, const json& body) {
  return json::parse(call(method, target, body.is_null() ? "" : body.dump()).body);
}

json Caller::list(const std::string& path, std::map<std::string, std::string> query) {
  json all = call_json("GET", with_query(path, query));
  while (all.contains("next")) {
    query["after"] = all["next"].dump();
    json more = call_json("GET", with_query(path, query));
    for (json& row : more["rows"]) all["rows"].push_back(std::move(row));
    all.erase("next");
    if (more.contains("next")) all["next"] = more["next"];
  }
  return all;
}

std::string with_query(const std::string& path, const std::map<std::string, std::string>& query) {
  std::string target = path;
  for (const auto& [name, value] : query) {
    target += (target.find('?') == std::string::npos ? "?" : "&") + name + "=";
    for (const char c : value) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '~';
      target += plain ? std::string(1, c) : "%" + hex(std::string_view(&c, 1));
    }
  }
  return target;
}

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

}  // namespace phien::server
