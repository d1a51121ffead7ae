// A way to a printer, used for one job: opened, sent to, closed. Every wait ends (Patience).
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "pos/till/printing.hpp"

namespace phien::devices {

namespace asio = boost::asio;

struct Patience {
  std::chrono::milliseconds connect{3'000};    // to reach it
  std::chrono::milliseconds answer{400};       // for its state; the simplest printers never say
  std::chrono::milliseconds stalled{20'000};   // while it takes nothing: no printer needs that long for what it holds
  std::chrono::milliseconds longest{300'000};  // one job altogether
};

class Link {
 public:
  virtual ~Link() = default;
  // Reaches the printer. A problem: it cannot print just now, nothing was sent, trying again later does no harm.
  virtual asio::awaitable<std::optional<Problem>> open() = 0;
  // Sends the job and waits as far as this printer lets one know that it is on paper. A problem with the code kUnsure: everything
  // was sent, and it may be; with any other: it is surely not, or not whole.
  virtual asio::awaitable<std::optional<Problem>> print(std::string bytes) = 0;
};
inline constexpr const char* kUnsure = "print_unsure";

std::unique_ptr<Link> make_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience);

// What links say.
Problem printer_off(const std::string& where);
Problem printer_broke_off(const std::string& where);
Problem printer_unsure(const std::string& where);

}  // namespace phien::devices
