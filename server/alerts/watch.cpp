#include "server/alerts/watch.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "server/alerts/deliver.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::string_view kKept = "own.alerts";
constexpr std::int64_t kLookEvery = 3'000, kLookAnyway = 30'000, kSendEvery = 1'000;  // ms
constexpr std::int64_t kRests = 10;                                                   // times as long as the last look took
constexpr Milliseconds kFirstPause = 2'000, kLongestPause = 10 * 60'000;
constexpr int kDoublings = 9;

json json_of(const Message& what) { return {{"en", what.en}, {"vi", what.vi}}; }
Message message_of(const json& what) { return {what.at("vi"), what.at("en")}; }

json json_of(const Alert& alert) {
  return {{"rule", alert.rule}, {"key", alert.key}, {"grave", alert.grave}, {"message", json_of(alert.what)}};
}

std::string body_of(const House& house, const AlertMessage& message) {
  return json{{"id", message.id}, {"fair", house.keys().fair}, {"sent_at", house.now().wall}, {"events", message.events}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

Mail mail_of(const House& house, const AlertMessage& message) {
  Mail mail;
  mail.id = message.id;
  const auto said = [](const json& event) { return event.at("message").at("vi").get<std::string>(); };
  mail.subject = "[Phiên " + house.keys().fair + "] " + (message.events.empty() ? "" : said(message.events.front()));
  if (message.events.size() > 1) mail.subject += " (+" + std::to_string(message.events.size() - 1) + ")";
  for (const json& event : message.events) {
    const char* state = event.at("state") == "ended"    ? "Đã hết"
                        : event.at("state") == "test"   ? "Thử"
                        : event.at("grave").get<bool>() ? "KHẨN"
                                                        : "Cảnh báo";
    mail.text += std::string(state) + " · " + local_minute(event.at("at").get<Milliseconds>()) + " · " + said(event) +
                 "\r\n    " + event.at("message").at("en").get<std::string>() + "\r\n";
  }
  return mail;
}

}  // namespace

std::string name_of(Outlet outlet) { return outlet == Outlet::web ? "web" : "mail"; }

std::optional<Outlet> outlet_by(std::string_view name) {
  for (const Outlet outlet : kOutlets)
    if (name == name_of(outlet)) return outlet;
  return std::nullopt;
}

std::string connection_of(Outlet outlet) { return outlet == Outlet::web ? kWebConnection : kMailConnection; }

asio::awaitable<std::optional<Problem>> send_now(House& house, Outlet outlet, const AlertMessage& message) {
  const auto web = web_target(house.people());
  const auto mail = mail_target(house.people());
  if (outlet == Outlet::web ? !web : !mail)
    co_return Problem{"not_set", "", {"Chưa đặt nơi nhận cảnh báo này.", "Where these alerts go is not set."}};
  const std::string body = body_of(house, message);
  const Mail letter = mail_of(house, message);
  const Milliseconds now = house.now().wall;
  std::optional<Problem> problem;
  const std::function<void()> sending = [&] {
    const Outside outside{house.alerts_to_this_machine, house.closing()};
    problem = outlet == Outlet::web ? deliver(*web, body, now, outside) : deliver(*mail, letter, outside);
  };
  co_await house.outside(sending);
  co_return problem;
}

AlertMessage test_message(const House& house) {
  AlertMessage message;
  message.id = random_hex(8);
  message.events.push_back(
      {{"rule", "test"},
       {"key", "test"},
       {"grave", false},
       {"state", "test"},
       {"at", house.now().wall},
       {"message", {{"vi", "Thử gửi cảnh báo từ máy chủ Phiên"}, {"en", "A test of alerts from the Phien server"}}}});
  return message;
}

Watch::Watch(House& house) : house_(house) {
  const auto text = house.store().snapshot()->meta(kKept);
  if (!text) return;
  const json kept = json::parse(*text);
  for (const json& one : kept.at("open")) {
    Alert alert{one.at("rule"), one.at("key"), one.at("grave"), message_of(one.at("message"))};
    std::string id = alert.rule + "/" + alert.key;
    open_.emplace(std::move(id), Open{std::move(alert), one.at("since")});
  }
  for (const Outlet outlet : kOutlets) {
    const json& of = kept.at(name_of(outlet));
    Queue& queue = queues_[outlet];
    queue.lost = of.at("lost");
    queue.sent_at = of.at("sent_at");
    for (const json& one : of.at("messages"))
      queue.messages.push_back({one.at("id"), one.at("events").get<std::vector<json>>(), one.at("tries"), one.at("due")});
  }
}

std::string Watch::kept() const {
  json all{{"open", json::array()}};
  for (const auto& [id, open] : open_) {
    json one = json_of(open.alert);
    one["since"] = open.since;
    all["open"].push_back(std::move(one));
  }
  for (const Outlet outlet : kOutlets) {
    json& of = all[name_of(outlet)];
    const auto found = queues_.find(outlet);
    const Queue queue = found == queues_.end() ? Queue() : found->second;
    of = {{"lost", queue.lost}, {"sent_at", queue.sent_at}, {"messages", json::array()}};
    for (const AlertMessage& one : queue.messages)
      of["messages"].push_back({{"id", one.id}, {"events", one.events}, {"tries", one.tries}, {"due", one.due}});
  }
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A store that cannot be written is itself something to tell: what is only in memory is told all the same.
asio::awaitable<void> Watch::keep() {
  if (house_.store_failed()) co_return;
  const db::JournalStore::Job job = [text = kept()](db::Transaction& tx) { tx.set_meta(kKept, text); };
  try {
    co_await house_.commit(job);
  } catch (const std::exception& e) {
    spdlog::warn("what alerts are open was not kept: {}", e.what());
  }
}

void Watch::tell(const Alert& alert, const char* state, Milliseconds now) {
  for (const Outlet outlet : kOutlets) {
    if (!house_.people().connection(connection_of(outlet))) continue;
    Queue& queue = queues_[outlet];
    if (queue.messages.empty() || queue.messages.back().tries > 0 || queue.messages.back().events.size() >= kMaxEvents) {
      if (queue.messages.size() >= kMaxMessages) {
        queue.lost += static_cast<std::int64_t>(queue.messages.front().events.size());
        queue.messages.pop_front();
      }
      queue.messages.push_back({random_hex(8), {}, 0, now});
    }
    json event = json_of(alert);
    event["state"] = state;
    event["at"] = now;
    queue.messages.back().events.push_back(std::move(event));
  }
}

asio::awaitable<std::vector<Alert>> Watch::found(Milliseconds now) {
  const std::shared_ptr<const Summary> live = co_await house_.live.current();
  const auto contacts = house_.last_contact;
  const bool failed = house_.store_failed(), overtaken = house_.overtaken();
  std::vector<Alert> alerts;
  const std::function<void()> looking = [&] {
    MachineState machine = look_at_machine(house_.paths().directory, house_.keys().tls.certificate_pem);
    machine.store_failed = failed;
    machine.overtaken = overtaken;
    alerts = alerts_now(*house_.store().snapshot(), json::parse(live->json), contacts, machine, now);
  };
  co_await house_.aside(looking);
  co_return alerts;
}

// Books that cannot be read are themselves something to tell; what was wrong before is taken to be so still.
std::vector<Alert> Watch::unread() const {
  std::vector<Alert> alerts;
  for (const auto& [id, open] : open_) alerts.push_back(open.alert);
  alerts.push_back({"store_failed",
                    "read",
                    true,
                    {"Không đọc được kho dữ liệu của máy chủ: hãy dừng máy chủ và làm theo hướng dẫn khôi phục",
                     "The server's store cannot be read: stop the server and follow the guide to recovery"}});
  return alerts;
}

asio::awaitable<void> Watch::look() {
  const Milliseconds now = house_.now().wall;
  std::vector<Alert> alerts;
  try {
    alerts = co_await found(now);
  } catch (const std::exception& e) {
    spdlog::error("what is wrong cannot be looked at: {}", e.what());
    alerts = unread();
  }
  std::map<std::string, Open> seen;
  bool changed = false;
  for (Alert& alert : alerts) {
    const std::string id = alert.rule + "/" + alert.key;
    const auto before = open_.find(id);
    if (before == open_.end()) {
      tell(alert, "began", now);
      changed = true;
    }
    const Milliseconds since = before == open_.end() ? now : before->second.since;
    seen.insert_or_assign(id, Open{std::move(alert), since});
  }
  for (const auto& [id, open] : open_) {
    if (seen.contains(id)) continue;
    tell(open.alert, "ended", now);
    changed = true;
  }
  open_ = std::move(seen);
  if (changed) co_await keep();
}

asio::awaitable<void> Watch::look_until(net::Announcement& stopping) {
  std::uint64_t looked_at = 0;
  auto last = std::chrono::steady_clock::time_point();
  std::int64_t took = 0;  // ms
  for (;;) {
    // In a big fair it must not be at it all the time.
    const bool stopped = co_await stopping.wait_beyond(1, std::max(kLookEvery, took * kRests));
    if (stopped) co_return;
    const std::uint64_t version = house_.totals.version();
    const auto now = std::chrono::steady_clock::now();
    const bool failed = house_.store_failed() && !open_.contains("store_failed/store");
    if (version == looked_at && !failed && now - last < std::chrono::milliseconds(kLookAnyway)) continue;
    looked_at = version;
    last = now;
    co_await look();
    took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - now).count();
  }
}

asio::awaitable<void> Watch::send(Outlet outlet) {
  Queue& queue = queues_[outlet];
  if (!house_.people().connection(connection_of(outlet))) {
    const bool forget = !queue.messages.empty() || queue.problem;
    queue = {};
    if (forget) co_await keep();
    co_return;
  }
  const Milliseconds now = house_.now().wall;
  // A clock that was set back must not put off for hours what waits.
  if (queue.messages.empty() || (queue.messages.front().due > now && queue.messages.front().due < now + 2 * kLongestPause))
    co_return;
  ++queue.messages.front().tries;  // from here on nothing is added to it
  const AlertMessage message = queue.messages.front();
  queue.problem = co_await send_now(house_, outlet, message);
  if (house_.closing()) co_return;
  // Meanwhile it may have been the oldest of too many.
  if (queue.messages.empty() || queue.messages.front().id != message.id) co_return;
  AlertMessage& first = queue.messages.front();
  if (!queue.problem) {
    queue.sent_at = house_.now().wall;
    queue.messages.pop_front();
  } else if (first.tries >= kMaxTries) {
    queue.lost += static_cast<std::int64_t>(first.events.size());
    queue.messages.pop_front();
  } else {
    const Milliseconds pause = std::min(kLongestPause, kFirstPause << std::min(first.tries - 1, kDoublings));
    first.due = house_.now().wall + pause + std::uniform_int_distribution<Milliseconds>(0, pause / 4)(engine_);
    spdlog::warn("alerts by {} wait: {}", name_of(outlet), queue.problem->what.en);
  }
  co_await keep();
}

asio::awaitable<void> Watch::send_until(net::Announcement& stopping) {
  for (;;) {
    const bool stopped = co_await stopping.wait_beyond(1, kSendEvery);
    if (stopped) co_return;
    for (const Outlet outlet : kOutlets) co_await send(outlet);
  }
}

json Watch::shown() const {
  std::vector<const Open*> sorted;
  for (const auto& [id, open] : open_) sorted.push_back(&open);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Open* a, const Open* b) {
    return std::pair(!a->alert.grave, -a->since) < std::pair(!b->alert.grave, -b->since);
  });
  json rows = json::array();
  for (const Open* open : sorted) {
    json row = json_of(open->alert);
    row["since"] = open->since;
    rows.push_back(std::move(row));
  }
  json outlets = json::object();
  for (const Outlet outlet : kOutlets) {
    const auto found = queues_.find(outlet);
    const Queue queue = found == queues_.end() ? Queue() : found->second;
    json& of = outlets[name_of(outlet)];
    of = {{"set", house_.people().connection(connection_of(outlet)) != nullptr},
          {"waiting", queue.messages.size()},
          {"lost", queue.lost}};
    if (queue.sent_at != 0) of["sent_at"] = queue.sent_at;
    if (queue.problem) of["problem"] = json_of(queue.problem->what);
  }
  return {{"rows", std::move(rows)}, {"outlets", std::move(outlets)}};
}

}  // namespace phien::server
