// Captions in pictures: one fixed-width bitmap font, so that pictures need no font files.
#pragma once

#include <string_view>

#include "brink/io/png.h"

namespace brink {

inline constexpr int kGlyphWidth = 7;
inline constexpr int kGlyphHeight = 13;

struct TextSize {
  int width = 0;
  int height = 0;
};

/// Pixels that `text` covers; '\n' starts a line.
TextSize text_size(std::string_view text);

/// Draws printable ASCII (anything else as '?') with the top left corner at (left, top); what falls
/// outside of the picture is cut.
void draw_text(Raster& picture, int left, int top, std::string_view text, Colour colour);

}  // namespace brink
