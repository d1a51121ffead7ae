#include "pos/agent/move.hpp"

#include "pos/agent/agent.hpp"
#include "pos/agent/enrol.hpp"

namespace phien::agent {

asio::awaitable<Result<std::string>> move_to(asio::any_io_executor executor, const home::Home& home, till::Till& till,
                                             std::string address, const Clock& clock) {
  const auto link = parse_link(std::move(address));
  if (!link) co_return link.problem();
  auto keys = home.keys();
  if (link->root && *link->root != till.me().root)
    co_return Problem{
        "wrong_root", "", {"Liên kết này của một ban tổ chức khác.", "That link is of another organizer than this terminal's."}};
  const std::int64_t known = till::position_from_text(till.store().snapshot()->meta(till::kCursorKey)).incarnation;
  Peer peer(executor, link->server, Pin{till.me().fair, till.me().root, known}, clock);
  const auto contact = co_await peer.greet();
  if (!contact) co_return contact.problem();
  keys->server = link->server;
  home.save(*keys);
  co_return link->server;
}

}  // namespace phien::agent
