// A new fair without a command or a file to edit: the fair and the organizer's account are made at a page, and nothing else works
// until the recovery kit is seen to be kept elsewhere.
#pragma once
#include <memory>
#include <string>

#include "server/house.hpp"

namespace phien::server {

// What is wanted of a new fair.
struct NewFair {
  bool sample = false;                  // the sample fair; `fair` is not looked at
  nlohmann::json fair;                  // a catalogue item (shared/catalogue/FORMAT.md)
  std::string account, name, password;  // of the organizer
};

class FirstRun {
 public:
  enum class Step { fair, kit, done };

  FirstRun(Paths paths, std::shared_ptr<Clock> clock);
  // Whether this directory is to be set up at a page: nothing is in it, or a first run that did not come to its end.
  static bool needed(const Paths& paths);

  Step step() const;
  // The one-time code of the link; good until the first run is over.
  bool is_code(std::string_view code) const;
  const std::string& code() const { return code_; }

  // Makes the fair, all of it or nothing. Throws Refusal. Slow: a password is hashed.
  void make(const NewFair& wanted);
  // The kit's file, until it is confirmed.
  std::string kit_text() const;
  // `shown`: the kit's check code, or the whole file. True: it is kept elsewhere; the copy here is destroyed, and the fair is
  // open.
  bool confirm(std::string_view shown);

 private:
  Paths paths_;
  std::shared_ptr<Clock> clock_;
  std::string code_;
};

}  // namespace phien::server
