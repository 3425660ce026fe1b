// The network's input shape decides in which order a set's numbers are taken.
#include "brink/data/layout.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

/// Two images whose element at (channel, row, column) of image i is 1000 i + 100 channel + 10 row +
/// column.
Dataset pictures(int channels, int rows, int columns, bool last) {
  Dataset set;
  set.rows = rows;
  set.columns = columns;
  set.channels = channels;
  set.channels_last = last;
  std::vector<double> numbers;
  const int outer = last ? rows : channels, middle = last ? columns : rows;
  const int inner = last ? channels : columns;
  for (int i = 0; i < 2; ++i) {
    for (int a = 0; a < outer; ++a) {
      for (int b = 0; b < middle; ++b) {
        for (int c = 0; c < inner; ++c) {
          const int channel = last ? c : a, row = last ? a : b, column = last ? b : c;
          numbers.push_back(1000 * i + 100 * channel + 10 * row + column);
        }
      }
    }
  }
  set.pixels = numbers;
  set.labels = {0, 1};
  return set;
}

Dataset table(int features) {
  Dataset set;
  set.rows = 1;
  set.columns = features;
  set.picture = false;
  set.pixels = std::vector<double>(static_cast<std::size_t>(2 * features), 1);
  set.labels = {0, 1};
  return set;
}

TEST(Layout, EitherEndMayBeTheChannels) {
  const Dataset last = pictures(6, 4, 5, true);
  const Dataset misread = with_other_channels(last);
  EXPECT_EQ(misread.shape_text(), "4x5x6 = 120 numbers");
  EXPECT_EQ(misread.channels, 4);
  const Dataset again = with_other_channels(misread);
  EXPECT_TRUE(again.channels_last);
  EXPECT_EQ(again.channels, 6);
  EXPECT_EQ(with_channels_moved(again).pixels, pictures(6, 4, 5, false).pixels);
}

TEST(Layout, ChannelsMoveToWhereTheNetworkHasThem) {
  const Dataset first = pictures(3, 4, 5, false), last = pictures(3, 4, 5, true);
  for (const Dataset& set : {first, last}) {
    const auto in_front = laid_out(set, {1, 3, 4, 5}), behind = laid_out(set, {1, 4, 5, 3});
    ASSERT_TRUE(in_front) << in_front.error().message;
    ASSERT_TRUE(behind) << behind.error().message;
    EXPECT_EQ(in_front->pixels, first.pixels);
    EXPECT_EQ(behind->pixels, last.pixels);
    EXPECT_FALSE(in_front->channels_last);
    EXPECT_TRUE(behind->channels_last);
    EXPECT_EQ(in_front->input_name(33), "pixel 2,3 of channel 1");
    EXPECT_EQ(behind->shape_text(), "4x5x3 = 60 numbers");
  }
  // Which extent the channels are, the network says.
  const auto told = laid_out(pictures(4, 4, 3, false), {1, 4, 4, 3});
  ASSERT_TRUE(told);
  EXPECT_EQ(std::tuple(told->channels, told->rows, told->columns), std::tuple(3, 4, 4));
  const auto moved = with_channels_moved(first);
  EXPECT_EQ(moved.pixels, last.pixels);
  EXPECT_EQ(with_channels_moved(moved).pixels, first.pixels);
}

TEST(Layout, WhatHasOneAxisOrNoChannelsStays) {
  const Dataset grey = pictures(1, 4, 5, false);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1, 20},
                                                 {1, 1, 4, 5},
                                                 {1, 4, 5, 1},
                                                 {1, 4, 5},
                                                 {4, 5},
                                                 {1, 20, 1, 1}}) {
    const auto set = laid_out(grey, shape);
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_EQ(set->pixels, grey.pixels);
    EXPECT_EQ(set->shape_text(), grey.shape_text());
  }
  const auto flat = laid_out(pictures(3, 4, 5, true), {1, 60});
  ASSERT_TRUE(flat);
  EXPECT_TRUE(flat->channels_last);
}

TEST(Layout, RowsWithoutNamesBecomePictures) {
  const auto colour = laid_out(table(60), {1, 3, 4, 5});
  ASSERT_TRUE(colour);
  EXPECT_TRUE(colour->picture);
  EXPECT_EQ(colour->shape_text(), "3x4x5 = 60 numbers");
  const auto last = laid_out(table(60), {1, 4, 5, 3});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->channels_last);
  Dataset named = table(20);
  for (int j = 0; j < 20; ++j) named.features.push_back(fmt::format("f{}", j));
  EXPECT_FALSE(laid_out(named, {1, 1, 4, 5})->picture);
  EXPECT_FALSE(laid_out(table(20), {1, 20})->picture);
}

TEST(Layout, MismatchesNameBothShapes) {
  const auto size = laid_out(pictures(3, 4, 5, false), {1, 1, 28, 28});
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().message,
            "3x4x5 = 60 numbers, but the network takes [1, 1, 28, 28] = 784 inputs");
  const auto turned = laid_out(pictures(1, 4, 5, false), {1, 1, 5, 4});
  ASSERT_FALSE(turned);
  EXPECT_NE(turned.error().message.find("4x5 = 20 pixels"), std::string::npos);
  EXPECT_NE(
      turned.error().message.find("[1, 1, 5, 4] = 20 inputs: the same extents in another order"),
      std::string::npos);
  EXPECT_FALSE(laid_out(pictures(3, 4, 5, false), {1, 3, 5, 4}));
  const auto label = laid_out(table(5), {1, 4});
  EXPECT_FALSE(label);
  EXPECT_NE(laid_out(table(4), {1, 5}).error().message.find("--label none"), std::string::npos);
}

}  // namespace
}  // namespace brink
