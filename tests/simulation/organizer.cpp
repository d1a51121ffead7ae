// What the organizer does at the server.
#include <fmt/format.h>

#include "shared/ledger/ledger.hpp"
#include "tests/simulation/fair.hpp"
#include "tests/simulation/server.hpp"

namespace phien::simulation {

void Server::act(Dice dice) {
  if (!on() || overtaken_) return;
  const auto books = disk_.snapshot();
  const auto goods = goods_of_fair();
  switch (dice.upto(9)) {
    case 0:
    case 1: {
      catalogue::Product changed = dice.one_of(goods);
      changed.price = dice.between(5, 90) * 1'000 + dice.upto(1) * 300;
      stage_.world.trace(name_, fmt::format("price of {} is {}", changed.id, changed.price));
      return write({catalogue_item(changed)});
    }
    case 2: {
      const catalogue::Product& some = dice.one_of(goods);
      journal::Opening opening{some.exhibitor, "booth", {{some.id, some.name, some.unit, dice.between(-5, 50) * kOne, {}, {}}}};
      if (opening.lines.front().qty == 0) return;
      return write({opening});
    }
    case 3: {
      const catalogue::Product& some = dice.one_of(goods);
      journal::StockCount count{some.exhibitor, "kho", {{some.id, some.name, some.unit, dice.between(0, 90) * kOne, {}, {}}}, {}};
      return write({count});
    }
    case 4:
    case 5: {
      const auto waiting = ledger::transfers(*books, {}, ledger::PaymentState::claimed);
      if (waiting.empty()) return;
      const auto& paid = dice.one_of(waiting);
      journal::PaymentConfirmed seen;
      seen.pay_ref = paid.pay_ref;
      seen.amount = std::abs(paid.claimed) + (dice.chance(0.1) ? 1'000 : 0);
      seen.outgoing = paid.claimed < 0;
      seen.holder = paid.exhibitor;
      seen.by_bank = true;
      if (seen.amount == 0) return;
      return write({seen});
    }
    case 6: {
      const auto leads = ledger::leads(*books);
      if (leads.empty()) return;
      stage_.world.trace(name_, "erases the person of a lead");
      return write({journal::Erase{dice.one_of(leads).entry}});
    }
    case 7: {
      for (const auto& row : ledger::exceptions(*books)) {
        if (row.code != "held" || !row.entry || row.subject.empty() || row.settled) continue;
        journal::Ruling ruling;
        ruling.about = *row.entry;
        ruling.decision = dice.chance(0.7) ? journal::Ruling::Decision::post : journal::Ruling::Decision::keep_out;
        ruling.text = "đã xem";
        return write({ruling});
      }
      return;
    }
    case 8: {
      journal::DeclaredSales declared;
      declared.exhibitor = dice.one_of(goods).exhibitor;
      declared.place = "booth";
      declared.day = local_day(stage_.world.now());
      declared.method = "sổ tay";
      declared.sales = dice.upto(20);
      declared.total = dice.between(1, 500) * 1'000;
      declared.payments = {{journal::Method::cash, declared.total, declared.exhibitor, {}, {}, {}, {}}};
      return write({declared});
    }
    default: {
      journal::Visitors visitors;
      visitors.count = dice.between(1, 500);
      return write({visitors});
    }
  }
}

void Server::revoke(const std::string& terminal, Dice dice) {
  if (!on() || overtaken_ || revoked_.contains(terminal)) return;
  const auto branches = disk_.snapshot()->branches_of_terminal(terminal);
  if (branches.empty()) return;
  // Found out late: what it wrote since then is kept and waits for a ruling.
  const auto& branch = dice.one_of(branches);
  const journal::Seq from = dice.chance(0.5) ? branch.head.seq : dice.between(branch.base.seq, branch.head.seq);
  const auto place = from > branch.base.seq ? disk_.snapshot()->entry(branch.no, from)->at : branch.base;
  const journal::Head head = place.seq == 0 ? journal::Head{} : place;
  stage_.world.trace(name_, fmt::format("revokes {} from {} on", terminal, head.seq));
  write({journal::TerminalRevoked{terminal, head, "mất máy"}});
}

void Server::close_fair() {
  if (!on() || overtaken_) return;
  submit_own([this](db::Transaction& tx) {
    journal::FairClosed closed;
    const auto last = ledger::closing(tx);
    closed.edition = last ? last->edition + 1 : 1;
    closed.part = closed.parts = 1;
    closed.cut = ledger::heads(tx);
    std::erase_if(closed.cut, [](const auto& head) { return head.seq == 0; });
    append(tx, {closed});
  });
}

}  // namespace phien::simulation
