// A printer on a USB cable as the kernel shows it: /dev/usb/lp0.
#include <fcntl.h>
#include <linux/lp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "pos/devices/deadline.hpp"
#include "pos/devices/links.hpp"
#include "shared/net/quiet.hpp"

namespace phien::devices {

namespace {

class DeviceLink : public Link {
 public:
  DeviceLink(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience)
      : executor_(std::move(executor)), path_(address.name), patience_(patience), device_(executor_) {}

  asio::awaitable<std::optional<Problem>> open() override {
    // Never waits: the kernel lets one program at a time at a printer, and a pipe wants its reader first. Opened once: a pipe
    // that is opened and closed again to try it tells its reader that all has been sent.
    const int file = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat kind {};
    if (file < 0 || ::fstat(file, &kind) != 0) {
      if (file >= 0) ::close(file);
      co_return printer_off(path_);
    }
    if (!S_ISCHR(kind.st_mode) && !S_ISFIFO(kind.st_mode)) {
      ::close(file);
      co_return Problem{"not_a_printer", path_, {"Tệp này không phải máy in.", "That file is no printer."}};
    }
    unsigned char status = 0;
    if (::ioctl(file, LPGETSTATUS, &status) == 0) {
      if ((status & LP_POUTPA) != 0) {
        ::close(file);
        co_return problem_of(PrinterState::no_paper, path_);
      }
    }
    boost::system::error_code failed;
    device_.assign(file, failed);
    if (failed) {
      ::close(file);
      co_return printer_off(path_);
    }
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Problem>> print(std::string bytes) override {
    const auto end = std::chrono::steady_clock::now() + patience_.longest;
    for (std::size_t sent = 0; sent < bytes.size();) {
      const asio::const_buffer piece(bytes.data() + sent, std::min(kPiece, bytes.size() - sent));
      const Deadline deadline(executor_, patience_.stalled, [this] {
        boost::system::error_code ignored;
        device_.cancel(ignored);
      });
      const auto [error, n] = co_await device_.async_write_some(piece, net::kQuiet);
      if (error || std::chrono::steady_clock::now() > end) co_return printer_broke_off(path_);
      sent += n;
    }
    co_return std::nullopt;
  }

 private:
  const asio::any_io_executor executor_;
  const std::string path_;
  const Patience patience_;
  asio::posix::stream_descriptor device_;
};

}  // namespace

std::unique_ptr<Link> device_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience) {
  return std::make_unique<DeviceLink>(std::move(executor), address, patience);
}

}  // namespace phien::devices
