// Who pays what: tenders spread over the sales (or refunds) of a unit, cash rounded once per holder. Pure but for new payment
// references.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pos/till/fields.hpp"
#include "shared/journal/entry.hpp"

namespace phien::till {

// One sale or refund of the unit, and who holds its money. `before`: what pays for it already (deposit, goods brought back).
struct Due {
  std::string holder;
  Dong total = 0;
  std::vector<journal::Payment> before;
};
struct Tender {
  journal::Method method{};
  std::optional<Dong> amount;  // absent: the rest
  std::optional<Dong> given;   // cash handed over
  std::optional<std::string> label;
  std::optional<std::string> holder;  // of declared takings only: who has the money
  std::string where;
};
struct Settled {
  struct Part {
    std::vector<journal::Payment> payments;
    Dong rounding = 0;
  };
  std::vector<Part> parts;  // one per due
  Dong due = 0;             // in cash, rounded: what the cashier takes (or gives) by hand
  Dong rounding = 0;
  Dong change = 0;
};

inline constexpr std::size_t kMaxTenders = 5;
// "payments" of a request: cash | transfer | card | other. Absent: nothing, which means cash.
std::vector<Tender> read_tenders(Fields& request, bool may_name_holder = false);

// Codes: payments_do_not_add_up, too_much_paid, two_rests, two_cash, cash_not_round, not_enough_given.
Settled settle(const std::vector<Due>& dues, std::vector<Tender> tenders, Dong cash_round,
               const std::function<std::string()>& new_ref);

}  // namespace phien::till
