// The end of a shift for paper and screen. A closed one only: what is handed in is what was counted.
#pragma once
#include <string>

#include "pos/till/till.hpp"
#include "shared/receipt/shift.hpp"

namespace phien::till {

// `shift`: hash of its shift_open. Refuses: unknown_shift, shift_is_open.
receipt::ShiftSlip shift_slip(const View& view, const std::string& shift);
// `part`: "z", or the exhibitor whose money is handed in.
receipt::Document shift_document(const View& view, const std::string& shift, const std::string& part, Lang lang);
std::string shift_print_name(Work& work, const std::string& shift, const std::string& part);

}  // namespace phien::till
