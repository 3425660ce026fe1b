// Networks that compute the same in other units: the same answers, by the same search.
#include "brink/search/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "search/asked.h"

namespace brink::search {
namespace {

/// Every hidden neuron and the inputs in other units, and all outputs in a common one.
Asked in_units(const Asked& asked, const std::function<double()>& unit, double inputs = 1) {
  Asked other = asked;
  Eigen::VectorXd before = Eigen::VectorXd::Constant(asked.image.size(), inputs);
  for (Layer& layer : other.network.layers) {
    Eigen::VectorXd units = Eigen::VectorXd::Constant(layer.bias.size(), unit());
    if (&layer != &other.network.layers.back()) {
      for (double& own : units) own = unit();
    }
    layer.weights = units.asDiagonal() * layer.weights.dense() * before.cwiseInverse().asDiagonal();
    layer.bias = layer.bias.cwiseProduct(units);
    before = units;
  }
  other.image *= inputs;
  other.question.box = {inputs * asked.question.box.lower, inputs * asked.question.box.upper};
  other.question.target_min.reset();
  other.regions =
      output_regions(other.question, other.network, (other.question.target.value + 3) % 4);
  return other;
}

Asked without_floor(Norm norm, std::uint64_t seed) {
  return in_units(Asked(norm, seed), [] { return 1.0; });
}

TEST(Units, PowersOfTwoChangeNothing) {
  for (const Norm norm : kNorms) {
    const Asked asked = without_floor(norm, 3);
    const ClosestResult one = asked.answer(1);
    ASSERT_TRUE(one.finished);
    ASSERT_GT(one.statistics.nodes, 10);
    Random random(5);
    for (const double inputs : {1.0, 0x1p-20, 0x1p17}) {
      const auto unit = [&random] {
        return std::ldexp(1.0, static_cast<int>(random.index(55)) - 27);
      };
      const ClosestResult other = in_units(asked, unit, inputs).answer(1);
      const double back = norm == Norm::l0 ? 1 : 1 / inputs;
      EXPECT_EQ(other.distance * back, one.distance) << name(norm);
      EXPECT_EQ(other.bound * back, one.bound) << name(norm);
      EXPECT_EQ(other.image / inputs, one.image) << name(norm);
      EXPECT_EQ(other.statistics.nodes, one.statistics.nodes) << name(norm);
      EXPECT_EQ(other.statistics.iterations, one.statistics.iterations) << name(norm);
    }
  }
}

TEST(Units, PowersOfTenChangeNoOptimum) {
  for (const Norm norm : kNorms) {
    const Asked asked = without_floor(norm, 3);
    const ClosestResult one = asked.answer(1);
    ASSERT_TRUE(one.finished);
    Random random(6);
    for (const double inputs : {1.0, 1e-3, 1e6}) {
      const auto unit = [&random] {
        return std::pow(10.0, static_cast<double>(random.index(17)) - 8);
      };
      const ClosestResult other = in_units(asked, unit, inputs).answer(1, Deadline::after(60));
      EXPECT_TRUE(other.finished) << name(norm) << " " << inputs << " nodes "
                                  << one.statistics.nodes << " and " << other.statistics.nodes;
      const double back = norm == Norm::l0 ? 1 : 1 / inputs;
      const double tolerance = norm == Norm::l2 ? 1e-4 : 1e-6;
      EXPECT_NEAR(other.distance * back, one.distance, 2 * tolerance * one.distance) << name(norm);
      EXPECT_GE(other.bound, other.distance * (1 - tolerance) - (norm == Norm::l0 ? 1e-9 : 0));
    }
  }
}

/// Tie at a distance of about `away` from the image.
Asked near_tie(Norm norm, double away) {
  Asked asked = without_floor(norm, 8);
  asked.question.margin = 1;
  asked.question.lead = 0;
  const int label = (asked.question.target.value + 3) % 4;
  asked.regions = output_regions(asked.question, asked.network, label);
  asked.ask_any();
  const ClosestResult far = asked.answer(1);
  EXPECT_TRUE(far.finished);
  const double share = 1 - away / (far.image - asked.image).norm();
  asked.image += share * (far.image - asked.image);
  asked.ask_any();
  return asked;
}

TEST(Units, SmallDistancesAreProven) {
  for (const Norm norm : {Norm::l1, Norm::l2, Norm::linf}) {
    for (const double away : {1e-3, 1e-5, 1e-7, 1e-8}) {
      const Asked asked = near_tie(norm, away);
      const ClosestResult result = asked.answer(1);
      ASSERT_GT(result.distance, 0);
      EXPECT_LT(result.distance, 10 * away);
      EXPECT_LE(result.distance - result.bound, optimality_slack(asked.question, result.distance))
          << name(norm) << " " << away;
    }
  }
}

/// Of inputs in [-1, 2]; ties fool.
ClosestQuestion any_class(Norm norm, Eigen::Index inputs) {
  ClosestQuestion question = papers_question();
  question.norm = norm;
  question.box = Box::uniform(inputs, -1, 2);
  question.target = {TargetRule::Kind::any, -1};
  question.margin = 1;
  question.lead = 0;
  question.target_min.reset();
  return question;
}

/// Whole weights; the other class is reached in single points only.
TEST(Units, PointsThatTouchAreFound) {
  Network network;
  network.layers = {{Eigen::Matrix2d{{-2, -1}, {2, -1}}, Eigen::Vector2d(2, 0)},
                    {Eigen::Matrix2d{{2, 0}, {-1, 1}}, Eigen::Vector2d(-2, 1)},
                    {Eigen::Matrix2d{{1, 2}, {-1, -2}}, Eigen::Vector2d(2, 2)}};
  const Eigen::Vector2d image(1, 1);
  ASSERT_EQ(classify(network, image), 0);
  for (const auto& [norm, distance] :
       {std::pair(Norm::linf, 0.75), std::pair(Norm::l2, 2 / std::sqrt(5)),
        std::pair(Norm::l1, 1.0), std::pair(Norm::l0, 1.0)}) {
    const ClosestQuestion question = any_class(norm, 2);
    const auto regions = output_regions(question, network, 0);
    const ClosestResult result = search_closest(network, question, regions, image, {}, {});
    EXPECT_TRUE(result.ended) << name(norm);
    EXPECT_NEAR(result.distance, distance, 1e-9) << name(norm);
    EXPECT_LE(result.distance - result.bound, optimality_slack(question, result.distance))
        << name(norm);
  }
}

TEST(Units, NetworksWithoutHiddenLayers) {
  Random random(11);
  for (int round = 0; round < 5; ++round) {
    const Network network = testing::random_network({4, 3}, random);
    const Eigen::VectorXd image = testing::random_point(4, random);
    for (const Norm norm : kNorms) {
      const ClosestQuestion question = any_class(norm, 4);
      double expected = -1;
      for (const double unit : {1.0, 1e8, 1e-12}) {
        Network other = network;
        other.layers[0].weights.dense() *= unit;
        other.layers[0].bias *= unit;
        const auto regions = output_regions(question, other, classify(other, image));
        const ClosestResult result = search_closest(other, question, regions, image, {}, {});
        EXPECT_TRUE(result.finished) << name(norm) << " " << unit;
        if (expected < 0) expected = result.distance;
        EXPECT_NEAR(result.distance, expected, 2e-4 * expected) << name(norm) << " " << unit;
      }
    }
  }
}

}  // namespace
}  // namespace brink::search
