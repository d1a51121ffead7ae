#include "pos/till/drafts.hpp"

#include <algorithm>
#include <map>

#include "pos/till/pins.hpp"
#include "pos/till/plan.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

json draft_json(const Draft& draft) {
  json reserved = json::array();
  for (const auto& one : draft.reserved) reserved.push_back({{"amount", one.amount}, {"holder", one.holder}, {"ref", one.ref}});
  return {{"basket", draft.basket}, {"id", draft.id},   {"label", draft.label}, {"parked", draft.parked},
          {"reserved", reserved},   {"rev", draft.rev}, {"saved", draft.saved}};
}

Draft draft_from_json(const json& item) {
  Draft draft{item.at("id"), item.at("rev"), item.at("parked"), item.at("label"), item.at("saved"), item.at("basket"), {}};
  for (const auto& one : item.at("reserved")) draft.reserved.push_back({one.at("holder"), one.at("amount"), one.at("ref")});
  return draft;
}

Drafts load_drafts(const std::optional<std::string>& text) {
  Drafts drafts;
  if (!text) return drafts;
  json kept = json::parse(*text);
  for (const auto& item : kept.at("baskets")) drafts.baskets.push_back(draft_from_json(item));
  drafts.last = std::move(kept.at("last"));
  return drafts;
}

json without_references(const Draft& draft) {
  json shown = draft_json(draft);
  shown.erase("reserved");
  return shown;
}

[[noreturn]] void moved(const std::string& where) {
  refuse("draft_moved", where, {"Giỏ hàng đã đổi ở cửa sổ khác.", "The basket was changed in another window."});
}

Draft& at_rev(Drafts& drafts, Fields& request) {
  Draft* draft = drafts.find(request.id("id"));
  if (!draft || draft->rev != request.integer("rev", 0, kMaxAmount)) moved(request.at("rev"));
  return *draft;
}

json saved_json(Work& work, Drafts& drafts, const Draft& draft) {
  json answer{{"id", draft.id}, {"rev", draft.rev}};
  save_drafts(work, drafts);
  return answer;
}

}  // namespace

Draft* Drafts::find(const std::string& id) {
  const auto found = std::find_if(baskets.begin(), baskets.end(), [&](const Draft& draft) { return draft.id == id; });
  return found == baskets.end() ? nullptr : &*found;
}

Draft* Drafts::open() {
  const auto found = std::find_if(baskets.begin(), baskets.end(), [](const Draft& draft) { return !draft.parked; });
  return found == baskets.end() ? nullptr : &*found;
}

void Drafts::erase(const std::string& id) {
  std::erase_if(baskets, [&](const Draft& draft) { return draft.id == id; });
}

Drafts drafts_of(const Work& work) { return load_drafts(work.tx.meta(desk_key(work.me, kDraftsKey))); }

void save_drafts(Work& work, const Drafts& drafts) {
  json baskets = json::array();
  for (const auto& draft : drafts.baskets) baskets.push_back(draft_json(draft));
  work.tx.set_meta(desk_key(work.me, kDraftsKey), json{{"baskets", std::move(baskets)}, {"last", drafts.last}}.dump());
}

std::optional<Draft> named_draft(Work& work, Fields& request) {
  auto named = request.object("draft");
  if (!named) return std::nullopt;
  Drafts drafts = drafts_of(work);
  Draft draft = at_rev(drafts, *named);
  named->done();
  return draft;
}

void use_reserved(Draft& draft, std::vector<Settled::Part>& parts) {
  std::map<std::string, Reserved> fresh;  // by the reference just made
  for (const auto& part : parts)
    for (const auto& payment : part.payments) {
      if (!payment.pay_ref) continue;
      auto& one = fresh[*payment.pay_ref];
      one.holder = payment.holder;
      one.amount += payment.amount;
      one.ref = *payment.pay_ref;
    }
  for (auto& [made, one] : fresh) {
    const auto known = std::find_if(draft.reserved.begin(), draft.reserved.end(), [&](const Reserved& before) {
      return before.holder == one.holder && before.amount == one.amount;
    });
    if (known != draft.reserved.end())
      one.ref = known->ref;
    else
      draft.reserved.push_back(one);
  }
  if (draft.reserved.size() > kMaxReserved)
    draft.reserved.erase(draft.reserved.begin(), draft.reserved.end() - static_cast<std::ptrdiff_t>(kMaxReserved));
  for (auto& part : parts)
    for (auto& payment : part.payments)
      if (payment.pay_ref) payment.pay_ref = fresh.at(*payment.pay_ref).ref;
}

