#include "server/alerts/rules.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "server/notices/inbox.hpp"
#include "shared/ledger/views.hpp"

namespace phien::server {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLeastFree = std::uint64_t{1} << 30U;  // bytes
constexpr std::uint64_t kLeastFreeShare = 20;                  // one in so many
constexpr Milliseconds kDay = 24 * 3'600'000;
constexpr Milliseconds kCertificateEndsIn = 14 * kDay, kGoodsExpireIn = 2 * kDay;
constexpr Milliseconds kStillSelling = 3'600'000;  // a fair where nothing was sold for so long is shut: no till need be heard of
constexpr std::size_t kHourLength = 13;            // of "2025-05-15T09"

// Exceptions that are told besides being listed; most others come right by themselves.
struct Told {
  const char* code;
  bool grave;
};
constexpr Told kTold[] = {{"forked", true}, {"quarantined", true}, {"shift_difference", false}, {"transfer_differs", false}};

using Alerts = std::vector<Alert>;

// "2025-05-17" as it is read: "17/05/2025".
std::string for_people(const std::string& day) {
  return day.size() == 10 ? day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4) : day;
}

void of_machine(const MachineState& machine, Milliseconds now, Alerts& alerts) {
  if (machine.store_failed || machine.overtaken)
    alerts.push_back(
        {"store_failed", machine.store_failed ? "store" : "journal", true,
         machine.store_failed
             ? Message{"Kho dữ liệu hỏng hoặc không ghi được; máy chủ không nhận gì nữa cho đến khi khởi động lại",
                       "The store is damaged or cannot be written; nothing is taken until the server is started anew"}
             : Message{"Nhật ký của máy chủ có bản mới hơn ở nơi khác; cần khôi phục bằng bộ khôi phục",
                       "Somebody holds newer entries of this server's journal; it has to be recovered with the kit"}});
  if (machine.disk_size > 0 && (machine.disk_free < kLeastFree || machine.disk_free < machine.disk_size / kLeastFreeShare)) {
    const std::uint64_t mib = machine.disk_free >> 20U;
    alerts.push_back(
        {"disk",
         "data",
         true,
         {fmt::format("Ổ đĩa máy chủ chỉ còn {} MB", mib), fmt::format("The server's disk has only {} MB left", mib)}});
  }
  if (machine.certificate_ends != 0 && machine.certificate_ends - now < kCertificateEndsIn) {
    const std::string day = for_people(local_day(machine.certificate_ends));
    alerts.push_back({"certificate",
                      "tls",
                      true,
                      {"Chứng thư TLS của máy chủ hết hạn ngày " + day, "The server's TLS certificate ends on " + day}});
  }
}

void of_exceptions(const ledger::Reader& books, Alerts& alerts) {
  for (const ledger::ExceptionRow& row : ledger::exceptions(books)) {
    const auto* told = std::find_if(std::begin(kTold), std::end(kTold), [&row](const Told& one) { return row.code == one.code; });
    if (row.settled || told == std::end(kTold)) continue;
    const std::string at = row.entry ? hex(row.entry->hash).substr(0, 16) : row.subject;
    const std::string where = fmt::format("{} {} {}", row.exhibitor, row.terminal, row.subject);
    alerts.push_back({row.code, at, told->grave, {where + ": " + row.what.vi, where + ": " + row.what.en}});
  }
}

// Of tills that were heard of today, while others sell: at night all of them are silent.
void of_terminals(const json& live, const std::map<std::string, Milliseconds>& last_contact, Milliseconds now, Alerts& alerts) {
  const std::string today = local_day(now), an_hour_ago = local_hour(now - kStillSelling).substr(0, kHourLength);
  const json& hours = live.at("hours");
  if (hours.empty() || hours.back().at("key").get<std::string>() < an_hour_ago) return;
  for (const json& row : live.at("behind")) {
    const auto terminal = row.at("terminal").get<std::string>();
    const auto heard = last_contact.find(terminal);
    if (heard == last_contact.end() || local_day(heard->second) != today) continue;
    const std::string booth = row.value("booth", "");
    alerts.push_back({"terminal_silent",
                      terminal,
                      false,
                      {fmt::format("Máy {} (gian {}) im lặng; số liệu của máy này có thể thiếu", terminal, booth),
                       fmt::format("Terminal {} (booth {}) is silent; its figures may be missing", terminal, booth)}});
  }
}

