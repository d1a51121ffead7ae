#include "server/upstream/forwarder.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "server/upstream/link.hpp"
#include "shared/net/run.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::string_view kKept = "upstream.acknowledged";
constexpr Milliseconds kFirstBackoff = 250, kLongestBackoff = 30'000;
constexpr Milliseconds kIdle = 60'000;    // without anything new the hub is asked this often whether it is still the same
constexpr Milliseconds kRefused = 5'000;  // a journal was refused: the rest went on, and it is tried again
constexpr std::chrono::seconds kKeepEvery{10};
constexpr std::chrono::milliseconds kDeadline{60'000};

Problem problem_of(const net::Response& response) {
  const json error = json::parse(response.body, nullptr, false);
  if (error.is_object() && error.contains("error")) {
    const json& e = error["error"];
    return {e.value("code", ""), e.value("where", ""), {e["message"].value("vi", ""), e["message"].value("en", "")}};
  }
  const std::string status = std::to_string(response.status);
  return {"bad_answer",
          "",
          {"Máy chủ trên trả lời không đúng dạng (" + status + ").", "The hub's answer is not understood (" + status + ")."}};
}

std::map<journal::BranchNo, sync::SendState> read_kept(const db::Snapshot& snapshot) {
  std::map<journal::BranchNo, sync::SendState> kept;
  const auto text = snapshot.meta(kKept);
  const json all = text ? json::parse(*text) : json::object();
  for (const auto& [branch, state] : all.items())
    if (const auto read = sync::SendState::from_json(state.get<std::string>())) kept.emplace(std::stoll(branch), *read);
  return kept;
}

}  // namespace

Forwarder::Forwarder(asio::any_io_executor executor, House& house, HubLink link)
    : executor_(executor), house_(house), link_(std::move(link)), kept_(read_kept(*house.store().snapshot())) {
  net::ClientOptions options;
  options.accept_key = [tls = link_.tls](std::string_view shown) { return shown == tls; };
  client_ = std::make_unique<net::HttpClient>(executor, link_.url, options);
}

void Forwarder::start() { net::spawn(executor_, run(), "forwarding", stop_); }

asio::awaitable<void> Forwarder::stop() {
  stop_->emit(asio::cancellation_type::all);
  kept_at_ = {};
  co_await keep();
}

UpstreamStatus Forwarder::status() const {
  UpstreamStatus status{link_.url, online_, reached_at_, 0, problem_, {}};
  for (const journal::Branch& branch : house_.store().snapshot()->branches()) {
    const auto sender = senders_.find(branch.no);
    const auto kept = kept_.find(branch.no);
    journal::Seq there = sender != senders_.end() ? sender->second.state().acknowledged.seq
                         : kept != kept_.end()    ? kept->second.acknowledged.seq
                                                  : 0;
    there = std::clamp(there, branch.base.seq, branch.head.seq);
    status.waiting += branch.head.seq - there;
    journal::Seq& held = status.acknowledged[branch.journal.terminal];
    held = std::max(held, there);
    if (!status.problem && sender != senders_.end()) status.problem = sender->second.problem();
  }
  return status;
}

asio::awaitable<void> Forwarder::run() {
  for (;;) {
    const std::uint64_t version = house_.totals.version();
    const bool well = co_await pass();
    if (well != online_) spdlog::info("hub {}: {}", link_.url, well ? "reached" : problem_ ? problem_->what.en : "gone");
    online_ = well;
    failures_ = well ? 0 : failures_ + 1;
    const Milliseconds wait = pause(well);
    if (well) {
      co_await house_.totals.wait_beyond(version, wait);
    } else {
      co_await net::sleep_for(wait);
    }
  }
}

Milliseconds Forwarder::pause(bool well) const {
  if (well) {
    const bool refused =
        std::any_of(senders_.begin(), senders_.end(), [](const auto& s) { return s.second.problem().has_value(); });
    return refused ? kRefused : kIdle;
  }
  const Milliseconds most = std::min(kLongestBackoff, kFirstBackoff << std::min(failures_, 10));
  return static_cast<Milliseconds>(static_cast<double>(most) * (0.5 + std::uniform_real_distribution<double>(0, 0.5)(engine_)));
}

sync::Sender& Forwarder::sender_of(const journal::Branch& branch) {
  const auto found = senders_.find(branch.no);
  if (found != senders_.end()) return found->second;
  const auto kept = kept_.find(branch.no);
  const auto random = [this] { return std::uniform_real_distribution<double>(0, 1)(engine_); };
  return senders_.emplace(branch.no, sync::Sender(branch.no, kept == kept_.end() ? sync::SendState{} : kept->second, random))
      .first->second;
}

// Sends until nothing is left that may be sent now. False: the hub was not reached.
asio::awaitable<bool> Forwarder::pass() {
  // Whatever is quiet for long is shown again: a hub restored to an earlier state would not say so by itself.
  // After a failure too; how long to wait then is decided here, for all journals together.
  const auto now = std::chrono::steady_clock::now();
  if (failures_ > 0 || now - probed_at_ >= std::chrono::milliseconds(kIdle)) {
    probed_at_ = now;
    for (auto& [branch, sender] : senders_) sender.hurry();
  }
  for (bool more = true; more;) {
    more = false;
    const auto branches = house_.store().snapshot()->branches();
    for (const journal::Branch& branch : branches) {
      sync::Sender& sender = sender_of(branch);
      auto batch = sender.next(*house_.store().snapshot(), steady_ms());
      if (!batch) continue;
      more = true;
      const bool reached = co_await send(sender, branch.no, std::move(*batch));
      if (!reached) co_return false;
    }
  }
  problem_.reset();
  co_return true;
}

