#include "pos/till/state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace phien::till {
using nlohmann::json;

namespace {

template <class Map>
void drop(Map& map, journal::Seq seq) {
  std::erase_if(map, [&](const auto& item) { return item.second.seq == seq; });
}

void number_given(State& state, const journal::Deal& deal) {
  auto& last = state.receipts[deal.booth];
  last = std::max(last, deal.receipt);
}

}  // namespace

void State::apply(const journal::Head& at, const journal::Entry& entry) {
  const auto& body = entry.body;
  if (const auto* sale = std::get_if<journal::Sale>(&body)) {
    number_given(*this, *sale);
  } else if (const auto* refund = std::get_if<journal::Refund>(&body)) {
    number_given(*this, *refund);
  } else if (const auto* order = std::get_if<journal::Order>(&body)) {
    number_given(*this, *order);
  } else if (const auto* end = std::get_if<journal::OrderClosed>(&body)) {
    number_given(*this, *end);
  } else if (const auto* open = std::get_if<journal::ShiftOpen>(&body)) {
    shifts[open->holder] = {at.seq, at.hash, entry.by, open->float_amount};
  } else if (const auto* close = std::get_if<journal::ShiftClose>(&body)) {
    std::erase_if(shifts, [&](const auto& shift) { return shift.second.hash == close->shift; });
  } else if (const auto* offer = std::get_if<journal::Offer>(&body)) {
    const std::pair key{offer->exhibitor, offer->offer};
    if (offer->active)
      offers[key] = {at.seq, at.hash, *offer};
    else
      offers.erase(key);
  } else if (const auto* learned = std::get_if<journal::BarcodeLearned>(&body)) {
    barcodes[learned->barcode] = {at.seq, learned->product};
  } else if (const auto* proposed = std::get_if<journal::ProductProposed>(&body)) {
    proposals[proposed->product] = {at.seq, *proposed};
  } else if (const auto* clock = std::get_if<journal::ClockReading>(&body)) {
    anchor = {at.seq, entry.time.boot, clock->server + clock->round_trip / 2, clock->up, clock->wall, clock->incarnation};
  } else if (std::holds_alternative<journal::JournalClose>(body)) {
    closed = true;
  }
}

std::string State::receipts_text() const { return json(receipts).dump(); }

std::string State::live_text() const {
  std::set<journal::Seq> seqs;
  for (const auto& [key, item] : shifts) seqs.insert(item.seq);
  for (const auto& [key, item] : offers) seqs.insert(item.seq);
  for (const auto& [key, item] : barcodes) seqs.insert(item.seq);
  for (const auto& [key, item] : proposals) seqs.insert(item.seq);
  if (anchor) seqs.insert(anchor->seq);
  return json{{"closed", closed}, {"entries", seqs}}.dump();
}

State load_state(const journal::JournalsReader& journals, journal::BranchNo branch, const std::optional<std::string>& receipts,
                 const std::optional<std::string>& live) {
  State state;
  if (live) {
    const json kept = json::parse(*live);
    for (const auto& item : kept.at("entries")) {
      const auto stored = journals.entry(branch, item.get<journal::Seq>());
      if (!stored) continue;
      if (auto entry = journal::decode(stored->bytes)) state.apply(stored->at, *entry);
    }
    state.closed = kept.at("closed").get<bool>();
  }
  if (receipts) state.receipts = json::parse(*receipts).get<std::map<std::string, std::int64_t>>();
  return state;
}

State fold_journal(const journal::JournalsReader& journals, journal::BranchNo branch) {
  State state;
  const auto own = journals.branch(branch);
  if (!own) return state;
  journal::Document document;
  journals.scan(branch, own->base.seq + 1, own->head.seq, [&](const journal::StoredEntry& stored) {
    if (stored.bytes.empty() || !document.parse(stored.bytes)) return true;
    if (auto entry = journal::decode(document)) state.apply(stored.at, *entry);
    return true;
  });
  return state;
}

}  // namespace phien::till
