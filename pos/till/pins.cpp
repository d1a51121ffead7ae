// POST /unlock, /lock, /allow.
#include "pos/till/pins.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pos/till/drafts.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

// Guesses at phones are counted apart, for all of them together: nobody across the hall keeps a cashier out of the till.
const char* guesses_key(const Work& work) { return work.me.is_phone() ? "till.guesses.phones" : "till.guesses"; }
constexpr std::size_t kMaxPin = 12;

// Wrong PINs, by cashier and whichever desk they were given at: {"boot","count","up"}; the wait runs in the time the machine is
// on, which nobody can turn.
Milliseconds wait_of(const json& guesses, const Reading& now) {
  const int over = guesses.at("count").get<int>() - kFreeGuesses;
  if (over < 0) return 0;
  const Milliseconds whole = std::min(kLongestWait, kFirstWait << std::min(over, 10));
  const bool same_boot = guesses.at("boot") == now.boot;
  return std::max<Milliseconds>(0, whole - (now.up - (same_boot ? guesses.at("up").get<Milliseconds>() : 0)));
}

// What a try at a PIN came to. A wrong one is no refusal: a refusal would leave no trace, and the next guess would be free.
json try_pin(Work& work, const catalogue::Cashier& cashier, const std::string& pin) {
  json all = json::parse(work.tx.meta(guesses_key(work)).value_or("{}"));
  json& guesses = all[cashier.id];
  if (!guesses.is_object()) guesses = {{"boot", work.now.boot}, {"count", 0}, {"up", work.now.up}};
  if (const Milliseconds wait = wait_of(guesses, work.now); wait > 0)
    return {{"ok", false}, {"wait_ms", wait}, {"tries_left", 0}};
  if (catalogue::pin_matches(cashier.pin, pin)) {
    all.erase(cashier.id);
    work.tx.set_meta(guesses_key(work), all.dump());
    return {{"ok", true}};
  }
  const int count = guesses.at("count").get<int>() + 1;
  guesses = {{"boot", work.now.boot}, {"count", count}, {"up", work.now.up}};
  json answer{{"ok", false}, {"wait_ms", wait_of(guesses, work.now)}, {"tries_left", std::max(0, kFreeGuesses - count)}};
  work.tx.set_meta(guesses_key(work), all.dump());
  return answer;
}

const catalogue::Cashier& known_cashier(const Work& work, const std::string& id, const std::string& where) {
  const auto found = work.catalogue.cashiers.find(id);
  if (found == work.catalogue.cashiers.end() || !work.me.sells_for(found->second.exhibitor))
    refuse("unknown_cashier", where,
           {fmt::format("Không có người bán “{}” ở máy này.", id), fmt::format("There is no cashier “{}” at this till.", id)});
  return found->second;
}

void choose(Work& work, const std::string& cashier) {
  const std::string key = desk_key(work.me, kSettingsKey);
  json settings = json::parse(work.tx.meta(key).value_or("{}"));
  settings["cashier"] = cashier;
  work.tx.set_meta(key, settings.dump());
}

}  // namespace

void require_present(const Work& work, const std::string& id, const std::string& where) {
  const auto found = work.catalogue.cashiers.find(id);
  if (found == work.catalogue.cashiers.end() || found->second.pin.empty() || work.tx.meta(desk_key(work.me, kUnlockedKey)) == id)
    return;
  refuse("pin_needed", where,
         {fmt::format("{} cần nhập mã PIN.", found->second.name), fmt::format("{} must give a PIN.", found->second.name)});
}

void leave_to(Work& work, const std::string& chosen) {
  const std::string key = desk_key(work.me, kUnlockedKey);
  if (work.tx.meta(key) != chosen) work.tx.erase_meta(key);
}

std::optional<std::string> allowed_by(const Work& work, const std::string& cashier) {
  const auto kept = work.tx.meta(desk_key(work.me, kAllowedKey));
  if (!kept) return std::nullopt;
  const json allowed = json::parse(*kept);
  const bool stands = allowed.at("boot") == work.now.boot && work.now.up <= allowed.at("until").get<Milliseconds>();
  return stands && allowed.at("cashier") == cashier ? std::optional(allowed.at("by").get<std::string>()) : std::nullopt;
}

void forget_allowance(Work& work) { work.tx.erase_meta(desk_key(work.me, kAllowedKey)); }

void require_somebody(const View& view) {
  const auto& cashiers = view.catalogue->cashiers;
  const auto theirs = [&](const auto& one) { return view.me.sells_for(one.second.exhibitor) && !one.second.pin.empty(); };
  if (std::none_of(cashiers.begin(), cashiers.end(), theirs) || view.books.meta(desk_key(view.me, kUnlockedKey))) return;
  refuse("pin_needed", "cashier", {"Hãy chọn người bán và nhập mã PIN.", "Choose a cashier and give the PIN."});
}

json unlock(Work& work, Fields& request) {
  const auto& cashier = known_cashier(work, request.id("cashier"), request.at("cashier"));
  const std::string pin = request.optional_text("pin", kMaxPin).value_or("");
  request.done();
  json answer = cashier.pin.empty() ? json{{"ok", true}} : try_pin(work, cashier, pin);
  if (answer.at("ok").get<bool>()) {
    choose(work, cashier.id);
    work.tx.set_meta(desk_key(work.me, kUnlockedKey), cashier.id);
  }
  return answer;
}

json lock(Work& work, Fields& request) {
  request.done();
  work.tx.erase_meta(desk_key(work.me, kUnlockedKey));
  return {{"ok", true}};
}

// A manager stands beside the cashier and allows one thing; the entry that uses it is preceded by a note in the manager's name.
json allow(Work& work, Fields& request) {
  const std::string cashier = work.cashier(request), where = request.at("manager");
  const auto& manager = known_cashier(work, request.id("manager"), where);
  const std::string pin = request.text("pin", kMaxPin);
  request.done();
  if (!manager.is_manager || manager.pin.empty())
    refuse("not_allowed", where,
           {fmt::format("{} không phải người quản lý có mã PIN.", manager.name),
            fmt::format("{} is not a manager with a PIN.", manager.name)});
  json answer = try_pin(work, manager, pin);
  if (answer.at("ok").get<bool>())
    work.tx.set_meta(
        desk_key(work.me, kAllowedKey),
        json{{"boot", work.now.boot}, {"by", manager.id}, {"cashier", cashier}, {"until", work.now.up + kAllowedFor}}.dump());
  return answer;
}

}  // namespace phien::till
