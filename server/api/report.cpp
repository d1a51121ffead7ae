// The report: an edition is a function of its cut alone, so it is made from a store of its own that holds just that.
#include <memory>
#include <mutex>

#include "db/memory/memory_store.hpp"
#include "server/api/catalogue_of.hpp"
#include "server/api/route.hpp"
#include "server/exchange/report_files.hpp"

namespace phien::server::api {
namespace {

constexpr std::int64_t kMaxEdition = 100'000;

struct ReportWanted {
  std::optional<std::int64_t> edition;  // 0: as of now; nothing: the latest, or as of now if the fair was never closed
  std::string format;
  std::optional<std::string> table;
  Lang lang = Lang::vi;
};

ReportWanted wanted_of(const net::Request& request) {
  only_parameters(request, {"edition", "format", "table", "lang"});
  ReportWanted wanted;
  if (const auto edition = parameter(request, "edition"))
    wanted.edition = *edition == "now" ? 0 : number_parameter(request, "edition", 1, kMaxEdition, 0);
  wanted.format = parameter(request, "format").value_or("json");
  if (wanted.format != "json" && wanted.format != "csv" && wanted.format != "xlsx") refuse_parameter("format");
  wanted.table = parameter(request, "table");
  const std::string lang = parameter(request, "lang").value_or("vi");
  if (lang != "vi" && lang != "en") refuse_parameter("lang");
  wanted.lang = lang == "vi" ? Lang::vi : Lang::en;
  return wanted;
}

std::vector<journal::Ref> cut_of(const ledger::Reader& books, std::int64_t edition) {
  if (edition == 0) return ledger::heads(books);
  const auto closing = ledger::closing(books, edition);
  if (!closing) throw Refusal(404, {"no_such_edition", "edition", {"Chưa có bản chốt này.", "There is no such edition."}});
  return closing->cut;
}

// A store that holds a cut and nothing else.
std::unique_ptr<db::JournalStore> replayed(const ledger::Reader& books, const std::vector<journal::Ref>& cut) {
  auto alone = db::open_memory();
  std::vector<journal::Ref> lost;
  alone->run([&](db::Transaction& tx) { lost = ledger::replay(books, tx, &cut); });
  if (!lost.empty())
    throw Refusal(409, {"cut_incomplete",
                        lost.front().terminal,
                        {"Thiếu nhật ký mà bản chốt dựa vào: " + lost.front().terminal,
                         "A journal this edition rests on is not here: " + lost.front().terminal}});
  return alone;
}

report::Report build(const ledger::Reader& books, std::int64_t edition, const std::vector<journal::Ref>& cut) {
  const auto alone = replayed(books, cut);
  const auto snapshot = alone->snapshot();
  // What this edition holds beyond the first closing came late; the first closing is part of every later cut.
  const auto first = ledger::closing(*snapshot, 1);
  const auto first_alone = first ? replayed(books, first->cut) : nullptr;
  const auto on_time = first_alone ? first_alone->snapshot() : nullptr;
  return report::build(*snapshot, catalogue_of(*snapshot), edition, cut, on_time.get());
}

// The last report made: its forms and tables are asked for one after the other, and a cut is replayed whole each time.
class Latest {
 public:
  std::shared_ptr<const report::Report> of(const ledger::Reader& books, std::optional<std::int64_t> wanted) {
    const auto closed = wanted ? std::nullopt : ledger::closing(books);
    const std::int64_t edition = wanted ? *wanted : closed ? closed->edition : 0;
    const std::vector<journal::Ref> cut = cut_of(books, edition);
    const std::lock_guard lock(mutex_);
    if (!report_ || report_->edition != edition || report_->cut != cut)
      report_ = std::make_shared<const report::Report>(build(books, edition, cut));
    return report_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const report::Report> report_;
};

net::Response file(std::string body, const char* type, const std::string& name) {
  net::Response response;
  response.body = std::move(body);
  response.content_type = type;
  response.headers["Content-Disposition"] = "attachment; filename=\"" + name + "\"";
  return response;
}

// All tables in one file, each under a line with its key, or the one that was asked for.
std::string csv_of(const report::Report& report, const ReportWanted& wanted) {
  if (wanted.table) {
    const report::Table* table = report.table(*wanted.table);
    if (!table) refuse_parameter("table");
    return exchange::to_csv(*table, wanted.lang);
  }
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  std::string text(kBom);
  for (const report::Table& table : report.tables) {
    std::string one = exchange::to_csv(table, wanted.lang);
    if (one.starts_with(kBom)) one.erase(0, kBom.size());
    text += "# " + table.key + "\r\n" + one + "\r\n";
  }
  return text;
}

net::Response form_of(const report::Report& report, const ReportWanted& wanted, const std::string& fair) {
  const std::string name = fair + (report.edition ? "-" + std::to_string(report.edition) : "-now");
  if (wanted.format == "json") return net::json_response(exchange::to_json_text(report));
  if (wanted.format == "csv") return file(csv_of(report, wanted), "text/csv; charset=utf-8", name + ".csv");
  return file(exchange::to_xlsx(report, wanted.lang), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
              name + ".xlsx");
}

}  // namespace

void add_report_routes(net::Router& router, House& house) {
  const auto latest = std::make_shared<Latest>();
  const Answer answer = [latest](House& at, net::Request& request) {
    const ReportWanted wanted = wanted_of(request);
    if (wanted.table && wanted.format != "csv") refuse_parameter("table");
    const House::Work work = [wanted, latest, fair = at.keys().fair](const db::Snapshot& snapshot) {
      return form_of(*latest->of(snapshot, wanted.edition), wanted, fair);
    };
    return at.read(work);
  };
  add(router, house, {"GET", "/api/v1/report", answer, 0, kNoDeadline});
}

}  // namespace phien::server::api
