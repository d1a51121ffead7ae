// Open and parked baskets and the settings of a desk (this device, or a phone paired with it): durable here, never hashed, never
// synced. A power cut loses nothing of them, and a sale takes its basket out in the transaction that writes it: afterwards there
// is either the basket or the sale.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pos/till/settle.hpp"
#include "pos/till/work.hpp"

namespace phien::till {

inline constexpr const char* kDraftsKey = "drafts";
inline constexpr const char* kSettingsKey = "settings";
inline constexpr std::size_t kMaxDrafts = 20, kMaxBasketBytes = 24 * 1024, kMaxReserved = 20;

// A payment reference shown to a buyer before the sale: the entry gets the same one. For another amount there is another one.
struct Reserved {
  std::string holder;
  Dong amount = 0;
  std::string ref;
};
struct Draft {
  std::string id;        // chosen by the page, so that a repeated save makes no second basket
  std::int64_t rev = 0;  // counts saves
  bool parked = false;
  std::string label;
  Milliseconds saved = 0;
  json basket;  // the fields of a sale's or an exchange's request that say what is sold
  std::vector<Reserved> reserved;
};
struct Drafts {
  std::vector<Draft> baskets;  // at most one is not parked
  json last;                   // the sale made last, with its basket; null: none, or taken back

  Draft* find(const std::string& id);
  Draft* open();
  void erase(const std::string& id);
};
// Of the desk that asks.
Drafts drafts_of(const Work& work);
void save_drafts(Work& work, const Drafts& drafts);

// The basket a request names by "draft": {"id","rev"}: what the buyer was shown is what is sold, so another rev is refused
// (draft_moved). Nothing if none is named.
std::optional<Draft> named_draft(Work& work, Fields& request);
// Gives transfers the references that were reserved for the same holder and amount, and reserves the others.
void use_reserved(Draft& draft, std::vector<Settled::Part>& parts);
// The basket became `answer`'s receipts: it is kept as the last sale until the next one.
void close_draft(Work& work, const Draft& draft, const json& answer);

}  // namespace phien::till
