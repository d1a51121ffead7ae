// The last day: what goes home with the exhibitor, and whether this machine may be turned off.
#include <algorithm>

#include "pos/till/deals.hpp"
#include "pos/till/shelf.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

namespace {

struct Pack {
  std::string exhibitor;
  json rows = json::array();
  std::vector<journal::GoodsLine> lines;
  Dong value = 0;
};

Pack read_pack(Work& work, Fields& request) {
  Pack pack;
  pack.exhibitor = work.exhibitor(request);
  for (const auto& row : shelf(work.tx, work.me, work.stock.get())) {
    if (row.exhibitor != pack.exhibitor || row.place != kBooth || row.on_hand <= 0) continue;
    const auto* product = work.product(row.product);
    const Dong value = product ? worth(*product, row.on_hand) : 0;
    pack.lines.push_back({row.product, product ? product->name : row.product, product ? product->unit : "", row.on_hand, {}, {}});
    const auto& line = pack.lines.back();
    pack.rows.push_back(
        {{"name", line.name}, {"product", line.product}, {"qty", line.qty}, {"unit", line.unit}, {"value", value}});
    pack.value += value;
  }
  return pack;
}

}  // namespace

json quote_pack(Work& work, Fields& request) {
  work.cashier(request);
  const Pack pack = read_pack(work, request);
  request.done();
  return {{"exhibitor", pack.exhibitor}, {"rows", pack.rows}, {"value", pack.value}};
}

// POST /packs: everything left of an exhibitor's goods goes back to it. As many entries as the lines need, in one unit.
json pack(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  Pack pack = read_pack(work, request);
  const auto note = request.optional_text("note", 2000);
  request.done();
  if (pack.lines.empty()) refuse("nothing_left", "", {"Quầy không còn hàng.", "Nothing is left at the booth."});
  std::vector<journal::Entry> entries;
  for (std::size_t from = 0; from < pack.lines.size(); from += kMaxLines) {
    const auto first = pack.lines.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(kMaxLines, pack.lines.size() - from);
    journal::StockOut out;
    out.exhibitor = pack.exhibitor;
    out.place = kBooth;
    out.reason = journal::OutReason::return_to_exhibitor;
    out.lines.assign(first, first + static_cast<std::ptrdiff_t>(count));
    out.note = note;
    entries.push_back(work.entry(by, std::move(out)));
  }
  json answer = entries_json(work.write(std::move(entries)));
  answer["rows"] = std::move(pack.rows);
  answer["value"] = pack.value;
  return answer;
}

// POST /journal/exported: the file that was carried away, as it was read back from where it lies, is the journal of this device
// up to its head. Remembered for that head alone: the next entry is not in the file.
json exported(Work& work, Fields& request) {
  const std::string digest = request.text("sha256", 64);
  request.done();
  if (digest != hex(sha256(journals_text(work.tx))))
    refuse("not_our_export", "sha256",
           {"Tệp không phải bản sao đầy đủ của máy này lúc này: hãy sao lại.",
            "That file is not the whole of this till as it is now: copy it again."});
  work.tx.set_meta(kExportedKey, hex(work.branch.head.hash));
  return {{"head", hex(work.branch.head.hash)}, {"seq", work.branch.head.seq}};
}

}  // namespace phien::till