asio::awaitable<bool> Forwarder::send(sync::Sender& sender, journal::BranchNo branch, std::string batch) {
  const std::string path = target("forwarded"), type = "text/plain; charset=utf-8";
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (token_.empty()) {
      problem_ = co_await open_session();
      if (problem_) break;
    }
    const auto answer = co_await post(path, batch, type);
    if (!answer) {
      problem_ = answer.problem();
      break;
    }
    if (answer->status == 401) {  // it was started anew, perhaps from an earlier state
      token_.clear();
      for (auto& [no, other] : senders_)
        if (no != branch) other.hurry();
      continue;
    }
    const auto outcome = sync::outcome_from_json(answer->body);
    if (!outcome) {
      problem_ = problem_of(*answer);
      break;
    }
    reached_at_ = house_.now().wall;
    sender.on_outcome(*house_.store().snapshot(), *outcome, steady_ms());
    if (branch == house_.own_branch() && sender.must_reopen()) house_.note_overtaken();
    co_await keep();
    co_return true;
  }
  sender.on_failure(steady_ms());
  co_return false;
}

asio::awaitable<void> Forwarder::keep() {
  const auto now = std::chrono::steady_clock::now();
  if (now - kept_at_ < kKeepEvery || house_.store_failed()) co_return;
  kept_at_ = now;
  json all = json::object();
  for (const auto& [branch, sender] : senders_) all[std::to_string(branch)] = sender.state().to_json();
  const db::JournalStore::Job job = [text = all.dump()](db::Transaction& tx) { tx.set_meta(kKept, text); };
  co_await house_.commit(job);
}

std::string Forwarder::target(const char* route) const {
  return "/fairs/" + fair_name(house_.keys().fair, house_.keys().root) + "/api/v1/" + route;
}

// What makes this server one of its fair: the certificate of its incarnation.
json Forwarder::proof() const {
  const Keys& keys = house_.keys();
  return {{"terminal", keys.journal_id().terminal},
          {"journal_key", hex(keys.journal.public_key())},
          {"tls", keys.tls_spki()},
          {"parent", keys.parent ? hex(keys.parent->head.hash) : "-"},
          {"certificate", hex(keys.certificate)}};
}

asio::awaitable<Result<net::Response>> Forwarder::post(std::string path, std::string body, std::string type) {
  std::map<std::string, std::string> headers{{"Content-Type", std::move(type)}};
  if (!token_.empty()) headers["Authorization"] = "Bearer " + token_;
  const std::string method = "POST";
  auto answer = co_await client_->request(method, path, body, headers, kDeadline);
  co_return answer;
}

asio::awaitable<std::optional<Problem>> Forwarder::open_session() {
  const Keys& keys = house_.keys();
  const std::string type = "application/json", ask_path = target("session/challenge"), open_path = target("session");
  const std::string ask = json{{"terminal", keys.journal_id().terminal}}.dump();
  auto asked = co_await post(ask_path, ask, type);
  if (asked && asked->status == 404 && !link_.code.empty()) {
    const auto refused = co_await enrol();
    if (refused) co_return *refused;
    asked = co_await post(ask_path, ask, type);
  }
  if (!asked) co_return asked.problem();
  if (asked->status != 200) co_return problem_of(*asked);
  const json given = json::parse(asked->body, nullptr, false);
  json mine = proof();
  const std::string challenge = given.is_object() ? given.value("challenge", "") : "";
  mine["challenge"] = challenge;
  mine["signature"] = hex(keys.journal.sign(upstream_message(keys.fair, keys.root, keys.incarnation, challenge, link_.tls)));
  const std::string body = mine.dump();
  const auto opened = co_await post(open_path, body, type);
  if (!opened) co_return opened.problem();
  if (opened->status != 200) co_return problem_of(*opened);
  const json session = json::parse(opened->body, nullptr, false);
  token_ = session.is_object() ? session.value("token", "") : "";
  if (token_.empty()) co_return problem_of(*opened);
  co_return std::nullopt;
}

asio::awaitable<std::optional<Problem>> Forwarder::enrol() {
  const Keys& keys = house_.keys();
  json mine = proof();
  mine["code"] = link_.code;
  mine["fair"] = keys.fair;
  mine["root"] = hex(keys.root);
  mine["signature"] = hex(keys.journal.sign(upstream_message(keys.fair, keys.root, keys.incarnation, link_.code, link_.tls)));
  const std::string path = "/api/v1/fairs", type = "application/json", body = mine.dump();
  const auto answer = co_await post(path, body, type);
  if (!answer) co_return answer.problem();
  if (answer->status != 200) co_return problem_of(*answer);
  link_.code.clear();
  co_return std::nullopt;
}

}  // namespace phien::server
