// POST /leads, /visitors, /notes: people met and things worth remembering.
#include "pos/till/deals.hpp"
#include "pos/till/person.hpp"
#include "pos/till/use_cases.hpp"

namespace phien::till {

json lead(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  journal::Lead lead;
  lead.exhibitor = work.exhibitor(request);
  lead.type = request.one_of("type", {"enquiry", "memorandum", "contract"}, "enquiry");
  lead.goods = request.text("goods", 400);
  lead.quantity = request.optional_text("quantity", 200);
  lead.value = request.optional_money("value").value_or(0);
  lead.follow_up = request.optional_day("follow_up");
  lead.consent = request.flag("consent");
  auto person = read_person(request);
  request.done();
  if (person && !lead.consent)
    refuse("no_consent", request.at("consent"),
           {"Chỉ ghi thông tin cá nhân khi người đó đồng ý.", "Personal data is kept only with consent."});
  return work.write_one(by, std::move(lead), happened, std::move(person));
}

json visitors(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const auto happened = work.happened(request);
  journal::Visitors visitors;
  if (request.has("exhibitor")) visitors.exhibitor = work.exhibitor(request);
  visitors.count = request.integer("count", 1, 100'000);
  request.done();
  return work.write_one(by, std::move(visitors), happened);
}

json note(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  journal::Note note;
  if (request.has("exhibitor")) note.exhibitor = work.exhibitor(request);
  note.text = request.text("text", 2000);
  if (auto about = request.optional_text("about", 100))
    note.about = find_entry(work.tx, work.me, *about, request.at("about")).ref;
  request.done();
  return work.write_one(by, std::move(note));
}

json close_journal(Work& work, Fields& request) {
  const std::string by = work.cashier(request);
  const std::string reason = request.optional_text("reason", 400).value_or("end of the fair");
  request.done();
  if (!work.state.shifts.empty())
    refuse("shift_is_open", "", {"Còn ca đang mở: hãy đóng ca trước.", "A shift is open: close it first."});
  return work.write_one(by, journal::JournalClose{reason});
}

}  // namespace phien::till
