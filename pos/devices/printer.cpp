#include "pos/devices/printer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>

#include "pos/agent/durable.hpp"
#include "pos/devices/escpos.hpp"
#include "shared/net/callback.hpp"

namespace phien::devices {

using till::PrintJob;
using till::PrintQueue;
using till::PrintState;

namespace {

constexpr std::int64_t kIdle = 3'600'000;  // a look at the queue that nobody announced

struct Next {
  std::optional<PrintJob> job;
  till::PrinterSettings settings;
  Milliseconds now = 0;
};

Next next_of(till::Till& till) {
  Next next;
  till.read(Lang::vi, [&](const till::View& view) {
    next.settings = till::printer_settings(view.books.meta(till::kPrinterKey));
    PrintQueue queue = till::print_queue(view.books.meta(till::kPrintQueueKey));
    if (const PrintJob* job = queue.next()) next.job = *job;
    next.now = view.time();
    return nlohmann::json();
  });
  return next;
}

Problem too_old() {
  return {
      "print_too_old", "", {"Chờ máy in quá lâu nên thôi không in.", "It waited too long for the printer and is not printed."}};
}
Problem cannot_draw(const std::string& why) {
  return {"cannot_draw", "", {"Không dựng được phiếu để in.", "The receipt could not be drawn: " + why}};
}

}  // namespace

Printer::Printer(asio::any_io_executor executor, till::Till& till, Patience patience)
    : executor_(executor), till_(till), patience_(patience), work_(executor) {
  std::signal(SIGPIPE, SIG_IGN);  // a printer's pipe that breaks is an error of the write, not the end of the till
}

void Printer::start() { net::spawn(executor_, run(), "printing", stopping_); }

void Printer::stop() {
  stopped_ = true;
  stopping_->emit(asio::cancellation_type::all);
}

void Printer::poke() {
  asio::post(executor_, [this] { work_.announce(); });
}

asio::awaitable<void> Printer::run() {
  Milliseconds pause = kFirstRetry;
  bool recovered = false;
  while (!stopped_) {
    const std::uint64_t version = work_.version();
    Outcome outcome = Outcome::later;
    try {
      if (!recovered) co_await recover();
      recovered = true;
      outcome = co_await step();
    } catch (const db::StoreFailed& e) {
      spdlog::error("printer: {}", e.what());  // a disk that is full has room again some time
    }
    if (outcome == Outcome::done) {
      pause = kFirstRetry;
      continue;
    }
    const std::int64_t wait = outcome == Outcome::nothing ? kIdle : pause;
    const bool announced = co_await work_.wait_beyond(version, wait);
    pause = announced ? kFirstRetry : std::min(pause * 2, kLongestRetry);
  }
}

asio::awaitable<Printer::Outcome> Printer::step() {
  Next next = next_of(till_);
  if (!next.job || next.settings.address.empty()) co_return Outcome::nothing;
  PrintJob& job = *next.job;
  const Milliseconds age = next.now - job.asked;
  job.kick = job.kick && age <= kKickWithin;
  if (age > kPrintWithin || (job.kind == PrintJob::Kind::drawer && !job.kick)) {
    co_await end(job, PrintState::failed, too_old());
    co_return Outcome::done;
  }
  co_return co_await print(job, next.settings);
}

// What was being sent when the program ended: nobody knows.
asio::awaitable<void> Printer::recover() {
  const db::JournalStore::Job job = [](db::Transaction& tx) {
    PrintQueue queue = till::print_queue(tx.meta(till::kPrintQueueKey));
    bool changed = false;
    for (auto& one : queue.jobs)
      if (one.state == PrintState::printing) {
        one.state = PrintState::unsure;
        one.problem = printer_unsure("");
        changed = true;
      }
    if (changed) till::save_queue(tx, queue);
  };
  co_await agent::durable(till_.store(), job);
}

asio::awaitable<Printer::Outcome> Printer::print(const PrintJob& job, const till::PrinterSettings& settings) {
  const auto address = till::printer_address(settings.address);
  if (!address) {
    co_await end(job, PrintState::failed, address.problem());
    co_return Outcome::done;
  }
  const std::shared_ptr<std::string> bytes = co_await bytes_of(job, settings, job.kick);
  if (bytes->empty()) {
    co_await end(job, PrintState::failed, cannot_draw("see the log"));
    co_return Outcome::done;
  }
  const std::unique_ptr<Link> link = make_link(executor_, *address, patience_);
  if (auto problem = co_await link->open()) {
    const bool new_to_us = !job.problem || job.problem->code != problem->code;
    const auto note = [problem](PrintQueue&, PrintJob& kept) { kept.problem = problem; };
    if (new_to_us) co_await change(job.id, note);
    co_return Outcome::later;
  }
  // Before the first byte: whatever ends this program from here on, the job is not sent again.
  const auto begin = [me = till_.me()](PrintQueue& queue, PrintJob& kept) {
    kept.state = PrintState::printing;
    kept.problem.reset();
    kept.first = kept.kind == PrintJob::Kind::receipt && !queue.is_copy(kept.deal, me);
    if (kept.first) queue.note_printed(kept.deal, me);
  };
  const bool still_wanted = co_await change(job.id, begin);
  if (!still_wanted) co_return Outcome::done;  // taken back meanwhile
  auto problem = co_await link->print(std::move(*bytes));
  const PrintState state = !problem ? PrintState::printed : problem->code == kUnsure ? PrintState::unsure : PrintState::failed;
  if (problem) spdlog::warn("printer: {}", problem->what.en);
  co_await end(job, state, std::move(problem));
  co_return Outcome::done;
}

asio::awaitable<std::shared_ptr<std::string>> Printer::bytes_of(const PrintJob& job, const till::PrinterSettings& settings,
                                                                bool kick) {
  auto bytes = std::make_shared<std::string>();
  std::function<void(net::Callback)> start = [this, bytes, job, settings, kick](net::Callback done) {
    asio::post(worker_, [this, bytes, job, settings, kick, done] {
      try {
        if (job.kind == PrintJob::Kind::drawer) {
          *bytes = kick_drawer();
        } else {
          receipt::Document document;
          till_.read(job.lang, [&](const till::View& view) {
            document = till::job_document(view, job, settings);
            return nlohmann::json();
          });
          const auto image = render::draw(document, settings.paper == 58 ? render::kWidth58 : render::kWidth80);
          *bytes = print_job(image, kick, settings.cut);
        }
      } catch (const std::exception& e) {
        spdlog::error("printer: {}", e.what());
        bytes->clear();
      }
      done(nullptr);
    });
  };
  auto drawn = net::wait_for_callback(executor_, std::move(start));
  co_await std::move(drawn);
  co_return bytes;
}

// Durably. False when the job is gone, or begun or ended by another.
asio::awaitable<bool> Printer::change(std::string id, std::function<void(PrintQueue&, PrintJob&)> what) {
  auto found = std::make_shared<bool>(false);
  const db::JournalStore::Job job = [id = std::move(id), what = std::move(what), found](db::Transaction& tx) {
    PrintQueue queue = till::print_queue(tx.meta(till::kPrintQueueKey));
    PrintJob* const kept = queue.find(id);
    *found = kept && (kept->state == PrintState::waiting || kept->state == PrintState::printing);
    if (!*found) return;
    what(queue, *kept);
    till::save_queue(tx, queue);
  };
  co_await agent::durable(till_.store(), job);
  co_return *found;
}

asio::awaitable<void> Printer::end(const PrintJob& job, PrintState state, std::optional<Problem> problem) {
  const auto note = [state, problem = std::move(problem)](PrintQueue& queue, PrintJob& kept) {
    kept.state = state;
    kept.problem = problem;
    if (state == PrintState::failed && kept.first)
      queue.printed.erase(kept.deal.seq);  // surely not on paper: the next is no copy
  };
  co_await change(job.id, note);
}

}  // namespace phien::devices
