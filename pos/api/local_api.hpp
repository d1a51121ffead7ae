// The local HTTP API: routes to use cases, and nothing else. The command line asks the same routes in-process when nothing runs.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "pos/agent/agent.hpp"
#include "pos/api/access.hpp"
#include "pos/api/phones.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/net/http.hpp"
#include "shared/receipt/receipt.hpp"
#include "shared/web/assets.hpp"

namespace phien::api {

namespace asio = boost::asio;

// HTTP status of a problem: 400 not understood, 404 not known here, 503 the store, 422 refused by a rule.
int status_of(const Problem& problem);

class LocalApi {
 public:
  // `agent` null: nothing syncs in this process. `assets`: the pages, if this program carries them.
  LocalApi(till::Till& till, std::string server, std::string local_token, agent::Agent* agent,
           std::span<const web::Asset> assets = {});
  const net::Router& router() const { return router_; }
  Access& access() { return access_; }
  // The same routes as paired phones reach them: other guards, and what is not for phones is refused.
  const net::Router& phone_router() const { return phone_router_; }
  Phones& phones() { return phones_; }
  std::function<net::Counters()> counters;
  std::string command;  // what is typed to run this till so that phones can come
  // {"charging","percent"} of the battery; null where there is none.
  std::function<nlohmann::json()> battery;
  // Checks that a server of this fair is at an address, and keeps it; gives its base URL.
  std::function<asio::awaitable<Result<std::string>>(std::string address)> find_server;

 private:
  void add_reading();
  void add_pictures();
  void add_writing();
  void add_pages();
  void add_phones();
  // To both routers, each with its guard.
  void add(net::Route route, Ask ask);
  // Who asks, as the guard found out.
  till::Desk desk_of(const net::Request& request) const;
  // `slow`: reads whole journals, so it works beside the loop that sells.
  enum class Pace { quick, slow };
  void get(const char* pattern, const char* summary, Pace pace,
           std::function<nlohmann::json(const till::View&, const net::Request&)> read);
  asio::awaitable<net::Response> write(const till::WritingUseCase& use_case, net::Request& request);
  asio::awaitable<net::Response> aside(std::function<net::Response()> work);
  // Draws what `document` makes, as wide as the paper ("width": 58 or 80); `also` are further parameters it asks for.
  using Picture = net::Response (LocalApi::*)(const net::Request&, const till::Desk&);
  net::Response image(const net::Request& request, const till::Desk& desk, const std::set<std::string>& also,
                      const std::function<receipt::Document(const till::View&)>& document);
  net::Response receipt_image(const net::Request& request, const till::Desk& desk);
  net::Response shift_image(const net::Request& request, const till::Desk& desk);
  net::Response pack_image(const net::Request& request, const till::Desk& desk);
  asio::awaitable<net::Response> sync_now(net::Request& request);
  asio::awaitable<net::Response> move_server(net::Request& request);
  asio::awaitable<net::Response> start(net::Request& request);
  asio::awaitable<net::Response> metrics(net::Request& request);
  nlohmann::json status(Lang lang, const till::Desk& desk);
  nlohmann::json phones_json() const;
  net::Response offer_pairing(const net::Request& request);
  asio::awaitable<net::Response> pair_phone(net::Request& request);
  asio::awaitable<net::Response> end_phone(net::Request& request);
  asio::awaitable<void> forget_phone(std::string id);

  till::Till& till_;
  std::string server_;
  agent::Agent* agent_;
  std::span<const web::Asset> assets_;
  Access access_;
  Phones phones_;
  net::Router router_, phone_router_;
  asio::thread_pool worker_{1};
};

}  // namespace phien::api
