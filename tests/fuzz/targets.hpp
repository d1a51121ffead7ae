// What is fuzzed. A target takes any bytes and returns when the program did what it must with them; where it did not, it aborts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

namespace phien::fuzz {

void entry(std::string_view input);  // bytes of an entry: simdjson's reading of them against nlohmann's
void sync(std::string_view input);   // batches as they come over the wire, into a store in memory
void lists(std::string_view input);  // the organizer's lists
void codes(std::string_view input);  // what scanners read and screens show: barcodes, QR codes
void http(std::string_view input);   // a connection's bytes, to the server's own routes

// What must be. Says what was not, and aborts: libFuzzer keeps the input that did it.
void must(bool holds, std::string_view what);

// Dice of a mutation; libFuzzer gives the seed.
struct Dice {
  explicit Dice(unsigned seed) : engine(seed) {}
  std::size_t below(std::size_t n) { return n == 0 ? 0 : engine() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::mt19937 engine;
};

// Changes some bytes: libFuzzer's own mutation, where there is one.
using MutateBytes = std::string (*)(std::string bytes, std::size_t max_size);

// Mutators that know the form, so that what they make is not refused at the door.
nlohmann::json mutate_json(nlohmann::json value, Dice& dice, MutateBytes bytes);
std::string mutate_entry(std::string_view input, Dice& dice, MutateBytes bytes);  // canonical again
std::string mutate_sync(std::string_view input, Dice& dice, MutateBytes bytes);   // chained and sealed again

}  // namespace phien::fuzz
