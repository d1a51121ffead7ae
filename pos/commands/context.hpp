// What every command has: where the data is, how to speak, and the till's API to ask, in-process or of the running program.
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shared/clock.hpp"
#include "shared/net/http.hpp"
#include "shared/text.hpp"

namespace phien::commands {

using nlohmann::json;

enum class Exit : int { ok = 0, refused = 1, usage = 2, bad_input = 3, store = 4, network = 5, interrupted = 130 };

// Ends a command: said to the person (or, with --json, to the program) by main alone.
struct Failure {
  Exit exit;
  Problem problem;
};

struct Context {
  std::string data = "phien-pos-data";
  Lang lang = Lang::vi;
  bool json_output = false;
  std::string clock_file;
  std::string key;           // --key: the idempotency key of this attempt; "" makes a new one
  std::function<int()> run;  // the command that was chosen

  std::unique_ptr<Clock> clock() const;
  // One line to stdout, unless a program reads it.
  void say(const Message& message) const;
};

// The one way commands do anything: a request to the local API.
class Caller {
 public:
  explicit Caller(const Context& context) : context_(context) {}
  // The answer if it is 2xx; throws Failure otherwise.
  net::Response call(const std::string& method, const std::string& path, const std::string& body = "");

 private:
  const Context& context_;
};

using Print = std::function<void(const json& answer)>;
// Posts to /api/v1/`path` and prints the answer (as it is with --json).
int post(const Context& context, const std::string& path, const json& request, const Print& print);
int get(const Context& context, const std::string& path, const Print& print);
// Printing "noted", for what needs no more words.
Print noted(const Context& context);
// Receipts, change and transfers of a sale, refund, exchange or order.
void print_receipts(const Context& context, const json& answer);

// "CB0001=2", "8930000000071", "CB0014=1.25@50000": product or barcode, quantity (1 if left out), agreed price.
json item_json(const std::string& text);
json items_json(const std::vector<std::string>& texts);
// Puts in what was given on the command line.
void put(json& request, const char* name, const std::string& text);

void add_enrol_command(CLI::App& app, Context& context);
void add_run_command(CLI::App& app, Context& context);
void add_selling_commands(CLI::App& app, Context& context);   // sell, refund, void, exchange, receipt, sales
void add_printing_commands(CLI::App& app, Context& context);  // print, printer, image
void add_stock_commands(CLI::App& app, Context& context);     // stock, stock-in, stock-out, transfer, count
void add_offer_commands(CLI::App& app, Context& context);     // offer, propose, barcode
void add_money_commands(CLI::App& app, Context& context);     // shift, declare, confirm, transfers
void add_order_commands(CLI::App& app, Context& context);     // order take|deliver|cancel
void add_meeting_commands(CLI::App& app, Context& context);   // lead, visitors, note
void add_journal_commands(CLI::App& app, Context& context);   // status, journal

}  // namespace phien::commands
