#include "pos/till/till.hpp"

#include <fmt/format.h>

#include "shared/ledger/views.hpp"

namespace phien::till {

namespace {

Problem store_problem(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Refusal& refusal) {
    return refusal.problem;
  } catch (const db::StoreFull& e) {
    return {"store_full",
            "",
            {"Ổ đĩa đã đầy: chưa ghi được gì. Hãy giải phóng chỗ trống rồi thử lại.",
             fmt::format("The disk is full, nothing was written: make room and try again ({}).", e.what())}};
  } catch (const db::StoreFailed& e) {
    return {"store_failed",
            "",
            {"Không ghi được xuống ổ đĩa: chưa ghi gì cả. Hãy khởi động lại máy bán hàng.",
             fmt::format("The disk failed, nothing was written: restart this till ({}).", e.what())}};
  } catch (const std::exception& e) {
    return {
        "internal",
        "",
        {"Lỗi trong chương trình: chưa ghi gì cả.", fmt::format("A fault in the program, nothing was written: {}", e.what())}};
  }
}

catalogue::Catalogue make_catalogue(const ledger::CatalogueItems& items) {
  catalogue::Catalogue made;
  // An item of a newer server that this program cannot read is left out; the others stay usable.
  if (auto fair = catalogue::fair_from_json(items.fair)) made.fair = std::move(*fair);
  for (const auto& [id, item] : items.exhibitors)
    if (auto read = catalogue::exhibitor_from_json(item)) made.exhibitors.emplace(id, std::move(*read));
  for (const auto& [id, item] : items.products)
    if (auto read = catalogue::product_from_json(item)) made.products.emplace(id, std::move(*read));
  for (const auto& [id, item] : items.cashiers)
    if (auto read = catalogue::cashier_from_json(item)) made.cashiers.emplace(id, std::move(*read));
  return made;
}

// What a phone sees of the till's memory.
void keep_only(State& state, const Identity& me) {
  std::erase_if(state.offers, [&](const auto& offer) { return !me.sells_for(offer.first.first); });
  std::erase_if(state.proposals, [&](const auto& proposal) { return !me.sells_for(proposal.second.product.exhibitor); });
  state.shifts.clear();  // a drawer's figures are of all who sell here
}

std::string once_key(const std::string& key) { return "once.key." + key; }
std::string ring_key(std::int64_t n) { return fmt::format("once.ring.{}", n % kRememberedKeys); }

// What another desk was answered is nobody else's.
std::string digest_of(const Call& call) {
  const std::string desk = call.desk.id.empty() ? "" : "\n" + call.desk.id;
  return hex(sha256(call.name + "\n" + call.request.dump() + desk));
}

// One exhibitor's part, with the account that takes its money.
catalogue::Catalogue part_of(const catalogue::Catalogue& whole, const Identity& me) {
  catalogue::Catalogue part;
  part.fair = whole.fair;
  for (const auto& [id, item] : whole.exhibitors)
    if (me.sells_for(id) || id == me.holder) part.exhibitors.emplace(id, item);
  for (const auto& [id, item] : whole.products)
    if (me.sells_for(item.exhibitor)) part.products.emplace(id, item);
  for (const auto& [id, item] : whole.cashiers)
    if (me.sells_for(item.exhibitor)) part.cashiers.emplace(id, item);
  return part;
}

// The answer given before under this key, if any. Refuses when it was given to another request.
std::optional<json> remembered(const db::Transaction& tx, const Call& call) {
  const auto kept = tx.meta(once_key(call.key));
  if (!kept) return std::nullopt;
  json record = json::parse(*kept);
  if (record.at("digest") != digest_of(call))
    refuse("idempotency_mismatch", "Idempotency-Key",
           {"Khóa này đã dùng cho một yêu cầu khác.", "This key was used for another request."});
  return std::move(record.at("answer"));
}

void remember(db::Transaction& tx, const Call& call, const json& answer) {
  const auto counted = tx.meta("once.next");
  const std::int64_t n = counted ? std::stoll(*counted) : 0;
  if (const auto oldest = tx.meta(ring_key(n))) tx.erase_meta(once_key(*oldest));
  tx.set_meta(ring_key(n), call.key);
  tx.set_meta("once.next", std::to_string(n + 1));
  tx.set_meta(once_key(call.key), json{{"answer", answer}, {"digest", digest_of(call)}}.dump());
}

bool usable_key(const std::string& key) {
  if (key.size() < kMinKey || key.size() > kMaxKey) return false;
  for (char c : key)
    if (c <= ' ' || c > '~') return false;
  return true;
}

}  // namespace

Till::Till(db::JournalStore& store, const Clock& clock, Identity identity, const Beginning& beginning,
           std::function<std::optional<Problem>()> why_not)
    : store_(store), clock_(clock), me_(std::move(identity)), obstacle_(std::move(why_not)) {
  store_.run([&](db::Transaction& tx) { begin(tx, beginning); });
}

