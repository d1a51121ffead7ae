// What a basket comes to before anything is written. Selling, exchanging and quoting all begin here: what the buyer is shown is
// what is sold.
#pragma once
#include <optional>
#include <vector>

#include "pos/till/basket.hpp"
#include "pos/till/drafts.hpp"

namespace phien::till {

inline constexpr std::size_t kMaxNote = 2'000;

struct Plan {
  Basket basket;
  std::vector<journal::Sale> sales;
  Dong total = 0;
  // Of an exchange: what is brought back, and how much of it pays for the goods taken.
  std::optional<journal::Refund> back;
  Dong carried = 0;
  std::vector<Dong> shares;  // of `carried`, per sale

  bool gives_back() const { return back && back->total > carried; }
};
// "lines" and "discount" (or "agreed", "less_odd"), and of an exchange "receipt" or "sale", "back", "damaged", "place", "reason".
Plan plan_deal(Work& work, Fields& goods, const std::string& by, std::optional<Milliseconds> happened);
// "payments" of the request: they speak of what changes hands, whichever way it goes.
std::vector<Tender> read_plan_tenders(const Plan& plan, Fields& request);

struct PlanSettled {
  Settled in, out;  // `out`: money given back in an exchange
};
PlanSettled settle_plan(Work& work, const Plan& plan, std::vector<Tender> tenders);

// {"lines","list_total","total","cash","transfers","payments"?,"back"?}. With a draft, transfers carry the references they will
// have.
json quote_json(Work& work, const Plan& plan, std::vector<Tender> tenders, Draft* draft);

std::vector<Tender> read_money_back(Fields& request);
void require_refund_right(Work& work, const std::string& by);

}  // namespace phien::till
