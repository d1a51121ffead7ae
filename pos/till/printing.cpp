#include "pos/till/printing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pos/till/deals.hpp"
#include "pos/till/packing_slip.hpp"
#include "pos/till/shift_slip.hpp"
#include "pos/till/use_cases.hpp"
#include "shared/ledger/views.hpp"
#include "shared/receipt/paper.hpp"

namespace phien::till {

namespace {

constexpr const char* kStates[] = {"waiting", "printing", "printed", "failed", "unsure"};
constexpr const char* kKinds[] = {"receipt", "drawer", "test", "shift", "pack"};
constexpr std::size_t kMaxAddress = 200;
constexpr const char* kNoPrinter = "none";

template <std::size_t N>
int index_of(const char* const (&names)[N], const std::string& name) {
  const auto found = std::find(std::begin(names), std::end(names), name);
  return static_cast<int>(found == std::end(names) ? 0 : found - std::begin(names));
}

bool finished(const PrintJob& job) { return job.state != PrintState::waiting && job.state != PrintState::printing; }

json problem_json(const Problem& problem) {
  return {{"code", problem.code}, {"message", {{"en", problem.what.en}, {"vi", problem.what.vi}}}, {"where", problem.where}};
}

json job_json(const PrintJob& job) {
  json shown{{"asked", job.asked},
             {"id", job.id},
             {"kind", kKinds[static_cast<int>(job.kind)]},
             {"lang", job.lang == Lang::vi ? "vi" : "en"},
             {"state", kStates[static_cast<int>(job.state)]}};
  if (job.kick) shown["kick"] = true;
  if (job.first) shown["first"] = true;
  if (job.kind == PrintJob::Kind::receipt) {
    shown["number"] = job.number;
    shown["deal"] = to_json(job.deal);
  }
  if (job.kind == PrintJob::Kind::pack) {
    shown["number"] = job.number;
    shown["pack"] = job.pack;
  }
  if (job.kind == PrintJob::Kind::shift) {
    shown["number"] = job.number;
    shown["part"] = job.part;
    shown["shift"] = job.shift;
  }
  if (job.problem) shown["problem"] = problem_json(*job.problem);
  return shown;
}

PrintJob job_from_json(const json& item) {
  PrintJob job;
  job.kind = static_cast<PrintJob::Kind>(index_of(kKinds, item.at("kind")));
  job.state = static_cast<PrintState>(index_of(kStates, item.at("state")));
  job.id = item.at("id");
  job.lang = item.at("lang") == "en" ? Lang::en : Lang::vi;
  job.kick = item.value("kick", false);
  job.first = item.value("first", false);
  job.asked = item.at("asked");
  job.number = item.value("number", "");
  job.shift = item.value("shift", "");
  job.part = item.value("part", "");
  job.pack = item.value("pack", "");
  if (const auto deal = item.find("deal"); deal != item.end())
    job.deal = {deal->at("terminal"), deal->at("seq"), hash_from_hex(deal->at("hash").get_ref<const std::string&>()).value()};
  if (const auto why = item.find("problem"); why != item.end())
    job.problem = Problem{why->at("code"), why->at("where"), {why->at("message").at("vi"), why->at("message").at("en")}};
  return job;
}

PrintJob new_job(const Work& work, PrintJob::Kind kind) {
  PrintJob job;
  job.kind = kind;
  job.id = random_hex(8);
  job.lang = work.lang;
  job.asked = work.time();
  return job;
}

PrintJob receipt_job(const Work& work, const journal::Deal& deal, const journal::Ref& ref) {
  PrintJob job = new_job(work, PrintJob::Kind::receipt);
  job.deal = ref;
  job.number = receipt_number(deal, ref);
  return job;
}

// A phone takes a part of the queue and no more: the till's own receipts find room.
constexpr std::size_t kMaxUnfinishedOfPhones = 8;

json queued(Work& work, PrintQueue& queue, PrintJob job) {
  if (printer_settings(work.tx.meta(kPrinterKey)).address.empty())
    refuse("no_printer", "", {"Máy này chưa có máy in.", "This till has no printer."});
  if (queue.unfinished() >= (work.me.is_phone() ? kMaxUnfinishedOfPhones : kMaxUnfinished))
    refuse("print_queue_full", "", {"Máy in còn quá nhiều việc chưa xong.", "Too much is waiting for the printer."});
  json answer{{"job", job_json(job)}};
  queue.jobs.push_back(std::move(job));
  save_queue(work.tx, queue);
  return answer;
}

PrintJob& named_job(PrintQueue& queue, Fields& request) {
  PrintJob* job = queue.find(request.text("job", 40));
  if (!job) refuse("unknown_job", request.at("job"), {"Không có lệnh in này.", "There is no such print job."});
  return *job;
}

}  // namespace

Result<PrinterAddress> printer_address(const std::string& text) {
  const Problem not_one{
      "bad_printer",
      "address",
      {"Viết: tcp://MÁY:9100, usb:/dev/usb/lp0 hoặc cups:TÊN", "Write: tcp://HOST:9100, usb:/dev/usb/lp0 or cups:QUEUE"}};
  const auto named = [](std::string_view name, std::string_view signs) {
    return !name.empty() && name.size() <= 100 && name.front() != '-' && std::all_of(name.begin(), name.end(), [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || signs.find(c) != signs.npos;
    });
  };
  PrinterAddress address;
  if (text.starts_with("tcp://")) {
    address.kind = PrinterAddress::Kind::tcp;
    address.name = text.substr(6);
    if (const auto colon = address.name.rfind(':'); colon != std::string::npos) {
      const std::string port = address.name.substr(colon + 1);
      address.name.resize(colon);
      const bool digits = port.size() <= 5 && is_digits(port);
      if (!digits || std::stoul(port) < 1 || std::stoul(port) > 65'535) return not_one;
      address.port = static_cast<unsigned short>(std::stoul(port));
    }
    if (!named(address.name, ".-")) return not_one;
  } else if (text.starts_with("usb:/")) {
    address.kind = PrinterAddress::Kind::device;
    address.name = text.substr(4);
    if (!named(address.name, "/._-")) return not_one;
  } else if (text.starts_with("cups:")) {
    address.kind = PrinterAddress::Kind::cups;
    address.name = text.substr(5);
    if (!named(address.name, "._-")) return not_one;
  } else {
    return not_one;
  }
  return address;
}

PrinterSettings printer_settings(const std::optional<std::string>& text) {
  PrinterSettings settings;
  if (!text) return settings;
  const json kept = json::parse(*text);
  settings.address = kept.at("address");
  settings.paper = kept.at("paper");
  settings.automatic = kept.at("automatic");
  settings.drawer = kept.at("drawer");
  settings.cut = kept.at("cut");
  return settings;
}

namespace {
json settings_json(const PrinterSettings& settings) {
  return {{"address", settings.address},
          {"automatic", settings.automatic},
          {"cut", settings.cut},
          {"drawer", settings.drawer},
          {"paper", settings.paper}};
}
}  // namespace

PrintJob* PrintQueue::find(const std::string& id) {
  const auto found = std::find_if(jobs.begin(), jobs.end(), [&](const PrintJob& job) { return job.id == id; });
  return found == jobs.end() ? nullptr : &*found;
}

PrintJob* PrintQueue::next() {
  const auto found = std::find_if(jobs.begin(), jobs.end(), [](const PrintJob& job) { return job.state == PrintState::waiting; });
  return found == jobs.end() ? nullptr : &*found;
}

std::size_t PrintQueue::unfinished() const {
  return static_cast<std::size_t>(std::count_if(jobs.begin(), jobs.end(), [](const PrintJob& job) { return !finished(job); }));
}

void PrintQueue::note_printed(const journal::Ref& deal, const Identity& me) {
  if (deal.terminal != me.terminal) return;
  printed.insert(deal.seq);
  while (printed.size() > kMaxPrinted) {
    before = *printed.begin();
    printed.erase(printed.begin());
  }
}

bool PrintQueue::is_copy(const journal::Ref& deal, const Identity& me) const {
  return deal.terminal != me.terminal || deal.seq <= before || printed.contains(deal.seq);
}

PrintQueue print_queue(const std::optional<std::string>& text) {
  PrintQueue queue;
  if (!text) return queue;
  const json kept = json::parse(*text);
  for (const auto& item : kept.at("jobs")) queue.jobs.push_back(job_from_json(item));
  queue.printed = kept.at("printed").get<std::set<journal::Seq>>();
  queue.before = kept.at("before");
  queue.dropped = kept.at("dropped");
  return queue;
}

void save_queue(db::Transaction& tx, PrintQueue& queue) {
  auto over = static_cast<std::ptrdiff_t>(queue.jobs.size() - queue.unfinished()) - static_cast<std::ptrdiff_t>(kMaxFinished);
  std::erase_if(queue.jobs, [&](const PrintJob& job) { return finished(job) && over-- > 0; });
  json jobs = json::array();
  for (const auto& job : queue.jobs) jobs.push_back(job_json(job));
  tx.set_meta(
      kPrintQueueKey,
      json{{"before", queue.before}, {"dropped", queue.dropped}, {"jobs", std::move(jobs)}, {"printed", queue.printed}}.dump());
}

void print_deals(Work& work, const std::vector<Written>& written) {
  const auto kept = work.tx.meta(kPrinterKey);
  if (!kept) return;
  const PrinterSettings settings = printer_settings(kept);
  if (settings.address.empty() || (!settings.automatic && !settings.drawer)) return;
  std::vector<PrintJob> jobs;
  bool cash = false;
  for (const auto& item : written) {
    const auto* deal = deal_of(item.entry.body);
    if (!deal) continue;
    // The drawer opens for who stands at it, not for a phone across the hall.
    for (const auto& payment : deal->payments) cash = cash || (payment.method == journal::Method::cash && !work.me.is_phone());
    if (settings.automatic) jobs.push_back(receipt_job(work, *deal, item.ref));
  }
  if (settings.drawer && cash) {
    if (jobs.empty()) jobs.push_back(new_job(work, PrintJob::Kind::drawer));
    jobs.front().kick = true;
  }
  if (jobs.empty()) return;
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  for (auto& job : jobs) {
    if (queue.unfinished() < kMaxUnfinished)
      queue.jobs.push_back(std::move(job));
    else
      ++queue.dropped;
  }
  save_queue(work.tx, queue);
}

receipt::Document printed_document(const View& view, const journal::Ref& deal, Lang lang) {
  const Known known = find_deal(view.books, view.me, hex(deal.hash), "receipt");
  receipt::Printed how{{known.ref.seq, known.ref.hash}, known.ref.terminal, local_minute(known.time)};
  how.codes = true;
  bool by_transfer = false;
  for (const auto& payment : deal_of(known.entry.body)->payments) by_transfer = by_transfer || payment.pay_ref;
  if (by_transfer)
    for (const auto& row : ledger::transfers(view.books, std::nullopt, ledger::PaymentState::confirmed))
      how.confirmed.insert(row.pay_ref);
  const bool copy = print_queue(view.books.meta(kPrintQueueKey)).is_copy(known.ref, view.me);
  return receipt::of(known.entry, how, *view.catalogue, lang, copy);
}

receipt::Document job_document(const View& view, const PrintJob& job, const PrinterSettings& settings) {
  switch (job.kind) {
    case PrintJob::Kind::receipt:
      return printed_document(view, job.deal, job.lang);
    case PrintJob::Kind::shift:
      return shift_document(view, job.shift, job.part, job.lang);
    case PrintJob::Kind::pack:
      return packing_document(view, job.pack, job.lang);
    case PrintJob::Kind::test:
      return test_document(view, settings, job.lang);
    case PrintJob::Kind::drawer:
      break;
  }
  return {};
}

receipt::Document test_document(const View& view, const PrinterSettings& settings, Lang lang) {
  using Type = receipt::Element::Type;
  receipt::Paper page(lang);
  page.add(Type::heading, page.say("TRANG IN THỬ", "TEST PAGE"));
  page.rule();
  page.add(Type::columns, page.say("Máy bán hàng", "Terminal"), view.me.terminal);
  page.add(Type::columns, page.say("Máy in", "Printer"), settings.address);
  page.add(Type::columns, page.say("Khổ giấy", "Paper"), fmt::format("{} mm", settings.paper));
  page.add(Type::columns, page.say("Lúc", "At"), local_minute(view.time()));
  page.rule();
  page.add(Type::text, "Thạch đen, Giảo Cổ Lam, Ỷ Đẵm, nếp Ong Trùng Khánh");
  page.add(Type::columns, "0123456789", "1.234.567 đ");
  page.add(Type::total, page.say("TỔNG CỘNG", "TOTAL"), "1.234.567 đ");
  page.add(Type::mark, page.say("BẢN SAO", "COPY"));
  page.add(Type::qr, "PHIEN", page.say("Mép hai bên phải thấy đủ", "Both edges must be seen"));
  page.rule();
  return page.done();
}

// ---- use cases -------------------------------------------------------------------------------------------------------------

json set_printer(Work& work, Fields& request) {
  PrinterSettings settings = printer_settings(work.tx.meta(kPrinterKey));
  if (request.has("address")) {
    settings.address = request.text("address", kMaxAddress);
    if (settings.address == kNoPrinter) settings.address.clear();
    if (!settings.address.empty()) need(printer_address(settings.address));
  }
  settings.paper = static_cast<int>(request.optional_integer("paper", 58, 80).value_or(settings.paper));
  if (settings.paper != 58 && settings.paper != 80)
    refuse("bad_value", "paper", {"Khổ giấy là 58 hoặc 80.", "Paper is 58 or 80."});
  settings.automatic = request.flag("automatic", settings.automatic);
  settings.drawer = request.flag("drawer", settings.drawer);
  settings.cut = request.flag("cut", settings.cut);
  request.done();
  work.tx.set_meta(kPrinterKey, settings_json(settings).dump());
  return settings_json(settings);
}

json print_receipt(Work& work, Fields& request) {
  if (work.me.is_phone()) work.cashier(request);  // refuses where nobody stands at it
  const Known known = find_deal(work.tx, work.me, request.text("receipt", 100), request.at("receipt"));
  request.done();
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  return queued(work, queue, receipt_job(work, *deal_of(known.entry.body), known.ref));
}

// POST /prints/shift: the Z-report of a closed shift, or an exhibitor's hand-in slip.
json print_shift(Work& work, Fields& request) {
  PrintJob job = new_job(work, PrintJob::Kind::shift);
  job.shift = request.text("shift", 64);
  job.part = request.id("part");
  request.done();
  job.number = shift_print_name(work, job.shift, job.part);
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  return queued(work, queue, std::move(job));
}

// POST /prints/pack: the list of what went home with an exhibitor.
json print_pack(Work& work, Fields& request) {
  const Known known = find_pack(work.tx, work.me, request.text("pack", 100), request.at("pack"));
  request.done();
  PrintJob job = new_job(work, PrintJob::Kind::pack);
  job.pack = hex(known.ref.hash);
  job.number = exhibitor_of(known.entry.body) + " " + local_minute(known.time);
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  return queued(work, queue, std::move(job));
}

json test_printer(Work& work, Fields& request) {
  request.done();
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  return queued(work, queue, new_job(work, PrintJob::Kind::test));
}

json print_again(Work& work, Fields& request) {
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  const PrintJob before = named_job(queue, request);
  request.done();
  if (!finished(before)) refuse("still_printing", "job", {"Lệnh in này chưa xong.", "That print job has not finished."});
  std::erase_if(queue.jobs, [&](const PrintJob& job) { return job.id == before.id; });
  PrintJob job = before;
  job.id = random_hex(8);
  job.asked = work.time();
  job.kick = job.first = false;
  job.state = PrintState::waiting;
  job.problem.reset();
  return queued(work, queue, std::move(job));
}

json cancel_print(Work& work, Fields& request) {
  PrintQueue queue = print_queue(work.tx.meta(kPrintQueueKey));
  const PrintJob job = named_job(queue, request);
  request.done();
  if (job.state == PrintState::printing)
    refuse("still_printing", "job", {"Đang in, không rút lại được.", "It is being printed and cannot be taken back."});
  std::erase_if(queue.jobs, [&](const PrintJob& other) { return other.id == job.id; });
  save_queue(work.tx, queue);
  return {{"job", job_json(job)}};
}

json printer_view(const View& view) {
  json shown = settings_json(printer_settings(view.books.meta(kPrinterKey)));
  const PrintQueue queue = print_queue(view.books.meta(kPrintQueueKey));
  shown["jobs"] = json::array();
  for (auto job = queue.jobs.rbegin(); job != queue.jobs.rend(); ++job) {
    shown["jobs"].push_back(job_json(*job));
    shown["jobs"].back().erase("deal");
  }
  shown.update(printer_brief(view));
  shown["dropped"] = queue.dropped;
  return shown;
}

// none; ready: nothing to do; busy: printing; waiting: cannot print just now and goes on trying; trouble: the latest print
// failed.
json printer_brief(const View& view) {
  if (printer_settings(view.books.meta(kPrinterKey)).address.empty()) return {{"state", "none"}, {"waiting", 0}};
  const PrintQueue queue = print_queue(view.books.meta(kPrintQueueKey));
  json brief{{"state", "ready"}, {"waiting", queue.unfinished()}};
  if (queue.jobs.empty()) return brief;
  const auto first = std::find_if(queue.jobs.begin(), queue.jobs.end(), [](const PrintJob& job) { return !finished(job); });
  const PrintJob& one = first == queue.jobs.end() ? queue.jobs.back() : *first;
  if (!finished(one))
    brief["state"] = one.problem ? "waiting" : "busy";
  else if (one.state != PrintState::printed)
    brief["state"] = "trouble";
  if (brief["state"] != "ready" && one.problem) brief["problem"] = problem_json(*one.problem);
  return brief;
}

}  // namespace phien::till
