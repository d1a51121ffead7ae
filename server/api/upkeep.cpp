// Is everything as it was written, and how is it kept: verify, rebuild, dump, backup.
#include <algorithm>
#include <filesystem>

#include "server/api/fields.hpp"
#include "server/api/route.hpp"
#include "server/live/holdings.hpp"
#include "shared/sync/verify.hpp"

namespace phien::server::api {
namespace {

json verdict_json(const sync::JournalVerdict& verdict) {
  return {{"terminal", verdict.journal.terminal},
          {"key", hex(verdict.journal.key)},
          {"head", head_json(verdict.head)},
          {"vouched", verdict.vouched_to},
          {"witness", verdict.witness}};
}

json finding_json(const sync::Finding& finding) {
  return {{"code", finding.code},
          {"place", ref_json(finding.place)},
          {"message", {{"en", finding.what.en}, {"vi", finding.what.vi}}}};
}

asio::awaitable<net::Response> verify(House& house, net::Request& request) {
  only_parameters(request, {});
  const House::Work work = [&house](const db::Snapshot& snapshot) {
    const sync::Verification verification = sync::verify(snapshot, house.progress);
    json journals = json::array(), findings = json::array();
    for (const auto& verdict : verification.journals) journals.push_back(verdict_json(verdict));
    for (const auto& finding : verification.findings) findings.push_back(finding_json(finding));
    const std::vector<std::string> imbalances = ledger::imbalances(snapshot), damage = house.store().check(house.progress);
    const bool sound = findings.empty() && imbalances.empty() && damage.empty();
    return ok({{"sound", sound},
               {"journals", std::move(journals)},
               {"findings", std::move(findings)},
               {"imbalances", imbalances},
               {"damage", damage}});
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> dump(House& house, net::Request& request) {
  only_parameters(request, {});
  const House::Work work = [](const db::Snapshot& snapshot) {
    net::Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = ledger::dump(snapshot);
    return response;
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> rebuild(House& house, net::Request& request) {
  Fields in(request.body);
  in.done();
  std::string digest;
  const db::JournalStore::Job job = [&house, &digest](db::Transaction& tx) {
    const std::string before = hex(sha256(ledger::dump(tx)));
    ledger::rebuild(tx, house.progress);
    digest = hex(sha256(ledger::dump(tx)));
    // Thrown, so that the books stay as they were: which of the two is right, a person must find out.
    if (digest != before)
      throw Refusal(500, {"books_differ",
                          "",
                          {"Sổ dựng lại không giống sổ đang có; giữ nguyên sổ cũ. Hãy sao lưu và báo lỗi này.",
                           "The books made anew differ from those here, which stay. Make a backup and report this."}});
  };
  co_await house.commit_own(job);
  co_return ok({{"digest", digest}, {"equal", true}});
}

asio::awaitable<net::Response> backup(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string path = in.text("path", 4'096);
  in.done();
  if (!std::filesystem::path(path).is_absolute())
    throw Refusal(400, {"bad_value", "path", {"Cần đường dẫn tuyệt đối.", "An absolute path is needed."}});
  if (std::filesystem::exists(path))
    throw Refusal(409, {"exists", "path", {"Đã có tệp này: " + path, "This file exists: " + path}});
  // Read before the copy is made: the copy has these and perhaps more.
  BackupRecord record{house.now().wall, {}};
  const std::function<void()> copying = [&house, &path, &record] {
    record.heads = heads_here(*house.store().snapshot());
    house.store().backup(path, house.progress);
  };
  try {
    co_await house.aside(copying);
  } catch (const db::StoreFailed& e) {  // of the copy, not of the store: that one goes on
    throw Refusal(422, {"cannot_write",
                        "path",
                        {"Không sao lưu được vào " + path + ": " + e.what(), "Cannot back up to " + path + ": " + e.what()}});
  }
  const db::JournalStore::Job note = [&record](db::Transaction& tx) { tx.set_meta(kBackupKey, to_text(record)); };
  co_await house.commit(note);
  co_return ok({{"path", path}, {"bytes", std::filesystem::file_size(path)}});
}

// A file of all journals, given out before, is shown to be kept: its digest was taken where it lies.
asio::awaitable<net::Response> kept(House& house, net::Request& request) {
  Fields in(request.body);
  const std::string digest = in.text("digest", 64);
  in.done();
  const auto found =
      std::find_if(house.given.begin(), house.given.end(), [&](const House::Given& given) { return given.digest == digest; });
  if (found == house.given.end())
    throw Refusal(404, {"unknown_file",
                        "digest",
                        {"Đây không phải bản sao vừa tải từ máy chủ này, hoặc tệp đã bị thay đổi.",
                         "This is not a file that was downloaded from this server just now, or it has been changed."}});
  const BackupRecord record{house.now().wall, found->heads};
  const db::JournalStore::Job note = [&record](db::Transaction& tx) { tx.set_meta(kBackupKey, to_text(record)); };
  co_await house.commit(note);
  co_return ok({{"at", record.at}, {"journals", record.heads.size()}});
}

}  // namespace

void add_upkeep_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/verify", verify, 0, kNoDeadline});
  add(router, house, {"GET", "/api/v1/ledger/dump", dump, 0, kNoDeadline});
  add(router, house, {"POST", "/api/v1/rebuild", rebuild, kSmallBody, kNoDeadline});
  add(router, house, {"POST", "/api/v1/backups", backup, kSmallBody, kNoDeadline});
  add(router, house, {"POST", "/api/v1/backups/kept", kept, kSmallBody});
}

}  // namespace phien::server::api
