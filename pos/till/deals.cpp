#include "pos/till/deals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>

#include "shared/receipt/receipt.hpp"
#include "shared/vietqr.hpp"

namespace phien::till {

const journal::Deal* deal_of(const journal::Body& body) {
  if (const auto* sale = std::get_if<journal::Sale>(&body)) return sale;
  if (const auto* refund = std::get_if<journal::Refund>(&body)) return refund;
  if (const auto* order = std::get_if<journal::Order>(&body)) return order;
  return std::get_if<journal::OrderClosed>(&body);
}

std::string exhibitor_of(const journal::Body& body) {
  return std::visit(
      [](const auto& b) -> std::string {
        if constexpr (requires {
                        { b.exhibitor } -> std::convertible_to<std::string>;
                      })
          return b.exhibitor;
        else
          return "";
      },
      body);
}

bool may_see(const Identity& me, const journal::Body& body) { return !me.is_phone() || me.sells_for(exhibitor_of(body)); }

std::string receipt_number(const journal::Deal& deal, const journal::Ref& ref) {
  return receipt::number(deal.booth, ref.terminal, deal.receipt);
}

std::string printed_text(const journal::Entry& entry, const journal::Ref& ref, Milliseconds when,
                         const catalogue::Catalogue& catalogue, Lang lang, bool copy) {
  const receipt::Printed printed{{ref.seq, ref.hash}, ref.terminal, local_minute(when)};
  return receipt::to_text(receipt::of(entry, printed, catalogue, lang, copy));
}

json payment_json(const journal::Payment& payment, const catalogue::Catalogue& catalogue) {
  json shown{{"amount", payment.amount}, {"holder", payment.holder}, {"method", method_name(payment.method)}};
  if (payment.given) shown["given"] = *payment.given;
  if (payment.label) shown["label"] = *payment.label;
  if (payment.pay_ref) {
    shown["pay_ref"] = *payment.pay_ref;
    // A named account of a shared till has its own bank details at the organizer; those of an exhibitor are in the catalogue.
    if (const auto holder = catalogue.exhibitors.find(payment.holder); holder != catalogue.exhibitors.end()) {
      const auto& account = holder->second;
      if (const auto qr = vietqr_text({account.bank_bin, account.bank_account, payment.amount, "", *payment.pay_ref})) {
        shown["vietqr"] = *qr;
        // What the seller reads aloud while the buyer's bank app shows it.
        shown["account"] = {{"bin", account.bank_bin},
                            {"name", account.bank_account_name},
                            {"number", account.bank_account},
                            {"sample", account.is_sample}};
      }
    }
  }
  return shown;
}

const char* method_name(journal::Method method) {
  switch (method) {
    case journal::Method::cash:
      return "cash";
    case journal::Method::transfer:
      return "transfer";
    case journal::Method::card:
      return "card";
    case journal::Method::other:
      return "other";
    case journal::Method::deposit:
      return "deposit";
    case journal::Method::exchange:
      return "exchange";
  }
  std::abort();
}

namespace {

enum class Look { on, next_journal, enough };
using Visit = std::function<Look(const journal::StoredEntry&, const journal::Branch&)>;

// Newest first, since what is asked for is mostly of this hour: a day's journal is not read to find it.
void each_entry(const ledger::Reader& journals, const Visit& visit) {
  constexpr journal::Seq kStep = 256;
  for (const auto& branch : journals.branches()) {
    Look look = Look::on;
    for (journal::Seq to = branch.head.seq; to > branch.base.seq && look == Look::on; to -= kStep) {
      std::vector<journal::StoredEntry> step;
      journals.scan(branch.no, std::max(branch.base.seq + 1, to - kStep + 1), to, [&](const journal::StoredEntry& stored) {
        if (!stored.bytes.empty()) step.push_back(stored);
        return true;
      });
      for (auto stored = step.rbegin(); stored != step.rend() && look == Look::on; ++stored) look = visit(*stored, branch);
    }
    if (look == Look::enough) return;
  }
}

std::optional<Known> known(const journal::StoredEntry& stored, const journal::Branch& branch) {
  auto entry = journal::decode(stored.bytes);
  if (!entry) return std::nullopt;
  return Known{std::move(*entry), {branch.journal.terminal, stored.at.seq, stored.at.hash}, stored.time};
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::vector<Known> by_hash(const ledger::Reader& journals, const Identity& me, const std::string& prefix) {
  const std::size_t enough = prefix.size() == 64 ? 1 : 2;
  std::vector<Known> found;
  each_entry(journals, [&](const auto& stored, const auto& branch) {
    if (!journal::is_server_terminal(branch.journal.terminal) && hex(stored.at.hash).starts_with(prefix))
      if (auto entry = known(stored, branch); entry && may_see(me, entry->entry.body)) found.push_back(std::move(*entry));
    return found.size() < enough ? Look::on : Look::enough;
  });
  return found;
}

// `booth` "": any, which may be ambiguous.
std::vector<Known> by_number(const ledger::Reader& journals, const Identity& me, std::string_view booth,
                             std::string_view terminal, const std::string& number) {
  const std::string mark = "\"receipt\":" + number;
  std::vector<Known> found;
  each_entry(journals, [&](const auto& stored, const auto& branch) {
    if (branch.journal.terminal != terminal) return Look::next_journal;
    if (stored.bytes.find(mark) == std::string::npos) return Look::on;
    auto entry = known(stored, branch);
    if (!entry || !may_see(me, entry->entry.body)) return Look::on;
    const auto* deal = deal_of(entry->entry.body);
    if (deal && std::to_string(deal->receipt) == number && (booth.empty() || deal->booth == booth))
      found.push_back(std::move(*entry));
    return booth.empty() || found.empty() ? Look::on : Look::enough;
  });
  return found;
}

Known find_known(const ledger::Reader& journals, const Identity& me, const std::string& name, const std::string& where,
                 const Message& unknown) {
  std::vector<Known> found;
  const bool digits = name.size() < 8 && is_digits(name);
  const auto first = name.find('-'), last = name.rfind('-');
  if (first != std::string::npos && first != last) {
    const std::string_view text = name;
    found = by_number(journals, me, text.substr(0, first), text.substr(first + 1, last - first - 1), name.substr(last + 1));
  } else if (digits) {
    found = by_number(journals, me, "", me.terminal, name);
  } else if (name.size() >= 8 && name.size() <= 64 && is_hex(name)) {
    found = by_hash(journals, me, name);
  }
  if (found.empty()) refuse("unknown_receipt", where, unknown);
  if (found.size() > 1)
    refuse("ambiguous_receipt", where,
           {fmt::format("“{}” chỉ nhiều hơn một chứng từ: hãy ghi đủ số hoặc mã.", name),
            fmt::format("“{}” names more than one receipt: give the full number or hash.", name)});
  return std::move(found.front());
}

}  // namespace

Known find_entry(const ledger::Reader& journals, const Identity& me, const std::string& name, const std::string& where) {
  return find_known(journals, me, name, where,
                    {fmt::format("Máy này không biết “{}”.", name), fmt::format("This till does not know “{}”.", name)});
}

Known find_deal(const ledger::Reader& journals, const Identity& me, const std::string& name, const std::string& where) {
  const Message unknown{fmt::format("Máy này không biết hóa đơn “{}”.", name),
                        fmt::format("This till does not know receipt “{}”.", name)};
  auto found = find_known(journals, me, name, where, unknown);
  if (!deal_of(found.entry.body)) refuse("unknown_receipt", where, unknown);
  return found;
}

std::vector<Known> mentions(const ledger::Reader& journals, const std::string& text) {
  std::vector<Known> found;
  each_entry(journals, [&](const auto& stored, const auto& branch) {
    if (stored.bytes.find(text) != std::string::npos)
      if (auto entry = known(stored, branch)) found.push_back(std::move(*entry));
    return Look::on;
  });
  return found;
}

std::vector<Known> mentions(const ledger::Reader& journals, const journal::Ref& ref) {
  const std::string mark = hex(ref.hash);
  std::vector<Known> found;
  each_entry(journals, [&](const auto& stored, const auto& branch) {
    // In its own journal only what follows can speak of an entry.
    if (branch.journal.terminal == ref.terminal && stored.at.seq <= ref.seq) return Look::next_journal;
    if (stored.bytes.find(mark) != std::string::npos)
      if (auto entry = known(stored, branch)) found.push_back(std::move(*entry));
    return Look::on;
  });
  return found;
}

std::set<Hash> voided(const ledger::Reader& journals) {
  std::set<Hash> hashes;
  each_entry(journals, [&](const auto& stored, const auto& branch) {
    if (stored.bytes.find("\"kind\":\"void\"") == std::string::npos) return Look::on;
    if (const auto entry = known(stored, branch))
      if (const auto* taken_back = std::get_if<journal::VoidBody>(&entry->entry.body)) hashes.insert((*taken_back)->entry.hash);
    return Look::on;
  });
  return hashes;
}

bool is_voided(const ledger::Reader& journals, const journal::Ref& ref) {
  for (const auto& item : mentions(journals, ref))
    if (const auto* taken_back = std::get_if<journal::VoidBody>(&item.entry.body);
        taken_back && (*taken_back)->entry.hash == ref.hash)
      return true;
  return false;
}

std::map<int, GivenBack> given_back(const ledger::Reader& journals, const journal::Ref& sale) {
  std::map<int, GivenBack> lines;
  for (const auto& item : mentions(journals, sale)) {
    const auto* refund = std::get_if<journal::Refund>(&item.entry.body);
    if (!refund || !refund->sale || refund->sale->hash != sale.hash || is_voided(journals, item.ref)) continue;
    for (const auto& line : refund->lines) {
      auto& back = lines[line.of.value_or(-1)];
      back.qty += line.qty;
      back.amount += line.total;
      back.vat += line.vat_amount;
    }
  }
  return lines;
}

Deposit deposit_of(const ledger::Reader& journals, const Known& order) {
  Deposit deposit;
  for (const auto& payment : deal_of(order.entry.body)->payments) deposit.held += payment.amount;
  for (const auto& item : mentions(journals, order.ref)) {
    if (is_voided(journals, item.ref)) continue;
    if (const auto* sale = std::get_if<journal::Sale>(&item.entry.body)) {
      for (const auto& payment : sale->payments)
        if (payment.order && payment.order->hash == order.ref.hash) deposit.held -= payment.amount;
    } else if (const auto* closed = std::get_if<journal::OrderClosed>(&item.entry.body)) {
      deposit.closed = true;
      deposit.held -= closed->kept - closed->rounding;
      for (const auto& payment : closed->payments) deposit.held -= payment.amount;
    }
  }
  return deposit;
}

}  // namespace phien::till
