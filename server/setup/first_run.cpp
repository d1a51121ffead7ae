#include "server/setup/first_run.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "server/access/passwords.hpp"
#include "server/exchange/changes.hpp"
#include "server/files.hpp"
#include "server/setup/sample.hpp"

namespace phien::server {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A first run that was killed before it had keys left nothing that anybody holds: it begins anew.
void clear_half_made(const Paths& paths) {
  if (fs::exists(paths.keys()) || !fs::exists(paths.pending_kit())) return;
  for (const std::string& file : {paths.store(), paths.store() + "-wal", paths.store() + "-shm", paths.admin_token()})
    fs::remove(file);
  fs::remove(paths.pending_kit());
}

catalogue::Fair fair_of(const json& item) {
  const auto problems = catalogue::problems_in<catalogue::Fair>(item);
  if (!problems.empty()) throw Refusal(422, {problems.front().code, "fair." + problems.front().where, problems.front().what});
  auto fair = catalogue::fair_from_json(item).value();
  if (!is_fair_id(fair.id) || fair.last_day < fair.first_day)
    throw Refusal(422, {"bad_value",
                        is_fair_id(fair.id) ? "fair.last_day" : "fair.id",
                        {"Mã phiên chỉ gồm a–z, 0–9, gạch nối; ngày cuối không trước ngày đầu.",
                         "A fair id is a–z, 0–9 and hyphens; the last day is not before the first."}});
  return fair;
}

// What stands in the journal of a new fair, in order.
std::vector<journal::Body> bodies_of(const NewFair& wanted, std::string& fair) {
  if (!wanted.sample) {
    const catalogue::Fair item = fair_of(wanted.fair);
    fair = item.id;
    return {journal::CatalogueItem{journal::CatalogueItem::Type::fair, catalogue::to_json(item), false}};
  }
  const exchange::Imported sample = exchange::read_catalogue(sample_files());
  if (!sample.ok()) throw std::logic_error("the sample is not good: " + sample.problems.front().where);
  fair = sample.catalogue.fair.id;
  return exchange::to_entries(exchange::diff({}, {}, sample).value());
}

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c))) letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return letters;
}

}  // namespace

FirstRun::FirstRun(Paths paths, std::shared_ptr<Clock> clock)
    : paths_(std::move(paths)), clock_(std::move(clock)), code_(random_hex(16)) {
  clear_half_made(paths_);
}

bool FirstRun::needed(const Paths& paths) {
  if (fs::exists(paths.pending_kit())) return true;
  return !fs::exists(paths.directory) || (fs::is_directory(paths.directory) && fs::is_empty(paths.directory));
}

FirstRun::Step FirstRun::step() const {
  if (!fs::exists(paths_.keys())) return Step::fair;
  return fs::exists(paths_.pending_kit()) ? Step::kit : Step::done;
}

bool FirstRun::is_code(std::string_view code) const { return equal_constant_time(code, code_); }

void FirstRun::make(const NewFair& wanted) {
  if (step() != Step::fair) throw Refusal(409, {"exists", "", {"Phiên chợ đã được mở.", "The fair has been opened already."}});
  if (!is_id(wanted.account) || wanted.account.front() == '_' || wanted.account == kOrganizer)
    throw Refusal(422, {"bad_value", "account", {"Mã tài khoản này không dùng được.", "This account id cannot be used."}});
  if (const auto weak = weakness(wanted.password, wanted.account)) throw Refusal(422, *weak);
  std::string fair;
  const std::vector<journal::Body> bodies = bodies_of(wanted, fair);
  const std::string verifier = password_verifier(wanted.password);
  const auto first = [&](const Keys& keys) {
    std::vector<journal::Body> all{
        journal::Account{wanted.account, wanted.name, journal::Role::organizer, {}, false},
        journal::Password{wanted.account, keys.sealing.seal({keys.fair, "password", wanted.account}, verifier)}};
    all.insert(all.end(), bodies.begin(), bodies.end());
    std::vector<journal::Entry> entries;
    for (journal::Body& body : all) entries.push_back(entry_at(clock_->now(), std::move(body), wanted.account));
    return entries;
  };
  (void)value_or_refuse(House::create(paths_, fair, paths_.pending_kit(), clock_, first), 500);
}

std::string FirstRun::kit_text() const {
  if (step() != Step::kit) throw Refusal(409, {"no_kit", "", {"Không có bộ khôi phục ở đây.", "There is no recovery kit here."}});
  return value_or_refuse(read_file(paths_.pending_kit()), 500);
}

bool FirstRun::confirm(std::string_view shown) {
  if (step() != Step::kit) throw Refusal(409, {"no_kit", "", {"Không có bộ khôi phục ở đây.", "There is no recovery kit here."}});
  const Kit kit = value_or_refuse(read_kit(paths_.pending_kit()), 500);
  const json file = json::parse(shown, nullptr, false);
  const bool whole_file = file.is_object() && file.contains("root_seed") && file["root_seed"].is_string() &&
                          equal_constant_time(file["root_seed"].get_ref<const std::string&>(), kit.root.seed_hex());
  if (!whole_file && !equal_constant_time(letters_of(shown), letters_of(kit_check(kit)))) return false;
  (void)value_or_refuse(destroy_file(paths_.pending_kit()), 507);  // the root key must not stay on this machine
  return true;
}

}  // namespace phien::server
