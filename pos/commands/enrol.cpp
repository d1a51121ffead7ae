// enrol: this device becomes a terminal of the fair.
#include <unistd.h>

#include "db/sqlite/damage.hpp"
#include "db/sqlite/sqlite_store.hpp"
#include "pos/agent/agent.hpp"
#include "pos/agent/enrol.hpp"
#include "pos/commands/context.hpp"
#include "pos/commands/opening.hpp"
#include "shared/net/run.hpp"
#include "shared/sync/salvage.hpp"

namespace phien::commands {

namespace {

namespace asio = boost::asio;

struct Enrol {
  std::string link, code, root;
  bool again = false;
};

[[noreturn]] void fail(const Problem& problem) {
  static const std::vector<std::string> of_network{"no_connection", "time_out", "bad_answer", "wrong_key", "bad_url"};
  const bool network = std::find(of_network.begin(), of_network.end(), problem.code) != of_network.end();
  throw Failure{problem.code == "bad_link" ? Exit::bad_input : network ? Exit::network : Exit::refused, problem};
}

agent::Link link_of(const Enrol& given) {
  auto link = agent::parse_link(given.link);
  if (!link) fail(link.problem());
  if (!given.code.empty()) link->code = given.code;
  if (link->code.empty()) fail({"bad_link", "code", {"Thiếu mã ghi danh.", "The enrolment code is missing."}});
  if (!given.root.empty()) {
    const auto root = key_from_hex(given.root);
    if (!root) fail({"bad_link", "--root", {"Khóa gốc phải gồm 64 chữ số thập lục phân.", "A root key has 64 hex digits."}});
    if (link->root && *link->root != *root)
      fail({"wrong_root", "--root", {"Khóa gốc khác với khóa trong liên kết.", "The root key differs from that of the link."}});
    link->root = *root;
  }
  return std::move(*link);
}

// A device that is enrolled already is enrolled anew only on purpose, or when its journal has a twin at the server.
void require_free(const Enrol& given, const home::Home& home, const agent::Enrolling& wanted, const db::JournalStore& store) {
  if (!wanted.before || given.again) return;
  const auto pending = home.pending();
  if (pending && pending->key.public_key() == wanted.before->current.key.public_key() && pending->code == wanted.link.code)
    return;  // the same once more
  if (agent::link_from_text(store.snapshot()->meta(agent::link_key(wanted.before->current))).must_reopen) return;
  fail({"already_enrolled",
        "",
        {"Máy này đã ghi danh (" + wanted.before->current.terminal + "). Thêm --again để lấy số máy mới.",
         "This device is enrolled already (" + wanted.before->current.terminal + "). Add --again for a new number."}});
}

std::optional<journal::Ref> last_entry(const std::optional<home::Keys>& before, const db::JournalStore& store) {
  if (!before) return std::nullopt;
  const auto branches = store.snapshot()->branches_of(before->current.journal());
  if (branches.empty() || branches.front().head.seq == 0) return std::nullopt;
  return journal::Ref{before->current.terminal, branches.front().head.seq, branches.front().head.hash};
}

// The store of this device. One that is damaged is put aside, and what can be read of its journals goes into a new one: the
// device goes on under another number, in a journal that continues the old one as far as it was saved.
std::unique_ptr<db::JournalStore> open_or_salvage(const Context& context, const home::Home& home, bool& damaged) {
  db::Examined examined = db::examine_sqlite(home.store_path());
  damaged = !examined.damage.empty();
  if (!damaged) return std::move(examined.store);
  std::vector<sync::DecodedBatch> readable;
  try {
    const auto keep = [&readable](sync::DecodedBatch batch) { readable.push_back(std::move(batch)); };
    if (examined.store) sync::salvage(*examined.store->snapshot(), keep);
  } catch (const db::StoreFailed&) {  // not even the list of journals can be read
  }
  examined.store.reset();
  const std::string aside = db::put_aside(home.store_path());
  auto store = db::open_sqlite(home.store_path());
  std::int64_t entries = 0;
  store->run([&](db::Transaction& tx) {
    for (const sync::DecodedBatch& batch : readable) {
      const sync::Outcome outcome = sync::receive(tx, batch, true);
      if (const auto* accepted = std::get_if<sync::Accepted>(&outcome)) entries += accepted->appended;
    }
  });
  const std::string saved = std::to_string(entries);
  context.say({"Tệp dữ liệu hỏng, cất ở " + aside + ". Cứu được " + saved + " mục.",
               "The data file is damaged and kept as " + aside + ". " + saved + " entries were saved."});
  return store;
}

asio::awaitable<void> ask_in(asio::any_io_executor executor, const home::Home& home, agent::Enrolling wanted, const Clock& clock,
                             std::optional<Result<home::Keys>>& keys) {
  auto answer = co_await agent::enrol(executor, home, std::move(wanted), clock);
  keys.emplace(std::move(answer));
}

asio::awaitable<void> fetch(asio::any_io_executor executor, db::JournalStore& store, home::Keys keys, const Clock& clock,
                            std::optional<Result<agent::FirstFeed>>& told) {
  auto answer = co_await agent::first_feed(executor, store, std::move(keys), clock);
  told.emplace(std::move(answer));
}

asio::awaitable<void> begin(asio::any_io_executor executor, till::Till& till, home::Keys keys, const Clock& clock,
                            agent::FirstFeed told, std::optional<Problem>& problem) {
  problem = co_await agent::begin(executor, till, std::move(keys), clock, std::move(told));
}

int run_enrol(const Context& context, const Enrol& given) {
  const home::Home home(context.data);
  const auto clock = context.clock();
  agent::Enrolling wanted;
  wanted.link = link_of(given);
  char name[81] = {};
  if (::gethostname(name, sizeof name - 1) == 0) wanted.device = name;
  bool damaged = false;
  const auto store = open_or_salvage(context, home, damaged);  // also: nothing else runs in this directory
  wanted.before = home.keys();
  if (!damaged) require_free(given, home, wanted, *store);
  wanted.continues = last_entry(wanted.before, *store);
  home.local_token();

  std::optional<Result<home::Keys>> keys;
  net::run_to_end([&](asio::any_io_executor executor) { return ask_in(executor, home, wanted, *clock, keys); });
  if (!keys->ok()) fail(keys->problem());
  const home::Keys& in = **keys;
  std::optional<Result<agent::FirstFeed>> told;
  net::run_to_end([&](asio::any_io_executor executor) { return fetch(executor, *store, in, *clock, told); });
  if (!told->ok()) fail(told->problem());
  home.save(in);  // from here on it is that terminal
  const auto till = open_till(*store, *clock, home, in);
  std::optional<Problem> problem;
  net::run_to_end([&](asio::any_io_executor executor) { return begin(executor, *till, in, *clock, **told, problem); });
  if (problem) fail(*problem);
  home.forget_pending();

  std::string sellers;
  for (const auto& id : in.current.exhibitors) sellers += (sellers.empty() ? "" : ", ") + id;
  context.say({"Đã ghi danh: máy " + in.current.terminal + ", bán cho " + sellers,
               "Enrolled: terminal " + in.current.terminal + ", selling for " + sellers});
  if (!wanted.link.root)
    context.say({"Khóa gốc của ban tổ chức (hãy đối chiếu): " + hex(in.current.root),
                 "The organizer's root key (compare it): " + hex(in.current.root)});
  if (context.json_output)
    std::printf("%s\n", json{{"exhibitors", in.current.exhibitors},
                             {"fair", in.current.fair},
                             {"root", hex(in.current.root)},
                             {"terminal", in.current.terminal}}
                            .dump()
                            .c_str());
  return 0;
}

}  // namespace

void add_enrol_command(CLI::App& app, Context& context) {
  auto given = std::make_shared<Enrol>();
  auto* command = app.add_subcommand("enrol", "Ghi danh máy này / enrol this device");
  command->add_option("link", given->link, "Liên kết hoặc địa chỉ máy chủ / link or server address")->required();
  command->add_option("code", given->code, "Mã 8 ký tự / code of 8 signs");
  command->add_option("--root", given->root, "Khóa gốc của ban tổ chức / the organizer's root key");
  command->add_flag("--again", given->again, "Lấy số máy mới, nhật ký mới / a new number and a new journal");
  command->callback([&context, given] { context.run = [&context, given] { return run_enrol(context, *given); }; });
}

}  // namespace phien::commands
