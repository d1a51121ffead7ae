// A till over a memory store that has heard a server: a fair of three exhibitors with a handful of goods, and a clock to turn.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "db/memory/memory_store.hpp"
#include "pos/till/till.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/clock.hpp"

namespace phien::test {

using nlohmann::json;

inline constexpr Milliseconds kOpening = 1'747'274'400'000;  // 2025-05-15 09:00 in the fair's zone

struct HandClock : Clock {
  Reading reading{std::string(32, 'a'), 1'000, kOpening};
  Reading now() const override { return reading; }
  void pass(Milliseconds ms) { reading.up += ms, reading.wall += ms; }
};

// Goods: A1 25,000 (wholesale 20,000 from 24) · A2 20,000 · AW 52,000/kg by weight · B1 33,300 · B2 10,100 · C1 7,700 (VAT shown,
// 8 %).
struct Booth {
  // `holder` "": every exhibitor holds its own money.
  explicit Booth(std::vector<std::string> exhibitors = {"EXA"}, std::string holder = "");

  json must(const std::string& path, const json& request, const std::string& key = "");
  // The code of the refusal; "" if it was not refused.
  std::string refused(const std::string& path, const json& request);
  Problem problem(const std::string& path, const json& request);
  till::Answer perform(const std::string& path, const json& request, const std::string& key = "");
  // The server writes these, and they have come down here.
  void hear(std::vector<journal::Body> bodies);
  // A reading of the server's clock, which is this device's.
  void meet_server();
  // The same store opened by a new process.
  void restart();
  // The entries of the own journal.
  std::vector<journal::Entry> entries() const;
  std::vector<journal::Entry> last_unit() const;
  Quantity on_hand(const std::string& exhibitor, const std::string& product, const std::string& place = "booth") const;

  HandClock clock;
  std::unique_ptr<db::JournalStore> store = db::open_memory();
  SecretKey root = SecretKey::generate(), server = SecretKey::generate(), key = SecretKey::generate();
  std::vector<std::string> exhibitors;
  std::string holder;
  std::optional<Problem> obstacle;
  std::unique_ptr<till::Till> till;

 private:
  void hear_server();
  int keys_ = 0;
};

// {"product":…, "qty":…}
json line(const char* product, const char* qty);
json lines(std::initializer_list<json> list);

}  // namespace phien::test
