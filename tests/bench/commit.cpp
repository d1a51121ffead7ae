#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "db/sqlite/sqlite_store.hpp"
#include "pos/home/home.hpp"
#include "pos/till/use_cases.hpp"
#include "tests/bench/measurements.hpp"

namespace phien::bench {
namespace {

using nlohmann::json;

template <class Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class AppendedFile {
 public:
  explicit AppendedFile(const std::string& path) : fd_(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error("cannot write " + path);
  }
  ~AppendedFile() { ::close(fd_); }
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;
  void append() const {
    static constexpr std::array<char, 4096> kPage{};
    if (::write(fd_, kPage.data(), kPage.size()) != static_cast<ssize_t>(kPage.size()) || ::fdatasync(fd_) != 0)
      throw std::runtime_error("append failed");
  }

 private:
  int fd_;
};

}  // namespace

json measure_commit(const json& config) {
  const home::Home home(config.at("data").get<std::string>());
  const auto keys = home.keys();
  if (!keys) throw std::runtime_error("the till is not enrolled");
  const auto clock = system_clock();
  const auto store = db::open_sqlite(home.store_path());
  till::Till till(*store, *clock, keys->current, till::Beginning{"phien-bench", "bench", {}, ""});
  const std::vector<std::string> products = config.at("products");
  std::size_t number = 0;
  const auto sell = [&] {
    json lines = json::array();
    for (std::size_t i = 0; i < 2 + number % 2; ++i)  // 2.5 on average
      lines.push_back({{"product", products[(number + i) % products.size()]}, {"qty", 1 + static_cast<int>((number + i) % 3)}});
    const json payments = json::array({{{"method", number % 3 == 0 ? "transfer" : "cash"}}});
    const auto answer = till.perform({"sales", till::sell, {{"lines", lines}, {"payments", payments}}, random_hex(16), Lang::vi});
    if (answer.problem) throw std::runtime_error("a sale was refused: " + answer.problem->code + " " + answer.problem->where);
    ++number;
  };
  const AppendedFile file(config.at("directory").get<std::string>() + "/appended");
  const int rounds = config.at("rounds"), pairs = config.at("pairs");
  for (int i = 0; i < 5; ++i) sell(), file.append();  // caches filled, files there
  json ours = json::array(), reference = json::array();
  for (int round = 0; round < rounds; ++round) {
    json sales = json::array(), appends = json::array();
    for (int i = 0; i < pairs; ++i) {
      appends.push_back(seconds([&] { file.append(); }));
      sales.push_back(seconds(sell));
    }
    ours.push_back(std::move(sales));
    reference.push_back(std::move(appends));
  }
  return {{"ours", ours}, {"reference", reference}};
}

}  // namespace phien::bench
