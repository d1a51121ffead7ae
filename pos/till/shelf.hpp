// What stands on the shelf as far as this till knows: the server's figures (other tills included) with own entries on top, or the
// own books alone where the server never told. What is written of a count's difference is shown to the seller, not posted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pos/till/work.hpp"
#include "shared/sync/feed.hpp"

namespace phien::till {

inline constexpr Milliseconds kSoonMs = 7LL * 86'400'000;  // goods that expire within a week are shown as such

std::vector<sync::FeedRow> shelf(const ledger::Reader& books, const Identity& me, const sync::FeedStock* stock);

// "expired", "soon" or "fresh": of goods that name the last day on which they are good.
const char* expiry_of(const catalogue::Product& product, Milliseconds now);

// What goods of this quantity are worth at the price on the shelf; nothing below zero is worth anything.
Dong worth(const catalogue::Product& product, Quantity qty);

// One line of a count against what the till expected.
struct Counted {
  const catalogue::Product* product = nullptr;
  Quantity expected = 0, counted = 0;
  bool sold = false;  // what is missing was sold and not rung up
  Quantity missing() const { return expected > counted ? expected - counted : 0; }
};
json counted_json(const std::vector<Counted>& lines);

}  // namespace phien::till
