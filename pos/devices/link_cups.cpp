// A printer that CUPS knows: its own program carries the bytes, unchanged.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>

#include "pos/devices/deadline.hpp"
#include "pos/devices/links.hpp"
#include "shared/net/quiet.hpp"

extern char** environ;

namespace phien::devices {

namespace {

class CupsLink : public Link {
 public:
  CupsLink(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience)
      : executor_(std::move(executor)), queue_(address.name), patience_(patience), input_(executor_), ended_(executor_) {}
  ~CupsLink() override { reap(); }

  asio::awaitable<std::optional<Problem>> open() override {
    std::array<int, 2> pipe{-1, -1};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) co_return printer_off(queue_);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, pipe[0], STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::string program = "lp", to = "-d", name = queue_, option = "-o", raw = "raw";
    const std::array<char*, 6> arguments{program.data(), to.data(), name.data(), option.data(), raw.data(), nullptr};
    const int failed = ::posix_spawnp(&process_, "lp", &files, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::close(pipe[0]);
    if (failed != 0) {
      process_ = -1;
      ::close(pipe[1]);
      co_return Problem{"no_lp", queue_, {"Máy này không có lệnh lp (CUPS).", "This machine has no lp (CUPS)."}};
    }
    boost::system::error_code error;
    input_.assign(pipe[1], error);
    const int watch = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (watch >= 0) ended_.assign(watch, error);
    if (watch < 0 || error) co_return printer_off(queue_);
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Problem>> print(std::string bytes) override {
    const Deadline deadline(executor_, patience_.stalled, [this] { ::kill(process_, SIGKILL); });
    const asio::const_buffer all(bytes.data(), bytes.size());
    const auto [broken, n] = co_await asio::async_write(input_, all, net::kQuiet);
    input_.close();
    const auto [error] = co_await ended_.async_wait(asio::posix::stream_descriptor::wait_read, net::kQuiet);
    int status = 0;
    const bool gone = ::waitpid(process_, &status, WNOHANG) == process_;
    if (gone) process_ = -1;
    if (broken || error || !gone || !WIFEXITED(status) || WEXITSTATUS(status) != 0) co_return printer_broke_off(queue_);
    co_return std::nullopt;
  }

 private:
  // A program killed by the kernel's own signal ends at once, so this does not wait.
  void reap() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  const asio::any_io_executor executor_;
  const std::string queue_;
  const Patience patience_;
  asio::posix::stream_descriptor input_, ended_;
  pid_t process_ = -1;
};

}  // namespace

std::unique_ptr<Link> cups_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience) {
  return std::make_unique<CupsLink>(std::move(executor), address, patience);
}

}  // namespace phien::devices
