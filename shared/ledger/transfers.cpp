#include "shared/ledger/transfers.hpp"

#include <algorithm>
#include <charconv>

namespace phien::ledger {
namespace {

Dong amount_of(std::string_view text) {
  Dong amount = 0;
  std::from_chars(text.data(), text.data() + text.size(), amount);
  return amount;
}

}  // namespace

bool voided(const BooksReader& books, const Hash& entry) { return keys::any_fact(books, keys::prefix("void", hex(entry))); }

PaymentGroup payment_group(const BooksReader& books, std::string_view pay_ref) {
  PaymentGroup group;
  for (const auto& [key, value] : keys::facts(books, keys::prefix("claim", pay_ref))) {
    const auto parts = keys::split(value);
    group.claims.push_back(
        {std::string(parts.at(0)), std::string(parts.at(1)), amount_of(parts.at(2)), keys::Order::parse(parts.at(3))});
  }
  for (const auto& [key, value] : keys::facts(books, keys::prefix("confirmed", pay_ref))) {
    const auto parts = keys::split(value);
    PaymentGroup::Seen seen{std::string(parts.at(0)), amount_of(parts.at(1)), keys::Order::parse(parts.at(2))};
    if (!voided(books, seen.order.entry.hash)) group.seen.push_back(std::move(seen));
  }
  const auto earlier = [](const auto& a, const auto& b) { return a.order.text() < b.order.text(); };
  std::stable_sort(group.claims.begin(), group.claims.end(), earlier);
  std::stable_sort(group.seen.begin(), group.seen.end(), earlier);
  return group;
}

PaymentState PaymentGroup::state() const {
  if (seen.empty()) return PaymentState::claimed;
  if (claims.empty()) return PaymentState::unmatched;
  Dong sum = 0;
  for (const Claim& claim : claims) sum += claim.amount;
  // Money in another account than the one that was named is as odd as another amount.
  const bool agree = std::all_of(seen.begin(), seen.end(), [&](const Seen& one) {
    return one.amount == sum &&
           std::all_of(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.holder == one.holder; });
  });
  return agree ? PaymentState::confirmed : PaymentState::differs;
}

std::map<std::string, Dong> PaymentGroup::by_exhibitor() const {
  std::map<std::string, Dong> sums;
  for (const Claim& claim : claims) sums[claim.exhibitor] += claim.amount;
  return sums;
}

}  // namespace phien::ledger
