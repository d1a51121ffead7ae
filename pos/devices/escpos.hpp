// ESC/POS: what nearly every receipt printer sold in Vietnam understands. Only pictures are sent: no printer's own letters write
// Vietnamese rightly.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/render/render.hpp"

namespace phien::devices {

// Rows a band of raster: cheap printers hold little, and print a band while the next one comes.
inline constexpr int kBandRows = 128;

std::string kick_drawer();
// Initialises, kicks the drawer first if asked, prints, feeds the paper past the knife and cuts.
std::string print_job(const render::Image& image, bool kick, bool cut);

// DLE EOT 2 and 4: answered at once, also by a printer that is busy or out of paper; not at all by the simplest ones.
std::string ask_state();
// GS r 1: answered when everything before it has been printed.
std::string ask_when_done();

enum class PrinterState { ready, cover_open, no_paper, error };
// Of one byte answered to `ask_state`, which of its two questions it answers; nothing for a byte that is no such answer.
std::optional<PrinterState> state_in(std::uint8_t answer, int question);
// Of the answer to `ask_when_done`: whether the roll has run out.
bool out_of_paper(std::uint8_t answer);

}  // namespace phien::devices
