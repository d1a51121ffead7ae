#include "shared/sync/feed.hpp"

#include <algorithm>
#include <set>

#include "shared/journal/certificate.hpp"
#include "shared/ledger/views.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/receive.hpp"
#include "shared/sync/walk.hpp"
#include "shared/sync/wire.hpp"

namespace phien::sync {

using journal::Branch;
using journal::Head;
using journal::Ref;
using journal::ServerPosition;
using nlohmann::json;

namespace {

// A stretch of a server's journal, in the order of the feed: by incarnation, then as they were opened here.
struct ServerBranch {
  std::int64_t incarnation = 0;
  Branch branch;
};
std::vector<ServerBranch> server_branches(const journal::JournalsReader& journals) {
  std::vector<ServerBranch> out;
  for (Branch& b : journals.branches()) {
    const auto incarnation = journal::server_incarnation(b.journal.terminal);
    if (incarnation && b.head.seq > b.base.seq) out.push_back({*incarnation, std::move(b)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.incarnation < b.incarnation; });
  return out;
}
std::int64_t highest_incarnation(const journal::JournalsReader& journals) {
  const std::vector<ServerBranch> branches = server_branches(journals);
  return branches.empty() ? 0 : branches.back().incarnation;
}

struct Start {
  std::size_t index = 0;
  Head from;
};
Start find_start(const journal::JournalsReader& journals, const std::vector<ServerBranch>& branches,
                 const ServerPosition& cursor) {
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const Branch& b = branches[i].branch;
    if (branches[i].incarnation != cursor.incarnation) continue;
    if (cursor.head.seq == 0) return {i, b.base};
    if (cursor.head.seq > b.base.seq && on_chain(journals, b, cursor.head)) return {i, cursor.head};
  }
  return branches.empty() ? Start{} : Start{0, branches.front().branch.base};
}

// Entries of earlier incarnations that a new entry of the server says it has, and that are not here.
std::optional<std::int64_t> incarnation_behind(const journal::JournalsReader& journals, const DecodedBatch& batch,
                                               std::int64_t known, std::int64_t incarnation) {
  std::optional<std::int64_t> behind;
  for (auto i = static_cast<std::size_t>(known); i < batch.entries.size(); ++i) {
    const auto* heads = batch.entries[i].ok() ? std::get_if<journal::Heads>(&batch.entries[i]->body) : nullptr;
    if (heads == nullptr) continue;
    for (const Ref& ref : heads->heads) {
      const auto other = journal::server_incarnation(ref.terminal);
      if (!other || *other >= incarnation || journal::find(journals, ref)) continue;
      behind = behind ? std::min(*behind, *other) : *other;
    }
  }
  return behind;
}

Problem bad_certificate(const std::string& terminal) {
  return {"bad_certificate",
          terminal,
          {"Máy chủ này không có chứng nhận của ban tổ chức phiên này.",
           "This server is not certified by the organizer of this fair."}};
}

json row_json(const FeedRow& row) {
  return {{"exhibitor", row.exhibitor}, {"product", row.product}, {"place", row.place}, {"on_hand", row.on_hand}};
}

constexpr std::size_t kMaxFeedBatches = kMaxFeedEntries, kMaxFeedRows = 100'000, kMaxFeedHeads = 10'000;

std::optional<FeedStock> stock_from(const json& o) {
  FeedStock stock;
  const auto version = wire::integer(o, "version");
  if (!version || !o.contains("heads") || !o.contains("rows")) return std::nullopt;
  const json &heads = o["heads"], &rows = o["rows"];
  if (!heads.is_array() || heads.size() > kMaxFeedHeads || !rows.is_array() || rows.size() > kMaxFeedRows) return std::nullopt;
  stock.version = *version;
  for (const json& h : heads) {
    auto ref = wire::ref(h);
    if (!ref) return std::nullopt;
    stock.heads.push_back(std::move(*ref));
  }
  for (const json& r : rows) {
    auto exhibitor = wire::text(r, "exhibitor"), product = wire::text(r, "product"), place = wire::text(r, "place");
    const auto on_hand = wire::integer(r, "on_hand");
    if (!exhibitor || !product || !place || !on_hand) return std::nullopt;
    stock.rows.push_back({std::move(*exhibitor), std::move(*product), std::move(*place), *on_hand});
  }
  return stock;
}

}  // namespace

std::string to_json(const Feed& feed) {
  json o{{"batches", feed.batches},
         {"cursor", wire::of(feed.cursor)},
         {"incarnation", feed.incarnation},
         {"server_time", feed.server_time}};
  if (feed.stock) {
    json heads = json::array(), rows = json::array();
    for (const Ref& ref : feed.stock->heads) heads.push_back(wire::of(ref));
    for (const FeedRow& row : feed.stock->rows) rows.push_back(row_json(row));
    o["stock"] = {{"version", feed.stock->version}, {"heads", std::move(heads)}, {"rows", std::move(rows)}};
  }
  return o.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Feed> feed_from_json(std::string_view text) {
  const std::optional<json> o = wire::object(text);
  if (!o || !o->contains("batches") || !o->contains("cursor")) return wire::bad_answer();
  const json& batches = (*o)["batches"];
  const auto cursor = wire::position((*o)["cursor"]);
  const auto incarnation = wire::integer(*o, "incarnation"), server_time = wire::integer(*o, "server_time");
  if (!batches.is_array() || batches.size() > kMaxFeedBatches || !cursor || !incarnation || !server_time)
    return wire::bad_answer();
  Feed feed;
  feed.incarnation = *incarnation;
  feed.cursor = *cursor;
  feed.server_time = *server_time;
  for (const json& b : batches) {
    if (!b.is_string()) return wire::bad_answer();
    feed.batches.push_back(b.get<std::string>());
  }
  if (o->contains("stock")) {
    feed.stock = stock_from((*o)["stock"]);
    if (!feed.stock) return wire::bad_answer();
  }
  return feed;
}

Feed make_feed(const ledger::Reader& books, const ServerPosition& cursor, Milliseconds now, std::int64_t incarnation) {
  Feed feed;
  feed.incarnation = incarnation;
  feed.cursor = cursor;
  feed.server_time = now;
  if (incarnation > 0 && cursor.incarnation == incarnation) {
    const std::vector<Branch> own = books.branches_of_terminal(journal::server_terminal(incarnation));
    if (own.size() == 1 && own.front().head == cursor.head) return feed;
  }
  const std::vector<ServerBranch> branches = server_branches(books);
  if (branches.empty()) return feed;
  feed.incarnation = branches.back().incarnation;

  const Start start = find_start(books, branches, cursor);
  std::size_t entries = 0, bytes = 0;
  for (std::size_t i = start.index; i < branches.size(); ++i) {
    const Branch& branch = branches[i].branch;
    Head at = i == start.index ? start.from : branch.base;
    while (at != branch.head) {
      if (entries >= kMaxFeedEntries || bytes >= kPreferredFeedBytes) return feed;
      auto cut = cut_batch(books, branch, at, kMaxFeedEntries - entries, kPreferredFeedBytes - bytes);
      if (!cut) break;  // not sealed yet
      if (!feed.batches.empty() && (entries + cut->entries > kMaxFeedEntries || bytes + cut->text.size() > kPreferredFeedBytes))
        return feed;
      entries += cut->entries;
      bytes += cut->text.size();
      at = cut->end;
      feed.cursor = {branches[i].incarnation, at};
      feed.batches.push_back(std::move(cut->text));
    }
  }
  return feed;
}

FeedStock make_stock(const ledger::Reader& books, const std::vector<std::string>& exhibitors, std::int64_t version) {
  FeedStock out;
  out.version = version;
  const std::set<std::string> wanted(exhibitors.begin(), exhibitors.end());
  for (const std::string& exhibitor : wanted) {
    for (ledger::StockRow& row : ledger::stock(books, exhibitor)) {
      out.rows.push_back({std::move(row.exhibitor), std::move(row.product), std::move(row.place), row.on_hand});
    }
  }
  std::set<std::string> terminals;
  for (const journal::TerminalEnrolled& e : ledger::enrolments(books)) {
    const bool theirs = std::any_of(e.exhibitors.begin(), e.exhibitors.end(), [&](const auto& x) { return wanted.contains(x); });
    if (theirs) terminals.insert(e.terminal);
  }
  for (const std::string& terminal : terminals) {
    for (const Branch& b : books.branches_of_terminal(terminal)) {
      if (b.head.seq > b.base.seq) out.heads.push_back({terminal, b.head.seq, b.head.hash});
    }
  }
  return out;
}

Result<ServerPosition> take_feed(ledger::Transaction& tx, const Feed& feed, std::string_view fair, const PublicKey& root) {
  if (feed.incarnation < highest_incarnation(tx)) {
    return Problem{"lower_incarnation",
                   journal::server_terminal(feed.incarnation),
                   {"Máy chủ này đã được thay bằng một máy chủ mới hơn. Hãy tắt máy chủ cũ.",
                    "This server has been replaced by a newer one. Switch the old one off."}};
  }
  ServerPosition cursor = feed.cursor;
  std::optional<std::int64_t> behind;
  for (const std::string& text : feed.batches) {
    const Result<DecodedBatch> decoded = decode_batch(text, fair);
    if (!decoded) return decoded.problem();
    const journal::JournalId& journal = decoded->batch.journal;
    const auto incarnation = journal::server_incarnation(journal.terminal);
    if (!incarnation || journal.root != root || *incarnation > feed.incarnation) return bad_certificate(journal.terminal);
    const Outcome outcome = receive(tx, *decoded);
    if (const auto* problem = std::get_if<Problem>(&outcome)) return *problem;
    if (std::holds_alternative<UnknownPrev>(outcome)) return ServerPosition{};
    const auto& batch = decoded->batch;
    cursor = {*incarnation, {batch.prev.seq + static_cast<journal::Seq>(batch.items.size()), batch.items.back().hash}};
    if (const auto found = incarnation_behind(tx, *decoded, std::get<Accepted>(outcome).known, feed.incarnation)) {
      behind = behind ? std::min(*behind, *found) : *found;
    }
  }
  if (behind) return ServerPosition{*behind, {}};
  return cursor;
}

}  // namespace phien::sync
