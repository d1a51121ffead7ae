#include "server/hub/hub.hpp"

#include <algorithm>
#include <filesystem>

#include <spdlog/spdlog.h>

#include "db/memory/memory_store.hpp"
#include "db/sqlite/sqlite_store.hpp"
#include "server/api/route.hpp"
#include "server/files.hpp"
#include "server/hub/fair_routes.hpp"
#include "server/upstream/link.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "phien-hub 1";

Problem bad_settings(const std::string& path) {
  return {"bad_settings", path, {"Tệp hỏng: " + path, "The file is damaged: " + path}};
}

}  // namespace

Result<bool> Hub::create(const HubPaths& paths) {
  if (std::filesystem::exists(paths.settings()))
    return Problem{"exists", paths.settings(), {"Đã có máy chủ trên ở đây.", "There is a hub here already."}};
  if (auto made = make_private_directory(paths.fairs()); !made) return made;
  if (auto written = write_private(paths.admin_token(), random_hex(32) + "\n"); !written) return written;
  const net::TlsKey tls = net::make_tls_key("phien-hub", {"localhost", "127.0.0.1"});
  const json settings{
      {"format", kFormat}, {"tls_key", tls.key_pem}, {"tls_certificate", tls.certificate_pem}, {"codes", json::object()}};
  return write_private(paths.settings(), settings.dump(2) + "\n");
}

Hub::Hub(asio::any_io_executor executor, HubPaths paths, std::shared_ptr<Clock> clock)
    : executor_(std::move(executor)), paths_(std::move(paths)), clock_(std::move(clock)), lock_(paths_.lock()) {}

Hub::~Hub() = default;

Result<std::unique_ptr<Hub>> Hub::open(asio::any_io_executor executor, const HubPaths& paths, std::shared_ptr<Clock> clock) {
  if (!std::filesystem::exists(paths.settings()))
    return Problem{"not_initialised",
                   paths.directory,
                   {"Chưa có máy chủ trên ở " + paths.directory + ", hãy chạy: phien-server hub init",
                    "No hub in " + paths.directory + " yet, run: phien-server hub init"}};
  std::unique_ptr<Hub> hub(new Hub(std::move(executor), paths, std::move(clock)));
  if (auto read = hub->read_settings(); !read) return read.problem();
  hub->open_fairs();
  hub->add_own_routes();
  hub->add_fair_routes();
  return hub;
}

Result<bool> Hub::read_settings() {
  auto token = read_file(paths_.admin_token());
  if (!token) return token.problem();
  admin_token_ = token->substr(0, token->find('\n'));
  const auto text = read_file(paths_.settings());
  if (!text) return text.problem();
  try {
    const json settings = json::parse(*text);
    if (settings.at("format") != kFormat) return bad_settings(paths_.settings());
    tls_ = {settings.at("tls_key").get<std::string>(), settings.at("tls_certificate").get<std::string>()};
    codes_ = settings.at("codes").get<std::map<std::string, Milliseconds>>();
    return true;
  } catch (const json::exception&) {
    return bad_settings(paths_.settings());
  }
}

Result<bool> Hub::save_settings() const {
  const json settings{
      {"format", kFormat}, {"tls_key", tls_.key_pem}, {"tls_certificate", tls_.certificate_pem}, {"codes", codes_}};
  return write_private(paths_.settings(), settings.dump(2) + "\n");
}

// A fair whose file is damaged stops only itself: it is said, and the others are opened.
void Hub::open_fairs() {
  for (const auto& entry : std::filesystem::directory_iterator(paths_.fairs())) {
    const std::string name = entry.path().filename().string();
    const auto text = read_file(entry.path().string() + "/fair.json");
    const json said = text ? json::parse(*text, nullptr, false) : json();
    const auto root = said.is_object() ? key_from_hex(said.value("root", "")) : std::nullopt;
    if (!root || said.value("format", "") != kFairFormat) {
      spdlog::error("hub: {} is not a fair's directory", entry.path().string());
      continue;
    }
    try {
      open_fair(name, {said.value("fair", ""), *root});
    } catch (const db::StoreFailed& e) {
      spdlog::critical("hub: the store of {} is damaged or cannot be written: {}", name, e.what());
    }
  }
  const std::string nowhere;
  pattern_ = std::make_unique<Fair>();
  pattern_->house = House::copy(executor_, Paths{nowhere}, {}, admin_token_, clock_, db::open_memory());
}

Hub::Fair& Hub::open_fair(const std::string& name, const CopyOf& of) {
  auto fair = std::make_unique<Fair>();
  fair->name = name;
  const Paths paths{paths_.fairs() + "/" + name};
  db::SqliteOptions options;
  options.readers = 3;
  fair->house = House::copy(executor_, paths, of, admin_token_, clock_, db::open_sqlite(paths.store(), options));
  return *fairs_.insert_or_assign(name, std::move(fair)).first->second;
}

std::string Hub::link(const std::string& code) const {
  const std::string address = tls_address == "0.0.0.0" ? "HUB" : tls_address;
  return "https://" + address + ":" + std::to_string(tls_port) + "/#tls=" + net::spki_hex(tls_.certificate_pem) +
         (code.empty() ? "" : "&enrol=" + code);
}

}  // namespace phien::server
