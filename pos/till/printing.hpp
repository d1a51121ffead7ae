// The printer of this device and what it still has to print: durable here, never hashed, never synced. A print is asked for in
// the transaction of the request (or of the sale itself), so a power cut loses none; it is sent at most once per request, because
// a receipt printed twice looks like two sales.
#pragma once
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pos/till/till.hpp"
#include "shared/receipt/receipt.hpp"

namespace phien::till {

// Where a printer is: "tcp://HOST[:9100]", "usb:/dev/usb/lp0", "cups:QUEUE".
struct PrinterAddress {
  enum class Kind { tcp, device, cups } kind{};
  std::string name;  // host, path or queue
  unsigned short port = 9100;
};
Result<PrinterAddress> printer_address(const std::string& text);

struct PrinterSettings {
  std::string address;     // "": none
  int paper = 80;          // mm: 58 or 80
  bool automatic = false;  // every receipt, not only those asked for
  bool drawer = false;     // a drawer hangs on the printer: it opens for cash
  bool cut = true;
};
PrinterSettings printer_settings(const std::optional<std::string>& text);

// failed: begun, and surely not finished. unsure: begun, and nobody can tell; it counts as printed, so the next one is a copy.
enum class PrintState { waiting, printing, printed, failed, unsure };
struct PrintJob {
  enum class Kind { receipt, drawer, test, shift, pack } kind{};
  std::string id;
  journal::Ref deal;        // of a receipt
  std::string number;       // as people call it
  std::string shift, part;  // of a shift: its shift_open, and which slip
  std::string pack;         // of a packing list: the hash of its first entry
  Lang lang = Lang::vi;
  bool kick = false;       // opens the drawer first
  bool first = false;      // begun as the original, not as a copy
  Milliseconds asked = 0;  // the till's best time
  PrintState state = PrintState::waiting;
  std::optional<Problem> problem;
};

struct PrintQueue {
  std::deque<PrintJob> jobs;       // oldest first; finished ones are kept for a while to be looked at
  std::set<journal::Seq> printed;  // own receipts that are on paper, the latest
  journal::Seq before = 0;         // own receipts up to here are taken for printed: it is not remembered any more
  std::int64_t dropped = 0;        // receipts that were to be printed by themselves and found the queue full

  PrintJob* find(const std::string& id);
  PrintJob* next();  // the oldest that waits
  std::size_t unfinished() const;
  void note_printed(const journal::Ref& deal, const Identity& me);
  bool is_copy(const journal::Ref& deal, const Identity& me) const;
};
inline constexpr const char* kPrinterKey = "printer";
inline constexpr const char* kPrintQueueKey = "print.queue";
inline constexpr std::size_t kMaxUnfinished = 40, kMaxFinished = 20, kMaxPrinted = 500;
PrintQueue print_queue(const std::optional<std::string>& text);
void save_queue(db::Transaction& tx, PrintQueue& queue);

// Queues the receipts of what was just written where the printer prints by itself, and opens the drawer for cash. Refuses
// nothing.
void print_deals(Work& work, const std::vector<Written>& written);

// A deal as paper and image show it: with codes, and as a copy where it was printed before.
receipt::Document printed_document(const View& view, const journal::Ref& deal, Lang lang);
// What a job puts on paper; a drawer has nothing to draw.
receipt::Document job_document(const View& view, const PrintJob& job, const PrinterSettings& settings);
receipt::Document test_document(const View& view, const PrinterSettings& settings, Lang lang);

}  // namespace phien::till
