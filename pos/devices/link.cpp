#include "pos/devices/link.hpp"

#include "pos/devices/links.hpp"

namespace phien::devices {

std::unique_ptr<Link> make_link(asio::any_io_executor executor, const till::PrinterAddress& address, const Patience& patience) {
  switch (address.kind) {
    case till::PrinterAddress::Kind::tcp:
      return tcp_link(std::move(executor), address, patience);
    case till::PrinterAddress::Kind::device:
      return device_link(std::move(executor), address, patience);
    case till::PrinterAddress::Kind::cups:
      return cups_link(std::move(executor), address, patience);
  }
  std::abort();
}

Problem printer_off(const std::string& where) {
  return {"printer_off",
          where,
          {"Không gọi được máy in: xem nguồn, dây, mạng.", "The printer cannot be reached: look at power, cable, network."}};
}
Problem printer_broke_off(const std::string& where) {
  return {"print_broken", where, {"Máy in ngừng giữa chừng: bấm in lại.", "The printer stopped halfway: print again."}};
}
Problem printer_unsure(const std::string& where) {
  return {kUnsure,
          where,
          {"Không chắc đã in xong: nhìn giấy, thiếu thì in lại.",
           "Perhaps not printed: look at the paper, print again if it is not there."}};
}

std::optional<Problem> problem_of(PrinterState state, const std::string& where) {
  switch (state) {
    case PrinterState::ready:
      return std::nullopt;
    case PrinterState::no_paper:
      return Problem{"printer_no_paper", where, {"Máy in hết giấy.", "The printer is out of paper."}};
    case PrinterState::cover_open:
      return Problem{"printer_open", where, {"Nắp máy in đang mở.", "The printer's cover is open."}};
    case PrinterState::error:
      return Problem{
          "printer_error", where, {"Máy in báo lỗi: tắt rồi bật lại.", "The printer reports an error: switch it off and on."}};
  }
  std::abort();
}

}  // namespace phien::devices
