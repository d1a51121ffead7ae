#include "tests/simulation/uplink.hpp"

namespace phien::simulation {

namespace {
constexpr Milliseconds kDeadline = 20 * kSecond;
constexpr Milliseconds kMostBackoff = 30 * kSecond;
}  // namespace

Uplink::Uplink(World& world, Network& network, const Disk& disk, Ends ends, journal::BranchNo branch, sync::SendState state,
               Dice dice)
    : world_(world),
      network_(network),
      disk_(disk),
      ends_(std::move(ends)),
      branch_(branch),
      dice_(dice),
      sender_(branch, std::move(state), [this] { return dice_.unit(); }) {}

void Uplink::pump() {
  if (waiting_) return;
  auto batch = sender_.next(*disk_.snapshot(), world_.now());
  if (batch) {
    if (batch->size() > std::size_t{5} * 1024 * 1024) throw Violation("I10", "a batch is above the limit of a request");
    waiting_ = true;
    network_.ask(ends_.from, ends_.to, "batch", ends_.terminal + "\n" + *batch, kDeadline,
                 [weak = weak_from_this()](const std::optional<std::string>& answer) {
                   if (const auto self = weak.lock()) self->answered(answer);
                 });
    return;
  }
  const Milliseconds again = sender_.retry_at();
  if (again <= world_.now() || again == planned_) return;
  if (again - world_.now() > kMostBackoff) throw Violation("I10", "a sender waits longer than its longest backoff");
  planned_ = again;
  world_.at(again, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->pump();
  });
}

void Uplink::answered(const std::optional<std::string>& answer) {
  waiting_ = false;
  std::optional<sync::Outcome> outcome;
  if (answer)
    if (auto read = sync::outcome_from_json(*answer)) outcome = std::move(*read);
  if (outcome)
    sender_.on_outcome(*disk_.snapshot(), *outcome, world_.now());
  else
    sender_.on_failure(world_.now());
  if (outcome && on_outcome) on_outcome(*outcome);
  pump();
}

void Uplink::hurry() {
  sender_.hurry();
  pump();
}

}  // namespace phien::simulation
