#include "server/house.hpp"

#include <filesystem>

#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>

#include "db/sqlite/sqlite_store.hpp"
#include "server/files.hpp"
#include "server/live/picture.hpp"
#include "shared/net/callback.hpp"

namespace phien::server {
namespace {

constexpr std::size_t kHeadsPerEntry = 400;  // FORMAT.md §8
constexpr std::string_view kNotedHeads = "own.noted_heads";

std::string overtaken_name(const Keys& keys) { return "own.overtaken." + std::to_string(keys.incarnation); }

std::optional<journal::Branch> first_own_branch(const journal::JournalsReader& journals, const Keys& keys) {
  const auto branches = journals.branches_of(keys.journal_id());
  return branches.empty() ? std::nullopt : std::optional(branches.front());
}

// Hands a job to the store; goes on in `executor` when it is durable or has failed.
asio::awaitable<void> submitted(db::JournalStore& store, db::JournalStore::Job job, asio::any_io_executor executor) {
  std::function<void(net::Callback)> start = [&store, job = std::move(job)](net::Callback resume) mutable {
    if (store.submit(std::move(job), resume)) return;
    resume(std::make_exception_ptr(
        Refusal(503, {"busy", "", {"Máy chủ đang quá tải, hãy thử lại.", "The server is overloaded, try again."}})));
  };
  return net::wait_for_callback(std::move(executor), std::move(start));
}

std::exception_ptr thrown_by(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace

journal::Entry entry_at(const Reading& time, journal::Body body, std::string by) {
  journal::Entry entry;
  entry.nonce = random_hex(16);
  entry.time = time;
  entry.by = std::move(by);
  entry.body = std::move(body);
  return entry;
}

void begin_journal(db::Transaction& tx, const Keys& keys, const Reading& time) {
  const journal::JournalId id = keys.journal_id();
  journal::Branch branch = tx.branch(tx.add_branch(id, 0, {0, journal::genesis(id)})).value();
  std::vector<journal::Entry> first{entry_at(time, keys.first_entry(), "_system")};
  (void)value_or_refuse(ledger::write(tx, branch, keys.journal, std::move(first)), 500);
}

Result<bool> House::create(const Paths& paths, const std::string& fair, const std::string& kit_path, std::shared_ptr<Clock> clock,
                           const FirstEntries& first) {
  for (const std::string& path : {paths.keys(), paths.store(), kit_path})
    if (std::filesystem::exists(path))
      return Problem{"exists", path, {"Đã có " + path + ", không ghi đè.", path + " exists and is not overwritten."}};
  if (auto made = make_private_directory(paths.directory); !made) return made;
  Kit kit = new_kit(fair);
  kit.incarnation = 1;
  const Keys keys = certify(kit, 1, std::nullopt);
  // The kit first: a fair whose root key is lost could never be recovered. keys.json last: with it the directory is whole.
  if (auto written = write_kit(kit_path, kit); !written) return written;
  if (auto written = write_private(paths.admin_token(), random_hex(32) + "\n"); !written) return written;
  db::open_sqlite(paths.store())->run([&](db::Transaction& tx) {
    begin_journal(tx, keys, clock->now());
    if (!first) return;
    journal::Branch branch = first_own_branch(tx, keys).value();
    for (journal::Entry& entry : first(keys))
      (void)value_or_refuse(ledger::write(tx, branch, keys.journal, {std::move(entry)}), 422);
  });
  return write_keys(paths.keys(), keys);
}

Result<std::unique_ptr<House>> House::open(asio::any_io_executor executor, const Paths& paths, std::shared_ptr<Clock> clock,
                                           Progress opening) {
  auto keys = read_keys(paths.keys());
  if (!keys && keys.problem().code == "not_found")
    return Problem{"not_initialised",
                   paths.directory,
                   {"Không có phiên chợ ở " + paths.directory +
                        " (sai --data?). Phiên mới: phien-server init; dựng lại máy chủ đã mất: phien-server recover",
                    "No fair in " + paths.directory +
                        " (another --data?). For a new one: phien-server init; to bring back a server: phien-server recover"}};
  if (!keys) return keys.problem();
  if (std::filesystem::exists(paths.pending_kit()))
    return Problem{"kit_not_saved",
                   paths.pending_kit(),
                   {"Bộ khôi phục chưa được cất nơi khác; hãy chạy: phien-server serve, và mở liên kết nó in ra.",
                    "The recovery kit is not kept elsewhere yet; run: phien-server serve, and open the link it prints."}};
  auto token = read_file(paths.admin_token());
  if (!token) return token.problem();
  while (!token->empty() && token->back() == '\n') token->pop_back();
  db::SqliteOptions options;
  options.readers = 3;  // the io thread and both workers
  options.progress = std::move(opening);
  auto store = db::open_sqlite(paths.store(), options);
  if (!first_own_branch(*store->snapshot(), *keys))
    return Problem{"wrong_store",
                   paths.store(),
                   {"Kho dữ liệu không thuộc về khóa của thư mục này; dùng: phien-server recover",
                    "The store does not belong to this directory's keys; use: phien-server recover"}};
  return over(std::move(executor), paths, std::move(*keys), std::move(*token), std::move(clock), std::move(store));
}

std::unique_ptr<House> House::over(asio::any_io_executor executor, Paths paths, Keys keys, std::string admin_token,
                                   std::shared_ptr<Clock> clock, std::unique_ptr<db::JournalStore> store) {
  const journal::BranchNo own = first_own_branch(*store->snapshot(), keys).value().no;
  std::unique_ptr<House> house(new House(std::move(executor), std::move(paths), std::move(keys), std::move(admin_token),
                                         std::move(clock), std::move(store)));
  house->own_branch_ = own;
  house->look_at_own_journal();
  return house;
}

House::House(asio::any_io_executor executor, Paths paths, Keys keys, std::string admin_token, std::shared_ptr<Clock> clock,
             std::unique_ptr<db::JournalStore> store)
    : channels(executor),
      totals(executor, [this] { return compute(summarize); }),
      live(executor, [this] { return compute(picture_of_all); }),
      executor_(executor),
      paths_(std::move(paths)),
      keys_(std::move(keys)),
      admin_token_(std::move(admin_token)),
      clock_(std::move(clock)),
      store_(std::move(store)),
      people_(keys_.fair, keys_.sealing) {
  overtaken_ = store_->snapshot()->meta(overtaken_name(keys_)).has_value();
}

std::unique_ptr<House> House::copy(asio::any_io_executor executor, const Paths& paths, const CopyOf& of, std::string admin_token,
                                   std::shared_ptr<Clock> clock, std::unique_ptr<db::JournalStore> store) {
  // Keys that sign nothing (see write()) and open no secret.
  Keys keys{
      of.fair, of.root, {}, 0, std::nullopt, SecretKey::generate(), {}, {}, SealingSeed::of(of.fair, SecretKey::generate(), 1)};
  std::unique_ptr<House> house(
      new House(std::move(executor), paths, std::move(keys), std::move(admin_token), std::move(clock), std::move(store)));
  house->look_at_own_journal();
  return house;
}

bool has_come_to(const journal::ServerPosition& cursor, std::int64_t incarnation, journal::Seq seq) {
  return cursor.incarnation > incarnation || (cursor.incarnation == incarnation && cursor.head.seq >= seq);
}

House::~House() {
  close();
  outside_.join();
  workers_.join();
}

void House::look_at_own_journal() {
  const auto snapshot = store_->snapshot();
  if (own_branch_ != 0) position_ = {keys_.incarnation, own_head(*snapshot)};
  Roll roll;
  for (auto& terminal : ledger::enrolments(*snapshot)) {
    if (auto revoked = ledger::revocation(*snapshot, terminal.terminal))
      roll.revoked.emplace(terminal.terminal, std::move(*revoked));
    std::string id = terminal.terminal;
    roll.enrolled.emplace(std::move(id), std::move(terminal));
  }
  roll_ = std::move(roll);
  people_.look(*snapshot);
}

asio::awaitable<void> House::commit(db::JournalStore::Job job) {
  const auto started = std::chrono::steady_clock::now();
  try {
    co_await submitted(*store_, std::move(job), executor_);
  } catch (const db::StoreFull&) {  // there may be room again
    spdlog::error("store is full: {}", paths_.store());
    throw;
  } catch (const db::StoreFailed& e) {
    if (!std::exchange(store_failed_, true)) spdlog::critical("store failed, nothing is written until a new start: {}", e.what());
    throw;
  }
  metrics.committed(std::chrono::steady_clock::now() - started);
}

asio::awaitable<void> House::commit_own(db::JournalStore::Job job) {
  co_await commit(std::move(job));
  look_at_own_journal();
  channels.everything_changed();
  figures_changed();
}

// Not to be cancelled: `work` uses what lies in the frame of the coroutine that waits for it, and a client who leaves must not
// take that away. (Asio's co_spawn into a thread pool also ends the program when it is cancelled at the wrong moment.)
asio::awaitable<void> House::aside(std::function<void()> work) {
  std::function<void(net::Callback)> start = [this, work = std::move(work)](net::Callback resume) {
    asio::post(workers_, [work, resume = std::move(resume)] { resume(thrown_by(work)); });
  };
  return net::wait_for_callback(executor_, std::move(start));
}

asio::awaitable<void> House::outside(std::function<void()> work) {
  std::function<void(net::Callback)> start = [this, work = std::move(work)](net::Callback resume) {
    asio::post(outside_, [work, resume = std::move(resume)] { resume(thrown_by(work)); });
  };
  return net::wait_for_callback(executor_, std::move(start));
}

asio::awaitable<net::Response> House::read(Work work) {
  net::Response response;
  const std::function<void()> reading = [this, &work, &response] { response = work(*store_->snapshot()); };
  co_await aside(reading);
  co_return response;
}

asio::awaitable<std::shared_ptr<const Summary>> House::compute(Compute make) {
  std::shared_ptr<const Summary> summary;
  const Contacts contacts{last_contact, now().wall};
  const std::function<void()> computing = [this, &summary, &contacts, &make] {
    summary = std::make_shared<const Summary>(make(*store_->snapshot(), contacts));
  };
  co_await aside(computing);
  co_return summary;
}

journal::Entry House::entry(journal::Body body, std::string by) const { return entry_at(now(), std::move(body), std::move(by)); }

std::vector<ledger::Written> House::write(db::Transaction& tx, std::vector<journal::Entry> unit) const {
  if (own_branch_ == 0)
    throw Refusal(409, {"copy_only",
                        "",
                        {"Đây là bản giữ ở máy chủ trên, không ghi gì vào phiên.", "This is a hub's copy: it writes nothing."}});
  if (overtaken_)
    throw Refusal(
        409,
        {"journal_overtaken",
         keys_.journal_id().terminal,
         {"Có nơi giữ mục mới hơn trong nhật ký của máy chủ này (đã khôi phục từ bản cũ, hoặc đã có máy chủ khác thay?). Hãy "
          "chạy: phien-server recover --kit …",
          "Somebody holds newer entries of this server's journal (was an old copy restored, or this server replaced?). Run: "
          "phien-server recover --kit …"}});
  journal::Branch branch = tx.branch(own_branch_).value();
  return value_or_refuse(ledger::write(tx, branch, keys_.journal, std::move(unit)), 422);
}

journal::Head House::own_head(const journal::JournalsReader& journals) const { return journals.branch(own_branch_).value().head; }

void House::write_heads(db::Transaction& tx) const {
  std::vector<journal::Ref> heads = ledger::heads(tx);
  const std::string own = keys_.journal_id().terminal;
  std::erase_if(heads, [&own](const journal::Ref& head) { return head.terminal == own || head.seq == 0; });
  std::string all;
  for (const journal::Ref& head : heads) all += hex(head.hash);
  const std::string digest = hex(sha256(all));
  if (heads.empty() || tx.meta(kNotedHeads) == digest) return;
  for (std::size_t from = 0; from < heads.size(); from += kHeadsPerEntry) {
    const std::size_t to = std::min(heads.size(), from + kHeadsPerEntry);
    journal::Heads part;
    part.heads.assign(heads.begin() + static_cast<std::ptrdiff_t>(from), heads.begin() + static_cast<std::ptrdiff_t>(to));
    (void)write(tx, {entry_at(now(), std::move(part), "_system")});
  }
  tx.set_meta(kNotedHeads, digest);
}

asio::awaitable<void> House::witness() {
  if (overtaken_ || store_failed_ || !std::exchange(heads_moved_, false)) co_return;
  const db::JournalStore::Job job = [this](db::Transaction& tx) { write_heads(tx); };
  co_await commit_own(job);
}

void House::figures_changed() {
  totals.changed();
  live.changed();
}

void House::took(const std::set<std::string>& exhibitors, const std::string& writer) {
  heads_moved_ = true;
  channels.stock_changed(exhibitors, writer);
  figures_changed();
}

void House::took_forwarded(const std::string& writer) {
  if (journal::is_server_terminal(writer)) look_at_own_journal();
  totals.changed();
}

void House::compare(const journal::ServerPosition& shown) {
  if (shown.incarnation != keys_.incarnation || shown.head.seq == 0 || shown == last_compared_ || shown == position_ ||
      overtaken_)
    return;
  const auto held = journal::entry_on_chain(*store_->snapshot(), own_branch_, shown.head.seq);
  if (held && held->at.hash == shown.head.hash)
    last_compared_ = shown;
  else
    note_overtaken();
}

void House::note_server_journal(const std::string& terminal) {
  if (own_branch_ != 0 && journal::server_incarnation(terminal).value_or(0) >= keys_.incarnation) note_overtaken();
  look_at_own_journal();
  heads_moved_ = true;
  channels.everything_changed();
  totals.changed();
}

void House::note_overtaken() {
  if (overtaken_.exchange(true)) return;
  spdlog::critical(
      "somebody holds entries of this server's journal that are not here: it is not written any more until `recover`");
  const db::JournalStore::Job job = [name = overtaken_name(keys_)](db::Transaction& tx) { tx.set_meta(name, "1"); };
  net::spawn(executor_, commit(job), "noting that the journal was overtaken");
}

}  // namespace phien::server
