// What this till has to remember of its own journal: the last receipt number of each booth, open shifts, offers, goods and
// barcodes learned here, the last reading of the server's clock. A fold over the journal and nothing else, so it can always be
// made anew.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "shared/journal/entry.hpp"
#include "shared/journal/journals.hpp"

namespace phien::till {

struct OpenShift {
  journal::Seq seq = 0;
  Hash hash;
  std::string cashier;
  Dong float_amount = 0;
};
struct StandingOffer {
  journal::Seq seq = 0;
  Hash hash;
  journal::Offer offer;
};
struct LearnedBarcode {
  journal::Seq seq = 0;
  std::string product;
};
struct ProposedProduct {
  journal::Seq seq = 0;
  journal::ProductProposed product;
};
struct ClockAnchor {
  journal::Seq seq = 0;
  std::string boot;
  Milliseconds server = 0, up = 0, wall = 0;  // at `up` of `boot` the server's clock stood at `server`, this device's at `wall`
  std::int64_t incarnation = 0;
};

// How many of each a till keeps at hand (I10).
inline constexpr std::size_t kMaxOffers = 500, kMaxLearned = 2'000;

struct State {
  std::map<std::string, std::int64_t> receipts;                         // booth → last number given
  std::map<std::string, OpenShift> shifts;                              // holder of the drawer →
  std::map<std::pair<std::string, std::string>, StandingOffer> offers;  // (exhibitor, offer) →
  std::map<std::string, LearnedBarcode> barcodes;
  std::map<std::string, ProposedProduct> proposals;
  std::optional<ClockAnchor> anchor;
  bool closed = false;  // journal_close was written

  // The effect of the entry at `at` of the own journal.
  void apply(const journal::Head& at, const journal::Entry& entry);

  // Text for the store. Only receipt numbers and places in the journal are kept; the rest is read there again.
  std::string receipts_text() const;
  std::string live_text() const;
};

// The state as the store's transaction or snapshot has it ("till.receipts.<terminal>", "till.live.<terminal>").
State load_state(const journal::JournalsReader& journals, journal::BranchNo branch, const std::optional<std::string>& receipts,
                 const std::optional<std::string>& live);

// The state made from the whole own journal.
State fold_journal(const journal::JournalsReader& journals, journal::BranchNo branch);

}  // namespace phien::till
