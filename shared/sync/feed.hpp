// "Down": the server's journal whole, and the stock of the exhibitor's other tills. One JSON text per answer:
//   {"batches":["phien-batch 1\n…", …],"cursor":{"hash","incarnation","seq"},"incarnation":n,"server_time":ms,
//    "stock":{"heads":[{"hash","seq","terminal"}…],"rows":[{"exhibitor","product","place","on_hand"}…],"version":n}}
// `stock` is absent when unchanged since the version the terminal named.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/ledger/books.hpp"

namespace phien::sync {

struct FeedRow {
  std::string exhibitor, product, place;
  Quantity on_hand = 0;
  bool operator==(const FeedRow&) const = default;
};
struct FeedStock {
  std::int64_t version = 0;         // of this server run; grows with every change to these exhibitors
  std::vector<journal::Ref> heads;  // entries the rows include, per journal
  std::vector<FeedRow> rows;
};
struct Feed {
  std::int64_t incarnation = 0;      // of the server that answers: the highest it knows
  std::vector<std::string> batches;  // of the server's journal(s), in order
  journal::ServerPosition cursor;    // after these
  Milliseconds server_time = 0;
  std::optional<FeedStock> stock;
};
std::string to_json(const Feed& feed);
Result<Feed> feed_from_json(std::string_view json);

// Server side: what follows `cursor` (incarnation 0: from the start; seq 0: from the start of that incarnation), at most
// kMaxFeedEntries or one sealed run. An unknown cursor starts again from 1. `incarnation`: this server's own (0: look for it);
// with it a cursor at the head, as of everyone who waits, is answered without looking through all journals.
Feed make_feed(const ledger::Reader& books, const journal::ServerPosition& cursor, Milliseconds now,
               std::int64_t incarnation = 0);
// Rows of these exhibitors, and the heads of the terminals enrolled for them (no other entry can change these rows but the
// server's).
FeedStock make_stock(const ledger::Reader& books, const std::vector<std::string>& exhibitors, std::int64_t version);

// Terminal side: checks that every batch is of an incarnation certified by `root`, stores and posts it. Returns the new cursor:
// the end of the last batch; the start when a batch does not follow from what is here; the start of an earlier incarnation when
// the server says it has since learned of entries of that one (found on a terminal after a restore) that are not here.
// Codes: bad_certificate, lower_incarnation (a server that was replaced), those of decode_batch and receive. On a Problem the
// caller abandons the transaction.
Result<journal::ServerPosition> take_feed(ledger::Transaction& tx, const Feed& feed, std::string_view fair,
                                          const PublicKey& root);

// What the seller sees: the server's figures with this device's own entries beyond `heads` put on top, also those of the journals
// its journal continues; a count of its own replaces the figure. Rows by (exhibitor, product, place).
std::vector<FeedRow> shown_stock(const ledger::Reader& books, const FeedStock& stock, const journal::JournalId& own);
// One of them; for many ask shown_stock once.
Quantity shown_on_hand(const ledger::Reader& books, const FeedStock& stock, const journal::JournalId& own,
                       std::string_view exhibitor, std::string_view product, std::string_view place);

}  // namespace phien::sync
