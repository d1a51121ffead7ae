// A connection's bytes, to the connection and the routes that serve them in production; the store is in memory. Nothing a client
// sends makes the program fail (500), and every answer is one that our own client reads.
#include <sys/socket.h>

#include <array>
#include <functional>
#include <vector>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "db/memory/memory_store.hpp"
#include "server/api/route.hpp"
#include "shared/journal/batch.hpp"
#include "shared/net/connection.hpp"
#include "shared/net/message_readers.hpp"
#include "shared/sync/receive.hpp"
#include "tests/fuzz/sample.hpp"
#include "tests/fuzz/targets.hpp"

namespace phien::fuzz {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr std::size_t kMaxInput = 64 * 1024, kMaxAnswer = 16 * 1024 * 1024;
constexpr auto kPatience = 20s;  // for one connection; an answer that takes longer is a finding
const std::string kAdminToken(64, 'a');
// Stands in the input for a token that the sample's till was given.
constexpr std::string_view kTillToken = "TILL-TOKEN";

server::Keys sample_keys() {
  static const net::TlsKey tls = net::make_tls_key("fuzz", {});
  const Sample& fair = sample();
  std::string_view opening = fair.opening;
  const journal::JournalId id = journal::read_batch(opening, 1'000, opening.size()).value().journal;
  return {id.fair, id.root,      fair.stranger.public_key(),
          1,       std::nullopt, fair.server_key,
          tls,     Signature{},  server::SealingSeed::of(id.fair, fair.stranger, 1)};
}

// The sample fair on the day: its server's journal up to the opening, and the till's.
std::unique_ptr<db::JournalStore> sample_store() {
  auto store = db::open_memory();
  for (const std::string& journal : {sample().opening, sample().till}) {
    const auto decoded = sync::decode_batch(journal);
    must(decoded.ok(), "the sample's journals can be read");
    store->run([&](db::Transaction& tx) {
      must(std::holds_alternative<sync::Accepted>(sync::receive(tx, *decoded)), "the sample's journals are taken");
    });
  }
  return store;
}

struct Venue {
  Venue() : house(server::House::over(io.get_executor(), {}, sample_keys(), kAdminToken, system_clock(), sample_store())) {
    server::api::add_all_routes(router, *house);
    shared = std::make_shared<net::Shared>(io.get_executor(), router, net::Limits{});
    token = house->sessions.open("T1", house->now().up);
  }
  asio::io_context io{1};
  std::unique_ptr<server::House> house;
  net::Router router;
  std::shared_ptr<net::Shared> shared;
  std::string token;
};

// Both ends of a connection in this process.
std::pair<asio::ip::tcp::socket, asio::local::stream_protocol::socket> pair_in(asio::io_context& io) {
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there are sockets");
  asio::ip::tcp::socket served(io);
  served.assign(asio::ip::tcp::v4(), ends[0]);
  asio::local::stream_protocol::socket asking(io);
  asking.assign(asio::local::stream_protocol(), ends[1]);
  return {std::move(served), std::move(asking)};
}

std::string with_token(std::string_view input, const std::string& token) {
  std::string text(input);
  for (std::size_t at = 0; (at = text.find(kTillToken, at)) != std::string::npos; at += token.size())
    text.replace(at, kTillToken.size(), token);
  return text;
}

void check_answers(std::string answers) {
  while (!answers.empty()) {
    net::AnswerReader reader(false, kMaxAnswer);
    net::Step step = reader.take(answers);
    if (step == net::Step::more) step = reader.take_end();
    must(step == net::Step::done || answers.empty(), "an answer is one that a client reads");
    if (step != net::Step::done) return;
    const net::Response response = reader.take_response();
    must(response.status >= 200 && response.status < 600 && response.status != 500, "nothing a client sends fails the program");
    if (response.content_type.starts_with("application/json") && !response.body.empty())
      must(nlohmann::json::accept(response.body), "JSON is JSON");
  }
}

}  // namespace

void http(std::string_view input) {
  if (input.empty() || input.size() > kMaxInput) return;
  static const bool quiet = (spdlog::set_level(spdlog::level::off), true);
  must(quiet, "the log is off");
  // A store that nobody wrote to serves on.
  static std::unique_ptr<Venue> kept;
  if (!kept || input.find("POST") != std::string_view::npos) kept = std::make_unique<Venue>();
  Venue& venue = *kept;
  venue.io.restart();
  // The first byte says how the rest comes: in pieces of so many bytes.
  const std::size_t piece = static_cast<unsigned char>(input.front()) * std::size_t{16} + 1;
  const std::string text = with_token(input.substr(1), venue.token);
  std::string answers;
  bool ended = false;
  {
    auto [served, asking] = pair_in(venue.io);
    std::make_shared<net::Connection>(venue.shared, net::Wire(std::move(served)), asio::ip::make_address("127.0.0.1"))->start();
    std::vector<char> chunk(64 * 1024);
    std::function<void()> read_on = [&, &asking = asking] {
      asking.async_read_some(asio::buffer(chunk), [&](const net::Error& error, std::size_t n) {
        answers.append(chunk.data(), n);
        ended = static_cast<bool>(error);
        if (!ended) read_on();
      });
    };
    read_on();
    for (std::size_t at = 0; at < text.size() && !ended; at += piece) {
      net::Error gone;
      asio::write(asking, asio::buffer(text.data() + at, std::min(piece, text.size() - at)), gone);
      if (gone) break;
      venue.io.poll();
    }
    net::Error ignored;
    asking.shutdown(asio::socket_base::shutdown_send, ignored);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!ended && std::chrono::steady_clock::now() < until) venue.io.run_one_for(kPatience);
    must(ended, "a connection ends after its client has");
  }
  must(venue.shared->counters.failed == 0, "no handler fails");
  if (input.find("POST") != std::string_view::npos) kept.reset();
  const bool without_bodies = text.find("HEAD ") != std::string::npos;  // then lengths are said, and no bodies follow
  if (!without_bodies) check_answers(std::move(answers));
}

}  // namespace phien::fuzz
