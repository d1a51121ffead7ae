#include "tests/simulation/hop.hpp"

#include "shared/ledger/ledger.hpp"

namespace phien::simulation {

Stage::Stage(std::uint64_t run_seed, std::string plant)
    : seed(run_seed),
      planted(std::move(plant)),
      network(world, Dice::of(run_seed, "network")),
      oracle(world),
      root(SecretKey::generate()) {}

Hop::Hop(Stage& stage, std::string name, std::string upstream, std::unique_ptr<Platter> platter)
    : stage_(stage),
      name_(std::move(name)),
      upstream_(std::move(upstream)),
      dice_(stage.dice(name_)),
      disk_(stage.world, stage.dice(name_ + " disk"), std::move(platter), name_) {
  if (stage.planted == "acknowledge_before_commit") disk_.lie();
}

void Hop::boot() {
  alive_ = std::make_shared<int>(0);
  disk_.restart();
  stage_.network.attach(name_, [this](const Request& request, const Network::Reply& reply) { on_request(request, reply); });
  stage_.oracle.restarted(name_, *disk_.snapshot());
  forward();
}

void Hop::crash() {
  if (!on()) return;
  stage_.network.detach(name_);
  disk_.cut_power();
  alive_.reset();
  uplinks_.clear();
}

void Hop::lose_disk() {
  crash();
  disk_.replace(memory_platter());
  stage_.oracle.replaced(name_);
}

void Hop::on_request(const Request& request, const Network::Reply& reply) {
  if (request.kind == "batch") take(request, reply);
}

void Hop::take(const Request& request, const Network::Reply& reply) {
  const std::size_t line = request.text.find('\n');
  const std::string terminal = request.text.substr(0, line);
  const auto answer = [this, reply, terminal](const sync::Outcome& outcome) {
    if (const auto* problem = std::get_if<Problem>(&outcome)) stage_.oracle.refused(name_, *problem, terminal);
    reply(sync::to_json(outcome));
  };
  auto decoded = sync::decode_batch(request.text.substr(line + 1), kFair);
  if (!decoded) return answer(decoded.problem());
  const auto batch = std::make_shared<sync::DecodedBatch>(std::move(*decoded));
  const auto outcome = std::make_shared<sync::Outcome>();
  const auto job = [batch, outcome](db::Transaction& tx) { *outcome = sync::receive(tx, *batch); };
  const auto done = [this, weak = std::weak_ptr(alive_), batch, outcome, answer](const std::exception_ptr& error) {
    if (!weak.lock()) return;
    if (error) {
      try {
        std::rethrow_exception(error);
      } catch (const db::StoreFailed&) {
        return;  // an error of the server (5xx): no answer that says anything
      }
    }
    const auto* accepted = std::get_if<sync::Accepted>(outcome.get());
    if (accepted) {
      const auto books = disk_.snapshot();
      stage_.oracle.acknowledged(name_, batch->batch.journal, *accepted, *books);
    }
    answer(*outcome);
    if (!accepted || accepted->appended == 0) return;
    took(*batch);
    look_now_and_then();
  };
  if (!disk_.submit(job, done)) return;  // overloaded: no answer
}

void Hop::took(const sync::DecodedBatch&) { forward(); }

void Hop::look_now_and_then() {
  if (dice_.chance(0.02)) stage_.oracle.books(name_, *disk_.snapshot());
}

void Hop::forward() {
  if (upstream_.empty() || !on()) return;
  for (const auto& branch : disk_.snapshot()->branches()) {
    auto& link = uplinks_[branch.no];
    if (!link) {
      link =
          std::make_shared<Uplink>(stage_.world, stage_.network, disk_, Uplink::Ends{name_, upstream_, branch.journal.terminal},
                                   branch.no, sync::SendState{}, Dice(dice_.next()));
    }
    link->pump();
  }
}

bool Hop::forwarded(const journal::JournalsReader& there) const {
  for (const auto& branch : disk_.snapshot()->branches()) {
    if (branch.head.seq > 0 && !journal::find(there, {branch.journal.terminal, branch.head.seq, branch.head.hash})) return false;
  }
  return true;
}

void Hop::hurry() {
  for (const auto& [no, link] : uplinks_) link->hurry();
}

}  // namespace phien::simulation
