// Pictures as values, and as PNG files (libpng's simplified interface).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// 8 bits a channel, sRGB.
struct Colour {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Colour&) const = default;
};

inline constexpr Colour kBlack{0, 0, 0};
inline constexpr Colour kWhite{255, 255, 255};

/// width x height pixels, row by row from the top left.
struct Raster {
  int width = 0;
  int height = 0;
  std::vector<Colour> pixels;

  Raster() = default;
  Raster(int w, int h, Colour fill)
      : width(w),
        height(h),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), fill) {}
  /// 0 <= x < width, 0 <= y < height.
  Colour& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
  const Colour& at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
  bool operator==(const Raster&) const = default;
};

/// The bytes of a PNG file: 8-bit grey when every pixel is grey, else 8-bit RGB. An empty picture
/// is an error.
Expected<std::string> encode_png(const Raster& picture);

/// Any PNG; palettes, 16 bits and greys become RGB, transparency is laid on white. `name` is named
/// in errors.
Expected<Raster> decode_png(const std::string& bytes, const std::string& name);

/// What the picture is of, in one line of ASCII within the PNG (a tEXt chunk, keyword "question");
/// `png` is one that encode_png() made, or any to read it from: empty where there is none.
std::string with_note(std::string png, const std::string& note);
std::string note_of(const std::string& png);

/// Atomic, see base/files.h.
Expected<void> write_png(const Raster& picture, const std::filesystem::path& path,
                         const std::string& note = {});
Expected<Raster> read_png(const std::filesystem::path& path);

}  // namespace brink
