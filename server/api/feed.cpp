// "Down": one long poll a terminal. Waiting costs a coroutine and a timer, nothing of the store.
#include "shared/sync/feed.hpp"
#include "server/api/route.hpp"

namespace phien::server::api {
namespace {

constexpr std::int64_t kLongestWait = 55'000;  // ms: below what proxies and the client's own deadline allow
constexpr std::int64_t kMaxExact = std::int64_t{1} << 53;

struct Asked {
  journal::ServerPosition cursor;
  std::int64_t stock = 0;
  std::int64_t wait = 0;
};

Asked asked_of(const net::Request& request) {
  only_parameters(request, {"incarnation", "seq", "hash", "stock", "wait"});
  Asked asked;
  asked.cursor.incarnation = number_parameter(request, "incarnation", 0, kMaxExact, 0);
  asked.cursor.head.seq = number_parameter(request, "seq", 0, kMaxExact, 0);
  const auto hash = parameter(request, "hash").value_or("");
  if (!hash.empty()) {
    const auto read = hash_from_hex(hash);
    if (!read) refuse_parameter("hash");
    asked.cursor.head.hash = *read;
  } else if (asked.cursor.head.seq > 0) {
    refuse_parameter("hash");
  }
  asked.stock = number_parameter(request, "stock", 0, kMaxExact, 0);
  asked.wait = number_parameter(request, "wait", 0, kLongestWait, 0);
  return asked;
}

// What there is for this terminal now. Not in the coroutine, whose frame is kept for each of thousands that wait.
net::Response answer_now(House& house, const Asked& asked, const Channel& channel) {
  const Milliseconds now = house.now().wall;
  sync::Feed answer;
  answer.incarnation = house.keys().incarnation;
  answer.cursor = asked.cursor;
  answer.server_time = now;
  const bool new_stock = asked.stock != channel.stock_version;
  if (new_stock || asked.cursor != house.position()) {
    const auto snapshot = house.store().snapshot();
    answer = sync::make_feed(*snapshot, asked.cursor, now, house.keys().incarnation);
    if (new_stock) answer.stock = sync::make_stock(*snapshot, channel.exhibitors, channel.stock_version);
  }
  return net::json_response(sync::to_json(answer));
}

void refuse_if_revoked(const House& house, const std::string& terminal) {
  if (house.roll().revoked.contains(terminal))
    throw Refusal(403,
                  {"revoked", terminal, {"Máy " + terminal + " đã bị thu hồi.", "Terminal " + terminal + " has been revoked."}});
}

std::int64_t milliseconds_until(std::chrono::steady_clock::time_point end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
}

asio::awaitable<net::Response> feed(House& house, net::Request& request) {
  const Asked asked = asked_of(request);
  const std::shared_ptr<Channel> channel = house.channels.of(asking_terminal(house, request));
  house.compare(asked.cursor);
  house.fed[channel->terminal] = asked.cursor;
  if (auto told = read_device(request.header("x-phien-device"), house.now().wall))
    house.devices[channel->terminal] = std::move(*told);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(asked.wait);
  for (;;) {
    const std::uint64_t version = channel->wake.version();
    const std::int64_t left = milliseconds_until(end);
    if (left <= 0 || asked.cursor != house.position() || asked.stock != channel->stock_version)
      co_return answer_now(house, asked, *channel);
    co_await channel->wake.wait_beyond(version, left);
    refuse_if_revoked(house, channel->terminal);  // it may have been, meanwhile
  }
}

}  // namespace

void add_feed_routes(net::Router& router, House& house) { add(router, house, {"GET", "/api/v1/feed", feed, 0, kNoDeadline}); }

}  // namespace phien::server::api
