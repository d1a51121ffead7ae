// What people do at a till.
#include <fmt/format.h>

#include "pos/till/use_cases.hpp"
#include "tests/simulation/device.hpp"
#include "tests/simulation/fair.hpp"

namespace phien::simulation {

using nlohmann::json;

namespace {

constexpr std::size_t kRemembered = 30;
constexpr int kMostTries = 4;

json line_of(Dice& dice, const std::vector<catalogue::Product>& goods) {
  const auto& some = dice.one_of(goods);
  const std::int64_t pieces = dice.chance(0.1) ? dice.between(10, 15) : dice.between(1, 4);
  const std::string qty =
      some.quantity_decimals > 0 ? fmt::format("{}.{:03}", dice.upto(2), dice.between(1, 999)) : std::to_string(pieces);
  return {{"product", some.id}, {"qty", qty}};
}

json lines_of(Dice& dice, const std::vector<catalogue::Product>& goods, std::int64_t most = 3) {
  json lines = json::array();
  for (std::int64_t n = dice.between(1, most); n > 0; --n) lines.push_back(line_of(dice, goods));
  return lines;
}

// Goods of one exhibitor: what stock papers, counts and orders are of.
std::vector<catalogue::Product> of_one(Dice& dice, const std::vector<catalogue::Product>& goods) {
  std::vector<catalogue::Product> some;
  const std::string seller = dice.one_of(goods).exhibitor;
  for (const auto& one : goods)
    if (one.exhibitor == seller) some.push_back(one);
  return some;
}

json tender(Dice& dice) {
  switch (dice.upto(5)) {
    case 0:
      return json::array({json{{"method", "transfer"}}});
    case 1:
      return json::array({json{{"method", "transfer"}, {"amount", 5'000}}, json{{"method", "cash"}}});
    case 2:
      return json::array({json{{"method", "card"}}});
    default:
      return json::array();
  }
}

void keep(std::vector<std::string>& list, std::string what) {
  list.push_back(std::move(what));
  if (list.size() > kRemembered) list.erase(list.begin());
}

}  // namespace

void Device::act(std::uint64_t salt) {
  if (!on() || !till_) return;
  Act act;
  act.call = what_to_do(Dice(salt));
  act.call.key = fmt::format("{}-{:06}", name_, ++acts_);
  act.call.use_case = till::writing_use_case(act.call.name)->run;
  perform(std::move(act));
}

void Device::perform(Act act) {
  if (!on() || !till_ || ++act.tries > kMostTries) return;
  unanswered_.push_back(act);
  const auto answer = std::make_shared<till::Answer>();
  const bool queued = disk_.submit(till_->job(act.call, answer),
                                   [this, weak = std::weak_ptr(alive_), act, answer](const std::exception_ptr& error) {
                                     if (!weak.lock()) return;
                                     till_->settle(*answer, error);
                                     done(act, *answer);
                                   });
  if (!queued) throw Violation("I10", "a till's queue is full");
}

void Device::done(const Act& act, const till::Answer& answer) {
  std::erase_if(unanswered_, [&](const Act& one) { return one.call.key == act.call.key; });
  if (answer.problem) {
    ++stage_.world.tally.refused;
    const std::string& code = answer.problem->code;
    if (code == "internal") throw Violation("bug", act.call.name + ": " + answer.problem->what.en);
    stage_.world.trace(name_, fmt::format("{} {} refused: {} {}", act.call.key, act.call.name, code, answer.problem->where));
    if (code == "store_failed") {
      stage_.world.after(dice_.between(kSecond, kMinute), [this, weak = std::weak_ptr(alive_)] {
        if (!weak.lock()) return;
        crash();
        boot();
      });
    }
    return;
  }
  std::vector<Hash> entries;
  for (const auto& one : answer.value.at("entries")) entries.push_back(*hash_from_hex(one.at("hash").get<std::string>()));
  stage_.world.trace(name_, fmt::format("{} {} {} done: {}:{}", act.call.key, act.call.name, answer.replayed ? "(again)" : "",
                                        me_.terminal, answer.value.at("entries").back().at("seq").get<std::int64_t>()));
  record();
  stage_.oracle.shown(name_, entries);
  remember(answer);
  if (const auto own = uplinks_.find(me_.terminal); own != uplinks_.end()) own->second->pump();
}

void Device::remember(const till::Answer& answer) {
  if (answer.value.contains("receipts")) {
    for (const auto& receipt : answer.value.at("receipts")) {
      const std::string kind = receipt.at("kind"), number = receipt.at("number");
      if (kind == "sale") keep(sales_, number), ++stage_.world.tally.sales;
      if (kind == "order") keep(orders_, number);
      keep(voidable_, number);
    }
  } else if (!answer.value.contains("voided")) {
    for (const auto& entry : answer.value.at("entries")) keep(voidable_, entry.at("hash"));
  }
  if (answer.value.contains("payments"))
    for (const auto& payment : answer.value.at("payments"))
      if (payment.contains("pay_ref")) keep(pay_refs_, payment.at("pay_ref"));
}

till::Call Device::what_to_do(Dice dice) {
  std::vector<catalogue::Product> goods;
  for (const auto& one : goods_of_fair())
    if (me_.sells_for(one.exhibitor)) goods.push_back(one);
  const std::string tag = fmt::format("#{}.{}", name_, acts_ + 1);
  till::Call call;
  call.name = "sales";
  call.request = {{"lines", lines_of(dice, goods)}, {"payments", tender(dice)}, {"note", tag}};
  const auto becomes = [&call](const char* name, json request) { call.name = name, call.request = std::move(request); };
  const auto one_seller = of_one(dice, goods);
  const std::string seller = one_seller.front().exhibitor;
  // Papers written up after the rush are of an hour ago at most.
  const auto late = [&](json request) {
    if (dice.chance(0.25)) request["happened"] = std::max<Milliseconds>(0, clock_.now().wall - dice.between(kMinute, kHour));
    return request;
  };
  switch (dice.upto(39)) {
    case 0:
      call.request["discount"] = 5'000;
      break;
    case 1:
      call.request["lines"][0]["gift"] = true;
      break;
    case 2:
      call.request["late"] = true;
      call.request = late(std::move(call.request));
      break;
    case 3:
    case 4:
    case 5:
      if (!sales_.empty()) becomes("refunds", {{"receipt", dice.one_of(sales_)}, {"reason", tag}, {"damaged", dice.chance(0.3)}});
      break;
    case 6:
      becomes("refunds", {{"lines", lines_of(dice, one_seller, 1)}, {"reason", tag}});
      break;
    case 7:
    case 8:
      if (!sales_.empty())
        becomes("exchanges", {{"receipt", dice.one_of(sales_)}, {"lines", lines_of(dice, goods, 2)}, {"reason", tag}});
      break;
    case 9:
    case 10:
      if (!voidable_.empty()) becomes("voids", {{"receipt", dice.one_of(voidable_)}, {"reason", "nhầm"}});
      break;
    case 11:
    case 12:
      becomes("stock-in", late({{"lines", lines_of(dice, one_seller)}, {"note", tag}}));
      break;
    case 13:
      becomes("stock-out", late({{"lines", lines_of(dice, one_seller, 2)},
                                 {"reason", dice.one_of(std::vector<std::string>{"sample", "damage", "loss", "gift"})}}));
      break;
    case 14:
      becomes("transfers", {{"lines", lines_of(dice, one_seller, 2)}, {"to", "kho"}});
      break;
    case 15:
    case 16:
      becomes("counts", late({{"lines", json::array({line_of(dice, one_seller)})}}));
      break;
    case 17:
    case 18:
      becomes("shifts/open", {{"float", 200'000}});
      if (me_.holder.empty()) call.request["holder"] = seller;
      break;
    case 19:
    case 20:
      becomes("shifts/close", {{"counted", dice.between(100, 900) * 1'000}});
      if (me_.holder.empty()) call.request["holder"] = seller;
      break;
    case 21:
      becomes(dice.chance(0.5) ? "cash-in" : "cash-out", {{"amount", dice.between(1, 50) * 1'000}, {"reason", "đổi tiền"}});
      if (me_.holder.empty()) call.request["holder"] = seller;
      break;
    case 22:
    case 23:
      becomes("orders", {{"lines", lines_of(dice, one_seller, 2)},
                         {"payments", json::array({json{{"method", "cash"}, {"amount", 10'000}}})},
                         {"personal", {{"name", "Khách (Mẫu)"}, {"phone", "0900000000"}}},
                         {"note", tag}});
      break;
    case 24:
      if (!orders_.empty()) {
        const bool delivered = dice.chance(0.6);
        becomes("orders/closed", {{"order", dice.one_of(orders_)}, {"outcome", delivered ? "delivered" : "cancelled"}});
        if (!delivered && dice.chance(0.5)) call.request["keep"] = 5'000;
      }
      break;
    case 25:
    case 26:
      becomes("leads", {{"exhibitor", seller},
                        {"type", "contract"},
                        {"goods", "miến dong"},
                        {"value", dice.between(1, 900) * 1'000'000},
                        {"consent", true},
                        {"personal", {{"name", "Người mua (Mẫu)"}, {"phone", "0911111111"}}}});
      break;
    case 27:
      becomes("visitors", {{"count", dice.between(1, 300)}});
      break;
    case 28:
      if (!pay_refs_.empty()) becomes("payments/confirmed", {{"pay_ref", dice.one_of(pay_refs_)}});
      break;
    case 29:
      becomes("declared-sales", {{"exhibitor", seller}, {"total", dice.between(1, 300) * 1'000}, {"method", "sổ tay"}});
      break;
    case 30:
      becomes("offers", {{"items", json::array({json{{"product", one_seller.front().id}}})},
                         {"offer", "KM1"},
                         {"name", "Giảm giá"},
                         {"type", "percent"},
                         {"value", "10%"},
                         {"from", kOpening - kHour},
                         {"until", kOpening + 100 * kHour}});
      break;
    case 31:
      becomes("notes", {{"text", tag}});
      break;
    case 32: {
      // About as much as one entry may hold, or more: then the till says so before anything is written (I10).
      const std::string name(static_cast<std::size_t>(dice.between(120, 220)), 'x');
      json many = json::array();
      for (int i = 0; i < 200; ++i)
        many.push_back({{"product", "_open"}, {"exhibitor", seller}, {"name", name}, {"price", 1'000}, {"qty", "1"}});
      becomes("sales", {{"lines", std::move(many)}, {"note", tag}});
      break;
    }
    default:
      break;
  }
  return call;
}

}  // namespace phien::simulation
