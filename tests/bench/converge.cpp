#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/bench/journals.hpp"
#include "tests/bench/measurements.hpp"
#include "tests/bench/wire.hpp"

namespace phien::bench {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::microseconds(250);   // between two looks at the other till: its agent needs the thread too
constexpr auto kBreath = std::chrono::milliseconds(15);  // between two sales
constexpr auto kPatience = std::chrono::seconds(10);

// One till's local API.
class Till {
 public:
  Till(const json& config, std::string exhibitor, std::string product)
      : port_(config.at("port")),
        client_(port_),
        token_(config.at("token")),
        exhibitor_(std::move(exhibitor)),
        product_(std::move(product)) {}

  void sell() {
    const std::string body = json{{"lines", {{{"product", product_}, {"qty", 1}}}}, {"payments", {{{"method", "cash"}}}}}.dump();
    client_.ask(
        fmt::format("POST /api/v1/sales HTTP/1.1\r\n{}Idempotency-Key: {}\r\nContent-Type: application/json\r\n"
                    "Content-Length: {}\r\n\r\n{}",
                    front(), random_hex(16), body.size(), body));
  }
  std::int64_t on_hand() {
    const json answer = json::parse(
        client_.ask(fmt::format("GET /api/v1/stock?exhibitor={}&product={} HTTP/1.1\r\n{}\r\n", exhibitor_, product_, front())));
    for (const json& row : answer.at("rows"))
      if (row.at("place") == "booth") return row.at("on_hand");
    throw std::runtime_error("the product is not in stock");
  }

 private:
  std::string front() const { return fmt::format("Host: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n", port_, token_); }

  unsigned short port_;
  Client client_;
  std::string token_, exhibitor_, product_;
};

// Seconds from the answer to a sale at `here` until `there` shows what is left.
double converge(Till& here, Till& there) {
  const std::int64_t before = there.on_hand();
  here.sell();
  const auto sold = Clock::now();
  while (there.on_hand() == before) {
    if (Clock::now() - sold > kPatience) throw std::runtime_error("the other till does not hear of a sale");
    std::this_thread::sleep_for(kLook);
  }
  return std::chrono::duration<double>(Clock::now() - sold).count();
}

// Sales of other terminals, until it goes.
class Background {
 public:
  Background(const Setup& setup, double rate, int seconds) {
    if (rate <= 0) return;
    std::vector<Writer> writers = writers_of(setup);
    const int terminals = static_cast<int>(writers.size());
    std::vector<std::vector<std::string>> openings;
    for (Writer& writer : writers) openings.push_back({writer.opening()});
    drive(setup.port, openings);
    const auto sales = plausible_sales(terminals, static_cast<int>(rate) * seconds / terminals, 20250516);
    requests_ = requests_of(writers, sales, 1);
    thread_ = std::thread([this, port = setup.port, rate] {
      try {
        drive(port, requests_, rate, &stop_);
      } catch (...) {
        failed_ = std::current_exception();
      }
    });
  }
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  // Throws what it met.
  void finish() {
    stop();
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::vector<std::vector<std::string>> requests_;
  std::atomic<bool> stop_{false};
  std::exception_ptr failed_;
  std::thread thread_;
};

}  // namespace

json measure_converge(const json& config) {
  const Setup setup = read_setup(config);
  const int rounds = config.at("rounds"), samples = config.at("samples");
  Till here(config.at("tills").at(0), config.at("exhibitor"), config.at("product"));
  Till there(config.at("tills").at(1), config.at("exhibitor"), config.at("product"));
  Echo echo;
  constexpr int kLongest = 40;  // seconds of background, far more than the samples take
  Background background(setup, config.at("rate"), kLongest);
  for (int i = 0; i < 5; ++i) converge(here, there);
  json ours = json::array(), reference = json::array();
  for (int round = 0; round < rounds; ++round) {
    json took = json::array(), trips = json::array();
    for (int i = 0; i < samples; ++i) {
      trips.push_back(echo.round_trip());
      took.push_back(converge(here, there));
      std::this_thread::sleep_for(kBreath);
    }
    ours.push_back(std::move(took));
    reference.push_back(std::move(trips));
  }
  background.finish();
  return {{"ours", ours}, {"reference", reference}};
}

}  // namespace phien::bench
