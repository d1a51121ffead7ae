// The sending side of "up", as a state machine: no clock, no socket, no file. The driver (Asio, or the simulator) asks what to
// send, sends it, and reports what came back or that nothing did.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "shared/journal/journals.hpp"
#include "shared/sync/receive.hpp"

namespace phien::sync {

// What is kept between runs (store meta "sync.<hop>"); losing it costs a few bytes on the wire, never an entry.
struct SendState {
  journal::Head acknowledged;  // by this hop, on this journal's own chain
  Milliseconds acknowledged_at = 0;
  std::string to_json() const;
  static std::optional<SendState> from_json(std::string_view json);
};

class Sender {
 public:
  // `branch`: the branch this device writes. `random` gives numbers in [0,1) for jitter.
  Sender(journal::BranchNo branch, SendState state, std::function<double()> random);

  // The next batch text to send, or nothing: up to date, waiting for an answer, or backing off until retry_at().
  // The first time, and after hurry(), the last unit is sent again although it was acknowledged: that is how a device learns that
  // the hop was restored to an earlier state, or that the device itself was (must_reopen), before it writes on.
  std::optional<std::string> next(const journal::JournalsReader& journals, Milliseconds now);
  // An answer came. A refusal is kept in problem() and retried with backoff for ever. One that comes late is passed over.
  void on_outcome(const journal::JournalsReader& journals, const Outcome& outcome, Milliseconds now);
  // No answer (connection lost, time out, 5xx): retry after jittered backoff, 0.25 s doubling to 30 s.
  void on_failure(Milliseconds now);
  // The network came back, the hop has a new incarnation, or the user pressed "now".
  void hurry();

  const SendState& state() const { return state_; }
  Milliseconds retry_at() const { return retry_at_; }
  const std::optional<Problem>& problem() const { return problem_; }
  // The hop holds entries of this journal beyond our head, or another branch of it: this device must go on in a new journal (I7).
  bool must_reopen() const { return must_reopen_; }

 private:
  journal::Head highest_common(const journal::JournalsReader& journals, const journal::Branch& branch, const UnknownPrev& there);
  void back_off(Milliseconds now);

  journal::BranchNo branch_;
  SendState state_;
  std::function<double()> random_;
  journal::Head sending_from_, sending_to_;
  bool in_flight_ = false;
  bool probed_ = false;
  int failures_ = 0;
  Milliseconds retry_at_ = 0;
  std::optional<Problem> problem_;
  bool must_reopen_ = false;
};

// The whole chain that ends in `branch`, from seq 1, as an exported journal: one batch of any length with every seal and all
// personal data that is here. Entries after the last seal are left out. Empty when nothing is sealed.
std::string export_chain(const journal::JournalsReader& journals, journal::BranchNo branch);

}  // namespace phien::sync
