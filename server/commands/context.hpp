// What every command has: where the data is, how to speak, and the server's API to ask, in-process or of the running server.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include <CLI/CLI.hpp>

#include "server/house.hpp"
#include "shared/text.hpp"

namespace phien::server {

enum class Exit : int { ok = 0, refused = 1, usage = 2, bad_input = 3, store = 4, network = 5, interrupted = 130 };

// Ends a command: said to the person (or, with --json, to the program) by main alone.
struct Failure {
  Exit exit;
  Problem problem;
};

// The value, or the end of the command.
template <class T>
T need(Result<T> result, Exit exit) {
  if (!result) throw Failure{exit, result.problem()};
  return std::move(result).value();
}

struct Context {
  Paths paths{"phien-data"};
  Lang lang = Lang::vi;
  bool json = false;
  std::string clock_file;
  std::string fair;          // --fair: of a hub, the one that is meant
  std::function<int()> run;  // the command that was chosen

  std::shared_ptr<Clock> clock() const;
  Progress progress(const Message& what = {}) const;  // a line on stderr, now and then
  // Words for people, one line: to stdout, or to stderr where stdout is for a program.
  void say(const Message& message) const;
};

// The one way commands do anything: a request to the API. With a server running in this data directory it goes there; otherwise
// the store is opened here and the same handlers answer.
class Caller {
 public:
  explicit Caller(const Context& context);
  ~Caller();
  // The answer if it is 2xx; throws Failure otherwise.
  net::Response call(const std::string& method, const std::string& target, const std::string& body = "");
  nlohmann::json call_json(const std::string& method, const std::string& target, const nlohmann::json& body = nullptr);
  // All rows of a list, page after page, as one answer.
  nlohmann::json list(const std::string& path, std::map<std::string, std::string> query);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string with_query(const std::string& path, const std::map<std::string, std::string>& query);
std::string absolute(const std::string& path);  // a running server has another current directory

void add_setup_command(CLI::App& app, Context& context);  // init
void add_recover_command(CLI::App& app, Context& context);
void add_hub_commands(CLI::App& app, Context& context);  // hub init, serve, enrol, fairs
void add_kit_command(CLI::App& app, Context& context);
void add_serve_command(CLI::App& app, Context& context);
void add_status_command(CLI::App& app, Context& context);
void add_import_command(CLI::App& app, Context& context);
void add_list_commands(CLI::App& app, Context& context);      // stock, sales, exceptions, terminals, …, summary
void add_terminal_commands(CLI::App& app, Context& context);  // enrol, revoke
void add_account_commands(CLI::App& app, Context& context);   // account, token
void add_report_commands(CLI::App& app, Context& context);    // close-fair, export
void add_upkeep_commands(CLI::App& app, Context& context);    // verify, rebuild, backup, journal

}  // namespace phien::server
