#include "brink/io/png.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "brink/base/files.h"
#include "brink/base/random.h"

namespace brink {
namespace {

Raster noise(int width, int height, bool grey) {
  Random random(7);
  Raster picture(width, height, kBlack);
  for (Colour& c : picture.pixels) {
    const auto byte = [&] { return static_cast<std::uint8_t>(random.index(256)); };
    const std::uint8_t r = byte();
    c = grey ? Colour{r, r, r} : Colour{r, byte(), byte()};
  }
  return picture;
}

/// Colour type of a PNG: byte 25 of the file (IHDR).
int colour_type(const std::string& png) {
  return static_cast<unsigned char>(png.at(25));
}

TEST(Png, EveryGreyComesBackAsItWas) {
  Raster ramp(256, 1, kBlack);
  for (int x = 0; x < 256; ++x) {
    const auto v = static_cast<std::uint8_t>(x);
    ramp.at(x, 0) = {v, v, v};
  }
  const auto png = encode_png(ramp);
  ASSERT_TRUE(png);
  EXPECT_EQ(colour_type(*png), 0) << "grey pictures are written as grey";
  EXPECT_EQ(static_cast<unsigned char>(png->at(24)), 8) << "bit depth";
  EXPECT_EQ(*decode_png(*png, "ramp"), ramp);
}

TEST(Png, ColourRoundTrip) {
  const Raster picture = noise(31, 17, false);
  const auto png = encode_png(picture);
  ASSERT_TRUE(png);
  EXPECT_EQ(colour_type(*png), 2);
  EXPECT_EQ(*decode_png(*png, "noise"), picture);
}

TEST(Png, FilesRoundTripAndBadPathsAreRefused) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("brink{}.png", ::getpid());
  const Raster picture = noise(5, 9, true);
  ASSERT_TRUE(write_png(picture, path));
  EXPECT_EQ(*read_png(path), picture);
  std::filesystem::remove(path);
  EXPECT_EQ(read_png(path).error().kind, Error::Kind::bad_request);
  EXPECT_EQ(write_png(picture, path / "no" / "such.png").error().kind, Error::Kind::bad_request);
}

TEST(Png, ANoteTravelsWithThePicture) {
  const Raster picture = noise(5, 4, false);
  const std::string png = *encode_png(picture);
  EXPECT_EQ(note_of(png), "");
  const std::string noted = with_note(png, "unit 1:2 of abc");
  EXPECT_EQ(note_of(noted), "unit 1:2 of abc");
  EXPECT_EQ(*decode_png(noted, "noted"), picture) << "its checksum holds";
  for (std::size_t size = 0; size < noted.size(); ++size) note_of(noted.substr(0, size));
}

TEST(Png, BrokenFilesAreErrorsThatNameTheFile) {
  const std::string png = *encode_png(noise(20, 20, false));
  for (const std::string& bytes :
       {std::string(), std::string("not a picture"), png.substr(0, 20), png.substr(0, 200)}) {
    const auto picture = decode_png(bytes, "broken.png");
    ASSERT_FALSE(picture) << bytes.size() << " bytes";
    EXPECT_NE(picture.error().message.find("broken.png"), std::string::npos);
  }
}

TEST(Png, EmptyPicturesAreRefused) {
  EXPECT_FALSE(encode_png(Raster()));
}

}  // namespace
}  // namespace brink
