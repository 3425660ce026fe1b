// PNG by libpng's simplified interface: it reports errors by value, where the full interface jumps
// out of the function (setjmp) past C++ destructors.
#include "brink/io/png.h"

#include <png.h>

#include <algorithm>

#include "brink/base/files.h"

namespace brink {

namespace {

/// Decoding allocates width x height; a few bytes must not be able to ask for gigabytes.
constexpr std::uint64_t kMostPixels = 1u << 28;

bool is_grey(const Raster& picture) {
  return std::all_of(picture.pixels.begin(), picture.pixels.end(),
                     [](const Colour& c) { return c.r == c.g && c.g == c.b; });
}

/// Channels side by side, row by row, as libpng wants them.
std::vector<png_byte> interleave(const Raster& picture, bool grey) {
  std::vector<png_byte> bytes;
  bytes.reserve(picture.pixels.size() * (grey ? 1 : 3));
  for (const Colour& c : picture.pixels) {
    bytes.push_back(c.r);
    if (grey) continue;
    bytes.push_back(c.g);
    bytes.push_back(c.b);
  }
  return bytes;
}

// A PNG is a signature and chunks: length, type, data, checksum; the first chunk (IHDR) has 13
// bytes.
constexpr std::size_t kSignature = 8;
constexpr std::size_t kType = 4;  // bytes of a length, type or checksum
constexpr std::size_t kAfterHeader = kSignature + 3 * kType + 13;
constexpr std::string_view kNote("tEXtquestion\0", 13);

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

/// CRC-32 of ISO 3309, bit by bit: notes are short.
std::uint32_t crc(const std::string& bytes) {
  std::uint32_t rest = 0xffffffff;
  for (const char c : bytes) {
    rest ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest;
}

png_image new_image() {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  return image;
}

}  // namespace

Expected<std::string> encode_png(const Raster& picture) {
  if (picture.width < 1 || picture.height < 1) {
    return failure("cannot encode a picture of {} x {} pixels", picture.width, picture.height);
  }
  const bool grey = is_grey(picture);
  png_image image = new_image();
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const std::vector<png_byte> bytes = interleave(picture, grey);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&image, file.data(), &size, 0, bytes.data(), 0, nullptr) == 0) {
    return failure("cannot encode a picture: {}", image.message);
  }
  file.resize(size);
  return file;
}

Expected<Raster> decode_png(const std::string& bytes, const std::string& name) {
  png_image image = new_image();
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
    return bad_request("'{}' is not a PNG picture: {}", name, image.message);
  }
  if (std::uint64_t{image.width} * image.height > kMostPixels) {
    const auto error =
        bad_request("'{}': {} x {} pixels is too large", name, image.width, image.height);
    png_image_free(&image);
    return error;
  }
  image.format = PNG_FORMAT_RGB;
  std::vector<png_byte> buffer(PNG_IMAGE_SIZE(image));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image, &white, buffer.data(), 0, nullptr) == 0) {
    return bad_request("'{}' is a broken PNG picture: {}", name, image.message);
  }
  Raster picture(static_cast<int>(image.width), static_cast<int>(image.height), kWhite);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    picture.pixels[i] = {buffer[3 * i], buffer[3 * i + 1], buffer[3 * i + 2]};
  }
  return picture;
}

std::string with_note(std::string png, const std::string& note) {
  const std::string data = std::string(kNote) + note;
  const std::string chunk =
      big_endian(static_cast<std::uint32_t>(data.size() - kType)) + data + big_endian(crc(data));
  png.insert(kAfterHeader, chunk);
  return png;
}

std::string note_of(const std::string& png) {
  for (std::size_t at = kSignature; at + 2 * kType <= png.size();) {
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < kType; ++i) {
      size = size << 8 | static_cast<unsigned char>(png[at + i]);
    }
    if (png.size() - at - 2 * kType < size) break;
    if (png.compare(at + kType, kNote.size(), kNote) == 0) {
      return png.substr(at + kType + kNote.size(), size + kType - kNote.size());
    }
    at += 3 * kType + std::size_t{size};
  }
  return {};
}

Expected<void> write_png(const Raster& picture, const std::filesystem::path& path,
                         const std::string& note) {
  auto bytes = encode_png(picture);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  return write_file(path, note.empty() ? *bytes : with_note(std::move(*bytes), note));
}

Expected<Raster> read_png(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  return decode_png(*bytes, path.string());
}

}  // namespace brink
