#include "brink/report/sprites.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

Thumbnail flat(int rows, int columns, std::uint8_t grey) {
  return {{rows, columns},
          std::vector<std::uint8_t>(static_cast<std::size_t>(rows * columns), grey)};
}

TEST(Sprites, Thumbnails) {
  const Eigen::Vector4d image(-2, 0, 1, 3);
  EXPECT_EQ(image_thumbnail(image, {2, 2}, -1, 1).bytes,
            (std::vector<std::uint8_t>{0, 128, 255, 255}));
  const Eigen::Vector4d original(0, 0, 1, 1);
  EXPECT_EQ(change_thumbnail(image, original, {2, 2}).bytes,
            (std::vector<std::uint8_t>{1, 128, 128, 255}));
  EXPECT_EQ(change_thumbnail(image, image, {2, 2}).bytes, std::vector<std::uint8_t>(4, 128));
}

TEST(Sprites, EachStandsWhereItsNumberSays) {
  SpriteSheets sprites;
  EXPECT_EQ(sprites.add({}), -1);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(sprites.add(flat(2, 3, static_cast<std::uint8_t>(i % 251))), i);
  }
  ASSERT_EQ(sprites.sheets().size(), 2U);
  for (const int sprite : {0, 17, 255, 256, 299}) {
    const SpriteSheets::Sheet& sheet = sprites.sheets()[static_cast<std::size_t>(sprite / 256)];
    const auto png = SpriteSheets::encode(sheet);
    ASSERT_TRUE(png.has_value());
    const auto picture = decode_png(*png, "sheet");
    ASSERT_TRUE(picture.has_value());
    EXPECT_EQ(picture->width, 16 * 3);
    const int cell = sprite % 256;
    const Colour seen = picture->at(cell % 16 * 3 + 2, cell / 16 * 2 + 1);
    EXPECT_EQ(seen.r, sprite % 251);
  }
}

TEST(Sprites, ColoursHaveSheetsOfTheirOwn) {
  Eigen::VectorXd image(6);
  image << 1, 0, 0, 1, 0.2, 0.4;
  const Thumbnail colour = image_thumbnail(image, {1, 2, 3}, 0, 1);
  EXPECT_EQ(colour.bytes, (std::vector<std::uint8_t>{255, 0, 51, 0, 255, 102}));
  const Thumbnail change = change_thumbnail(image, Eigen::VectorXd::Zero(6), {1, 2, 3});
  EXPECT_EQ(change.bytes, (std::vector<std::uint8_t>{255, 255}));
  SpriteSheets sprites;
  EXPECT_EQ(sprites.add(flat(1, 2, 9)), 0);
  EXPECT_EQ(sprites.add(colour), 256);
  EXPECT_EQ(sprites.add(change), 1);
  const auto png = SpriteSheets::encode(sprites.sheets()[1]);
  ASSERT_TRUE(png);
  EXPECT_EQ(decode_png(*png, "sheet")->at(1, 0), (Colour{0, 255, 102}));
}

TEST(Sprites, EveryShapeHasSheetsOfItsOwn) {
  SpriteSheets sprites;
  EXPECT_EQ(sprites.add(flat(2, 2, 1)), 0);
  EXPECT_EQ(sprites.add(flat(1, 4, 2)), 256);
  EXPECT_EQ(sprites.add(flat(2, 2, 3)), 1);
  EXPECT_EQ(sprites.add(flat(1, 4, 4)), 257);
}

}  // namespace
}  // namespace brink
