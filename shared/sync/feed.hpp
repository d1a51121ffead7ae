// "Down": the server's journal whole, and the stock of the exhibitor's other tills. One JSON text per answer:
//   {"batches":["phien-batch 1\n…", …],"cursor":{"hash","incarnation","seq"},"server_time":ms,
//    "stock":{"heads":[{"hash","seq","terminal"}…],"rows":[{"exhibitor","product","place","on_hand"}…],"version":n}}
// `stock` is absent when unchanged since the version the terminal named.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "shared/journal/entry.hpp"
#include "shared/ledger/books.hpp"

namespace phien::sync {

struct FeedRow { std::string exhibitor, product, place; Quantity on_hand = 0; bool operator==(const FeedRow&) const = default; };
struct FeedStock {
  std::int64_t version = 0;                    // of this server run; grows with every change to these exhibitors
  std::vector<journal::Ref> heads;             // entries the rows include, per journal
  std::vector<FeedRow> rows;
};
struct Feed {
  std::vector<std::string> batches;            // of the server's journal(s), in order
  journal::ServerPosition cursor;              // after these
  Milliseconds server_time = 0;
  std::optional<FeedStock> stock;
};
std::string to_json(const Feed& feed);
Result<Feed> feed_from_json(std::string_view json);

// Server side: what follows `cursor` (incarnation 0: from the start), at most kMaxFeedEntries. An unknown cursor starts again from 1.
Feed make_feed(const ledger::Reader& books, const journal::ServerPosition& cursor, Milliseconds now);
FeedStock make_stock(const ledger::Reader& books, const std::vector<std::string>& exhibitors, std::int64_t version);

// Terminal side: checks that every batch is of an incarnation certified by `root`, stores and posts it. Returns the new cursor.
// Codes: bad_certificate, lower_incarnation, and those of decode_batch.
Result<journal::ServerPosition> take_feed(ledger::Transaction& tx, const Feed& feed, std::string_view fair, const PublicKey& root);

// What the seller sees: the server's figure with this device's own entries beyond `heads` put on top.
Quantity shown_on_hand(const ledger::Reader& books, const FeedStock& stock, const journal::JournalId& own, std::string_view exhibitor,
    std::string_view product, std::string_view place);

}  // namespace phien::sync
