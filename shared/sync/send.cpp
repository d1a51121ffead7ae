#include "shared/sync/send.hpp"

#include <algorithm>

#include "shared/planted.hpp"
#include "shared/sync/limits.hpp"
#include "shared/sync/walk.hpp"
#include "shared/sync/wire.hpp"

namespace phien::sync {

using journal::Branch;
using journal::Head;
using journal::JournalsReader;

namespace {
constexpr Milliseconds kLeastBackoff = 250, kMostBackoff = 30'000;
}

std::string SendState::to_json() const {
  return nlohmann::json{{"acknowledged", wire::of(acknowledged)}, {"acknowledged_at", acknowledged_at}}.dump();
}

std::optional<SendState> SendState::from_json(std::string_view text) {
  const auto o = wire::object(text);
  if (!o || !o->contains("acknowledged")) return std::nullopt;
  const auto head = wire::head((*o)["acknowledged"]);
  const auto at = wire::integer(*o, "acknowledged_at");
  if (!head || !at) return std::nullopt;
  return SendState{*head, *at};
}

Sender::Sender(journal::BranchNo branch, SendState state, std::function<double()> random)
    : branch_(branch), state_(std::move(state)), random_(std::move(random)) {}

std::optional<std::string> Sender::next(const JournalsReader& journals, Milliseconds now) {
  const bool backing_off = now < retry_at_ && retry_at_ - now <= kMostBackoff;  // a clock set back must not silence us
  if (in_flight_ || backing_off) return std::nullopt;
  const std::optional<Branch> branch = journals.branch(branch_);
  if (!branch || branch->head.seq == 0) return std::nullopt;

  Head from = state_.acknowledged;
  if (from.seq == 0 || !on_chain(journals, *branch, from)) from = {0, journal::genesis(branch->journal)};
  if (from == branch->head) {
    if (probed_) return std::nullopt;
    from = sealed_at_or_before(journals, *branch, branch->head.seq - 1);
  }
  std::optional<CutBatch> cut = cut_batch(journals, *branch, from, kPreferredBatchEntries, kPreferredBatchBytes);
  if (!cut) return std::nullopt;
  probed_ = true;
  sending_from_ = from;
  sending_to_ = cut->end;
  in_flight_ = true;
  return std::move(cut->text);
}

void Sender::on_outcome(const JournalsReader& journals, const Outcome& outcome, Milliseconds now) {
  const std::optional<Branch> branch = journals.branch(branch_);
  if (!in_flight_ || !branch) return;  // an answer that comes after its time was up: what it said is asked again anyway
  in_flight_ = false;
  if (const auto* refusal = std::get_if<Problem>(&outcome)) {
    problem_ = *refusal;
    probed_ = false;  // what was only shown again has not been seen either
    back_off(now);
    return;
  }
  problem_.reset();
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    const bool ours = on_chain(journals, *branch, accepted->head);
    if (!ours || accepted->branches > 1) must_reopen_ = true;
    state_ = {ours ? accepted->head : sending_to_, now};
    failures_ = 0;
    retry_at_ = 0;
    return;
  }
  const Head common = highest_common(journals, *branch, std::get<UnknownPrev>(outcome));
  // The first such answer is followed at once; a hop that goes on not to know what it just named gets no faster than a broken
  // one.
  const bool progress = failures_ == 0 && common != sending_from_;
  if (!planted(Fault::lose_the_cursor)) state_.acknowledged = common;
  back_off(now);
  if (progress) retry_at_ = 0;
}

Head Sender::highest_common(const JournalsReader& journals, const Branch& branch, const UnknownPrev& there) {
  Head common{0, journal::genesis(branch.journal)};
  for (const UnknownPrev::Here& here : there.branches) {
    for (const Head& head : {here.base, here.head}) {
      if (!on_chain(journals, branch, head))
        must_reopen_ = true;
      else if (head.seq > common.seq)
        common = head;
    }
  }
  return common;
}

void Sender::on_failure(Milliseconds now) {
  in_flight_ = false;
  if (planted(Fault::lose_the_cursor)) state_.acknowledged = sending_to_;
  probed_ = planted(Fault::lose_the_cursor);
  back_off(now);
}

void Sender::hurry() {
  failures_ = 0;
  retry_at_ = 0;
  probed_ = planted(Fault::lose_the_cursor);
}

void Sender::back_off(Milliseconds now) {
  failures_ = std::min(failures_ + 1, 16);
  const Milliseconds most = std::min(kMostBackoff, kLeastBackoff << failures_);
  const auto jitter = static_cast<Milliseconds>(static_cast<double>(most / 2) * std::clamp(random_(), 0.0, 1.0));
  retry_at_ = now + most / 2 + jitter;
}

std::string export_chain(const JournalsReader& journals, journal::BranchNo branch) {
  const std::optional<Branch> found = journals.branch(branch);
  std::optional<CutBatch> whole;
  if (found) whole = cut_whole(journals, *found);
  return whole ? std::move(whole->text) : std::string();
}

}  // namespace phien::sync
