#include "pos/commands/context.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include <boost/asio/this_coro.hpp>

#include "db/sqlite/sqlite_store.hpp"
#include "pos/agent/move.hpp"
#include "pos/api/local_api.hpp"
#include "pos/commands/opening.hpp"
#include "pos/home/home.hpp"
#include "shared/bytes.hpp"
#include "shared/net/run.hpp"
#include "shared/net/target.hpp"

namespace phien::commands {

namespace asio = boost::asio;

namespace {

// How long a command waits for another one that holds the store just now.
constexpr std::chrono::milliseconds kPatience{10'000}, kPause{20};

struct Asked {
  std::string method, target, body, token, key;
};

std::map<std::string, std::string> headers_of(const Asked& asked, unsigned short port) {
  std::map<std::string, std::string> headers{{"authorization", "Bearer " + asked.token}};
  if (port == 0) headers["host"] = "127.0.0.1:0";  // in-process; the client names the real one
  if (asked.method == "GET") return headers;
  headers["content-type"] = "application/json";
  headers["idempotency-key"] = asked.key;
  return headers;
}

asio::awaitable<void> ask_running(asio::any_io_executor executor, unsigned short port, const Asked& asked,
                                  std::optional<Result<net::Response>>& answer) {
  net::ClientOptions options;
  options.max_body = 512 * 1024 * 1024;  // an exported journal
  options.answer_deadline = std::chrono::minutes(10);
  net::HttpClient client(executor, "http://127.0.0.1:" + std::to_string(port), options);
  const auto headers = headers_of(asked, port);
  const std::chrono::milliseconds deadline{0};
  answer = co_await client.request(asked.method, asked.target, asked.body, headers, deadline);
}

// The running program's answer; nothing when it cannot be reached (it has just gone, or is not there yet).
std::optional<net::Response> by_running_program(const home::Home& home, const Asked& asked) {
  const auto running = home.running();
  if (!running) return std::nullopt;
  std::optional<Result<net::Response>> answer;
  net::run_to_end([&](asio::any_io_executor executor) { return ask_running(executor, running->port, asked, answer); });
  if (!answer || !answer->ok()) return std::nullopt;
  return std::move(**answer);
}

asio::awaitable<void> ask_handlers(const net::Router& router, net::Request& request, net::Response& response) {
  auto answer = co_await router.handle(request);
  response = std::move(answer);
}

asio::awaitable<Result<std::string>> find_server(const home::Home& home, till::Till& till, std::string address,
                                                 const Clock& clock) {
  const auto executor = co_await asio::this_coro::executor;
  auto found = co_await agent::move_to(executor, home, till, std::move(address), clock);
  co_return found;
}

net::Response in_process(const Context& context, const home::Home& home, db::JournalStore& store, const Asked& asked) {
  const auto clock = context.clock();
  const home::Keys keys = enrolled_keys(home);
  const auto till = open_till(store, *clock, home, keys);
  api::LocalApi api(*till, keys.server, asked.token, nullptr);
  api.access().set_port(0);
  api.find_server = [&](std::string address) { return find_server(home, *till, std::move(address), *clock); };
  net::Request request;
  request.method = asked.method;
  if (!net::parse_target(asked.target, request.path, request.query)) throw std::logic_error("no target: " + asked.target);
  for (const auto& [name, value] : headers_of(asked, 0)) request.headers.add(name, value);
  request.body = asked.body;
  request.remote = "127.0.0.1";
  request.loopback = true;
  net::Response response;
  net::run_to_end([&](asio::any_io_executor) { return ask_handlers(api.router(), request, response); });
  return response;
}

Exit exit_of(int status) {
  if (status == 400 || status == 413) return Exit::bad_input;
  return status >= 500 ? Exit::store : Exit::refused;
}

Problem problem_in(const net::Response& response) {
  const json answer = json::parse(response.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("error"))
    return {"failed", "", {"Lỗi không rõ.", "Unknown error, status " + std::to_string(response.status) + "."}};
  const json& error = answer["error"];
  return {error.value("code", "failed"),
          error.value("where", ""),
          {error["message"].value("vi", ""), error["message"].value("en", "")}};
}

}  // namespace

std::unique_ptr<Clock> Context::clock() const { return clock_file.empty() ? system_clock() : file_clock(clock_file); }

void Context::say(const Message& message) const {
  if (!json_output) std::printf("%s\n", message.in(lang).c_str());
}

net::Response Caller::call(const std::string& method, const std::string& path, const std::string& body) {
  const home::Home home(context_.data);
  enrolled_keys(home);
  std::string target = path;
  if (context_.lang == Lang::en) target += (target.find('?') == std::string::npos ? "?" : "&") + std::string("lang=en");
  // The same key for every try of this command: whoever did it, it was done once.
  const Asked asked{method, target, body, home.local_token(), context_.key.empty() ? random_hex(16) : context_.key};
  const auto end = std::chrono::steady_clock::now() + kPatience;
  net::Response response;
  for (;;) {
    std::unique_ptr<db::JournalStore> store;
    try {
      store = db::open_sqlite(home.store_path());
    } catch (const db::StoreBusy&) {
      if (auto answer = by_running_program(home, asked)) {
        response = std::move(*answer);
        break;
      }
      if (std::chrono::steady_clock::now() >= end) throw;
      std::this_thread::sleep_for(kPause);
      continue;
    }
    response = in_process(context_, home, *store, asked);
    break;
  }
  if (response.status >= 300) throw Failure{exit_of(response.status), problem_in(response)};
  return response;
}

int post(const Context& context, const std::string& path, const json& request, const Print& print) {
  std::string body;
  try {
    body = request.dump();
  } catch (const json::exception&) {
    throw Failure{Exit::bad_input,
                  {"bad_value", "", {"Chữ trên dòng lệnh không phải UTF-8.", "The text on the command line is not UTF-8."}}};
  }
  const auto response = Caller(context).call("POST", "/api/v1/" + path, body);
  if (context.json_output)
    std::printf("%s\n", response.body.c_str());
  else
    print(json::parse(response.body));
  return 0;
}

int get(const Context& context, const std::string& path, const Print& print) {
  const auto response = Caller(context).call("GET", "/api/v1/" + path);
  if (context.json_output)
    std::printf("%s\n", response.body.c_str());
  else
    print(json::parse(response.body));
  return 0;
}

Print noted(const Context& context) {
  return [&context](const json& answer) {
    const std::string hash = answer.at("entries").at(0).at("hash").get<std::string>().substr(0, 8);
    context.say({"Đã ghi (" + hash + ").", "Noted (" + hash + ")."});
  };
}

void print_receipts(const Context& context, const json& answer) {
  for (const auto& receipt : answer.at("receipts")) std::printf("%s\n", receipt.at("text").get<std::string>().c_str());
  for (const auto& payment : answer.at("payments")) {
    if (!payment.contains("pay_ref")) continue;
    const std::string ref = payment.at("pay_ref"), amount = format_dong(payment.at("amount").get<Dong>());
    context.say({"Chuyển khoản " + amount + ", nội dung: " + ref, "Transfer of " + amount + ", reference: " + ref});
    if (payment.contains("vietqr")) std::printf("VietQR: %s\n", payment.at("vietqr").get<std::string>().c_str());
  }
  if (const Dong change = answer.value("change", Dong{0}); change > 0)
    context.say({"Thối lại: " + format_dong(change), "Change: " + format_dong(change)});
  const json status = json::parse(Caller(context).call("GET", "/api/v1/status").body);
  for (const json& problem : status.at("problems"))
    if (problem.at("code") == "revoked")
      std::fprintf(stderr, "! %s\n", problem.at("message").at(context.lang == Lang::vi ? "vi" : "en").get<std::string>().c_str());
}

json item_json(const std::string& text) {
  json item = json::object();
  const auto price = text.rfind('@');
  const auto quantity = text.find('=');
  const std::string code = text.substr(0, std::min(quantity, price));
  const bool digits = code.size() >= 8 && is_digits(code);
  item[digits ? "barcode" : "product"] = code;
  item["qty"] = quantity == std::string::npos
                    ? "1"
                    : text.substr(quantity + 1, price == std::string::npos ? std::string::npos : price - quantity - 1);
  if (price != std::string::npos) item["price"] = text.substr(price + 1);
  return item;
}

json items_json(const std::vector<std::string>& texts) {
  json items = json::array();
  for (const auto& text : texts) items.push_back(item_json(text));
  return items;
}

void put(json& request, const char* name, const std::string& text) {
  if (!text.empty()) request[name] = text;
}

}  // namespace phien::commands
