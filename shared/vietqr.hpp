// VietQR (NAPAS IBFT v1.5.2): the text of a QR code that asks a buyer's bank app for a transfer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/money.hpp"

namespace phien {

struct VietQr {
  std::string bin;      // 6 digits: the bank
  std::string account;  // at most 19 letters and digits
  Dong amount = 0;      // 0: the buyer types it (static code)
  std::string bill;     // 62.01, ≤ 25 of [A-Za-z0-9_-]
  std::string purpose;  // 62.08, ≤ 25 bytes; made ASCII, since banks count its length differently
};

// Nothing when bank, account, amount or bill cannot be put into such a code.
std::optional<std::string> vietqr_text(const VietQr& payment);

// What such a code asks for. Nothing when anything of its structure or its checksum is wrong: one may hold without the other.
std::optional<VietQr> read_vietqr(std::string_view text);
// Whether it means to be a payment code of this kind (EMV): so that a damaged one is called by its name.
bool looks_like_vietqr(std::string_view text);

// CRC-16/CCITT-FALSE: "123456789" → 0x29B1.
std::uint16_t crc16_ccitt(std::string_view bytes);

}  // namespace phien
