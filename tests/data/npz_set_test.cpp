#include <gtest/gtest.h>

#include "brink/data/dataset.h"
#include "brink/data/npz.h"
#include "data/temporary_folder.h"

namespace brink {
namespace {

class NpzSet : public ::testing::Test {
 protected:
  Expected<Dataset> read(const Npz& arrays, Split split = Split::test,
                         const DataOptions& options = {}) {
    EXPECT_TRUE(write_npz(file_, arrays).has_value());
    return read_npz_set(file_, split, options);
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "t.npz";
};

NpyArray reals(std::vector<std::size_t> shape, double first) {
  NpyArray array{std::move(shape), {}};
  std::vector<double> numbers(array.size());
  for (double& number : numbers) number = first++;
  array.numbers = std::move(numbers);
  return array;
}

TEST_F(NpzSet, ShapesOfPictures) {
  struct Shape {
    std::vector<std::size_t> shape;
    int channels, rows, columns;
    bool last, picture;
  };
  for (const Shape& s :
       {Shape{{2, 5}, 1, 1, 5, false, false}, Shape{{2, 4, 5}, 1, 4, 5, false, true},
        Shape{{2, 3, 8, 9}, 3, 8, 9, false, true}, Shape{{2, 8, 9, 3}, 3, 8, 9, true, true},
        Shape{{2, 2, 2, 2, 2}, 1, 1, 16, false, false}}) {
    const auto set = read({{"x", reals(s.shape, 0)}});
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_EQ(set->channels, s.channels);
    EXPECT_EQ(set->rows, s.rows);
    EXPECT_EQ(set->columns, s.columns);
    EXPECT_EQ(set->channels_last, s.last);
    EXPECT_EQ(set->picture, s.picture);
    EXPECT_EQ(set->image(1)(0), set->image_size());
    EXPECT_EQ(set->label(0), -1);
  }
  const auto set = read({{"x", reals({1, 2, 2, 3}, 0)}});
  EXPECT_EQ(set->input_name(4), "pixel 0,1 of channel 1");
}

TEST_F(NpzSet, LabelsAreLookedUpAmongClasses) {
  const Npz arrays = {{"x", reals({2, 3}, 0)}, {"y", reals({2}, 2)}};  // labels 2, 3
  DataOptions options;
  options.of_network = {"1", "2", "3"};
  const auto set = read(arrays, Split::test, options);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->labels, (std::vector<int>{1, 2}));
  EXPECT_EQ(set->classes, options.of_network);
  options.of_network = {"0", "1", "2"};
  EXPECT_NE(read(arrays, Split::test, options).error().message.find("entry 1: '3' is none"),
            std::string::npos);
  options.classes = {"a", "b", "c", "d"};  // names of 0, 1, 2, 3
  EXPECT_EQ(read(arrays, Split::test, options)->labels, (std::vector<int>{2, 3}));
}

TEST_F(NpzSet, RangeIsOfTheTrainingSplit) {
  const Npz arrays = {{"x_train", reals({3, 2}, 10)}, {"x_test", reals({1, 2}, 12)}};
  const auto set = read(arrays);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(set->range->lower, Eigen::Vector2d(10, 11));
  EXPECT_EQ(set->range->upper, Eigen::Vector2d(14, 15));
  EXPECT_EQ(read(arrays, Split::train)->count(), 3);
  NpyArray unit{{1, 2, 2}, std::vector<float>{0.25F, 0.5F, 0.5F, 0.75F}};
  EXPECT_EQ(*read({{"images", unit}})->range, Box::uniform(4, 0, 1));
  NpyArray bytes{{1, 2, 2}, std::vector<std::uint8_t>{0, 51, 102, 255}};
  const auto pixels = read({{"images", bytes}});
  EXPECT_FALSE(pixels->range);
  EXPECT_EQ(pixels->image(0)(1), 0.2);
}

TEST_F(NpzSet, LabelsOfAnyForm) {
  const auto labels = [&](NpyArray y) {
    return read({{"x", reals({2, 3}, 0)}, {"y", std::move(y)}});
  };
  EXPECT_EQ(labels({{2}, std::vector<std::int32_t>{4, 1}})->labels, (std::vector<int>{4, 1}));
  EXPECT_EQ(labels({{2, 1}, std::vector<float>{4, 1}})->labels, (std::vector<int>{4, 1}));
  EXPECT_EQ(labels({{2, 3}, std::vector<float>{0, 0, 1, 1, 0, 0}})->labels,
            (std::vector<int>{2, 0}));
  EXPECT_NE(labels({{2}, std::vector<double>{0.5, 1}})->label_problem, "");
  EXPECT_FALSE(labels({{2, 3}, std::vector<float>{0, 1, 1, 1, 0, 0}}));
  EXPECT_FALSE(labels({{3}, std::vector<std::int32_t>{4, 1, 0}}));
}

}  // namespace
}  // namespace brink
