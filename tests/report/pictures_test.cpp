#include "brink/report/pictures.h"

#include <gtest/gtest.h>

#include "text_inside.h"

namespace brink {
namespace {

Eigen::VectorXd vector(std::initializer_list<double> values) {
  Eigen::VectorXd v(static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), v.begin());
  return v;
}

int count(const Raster& picture, Colour colour) {
  return static_cast<int>(std::count(picture.pixels.begin(), picture.pixels.end(), colour));
}

TEST(Pictures, SquareImagesAreSquareAndOthersARow) {
  EXPECT_EQ(shape_of(784).rows, 28);
  EXPECT_EQ(shape_of(784).columns, 28);
  EXPECT_EQ(shape_of(5).rows, 1);
  EXPECT_EQ(shape_of(5).columns, 5);
}

TEST(Pictures, GreySpansTheRangeRowByRow) {
  const Raster p = image_picture(vector({-1, 0, 1, 3, 5, 0.5}), {2, 3}, -1, 3, 1);
  ASSERT_EQ(p.width, 3);
  ASSERT_EQ(p.height, 2);
  EXPECT_EQ(p.at(0, 0), kBlack);
  EXPECT_EQ(p.at(2, 0), (Colour{128, 128, 128}));
  EXPECT_EQ(p.at(0, 1), kWhite);
  EXPECT_EQ(p.at(1, 1), kWhite) << "above the range: cut";
}

TEST(Pictures, ShapesOfInputs) {
  const auto shape = [](const std::vector<std::int64_t>& input) { return shape_of(input); };
  EXPECT_EQ(shape({1, 784}), (ImageShape{28, 28}));
  EXPECT_EQ(shape({1, 784, 1, 1}), (ImageShape{28, 28}));
  EXPECT_EQ(shape({1, 1, 4, 5}), (ImageShape{4, 5}));
  EXPECT_EQ(shape({1, 4, 5}), (ImageShape{4, 5}));
  EXPECT_EQ(shape({4, 5}), (ImageShape{4, 5}));
  EXPECT_EQ(shape({1, 3, 4, 5}), (ImageShape{4, 5, 3}));
  EXPECT_EQ(shape({1, 4, 5, 3}), (ImageShape{4, 5, 3, true}));
  EXPECT_EQ(shape({1, 2, 4, 5}), (ImageShape{4, 5, 2}));
  EXPECT_EQ(shape({1, 2, 8}), (ImageShape{2, 8}));
  EXPECT_EQ(shape({1, 5}), (ImageShape{1, 5}));
}

TEST(Pictures, ThreeChannelsAreColours) {
  const Colour left{255, 0, 51}, right{0, 255, 102};
  const Raster first = image_picture(vector({1, 0, 0, 1, 0.2, 0.4}), {1, 2, 3}, 0, 1, 1);
  const Raster last = image_picture(vector({1, 0, 0.2, 0, 1, 0.4}), {1, 2, 3, true}, 0, 1, 1);
  EXPECT_EQ(first.pixels, (std::vector<Colour>{left, right}));
  EXPECT_EQ(last, first);
  const Raster fourth = image_picture(vector({1, 0, 0.2, 0.7}), {1, 1, 4}, 0, 1, 1);
  EXPECT_EQ(fourth.at(0, 0), left);
  // The channel that changes most counts, with its sign.
  const auto grey = vector({0, 0, 0, 0, 0, 0}), x = vector({0.5, 0, 0, 0, -1, 0.25});
  EXPECT_EQ(change_picture(x, grey, {1, 2, 3}, 1).at(0, 0), kBlack);
  EXPECT_EQ(change_picture(x, grey, {1, 2, 3}, 1).at(1, 0), (Colour{191, 191, 191}));
  EXPECT_EQ(signed_change_picture(x, grey, {1, 2, 3}, 1).at(0, 0), (Colour{0, 0, 255}));
}

TEST(Pictures, OtherChannelsStandSideBySide) {
  const Raster p = image_picture(vector({0, 0.2, 0.4, 1}), {1, 2, 2}, 0, 1, 1);
  ASSERT_EQ(p.width, 4);
  EXPECT_EQ(p.at(1, 0), (Colour{51, 51, 51}));
  EXPECT_EQ(p.at(2, 0), (Colour{102, 102, 102}));
  EXPECT_EQ(image_picture(vector({0, 0.4, 0.2, 1}), {1, 2, 2, true}, 0, 1, 1), p);
}

TEST(Pictures, ScaleRepeatsPixels) {
  const Raster p = image_picture(vector({0, 1}), {1, 2}, 0, 1, 3);
  ASSERT_EQ(p.width, 6);
  ASSERT_EQ(p.height, 3);
  EXPECT_EQ(count(p, kBlack), 9);
  EXPECT_EQ(p.at(2, 2), kBlack);
  EXPECT_EQ(p.at(3, 0), kWhite);
}

TEST(Pictures, TheLargestChangeIsBlackAndNoChangeWhite) {
  const auto original = vector({0.5, 0.5, 0.5, 0.5});
  const auto x = vector({0.5, 0.7, 0.4, 0.5});
  const Raster p = change_picture(x, original, {2, 2}, 1);
  EXPECT_EQ(p.at(0, 0), kWhite);
  EXPECT_EQ(p.at(1, 0), kBlack);
  EXPECT_EQ(p.at(0, 1), (Colour{128, 128, 128})) << "half of the largest, whatever its sign";
  EXPECT_EQ(count(change_picture(x, x, {2, 2}, 1), kWhite), 4);
}

TEST(Pictures, SignedChangesAreRedAndBlue) {
  const auto original = vector({0, 1, 1, 0});
  const auto x = vector({1, 0, 1, 0.5});
  const Raster p = signed_change_picture(x, original, {2, 2}, 1);
  EXPECT_EQ(p.at(0, 0), (Colour{255, 0, 0}));
  EXPECT_EQ(p.at(1, 0), (Colour{0, 0, 255}));
  EXPECT_EQ(p.at(0, 1), kWhite);
  EXPECT_EQ(p.at(1, 1), (Colour{255, 128, 128}));
}

TEST(Sheet, TilesStandInColumnsAndRows) {
  const Raster tile(5, 5, kBlack);
  Sheet sheet;
  sheet.rows = {{{tile, ""}, {tile, ""}}, {{tile, ""}}};
  sheet.scale = 2;
  const Raster p = *to_raster(contact_sheet(sheet));
  EXPECT_EQ(count(p, kBlack), 300);
  // 8 around, a hairline of 1 around each tile
  EXPECT_EQ(p.width, 8 + 12 + 8 + 12 + 8);
  EXPECT_EQ(p.height, 8 + 12 + 8 + 12 + 8);
  EXPECT_EQ(p.at(9, 9), kBlack);
  EXPECT_EQ(p.at(8 + 12 + 8 + 1, 9), kBlack);
  EXPECT_EQ(p.at(9, 8 + 12 + 8 + 1), kBlack);
  EXPECT_EQ(p.at(8 + 12 + 8 + 1, 8 + 12 + 8 + 1), kWhite) << "the second row has one tile";
}

TEST(Sheet, CaptionsAndTitleFit) {
  Sheet sheet;
  sheet.title = "a rather long title";
  sheet.rows = {{{Raster(4, 4, kWhite), "wide caption\ntwo lines"}}};
  sheet.row_heads = {"row"};
  const Drawing drawing = contact_sheet(sheet);
  testing::expect_text_inside(drawing);
  for (const char* line : {"a rather long title", "wide caption", "two lines", "row"}) {
    EXPECT_TRUE(testing::says(drawing, line)) << line;
  }
  EXPECT_GT(count(*to_raster(drawing), kBlack), 10);
}

TEST(Sheet, ComparisonHasThreeRowsAGroupAndSurvivesMissingImages) {
  const Comparison found{vector({0, 1, 0, 1}), vector({1, 1, 0, 1}), "7", "to 2"};
  const Comparison none{vector({0, 1, 0, 0}), Eigen::VectorXd(), "7", "none"};
  const Sheet sheet = comparison_sheet("", {found, none, found}, {2, 2}, 0, 1, 2);
  ASSERT_EQ(sheet.rows.size(), 6u);
  EXPECT_EQ(sheet.rows[1][1].caption, "none");
  EXPECT_EQ(sheet.rows[1][1].picture.width, 0);
  EXPECT_EQ(sheet.rows[5].size(), 1u);
  EXPECT_GT(contact_sheet(sheet).height(), 0);
}

TEST(Sheet, AnOriginalThatAllShareIsShownOnce) {
  const auto image = vector({0, 1, 0, 1});
  const Comparison one{image, vector({1, 1, 0, 1}), "7", "l1"};
  const Comparison two{image, vector({0, 1, 0, 0}), "7", "l2"};
  const Sheet sheet = comparison_sheet("", {one, two}, {2, 2}, 0, 1);
  ASSERT_EQ(sheet.rows.size(), 2u);
  ASSERT_EQ(sheet.rows[0].size(), 3u);
  EXPECT_EQ(sheet.rows[0][0].caption, "7");
  EXPECT_EQ(sheet.rows[0][2].caption, "l2");
  EXPECT_EQ(sheet.rows[1][0].picture.width, 0);
  EXPECT_GT(sheet.rows[1][2].picture.width, 0);
}

}  // namespace
}  // namespace brink
