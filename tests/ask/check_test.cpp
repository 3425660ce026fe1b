// Questions that cannot be asked are errors of both engines, never crashes and never answers.
#include <gtest/gtest.h>

#include "brink/ask/unit_batch.h"
#include "random_network.h"

namespace brink {
namespace {

class CheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Random random(3);
    network_ = testing::random_network({3, 4, 2}, random);
    question_.box = Box::uniform(3, 0, 1);
    image_ = testing::random_point(3, random);
    bounds_ = symbolic_bounds(network_, question_.box);
  }
  /// Both engines refuse, in the same words.
  void refused(const std::string& says) const {
    const auto search = closest_by_search(network_, question_, image_, label_, {});
    const auto mip = closest_by_mip(network_, bounds_, question_, image_, label_, {});
    for (const auto& answer : {search, mip}) {
      ASSERT_FALSE(answer.has_value());
      EXPECT_EQ(answer.error().kind, Error::Kind::bad_request);
      EXPECT_NE(answer.error().message.find(says), std::string::npos) << answer.error().message;
    }
  }

  Network network_;
  ClosestQuestion question_;
  Eigen::VectorXd image_;
  int label_ = 0;
  Bounds bounds_;
};

TEST_F(CheckTest, ImagesOfAnotherSize) {
  image_ = Eigen::VectorXd::Zero(4);
  refused("the image has 4 pixels, the network 3 inputs");
}

TEST_F(CheckTest, ImagesOutsideTheBoxAndNaN) {
  image_(1) = 1.5;
  refused("outside the box");
  image_(1) = std::nan("");
  refused("outside the box");
}

TEST_F(CheckTest, LabelsThatAreNoClass) {
  label_ = 2;
  refused("label 2 is no class");
  label_ = -2;
  refused("label -2 is no class");
}

TEST_F(CheckTest, NetworksThatAreNone) {
  network_.layers[1].weights = LinearMap(Eigen::MatrixXd::Ones(2, 5));
  refused("layer 2 takes 5 inputs");
  network_.layers.clear();
  refused("no layers");
}

TEST_F(CheckTest, QuestionsOfAnotherBox) {
  question_.box = Box::uniform(2, 0, 1);
  image_ = Eigen::VectorXd::Zero(2);
  refused("pixels");
  image_ = Eigen::VectorXd::Zero(3);
  refused("box");
}

TEST_F(CheckTest, BoundsOfAnotherNetworkOrBox) {
  question_.box = Box::uniform(3, 0, 2);
  const auto smaller = closest_by_mip(network_, bounds_, question_, image_, label_, {});
  ASSERT_FALSE(smaller.has_value());
  EXPECT_NE(smaller.error().message.find("smaller box"), std::string::npos);
  Random random(4);
  const Network other = testing::random_network({3, 5, 2}, random);
  const auto layers = closest_by_mip(other, bounds_, question_, image_, label_, {});
  ASSERT_FALSE(layers.has_value());
  EXPECT_NE(layers.error().message.find("other layers"), std::string::npos);
}

TEST_F(CheckTest, UnitsThatAreNot) {
  for (const Unit unit : {Unit{0, 0}, Unit{3, 0}, Unit{1, 4}, Unit{2, -1}}) {
    for (const bool least : {false, true}) {
      UnitBatch batch;
      batch.network = &network_;
      batch.bounds = &bounds_;
      batch.least = least;
      const auto search = excite(batch, unit);
      batch.mip = MipOptions();
      const auto mip = excite(batch, unit);
      for (const auto& answer : {search, mip}) {
        ASSERT_FALSE(answer.has_value());
        EXPECT_NE(answer.error().message.find("no unit"), std::string::npos);
      }
    }
  }
}

TEST_F(CheckTest, AnUnknownSolver) {
  MipOptions options;
  options.solver = "abacus";
  EXPECT_FALSE(closest_by_mip(network_, bounds_, question_, image_, label_, options).has_value());
  EXPECT_FALSE(excite_by_mip(network_, bounds_, 2, 0, options).has_value());
}

}  // namespace
}  // namespace brink
