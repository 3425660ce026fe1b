// The built-in digits: the same everywhere, balanced, and different where they should be.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "brink/base/digest.h"
#include "brink/data/dataset.h"

namespace brink {
namespace {

const std::vector<std::uint8_t>& bytes(const Dataset& set) {
  return std::get<std::vector<std::uint8_t>>(set.pixels);
}

std::string first_ten(const Dataset& set) {
  return sha256({bytes(set).data(), static_cast<std::size_t>(10 * set.image_size())});
}

TEST(Strokes, TheSameImagesEverywhere) {
  EXPECT_EQ(first_ten(strokes(Split::train)),
            "8be90bc5cf279a4878460eac64511d6a91b4c304c8177edc69962a929ef3377d");
  const Dataset test = strokes(Split::test);
  EXPECT_EQ(first_ten(test), "e8b39e7d110de963fb03365e0a9da164bcc85931bd1d8c8baa496846905785ec");
  const Dataset again = strokes(Split::test);
  EXPECT_EQ(test.pixels, again.pixels);
  EXPECT_EQ(test.labels, again.labels);
  EXPECT_NE(test.pixels, strokes(Split::test, 1).pixels);
}

TEST(Strokes, BalancedLabels) {
  for (const Split split : {Split::train, Split::test}) {
    const auto set = load_dataset("strokes", split);
    ASSERT_TRUE(set) << set.error().message;
    const int count = split == Split::train ? 60'000 : 10'000;
    ASSERT_EQ(set->count(), count);
    ASSERT_EQ(set->image_size(), 28 * 28);
    ASSERT_EQ(bytes(*set).size(), static_cast<std::size_t>(count) * 784);
    for (int digit = 0; digit < 10; ++digit) {
      EXPECT_EQ(std::count(set->labels.begin(), set->labels.end(), digit), count / 10);
    }
    // Also in each ten from the front, but not always in the same order.
    EXPECT_FALSE(
        std::equal(set->labels.begin(), set->labels.begin() + 10, set->labels.begin() + 10));
  }
}

TEST(Strokes, EveryImageHasInkAndItsDigitsMeanIsNearest) {
  const Dataset set = strokes(Split::test);
  std::array<Eigen::VectorXd, 10> means;
  means.fill(Eigen::VectorXd::Zero(784));
  for (int i = 0; i < set.count(); ++i) {
    const Eigen::VectorXd image = set.image(i);
    ASSERT_GT(image.sum(), 5) << i;
    ASSERT_LT(image.sum(), 400) << i;
    means[static_cast<std::size_t>(set.label(i))] += image / 1000.0;
  }
  int right = 0;
  for (int i = 0; i < set.count(); ++i) {
    const Eigen::VectorXd image = set.image(i);
    const auto distance = [&image](const Eigen::VectorXd& mean) {
      return (mean - image).squaredNorm();
    };
    const auto nearest = std::ranges::min_element(means, {}, distance);
    right += nearest - means.begin() == set.label(i) ? 1 : 0;
  }
  // Digits that can be told apart, yet not so easily that nothing is left to learn.
  EXPECT_GT(right, 6'000);
  EXPECT_LT(right, 9'500);
}

}  // namespace
}  // namespace brink