void of_stock(const json& live, Alerts& alerts) {
  for (const json& row : live.at("stock").at("rows")) {
    const auto name = row.at("name").get<std::string>(), exhibitor = row.at("exhibitor").get<std::string>();
    const std::string key = exhibitor + "/" + row.at("product").get<std::string>();
    const auto on_hand = row.at("on_hand").get<Quantity>();
    const std::string left = format_quantity(on_hand) + " " + row.at("unit").get<std::string>();
    if (row.at("low").get<bool>() || on_hand <= 0)
      alerts.push_back(
          {"stock_low",
           key,
           on_hand <= 0,
           {fmt::format("{}: {} còn {}", exhibitor, name, left), fmt::format("{}: {} left of {}", exhibitor, left, name)}});
    else if (row.at("runs_out").get<bool>())
      alerts.push_back({"runs_out",
                        key,
                        false,
                        {fmt::format("{}: {} còn {}, không đủ đến hết phiên", exhibitor, name, left),
                         fmt::format("{}: {} left of {}, not enough to the end of the fair", exhibitor, left, name)}});
  }
}

void of_expiry(const ledger::Reader& books, Milliseconds now, Alerts& alerts) {
  const std::string soon = local_day(now + kGoodsExpireIn), today = local_day(now);
  std::map<std::string, std::string> ending;
  for (const auto& [id, item] : ledger::catalogue_items(books).products) {
    const std::string day = item.value("expires", "");
    if (!day.empty() && day <= soon) ending.emplace(id, day);
  }
  if (ending.empty()) return;
  std::set<std::string> told;
  for (const ledger::StockRow& row : ledger::stock(books)) {
    const auto found = ending.find(row.product);
    if (row.on_hand <= 0 || found == ending.end() || !told.insert(row.product).second) continue;
    const bool over = found->second < today;
    alerts.push_back(
        {"expiry",
         row.exhibitor + "/" + row.product,
         over,
         {fmt::format("{}: {} {} {}", row.exhibitor, row.name, over ? "đã hết hạn ngày" : "hết hạn ngày",
                      for_people(found->second)),
          fmt::format("{}: {} {} {}", row.exhibitor, row.name, over ? "expired on" : "expires on", for_people(found->second))}});
  }
}

void of_bank(const db::Snapshot& snapshot, Alerts& alerts) {
  const std::size_t waiting = waiting_notices(snapshot).size();
  if (waiting == 0) return;
  alerts.push_back({"bank_waiting",
                    "all",
                    false,
                    {"Có báo có của ngân hàng chưa rõ là khoản nào", "There are bank notices that match no payment"}});
}

Milliseconds end_of(const std::string& certificate_pem) {
  const std::unique_ptr<BIO, decltype([](BIO* b) { BIO_free(b); })> text(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const std::unique_ptr<X509, decltype([](X509* c) { X509_free(c); })> certificate(
      text ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr) : nullptr);
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return 0;
  return static_cast<Milliseconds>(timegm(&end)) * 1'000;
}

}  // namespace

MachineState look_at_machine(const std::string& directory, const std::string& certificate_pem) {
  MachineState machine;
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (!error) machine.disk_free = space.available, machine.disk_size = space.capacity;
  machine.certificate_ends = end_of(certificate_pem);
  return machine;
}

std::vector<Alert> alerts_now(const db::Snapshot& snapshot, const json& live,
                              const std::map<std::string, Milliseconds>& last_contact, const MachineState& machine,
                              Milliseconds now) {
  Alerts alerts;
  of_machine(machine, now, alerts);
  of_exceptions(snapshot, alerts);
  of_terminals(live, last_contact, now, alerts);
  of_stock(live, alerts);
  of_expiry(snapshot, now, alerts);
  of_bank(snapshot, alerts);
  std::stable_sort(alerts.begin(), alerts.end(), [](const Alert& a, const Alert& b) { return a.grave > b.grave; });
  if (alerts.size() > kMaxAlerts) alerts.resize(kMaxAlerts);
  return alerts;
}

}  // namespace phien::server
