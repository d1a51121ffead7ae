#include "pos/till/work.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pos/till/drafts.hpp"
#include "pos/till/pins.hpp"
#include "shared/pay_refs.hpp"
#include "shared/planted.hpp"

namespace phien::till {

std::string receipts_key(const Identity& me) { return "till.receipts." + me.terminal; }
std::string live_key(const Identity& me) { return "till.live." + me.terminal; }
std::string desk_key(const Identity& me, const char* name) {
  return me.is_phone() ? "phone." + me.desk + "." + name : std::string(name);
}

void forget_desk(db::Transaction& tx, const Identity& phone) {
  if (!phone.is_phone()) return;
  for (const char* name : {kDraftsKey, kSettingsKey, kUnlockedKey, kAllowedKey}) tx.erase_meta(desk_key(phone, name));
}

journal::ServerPosition position_from_text(const std::optional<std::string>& text) {
  if (!text) return {};
  const json value = json::parse(*text);
  const auto hash = hash_from_hex(value.at("hash").get_ref<const std::string&>());
  return {value.at("incarnation").get<std::int64_t>(), {value.at("seq").get<journal::Seq>(), hash.value_or(Hash{})}};
}

std::string text_of(const journal::ServerPosition& position) {
  return json{{"hash", hex(position.head.hash)}, {"incarnation", position.incarnation}, {"seq", position.head.seq}}.dump();
}

Milliseconds corrected(const State& state, const Reading& now) {
  if (!state.anchor) return now.wall;
  if (state.anchor->boot == now.boot) return state.anchor->server + (now.up - state.anchor->up);
  return now.wall + (state.anchor->server - state.anchor->wall);
}

Work::Work(db::Transaction& transaction, const Identity& identity, journal::BranchNo branch_no, CataloguePtr goods,
           Reading reading, Lang language)
    : tx(transaction),
      me(identity),
      catalogue(*goods),
      now(std::move(reading)),
      lang(language),
      state(load_state(tx, branch_no, tx.meta(receipts_key(me)), tx.meta(live_key(me)))),
      branch(*tx.branch(branch_no)) {}

std::string Work::cashier(Fields& request) {
  std::string id = named_cashier(request);
  require_present(*this, id, request.at("cashier"));
  return id;
}

std::string Work::named_cashier(Fields& request) {
  std::vector<std::string> theirs;
  for (const auto& [id, item] : catalogue.cashiers)
    if (me.sells_for(item.exhibitor)) theirs.push_back(id);
  if (auto named = request.optional_id("cashier")) {
    if (named->starts_with('_') ||
        ((!theirs.empty() || me.is_phone()) && std::find(theirs.begin(), theirs.end(), *named) == theirs.end()))
      refuse("unknown_cashier", request.at("cashier"),
             {fmt::format("Không có người bán “{}” ở máy này.", *named),
              fmt::format("There is no cashier “{}” at this till.", *named)});
    return *named;
  }
  if (auto here = tx.meta(desk_key(me, kUnlockedKey)); here && std::find(theirs.begin(), theirs.end(), *here) != theirs.end())
    return *here;
  for (const auto& [holder, shift] : state.shifts)
    if (!me.is_phone() || std::find(theirs.begin(), theirs.end(), shift.cashier) != theirs.end()) return shift.cashier;
  if (theirs.size() == 1) return theirs.front();
  // Not naming oneself is no way round a PIN.
  if (std::any_of(theirs.begin(), theirs.end(), [&](const auto& id) { return !catalogue.cashiers.at(id).pin.empty(); }))
    refuse("pin_needed", request.at("cashier"), {"Hãy chọn người bán và nhập mã PIN.", "Choose a cashier and give the PIN."});
  return "seller";  // an organizer who lists no cashiers does not want to tell them apart
}

void Work::require_right(const std::string& id, bool catalogue::Cashier::*right, const Message& what) {
  const auto found = catalogue.cashiers.find(id);
  if (found == catalogue.cashiers.end() || found->second.is_manager || found->second.*right) return;
  const auto manager = allowed_by(*this, id);
  if (!manager) refuse("not_allowed", "cashier", what);
  journal::Note note;
  note.exhibitor = found->second.exhibitor;
  note.text = fmt::format("{} cho phép {} một lần.", *manager, id);
  allowance_ = entry(*manager, std::move(note));
}

void Work::note_allowance() {
  if (!allowance_) return;
  std::vector<journal::Entry> note;
  note.push_back(std::move(*allowance_));
  allowance_.reset();
  forget_allowance(*this);
  write(std::move(note));
}

void Work::require_own(const std::string& id, const std::string& where) const {
  if (!me.sells_for(id))
    refuse("not_yours", where,
           {fmt::format("Máy này không bán cho đơn vị {}.", id), fmt::format("This till does not sell for exhibitor {}.", id)});
}

std::string Work::exhibitor(Fields& request) {
  if (auto named = request.optional_id("exhibitor")) return require_own(*named, request.at("exhibitor")), *named;
  if (me.exhibitors.size() == 1) return me.exhibitors.front();
  refuse("missing_field", request.at("exhibitor"),
         {"Máy bán cho nhiều đơn vị: hãy nêu đơn vị.", "This till sells for several exhibitors: name one."});
}

const catalogue::Exhibitor& Work::exhibitor_item(const std::string& id, const std::string& where) const {
  const auto found = catalogue.exhibitors.find(id);
  if (found == catalogue.exhibitors.end())
    refuse("unknown_exhibitor", where,
           {fmt::format("Danh mục không có đơn vị {}.", id), fmt::format("The catalogue has no exhibitor {}.", id)});
  return found->second;
}

std::string Work::booth_of(const std::string& id) const {
  const auto found = catalogue.exhibitors.find(id);
  return found == catalogue.exhibitors.end() || found->second.booth.empty() ? me.booth : found->second.booth;
}

std::int64_t Work::next_receipt(const std::string& booth) { return ++state.receipts[booth]; }

std::optional<Hash> Work::shift_of(const std::string& holder) const {
  const auto found = state.shifts.find(holder);
  return found == state.shifts.end() ? std::nullopt : std::optional(found->second.hash);
}

const catalogue::Product* Work::product(const std::string& id) {
  if (const auto found = catalogue.products.find(id); found != catalogue.products.end()) return &found->second;
  const auto proposed = state.proposals.find(id);
  if (proposed == state.proposals.end()) return nullptr;
  if (me.is_phone() && !me.sells_for(proposed->second.product.exhibitor)) return nullptr;
  auto& item = proposed_[id];
  const auto& from = proposed->second.product;
  item.id = from.product;
  item.exhibitor = from.exhibitor;
  item.name = from.name;
  item.unit = from.unit;
  item.sold_by = from.sold_by == "weight"   ? catalogue::SoldBy::weight
                 : from.sold_by == "length" ? catalogue::SoldBy::length
                                            : catalogue::SoldBy::piece;
  item.quantity_decimals = item.sold_by == catalogue::SoldBy::weight ? 3 : item.sold_by == catalogue::SoldBy::length ? 2 : 0;
  item.price = from.price;
  item.vat = from.vat;
  item.barcode = from.barcode.value_or("");
  return &item;
}

const catalogue::Product& Work::product_of(Fields& line) {
  const auto id = line.optional_id("product");
  const auto barcode = line.optional_text("barcode", 40);
  if (id.has_value() == barcode.has_value())
    refuse(id ? "bad_value" : "missing_field", line.at("product"),
           {"Nêu đúng một trong hai: mã sản phẩm hoặc mã vạch.", "Name exactly one of product and barcode."});
  const catalogue::Product* found = nullptr;
  if (id) {
    found = product(*id);
  } else {
    found = catalogue.by_barcode(*barcode);
    if (!found)
      if (const auto learned = state.barcodes.find(*barcode); learned != state.barcodes.end())
        found = product(learned->second.product);
    for (auto it = state.proposals.begin(); !found && it != state.proposals.end(); ++it)
      if (it->second.product.barcode == *barcode) found = product(it->first);
  }
  if (!found)
    refuse("unknown_product", line.at(id ? "product" : "barcode"),
           {fmt::format("Không có sản phẩm {} trong danh mục. Bán với _open kèm tên và giá, hoặc đề nghị sản phẩm mới.",
                        id ? *id : *barcode),
            fmt::format("{} is not in the catalogue. Sell it as _open with a name and a price, or propose it.",
                        id ? *id : *barcode)});
  require_own(found->exhibitor, line.at(id ? "product" : "barcode"));
  return *found;
}

void Work::check_decimals(const catalogue::Product& item, Quantity quantity, const std::string& where) const {
  Quantity step = kOne;
  for (int i = 0; i < item.quantity_decimals; ++i) step /= 10;
  if (quantity % step != 0)
    refuse("too_many_decimals", where,
           {fmt::format("{} chỉ bán với {} số lẻ.", item.name, item.quantity_decimals),
            fmt::format("{} is sold with {} decimals.", item.name, item.quantity_decimals)});
}

std::optional<Milliseconds> Work::happened(Fields& request) const {
  auto when = request.optional_time("happened");
  if (when && *when > time())
    refuse("out_of_range", request.at("happened"), {"Thời điểm ở tương lai.", "That time is in the future."});
  if (when && me.is_phone() && local_day(*when) != day())
    refuse("out_of_range", request.at("happened"),
           {"Bán bù cho ngày khác chỉ ghi ở máy bán hàng.", "What was sold on another day is rung up at the till itself."});
  return when;
}

journal::Entry Work::entry(const std::string& by, journal::Body body, std::optional<Milliseconds> when) const {
  journal::Entry made;
  made.nonce = random_hex(16);
  made.time = now;
  made.by = by;
  if (const auto seen = position_from_text(tx.meta(kCursorKey)); seen.head.seq > 0) made.seen = seen;
  made.happened = when;
  made.body = std::move(body);
  return made;
}

std::vector<Written> Work::write(std::vector<journal::Entry> entries,
                                 std::vector<std::optional<journal::PersonalData>> personal) {
  note_allowance();
  const std::string live_before = state.live_text();
  const auto heads = need(ledger::write(tx, branch, me.key, entries, std::move(personal)));
  std::vector<Written> written;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (heads[i].bytes.size() > kMaxVoidableBytes && !planted(Fault::drop_a_limit) && journal::kind_of(entries[i].body) != "void")
      refuse("too_long", "", {"Giao dịch quá dài: hãy chia ra.", "The transaction is too long: split it."});
    journal::Entry stored = need(journal::decode(heads[i].bytes));
    state.apply(heads[i].head, stored);
    written.push_back({std::move(stored), {me.terminal, heads[i].head.seq, heads[i].head.hash}});
  }
  tx.set_meta(receipts_key(me), state.receipts_text());
  if (const std::string live = state.live_text(); live != live_before || !tx.meta(live_key(me))) tx.set_meta(live_key(me), live);
  return written;
}

json Work::write_one(const std::string& by, journal::Body body, std::optional<Milliseconds> when,
                     std::optional<journal::PersonalData> personal) {
  std::vector<journal::Entry> entries;
  entries.push_back(entry(by, std::move(body), when));
  if (personal) entries.front().personal = journal::personal_hash(*personal);
  std::vector<std::optional<journal::PersonalData>> beside;
  beside.push_back(std::move(personal));
  return entries_json(write(std::move(entries), std::move(beside)));
}

json to_json(const journal::Ref& ref) { return {{"hash", hex(ref.hash)}, {"seq", ref.seq}, {"terminal", ref.terminal}}; }

json entries_json(const std::vector<Written>& written) {
  json entries = json::array();
  for (const auto& item : written) {
    json one = to_json(item.ref);
    one["kind"] = std::string(journal::kind_of(item.entry.body));
    entries.push_back(std::move(one));
  }
  return {{"entries", std::move(entries)}};
}

std::string new_pay_ref() {
  static thread_local PayRefs refs;
  return refs.next();
}

}  // namespace phien::till
