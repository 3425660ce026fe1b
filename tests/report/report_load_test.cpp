#include "brink/report/report_load.h"

#include <gtest/gtest.h>

#include "data/temporary_folder.h"
#include "random_network.h"
#include "report/report_cases.h"

namespace brink {
namespace {

/// A store with one network of four inputs and the 2 x 2 images 0 and 1.
struct Small {
  testing::TemporaryFolder folder;
  Store store = *Store::open(folder.path() / "run.db");
  Network network;
  QuestionId question = 0;

  explicit Small(const std::vector<std::string>& features = {}) {
    Random random(1);
    network = testing::random_network({4, 3, 2}, random);
    nlohmann::json options = testing::robust_options("l1");
    options["box"] = "-1:1";
    if (!features.empty()) options["features"] = features;
    EXPECT_TRUE(store.begin_run("brink closest ...", 1).has_value());
    question = store.ask(network, "net", {"closest", "asked", options}).value();
    Dataset set;
    set.rows = set.columns = 2;
    set.pixels = std::vector<std::uint8_t>{0, 51, 102, 255, 1, 2, 3, 4};
    set.labels = {1, 0};
    EXPECT_TRUE(store.put_originals("mnist", "test", set, {0, 1}).has_value());
  }

  void put(int image, AnswerStatus status, const Eigen::VectorXd& found) {
    ClosestRow row;
    row.image = image;
    row.label = 1;
    row.norm = Norm::l1;
    row.answer.status = status;
    row.answer.image = found;
    if (found.size() > 0) row.answer.distance = 0.5;
    row.answer.bound = 0.25;
    EXPECT_TRUE(store.put(question, row).has_value());
  }
};

TEST(ReportLoad, RowsOfATableHaveTheirChangesAndNoPictures) {
  Small small({"age", "mass", "pressure", "glucose"});
  small.put(0, AnswerStatus::optimal, Eigen::Vector4d(0, 0.2, -1, 1));
  small.put(7, AnswerStatus::optimal, Eigen::Vector4d(0, 0, 0, 0));  // its original is not there
  const auto data = load_report(small.store);
  ASSERT_TRUE(data.has_value()) << data.error().message;
  EXPECT_FALSE(data->images[0].picture);
  EXPECT_TRUE(data->images[0].original.empty());
  ASSERT_EQ(data->answers.size(), 2U);
  ASSERT_EQ(data->answers[0].changes.size(), 1U);
  EXPECT_EQ(data->answers[0].changes[0].feature, 2);
  EXPECT_EQ(data->answers[0].changes[0].from, 0.4);
  EXPECT_EQ(data->answers[0].changes[0].to, -1);
  EXPECT_TRUE(data->answers[0].found.empty());
  EXPECT_TRUE(data->answers[1].changes.empty());
}

TEST(ReportLoad, AnswersWithPictures) {
  Small small;
  small.put(1, AnswerStatus::time_limit, {});
  small.put(0, AnswerStatus::optimal, Eigen::Vector4d(-1, 0.2, 0.4, 1));
  small.put(7, AnswerStatus::optimal, Eigen::Vector4d(0, 0, 0, 0));  // its original is not there
  const auto data = load_report(small.store);
  ASSERT_TRUE(data.has_value()) << data.error().message;
  ASSERT_EQ(data->images.size(), 3U);
  // Both in the box -1:1, so that what did not change looks the same.
  EXPECT_EQ(data->images[0].original.bytes, (std::vector<std::uint8_t>{128, 153, 179, 255}));
  EXPECT_TRUE(data->images[2].original.empty());
  ASSERT_EQ(data->answers.size(), 3U);
  const ReportAnswer& first = data->answers[0];
  EXPECT_EQ(first.image, 0);
  EXPECT_EQ(first.status, "optimal");
  EXPECT_EQ(first.distance, 0.5);
  EXPECT_EQ(first.bound, 0.25);
  EXPECT_EQ(first.run, 0);
  EXPECT_EQ(first.found.bytes, (std::vector<std::uint8_t>{0, 153, 179, 255}));
  EXPECT_EQ(first.change.bytes, (std::vector<std::uint8_t>{1, 128, 128, 128}));
  EXPECT_TRUE(data->answers[1].found.empty());
  EXPECT_FALSE(data->answers[2].found.empty());
  EXPECT_TRUE(data->answers[2].change.empty());
  EXPECT_EQ(data->networks[0].shape, "4-3-2");
  EXPECT_EQ(data->questions[0].text, "asked");
}

TEST(ReportLoad, UnitsBoundsAndDescents) {
  Small small;
  Random random(2);
  const Network child = testing::random_network({4, 3, 2}, random);
  const QuestionId units =
      small.store.ask(child, "child", {"visualize", "u", {{"box", "0:1"}}}).value();
  Excitation excitation;
  excitation.status = AnswerStatus::optimal;
  excitation.activation = 3;
  excitation.bound = 3;
  excitation.image = Eigen::Vector4d(0, 0, 1, 1);
  EXPECT_TRUE(small.store.put(units, StoredUnit{2, 1, excitation}).has_value());
  const QuestionId asked =
      small.store.ask(child, "child", {"bounds", "b", {{"method", "interval"}}}).value();
  const Bounds bounds = interval_bounds(child, Box::uniform(4, 0, 1));
  EXPECT_TRUE(small.store.put(asked, bounds, true).has_value());
  EXPECT_TRUE(
      small.store.put(Descent{content_hash(child), content_hash(small.network), 1}).has_value());
  const auto data = load_report(small.store);
  ASSERT_TRUE(data.has_value()) << data.error().message;
  ASSERT_EQ(data->units.size(), 1U);
  EXPECT_EQ(data->units[0].layer, 2);
  EXPECT_EQ(data->units[0].found.bytes, (std::vector<std::uint8_t>{0, 0, 255, 255}));
  ASSERT_EQ(data->bounds.size(), 1U);
  ASSERT_EQ(data->bounds[0].layers.size(), 2U);
  EXPECT_EQ(data->bounds[0].layers[1][1].upper, bounds.at(2, 1).upper);
  ASSERT_EQ(data->descents.size(), 1U);
  EXPECT_EQ(data->descents[0].parent, 0);
  EXPECT_EQ(data->descents[0].child, 1);
}

TEST(ReportLoad, UnitsHaveTheShapeOfTheNetworksInput) {
  Small small;
  Random random(2);
  const Network wide = testing::random_network({12, 3, 2}, random);
  Excitation excitation;
  excitation.status = AnswerStatus::optimal;
  excitation.image = Eigen::VectorXd::LinSpaced(12, -3, 3);
  const nlohmann::json options = {{"box", ""}, {"input", {1, 3, 2, 2}}};
  const QuestionId asked = small.store.ask(wide, "wide", {"visualize", "u", options}).value();
  EXPECT_TRUE(small.store.put(asked, StoredUnit{1, 0, excitation}).has_value());
  const auto data = load_report(small.store);
  ASSERT_TRUE(data.has_value()) << data.error().message;
  EXPECT_EQ(data->units[0].found.shape, (ImageShape{2, 2, 3, false}));
  // Without a box of two numbers the grey range is the input's own.
  EXPECT_EQ(data->units[0].found.bytes.front(), 0);
  EXPECT_EQ(data->units[0].found.bytes.back(), 255);
}

TEST(ReportLoad, EmptyAndDamaged) {
  Small small;
  EXPECT_TRUE(nothing_to_show(load_report(small.store).value()));
  small.put(0, AnswerStatus::optimal, Eigen::Vector3d(0, 0, 0));
  const auto damaged = load_report(small.store);
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().message.find("image 0"), std::string::npos);
}

}  // namespace
}  // namespace brink
