#include "shared/net/run.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "shared/net/quiet.hpp"

namespace phien::net {
namespace {

constexpr std::int64_t kLongestWaitMs = std::int64_t{366} * 24 * 3600 * 1000;  // beyond it the timer's nanoseconds could overflow

std::atomic<std::uint64_t> failures{0};

std::chrono::milliseconds wait_of(std::int64_t ms) {
  return std::chrono::milliseconds{std::clamp<std::int64_t>(ms, 0, kLongestWaitMs)};
}

void note_end(const char* name, const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& e) {
    if (e.code() == asio::error::operation_aborted) return;
    ++failures;
    spdlog::error("{} failed: {}", name, e.what());
  } catch (const std::exception& e) {
    ++failures;
    spdlog::error("{} failed: {}", name, e.what());
  } catch (...) {
    ++failures;
    spdlog::error("{} failed", name);
  }
}

}  // namespace

void spawn(asio::any_io_executor executor, asio::awaitable<void> task, const char* name,
           std::shared_ptr<asio::cancellation_signal> cancel) {
  if (!cancel) {
    asio::co_spawn(executor, std::move(task), [name](std::exception_ptr thrown) { note_end(name, thrown); });
    return;
  }
  // Asio posts an emission that comes from outside the running context, and it then uses the memory of the signal bound to the
  // task, perhaps after the task's end. So the task has a signal of its own, which hears nothing after the end and is let go of
  // behind what was posted before. One pointer to all of it, since Asio keeps several copies of what is bound.
  struct Running {
    const char* name;
    asio::any_io_executor executor;
    std::shared_ptr<asio::cancellation_signal> cancel;
    asio::cancellation_signal signal;
    bool ended = false;
  };
  const auto running = std::make_shared<Running>();
  running->name = name;
  running->executor = executor;
  running->cancel = std::move(cancel);
  running->cancel->slot().assign([weak = std::weak_ptr<Running>(running)](asio::cancellation_type type) {
    const std::shared_ptr<Running> still = weak.lock();
    if (still && !still->ended) still->signal.emit(type);
  });
  asio::co_spawn(executor, std::move(task),
                 asio::bind_cancellation_slot(running->signal.slot(), [running](std::exception_ptr thrown) {
                   running->ended = true;
                   note_end(running->name, thrown);
                   asio::post(running->executor, [running] {});
                 }));
}

std::uint64_t failed_tasks() { return failures; }

void run_to_end(const std::function<asio::awaitable<void>(asio::any_io_executor)>& task) {
  asio::io_context io(1);
  bool done = false;
  std::exception_ptr thrown;
  asio::co_spawn(io, task(io.get_executor()), [&](std::exception_ptr e) {
    done = true;
    thrown = e;
  });
  while (!done && io.run_one() > 0) {}
  if (thrown) std::rethrow_exception(thrown);
}

asio::awaitable<bool> sleep_for(std::int64_t ms) {
  asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, wait_of(ms));
  const auto [error] = co_await timer.async_wait(kQuiet);
  co_return !error;
}

void on_stop_signal(asio::io_context& io, std::function<void()> stop) {
  auto signals = std::make_shared<asio::signal_set>(io, SIGINT, SIGTERM);
  signals->async_wait([signals, stop = std::move(stop)](const boost::system::error_code& error, int) {
    if (error) return;
    signals->clear();  // so that the context runs out of work when what is being stopped has ended
    const auto end_at_once = [](int) { ::_exit(130); };
    std::signal(SIGINT, end_at_once);
    std::signal(SIGTERM, end_at_once);
    stop();
  });
}

// A waiter lives in its coroutine's frame; the timer is both its deadline and what wakes it.
struct Announcement::State {
  explicit State(asio::any_io_executor e) : executor(std::move(e)) {}
  struct Waiter {
    explicit Waiter(State& owner) : state(owner), timer(owner.executor), next(owner.first) {
      if (next) next->before = this;
      owner.first = this;
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      (before ? before->next : state.first) = next;
      if (next) next->before = before;
    }
    State& state;
    asio::steady_timer timer;
    Waiter* next;
    Waiter* before = nullptr;
  };
  static asio::awaitable<bool> wait(std::shared_ptr<State> self, std::uint64_t version, std::int64_t at_most_ms);

  asio::any_io_executor executor;
  std::uint64_t version = 1;
  Waiter* first = nullptr;
};

Announcement::Announcement(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}
Announcement::~Announcement() = default;

std::uint64_t Announcement::version() const { return state_->version; }

void Announcement::announce() {
  ++state_->version;
  for (State::Waiter* waiter = state_->first; waiter; waiter = waiter->next) waiter->timer.cancel();
}

asio::awaitable<bool> Announcement::State::wait(std::shared_ptr<State> self, std::uint64_t version, std::int64_t at_most_ms) {
  if (self->version > version) co_return true;
  Waiter waiter(*self);
  waiter.timer.expires_after(wait_of(at_most_ms));
  // One wait is enough: the timer ends by an announcement (the version is beyond), by its time, or by the waiter's cancellation.
  // A waiter that asks for a version still to come waits on.
  while (self->version <= version) {
    const auto [error] = co_await waiter.timer.async_wait(kQuiet);
    const asio::cancellation_state cancelled = co_await asio::this_coro::cancellation_state;
    if (!error || cancelled.cancelled() != asio::cancellation_type::none) break;
  }
  co_return self->version > version;
}

// Not a coroutine itself, so that a waiter outlives the Announcement it was started from.
asio::awaitable<bool> Announcement::wait_beyond(std::uint64_t version, std::int64_t at_most_ms) {
  return State::wait(state_, version, at_most_ms);
}

}  // namespace phien::net