void Till::begin(db::Transaction& tx, const Beginning& beginning) {
  if (const auto text = tx.meta(kStockKey))
    if (auto feed = sync::feed_from_json(*text); feed && feed->stock) know_stock(std::move(*feed->stock));
  const auto branches = tx.branches_of(me_.journal());
  if (branches.empty()) {
    branch_ = tx.add_branch(me_.journal(), 0, {0, journal::genesis(me_.journal())});
    Work work(tx, me_, branch_, catalogue(tx, tx.meta(kCursorKey), me_), clock_.now(), Lang::vi);
    journal::JournalOpen open;
    open.program = beginning.program;
    if (!beginning.device.empty()) open.device = beginning.device;
    open.continues = beginning.continues;
    if (!beginning.reason.empty()) open.reason = beginning.reason;
    work.write({work.entry("_system", open)});
    return;
  }
  branch_ = branches.front().no;
  const State truth = fold_journal(tx, branch_);
  if (tx.meta(receipts_key(me_)) != truth.receipts_text()) tx.set_meta(receipts_key(me_), truth.receipts_text());
  if (tx.meta(live_key(me_)) != truth.live_text()) tx.set_meta(live_key(me_), truth.live_text());
}

CataloguePtr Till::catalogue(const ledger::Reader& books, const std::optional<std::string>& cursor, const Identity& asking) {
  const std::scoped_lock hold(cache_lock_);
  if (!cached_ || cached_cursor_ != cursor.value_or("")) {
    cached_ = std::make_shared<const catalogue::Catalogue>(make_catalogue(ledger::catalogue_items(books)));
    cached_cursor_ = cursor.value_or("");
    of_phones_.clear();
  }
  if (!asking.is_phone()) return cached_;
  auto& part = of_phones_[asking.exhibitors.empty() ? "" : asking.exhibitors.front()];
  if (!part) part = std::make_shared<const catalogue::Catalogue>(part_of(*cached_, asking));
  return part;
}

db::JournalStore::Job Till::job(Call call, std::shared_ptr<Answer> answer) {
  return [this, call = std::move(call), answer](db::Transaction& tx) {
    *answer = {};
    if (call.once && !usable_key(call.key))
      refuse("bad_idempotency_key", "Idempotency-Key",
             {"Cần Idempotency-Key dài 8–64 ký tự.", "An Idempotency-Key of 8 to 64 characters is needed."});
    if (auto before = call.once ? remembered(tx, call) : std::nullopt) {
      answer->value = std::move(*before);
      answer->replayed = true;
      return;
    }
    if (auto why = obstacle()) throw Refusal{*why};
    const Identity me = me_.at(call.desk);
    const CataloguePtr goods = catalogue(tx, tx.meta(kCursorKey), me);
    Work work(tx, me, branch_, goods, clock_.now(), call.lang);
    work.stock = known_stock();
    if (work.state.closed && !call.after_close)
      refuse("journal_closed", "",
             {"Máy này đã kết thúc phiên: nhật ký đã đóng.", "This terminal has gone home: its journal is closed."});
    Fields request(call.request, "");
    answer->value = call.use_case(work, request);
    if (call.once) remember(tx, call, answer->value);
  };
}

db::JournalStore::Job Till::own_job(std::function<void(Work&)> change) {
  return [this, change = std::move(change)](db::Transaction& tx) {
    Work work(tx, me_, branch_, catalogue(tx, tx.meta(kCursorKey), me_), clock_.now(), Lang::vi);
    if (!work.state.closed) change(work);
  };
}

void Till::settle(Answer& answer, const std::exception_ptr& error) {
  if (!error) {
    if (!answer.replayed && on_commit_) on_commit_();
    return;
  }
  answer.problem = store_problem(error);
  if (answer.problem->code == "store_failed") failed_ = true;
}

Answer Till::perform(Call call) {
  auto answer = std::make_shared<Answer>();
  std::exception_ptr error;
  try {
    store_.run(job(std::move(call), answer));
  } catch (...) {
    error = std::current_exception();
  }
  settle(*answer, error);
  return *answer;
}

json Till::read(Lang lang, const std::function<json(const View&)>& read, const Desk& desk) {
  const Identity me = me_.at(desk);
  const auto books = store_.snapshot();
  const auto cursor = books->meta(kCursorKey);
  const auto branch = books->branch(branch_);
  State state = load_state(*books, branch_, books->meta(receipts_key(me_)), books->meta(live_key(me_)));
  CataloguePtr goods = catalogue(*books, cursor, me);
  const bool shift_open = std::all_of(me.exhibitors.begin(), me.exhibitors.end(),
                                      [&](const std::string& id) { return state.shifts.contains(me.holder_of(id)); });
  if (me.is_phone()) keep_only(state, me);
  return read(View{*books, me, *branch, std::move(goods), std::move(state), clock_.now(), lang, known_stock(), shift_open});
}

std::shared_ptr<const sync::FeedStock> Till::known_stock() {
  const std::scoped_lock hold(cache_lock_);
  return stock_;
}

void Till::know_stock(sync::FeedStock stock) {
  const std::scoped_lock hold(cache_lock_);
  stock_ = std::make_shared<const sync::FeedStock>(std::move(stock));
}

void Till::keep_stock(db::Transaction& tx) {
  const std::scoped_lock hold(cache_lock_);
  if (!stock_) return;
  sync::Feed feed;
  feed.stock = *stock_;
  tx.set_meta(kStockKey, sync::to_json(feed));
}

std::optional<Problem> Till::obstacle() {
  if (failed_)
    return Problem{
        "store_failed", "", {"Ổ đĩa đã báo lỗi: khởi động lại máy bán hàng.", "The disk has failed: restart this till."}};
  if (obstacle_) return obstacle_();
  return std::nullopt;
}

}  // namespace phien::till
