#include "tests/simulation/world.hpp"

#include <fmt/format.h>

namespace phien::simulation {

namespace {
constexpr std::size_t kKeptLines = 400;
constexpr std::int64_t kMostEvents = 2'000'000;  // of one run: far above any honest one
}  // namespace

void Tally::operator+=(const Tally& o) {
  for (const auto& [kind, count] : o.faults) faults[kind] += count;
  sales += o.sales, entries += o.entries, refused += o.refused, events += o.events, messages += o.messages;
}

void World::at(Milliseconds when, std::function<void()> what) {
  events_.emplace(std::pair(when < now_ ? now_ : when, ++events_made_), std::move(what));
}

void World::run_until(Milliseconds end) {
  while (!events_.empty() && events_.begin()->first.first <= end) {
    if (++tally.events > kMostEvents) throw Violation("I10", "the run does not come to an end");
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  now_ = end;
}

void World::trace(const std::string& who, const std::string& what) {
  const Milliseconds since = now_ - kOpening;
  lines_.push_back(fmt::format("{:3}:{:02}:{:02}.{:03} {:<6} {}", since / kHour, since / kMinute % 60, since / kSecond % 60,
                               since % kSecond, who, what));
  digest(lines_.back());
  if (lines_.size() > kKeptLines) lines_.pop_front();
}

void World::fault(const std::string& kind, const std::string& who, const std::string& what) {
  ++tally.faults[kind];
  trace(who, "FAULT " + kind + (what.empty() ? "" : ": " + what));
}

void World::digest(std::string_view more) {
  for (const char c : more) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
}

Reading DeviceClock::now() const {
  const Milliseconds since = world_.now() - booted_;
  const Milliseconds drifted = since * ppm_ / 1'000'000;
  return {boot_, since + drifted, world_.now() + ahead_ + drifted};
}

}  // namespace phien::simulation
