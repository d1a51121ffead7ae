#include "pos/agent/enrol.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "pos/agent/agent.hpp"
#include "pos/agent/durable.hpp"
#include "pos/agent/give_back.hpp"
#include "shared/net/target.hpp"

namespace phien::agent {
using nlohmann::json;

namespace {

constexpr int kMostFeedAnswers = 10'000;  // of 500 entries each: far above any fair
constexpr std::chrono::milliseconds kFeedDeadline{30'000};

Problem bad_link(const char* vi, const char* en) { return {"bad_link", "link", {vi, en}}; }

Result<home::Keys> keys_from(const std::string& body, const Enrolling& wanted, const Hello& hello, const SecretKey& key) {
  try {
    const json said = json::parse(body);
    const auto root = key_from_hex(said.at("root").get<std::string>());
    if (!root || *root != hello.root || said.at("fair") != hello.fair)
      throw std::runtime_error("another fair or root than it showed before");
    home::Keys keys{
        wanted.link.server,
        {hello.fair, hello.root, said.at("terminal"), key, said.at("exhibitors"), said.at("booth"), said.at("holder")},
        {},
        {},
        said.value("replaces", "")};
    if (!is_id(keys.current.terminal) || keys.current.exhibitors.empty())
      throw std::runtime_error("no terminal number or no exhibitor");
    if (wanted.before) {
      keys.former = wanted.before->former;
      keys.former.push_back(wanted.before->current);
      keys.continues = wanted.continues;
    }
    return keys;
  } catch (const std::exception& e) {
    return Problem{
        "bad_answer",
        "",
        {"Máy chủ trả lời ghi danh không đúng dạng.", std::string("The server's answer to the enrolment is wrong: ") + e.what()}};
  }
}

SecretKey key_for(const home::Home& home, const Link& link) {
  const auto pending = home.pending();
  if (pending && pending->code == link.code && pending->server == link.server) return pending->key;
  const SecretKey fresh = SecretKey::generate();
  home.save(home::Pending{link.server, link.code, fresh});
  return fresh;
}

Pin pin_of(const till::Identity& me) {
  Pin pin;
  pin.fair = me.fair;
  pin.root = me.root;
  return pin;
}

}  // namespace

Result<Link> parse_link(std::string text) {
  Link link;
  if (const auto hash = text.find('#'); hash != std::string::npos) {
    std::map<std::string, std::string> parts;
    if (!net::parse_query(std::string_view(text).substr(hash + 1), parts))
      return bad_link("Phần sau dấu # của liên kết không đúng.", "What follows the # of the link is not as it was made.");
    text.resize(hash);
    link.code = parts["enrol"];
    if (const std::string root = parts["root"]; !root.empty()) {
      link.root = key_from_hex(root);
      if (!link.root) return bad_link("Khóa gốc trong liên kết không đúng.", "The root key in the link is not a key.");
    }
  }
  while (text.ends_with('/') && !text.ends_with("://")) text.pop_back();
  if (text.find("://") == std::string::npos) text = "https://" + text;
  const bool local =
      text.starts_with("http://127.0.0.1:") || text.starts_with("http://localhost:") || text.starts_with("http://[::1]:");
  if (!text.starts_with("https://") && !local)
    return bad_link("Địa chỉ máy chủ phải bắt đầu bằng https://.", "The server's address must begin with https://.");
  const std::string rest = text.substr(text.find("://") + 3);
  if (rest.empty() || rest.size() > 200 || rest.find_first_of("/?@ \t\r\n") != std::string::npos)
    return bad_link("Địa chỉ máy chủ không đúng.", "That is not a server's address.");
  link.server = std::move(text);
  return link;
}

asio::awaitable<Result<home::Keys>> enrol(asio::any_io_executor executor, const home::Home& home, Enrolling wanted,
                                          const Clock& clock) {
  for (char& c : wanted.link.code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Pin pin;
  pin.root = wanted.link.root;
  Peer peer(executor, wanted.link.server, pin, clock);
  const auto contact = co_await peer.greet();
  if (!contact) co_return contact.problem();
  const Hello& hello = contact->hello;
  const SecretKey key = key_for(home, wanted.link);
  const std::string message = "phien/enrol/1\n" + hello.fair + "\n" + wanted.link.code + "\n";
  const json request{{"code", wanted.link.code},
                     {"device", wanted.device},
                     {"key", hex(key.public_key())},
                     {"signature", hex(key.sign(message))}};
  const std::string post = "POST", path = "/api/v1/enrol", body = request.dump();
  const auto answer = co_await peer.call(post, path, body);
  if (!answer) co_return answer.problem();
  if (answer->status != 200) co_return problem_of(*answer);
  // Asked a second time for the same key: what was saved stands.
  if (wanted.before && wanted.before->current.key.public_key() == key.public_key()) co_return *wanted.before;
  co_return keys_from(answer->body, wanted, hello, key);
}

asio::awaitable<Result<FirstFeed>> first_feed(asio::any_io_executor executor, db::JournalStore& store, home::Keys keys,
                                              const Clock& clock) {
  Peer peer(executor, keys.server, pin_of(keys.current), clock);
  FirstFeed told;
  peer.on_contact = [&told](const Contact& reading) { told.contact = reading; };
  const std::string get = "GET", nothing;
  const db::JournalStore::Job nothing_else = [](db::Transaction&) {};
  for (int n = 0; n < kMostFeedAnswers; ++n) {
    const auto before = till::position_from_text(store.snapshot()->meta(till::kCursorKey));
    const std::string target = feed_target(store, 0, 0);
    const auto answer = co_await peer.ask(keys.current, get, target, nothing, nothing, kFeedDeadline);
    if (!answer) co_return answer.problem();
    if (answer->status != 200) co_return problem_of(*answer);
    auto feed = sync::feed_from_json(answer->body);
    if (!feed) co_return feed.problem();
    if (feed->stock) told.stock = feed->stock;
    const bool news = !feed->batches.empty() || feed->cursor != before;
    std::optional<Problem> refused;
    try {
      co_await take_feed(store, keys.current, std::move(*feed), nothing_else);
    } catch (const till::Refusal& refusal) {
      refused = refusal.problem;
    }
    if (refused) co_return *refused;
    if (!news) break;
  }
  co_return told;
}

asio::awaitable<std::optional<Problem>> begin(asio::any_io_executor executor, till::Till& till, home::Keys keys,
                                              const Clock& clock, FirstFeed told) {
  if (told.stock) till.know_stock(*told.stock);
  // The clock, so that what is written before `run` meets the server counts at its true time.
  const db::JournalStore::Job note = till.own_job([&](till::Work& work) {
    till.keep_stock(work.tx);
    if (told.contact) note_clock(work, *told.contact);
  });
  co_await durable(till.store(), note);
  Peer peer(executor, keys.server, pin_of(keys.current), clock);
  auto problem = co_await keep_replaced(till, peer, keys.replaces);
  co_return problem;
}

}  // namespace phien::agent