void close_draft(Work& work, const Draft& draft, const json& answer) {
  Drafts drafts = drafts_of(work);
  drafts.erase(draft.id);
  drafts.last = {{"basket", draft.basket}, {"time", work.time()}};
  for (const char* name : {"total", "due", "change", "change_notes", "claimed", "payments", "total_back", "due_back"})
    if (answer.contains(name)) drafts.last[name] = answer.at(name);
  drafts.last["receipts"] = json::array();
  for (const auto& receipt : answer.at("receipts"))
    drafts.last["receipts"].push_back({{"hash", receipt.at("hash")},
                                       {"kind", receipt.at("kind")},
                                       {"number", receipt.at("number")},
                                       {"total", receipt.at("total")}});
  save_drafts(work, drafts);
}

// POST /drafts/basket: keeps the basket as it is on the screen and says what it costs, or why it cannot be sold like this.
json save_basket(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const std::string id = request.id("id");
  const auto rev = request.integer("rev", 0, kMaxAmount);
  const json& basket = request.object_as_it_is("basket", kMaxBasketBytes);
  auto tenders = read_tenders(request);
  request.done();

  Drafts drafts = drafts_of(work);
  Draft* draft = drafts.find(id);
  if (rev != (draft ? draft->rev : 0)) moved("rev");
  if (!draft) {
    if (drafts.open()) moved("id");
    if (drafts.baskets.size() >= kMaxDrafts)
      refuse("too_many_baskets", "", {"Đã có 20 giỏ đang chờ.", "There are 20 baskets waiting already."});
    draft = &drafts.baskets.emplace_back();
    draft->id = id;
  }
  draft->rev = rev + 1;
  draft->saved = work.time();
  draft->basket = basket;
  if (const auto lines = basket.find("lines"); lines == basket.end() || (lines->is_array() && lines->empty())) {
    json answer{{"id", id}, {"rev", 0}};  // an empty basket is none
    drafts.erase(id);
    save_drafts(work, drafts);
    return answer;
  }
  // What the seller has put together is kept whatever is wrong with it.
  json outcome;
  try {
    Fields goods(draft->basket, "basket");
    outcome["quote"] = quote_json(work, plan_deal(work, goods, by, {}), std::move(tenders), draft);
    goods.optional_text("note", kMaxNote);
    goods.done();
  } catch (const Refusal& refusal) {
    const auto& why = refusal.problem;
    outcome = {{"problem", {{"code", why.code}, {"message", {{"en", why.what.en}, {"vi", why.what.vi}}}, {"where", why.where}}}};
  }
  outcome.update(saved_json(work, drafts, *draft));
  return outcome;
}

// POST /drafts/park, /drafts/resume: at most one basket is on the screen; resuming one parks the other.
json park_basket(Work& work, Fields& request) {
  Drafts drafts = drafts_of(work);
  Draft& draft = at_rev(drafts, request);
  draft.label = request.optional_text("label", 80).value_or(draft.label);
  request.done();
  draft.parked = true;
  return saved_json(work, drafts, draft);
}

json resume_basket(Work& work, Fields& request) {
  Drafts drafts = drafts_of(work);
  Draft& draft = at_rev(drafts, request);
  request.done();
  if (Draft* open = drafts.open()) open->parked = true;
  draft.parked = false;
  return saved_json(work, drafts, draft);
}

// POST /settings: what this device shows and who stands at it. Fields left out stay as they are.
json change_settings(Work& work, Fields& request) {
  const std::string key = desk_key(work.me, kSettingsKey);
  json settings = json::parse(work.tx.meta(key).value_or("{}"));
  if (request.has("cashier")) {
    const std::string chosen = work.cashier(request);
    leave_to(work, chosen);
    settings["cashier"] = chosen;
  }
  if (request.has("lang")) settings["lang"] = request.one_of("lang", {"vi", "en"});
  if (request.has("theme")) settings["theme"] = request.one_of("theme", {"light", "dark"});
  if (request.has("text")) settings["text"] = request.one_of("text", {"normal", "big"});
  request.done();
  work.tx.set_meta(key, settings.dump());
  return settings;
}

json drafts_view(const View& view) {
  const Drafts drafts = load_drafts(view.books.meta(desk_key(view.me, kDraftsKey)));
  json baskets = json::array();
  for (const auto& draft : drafts.baskets) baskets.push_back(without_references(draft));
  return {{"baskets", std::move(baskets)},
          {"last", drafts.last},
          {"settings", json::parse(view.books.meta(desk_key(view.me, kSettingsKey)).value_or("{}"))}};
}

}  // namespace phien::till
