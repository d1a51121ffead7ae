// The three ways to a printer, and what they share. Inside this folder only.
#pragma once
#include "pos/devices/escpos.hpp"
#include "pos/devices/link.hpp"

namespace phien::devices {

inline constexpr std::size_t kPiece = 4'096;  // bytes sent at a time: what "takes nothing" is measured by

std::unique_ptr<Link> tcp_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience);
std::unique_ptr<Link> device_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience);
std::unique_ptr<Link> cups_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience);

// Nothing when it can print.
std::optional<Problem> problem_of(PrinterState state, const std::string& where);

}  // namespace phien::devices
