// The adversary: slopes, steps and projections against their definitions; what training against it
// is worth, by exact distances of networks without a hidden layer.
#include "brink/network/adversary.h"

#include <gtest/gtest.h>

#include "brink/network/gradient.h"
#include "brink/network/sgd.h"
#include "brink/network/train.h"
#include "three_classes.h"

namespace brink {
namespace {

using testing::kInputs;
using testing::three_classes;

constexpr std::array<Norm, 3> kNorms = {Norm::l1, Norm::l2, Norm::linf};

Eigen::VectorXf random_floats(Eigen::Index size, Random& random, double low, double high) {
  Eigen::VectorXf x(size);
  for (float& value : x) value = static_cast<float>(random.uniform(low, high));
  return x;
}

double length(Norm norm, const Eigen::VectorXf& change) {
  return distance(norm, change.cast<double>(), Eigen::VectorXd::Zero(change.size()));
}

bool in_unit_box(const Eigen::MatrixXf& x) {
  return x.minCoeff() >= 0 && x.maxCoeff() <= 1;
}

/// Cross-entropy of each column.
Eigen::VectorXd losses(const Network& network, const DenseBatch& batch) {
  Eigen::VectorXd result(batch.inputs.cols());
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    const Eigen::VectorXd y = logits(network, batch.inputs.col(i).cast<double>());
    result(i) = std::log(y.array().exp().sum()) - y(batch.labels[static_cast<std::size_t>(i)]);
  }
  return result;
}

TEST(Adversary, InputSlopesAreTheGradientOfTheLoss) {
  Random random(61);
  const Examples examples = three_classes(9, 62);
  Sgd sgd({kInputs, 6, 5, 3}, random);
  const Network network = sgd.network();
  const DenseBatch batch = examples.dense(std::vector<int>{1, 2, 4, 7, 8});
  const Eigen::MatrixXf slopes = sgd.input_slopes(batch.inputs, batch.labels);
  ASSERT_EQ(slopes.cols(), 5);
  for (Eigen::Index i = 0; i < slopes.cols(); ++i) {
    const Eigen::VectorXd x = batch.inputs.col(i).cast<double>();
    Eigen::VectorXd c = logits(network, x).array().exp();
    c /= c.sum();
    c(batch.labels[static_cast<std::size_t>(i)]) -= 1;
    const Eigen::VectorXd expected = gradient(network, x, c).gradient;
    EXPECT_LE((slopes.col(i).cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5);
    EXPECT_GT(expected.norm(), 1e-3);
  }
}

// p is the nearest point of a convex set iff no point z of the set has (x - p) (z - p) > 0.
TEST(Adversary, ProjectsToTheNearestPointOfTheBall) {
  Random random(63);
  for (const Norm norm : kNorms) {
    for (int round = 0; round < 50; ++round) {
      const Eigen::VectorXf origin = random_floats(8, random, 0, 1);
      const Eigen::VectorXf x = random_floats(8, random, 0, 1);
      const NormBall ball{norm, random.uniform(0.1, 1) * length(norm, x - origin)};
      Eigen::VectorXf p = x;
      project(ball, origin, p);
      EXPECT_NEAR(length(norm, p - origin), ball.radius, 1e-5) << name(norm);
      EXPECT_TRUE(in_unit_box(p));
      for (int i = 0; i < 50; ++i) {
        Eigen::VectorXf d = random_floats(8, random, -1, 1);
        if (i % 2 == 0) d = d.cwiseProduct(random_floats(8, random, 0, 1).array().pow(8).matrix());
        d *= static_cast<float>(ball.radius / length(norm, d));
        EXPECT_LE((x - p).dot(origin + d - p), 1e-5) << name(norm);
      }
    }
  }
}

TEST(Adversary, ProjectionLeavesPointsOfTheBallAlone) {
  Random random(64);
  for (const Norm norm : kNorms) {
    const Eigen::VectorXf origin = random_floats(8, random, 0, 1);
    const Eigen::VectorXf x = random_floats(8, random, 0, 1);
    Eigen::VectorXf p = x;
    project({norm, 1.01 * length(norm, x - origin)}, origin, p);
    EXPECT_EQ(p, x) << name(norm);
  }
}

// No other move of the same length rises more. L2 is asked away from the walls, where it clips.
TEST(Adversary, AscendsAsSteeplyAsTheNormAllows) {
  Random random(65);
  for (const Norm norm : kNorms) {
    const double low = norm == Norm::l2 ? 0.45 : 0;
    const float step = norm == Norm::l1 ? 1.5F : 0.4F;
    for (int round = 0; round < 50; ++round) {
      const Eigen::VectorXf origin = random_floats(8, random, low, 1 - low);
      const Eigen::VectorXf slope = random_floats(8, random, -1, 1);
      Eigen::VectorXf x = origin;
      ascend(norm, slope, step, x);
      EXPECT_TRUE(in_unit_box(x));
      EXPECT_LE(length(norm, x - origin), static_cast<double>(step) + 1e-6);
      for (int i = 0; i < 50; ++i) {
        Eigen::VectorXf d = random_floats(8, random, -1, 1);
        if (i % 2 == 0) d = d.cwiseAbs().cwiseProduct(slope.cwiseSign());
        d *= step / static_cast<float>(length(norm, d));
        const Eigen::VectorXf other = (origin + d).cwiseMax(0.0F).cwiseMin(1.0F);
        EXPECT_LE(slope.dot(other - origin), slope.dot(x - origin) + 1e-6F) << name(norm);
      }
    }
  }
}

TEST(Adversary, RaisesTheLossWithinBallAndBox) {
  const Examples examples = three_classes(600, 66);
  Random random(67);
  Sgd sgd({kInputs, 6, 3}, random);
  std::vector<int> all(600);
  for (int i = 0; i < 600; ++i) all[static_cast<std::size_t>(i)] = i;
  for (int i = 0; i < 200; ++i) sgd.step(examples, all, 0.1F, 0.9F);
  const Network network = sgd.network();
  const DenseBatch clean = examples.dense(all);
  for (const Norm norm : kNorms) {
    const NormBall ball{norm, norm == Norm::linf ? 0.1 : 0.4};
    Adversary adversary({.balls = {ball}});
    DenseBatch changed = clean;
    adversary.attack(sgd, ball, changed.labels, random, changed.inputs);
    EXPECT_TRUE(in_unit_box(changed.inputs));
    double longest = 0;
    for (Eigen::Index i = 0; i < clean.inputs.cols(); ++i) {
      longest = std::max(longest, length(norm, changed.inputs.col(i) - clean.inputs.col(i)));
    }
    EXPECT_NEAR(longest, ball.radius, 1e-5) << name(norm);
    // Random changes of the same size gain nothing; the slope at the image says what to expect.
    const Eigen::VectorXd rise = losses(network, changed) - losses(network, clean);
    Eigen::VectorXd slope(rise.size());
    const Norm dual = norm == Norm::l2 ? Norm::l2 : norm == Norm::l1 ? Norm::linf : Norm::l1;
    const Eigen::MatrixXf& slopes = sgd.input_slopes(clean.inputs, clean.labels);
    for (Eigen::Index i = 0; i < slope.size(); ++i) slope(i) = length(dual, slopes.col(i));
    EXPECT_GT(rise.mean(), 0.4 * ball.radius * slope.mean()) << name(norm);
  }
}

TrainOptions without_hidden_layer(const std::string& ball = "") {
  TrainOptions options;
  options.epochs = 15;
  if (!ball.empty()) options.adversarial = AdversarialOptions{.balls = {*parse_ball(ball)}};
  return options;
}

/// Mean over examples of the exact distance to another class, 0 if the network is wrong: the
/// margin over the dual norm of the difference of two rows.
double mean_distance(const Network& network, Norm dual, const Examples& examples) {
  double sum = 0;
  for (int i = 0; i < examples.count(); ++i) {
    const Eigen::VectorXd y = logits(network, testing::dense(examples, i));
    const int label = examples.label(i);
    double least = std::numeric_limits<double>::infinity();
    for (int j = 0; j < y.size(); ++j) {
      if (j == label) continue;
      const Eigen::VectorXd row =
          network.layer(1).weights.dense().row(label) - network.layer(1).weights.dense().row(j);
      least = std::min(least, (y(label) - y(j)) / distance(dual, row, 0 * row));
    }
    sum += std::max(least, 0.0);
  }
  return sum / examples.count();
}

TEST(Adversary, TrainingAgainstItRaisesExactDistances) {
  const Examples examples = three_classes(2000, 68);
  const Examples test = three_classes(500, 69);
  const Examples none(kInputs);
  const auto plain = train(examples, none, without_hidden_layer());
  ASSERT_TRUE(plain);
  const auto expect_gain = [&](const std::string& ball, Norm dual) {
    const auto hardened = train(examples, none, without_hidden_layer(ball));
    ASSERT_TRUE(hardened) << hardened.error().message;
    EXPECT_GT(mean_distance(hardened->network, dual, test),
              1.05 * mean_distance(plain->network, dual, test))
        << ball;
  };
  expect_gain("linf:0.2", Norm::l1);
  expect_gain("l1:1", Norm::linf);
}

// A ball of the whole box leaves nothing to learn, unless it grows too slowly or spares some
// images.
TEST(Adversary, RampAndCleanShareSpareImages) {
  const Examples examples = three_classes(2000, 70);
  const Examples none(kInputs);
  const auto accuracy = [&](double ramp, double clean_share) {
    TrainOptions options = without_hidden_layer("linf:1");
    options.adversarial->ramp = ramp;
    options.adversarial->clean_share = clean_share;
    const auto trained = train(examples, none, options);
    int right = 0;
    for (int i = 0; i < examples.count(); ++i) {
      right += classify(trained->network, testing::dense(examples, i)) == examples.label(i);
    }
    return right / 2000.0;
  };
  EXPECT_LT(accuracy(0, 0), 0.6);
  EXPECT_GT(accuracy(1e6, 0), 0.8);
  EXPECT_GT(accuracy(0, 0.9), 0.8);
}

TEST(Adversary, BallsTakeTurns) {
  const Examples examples = three_classes(320, 71);
  const Examples none(kInputs);
  TrainOptions options = without_hidden_layer("linf:0.1");
  options.epochs = 2;
  const auto one = train(examples, none, options);
  options.adversarial->balls.push_back(*parse_ball("l1:1"));
  const auto both = train(examples, none, options);
  options.adversarial->balls.erase(options.adversarial->balls.begin());
  const auto other = train(examples, none, options);
  ASSERT_TRUE(one && both && other);
  EXPECT_NE(content_hash(one->network), content_hash(both->network));
  EXPECT_NE(content_hash(other->network), content_hash(both->network));
}

TEST(Adversary, TheSeedDecidesAndNotTheThreads) {
  const Examples examples = three_classes(300, 72);
  TrainOptions options = without_hidden_layer("l2:0.2");
  options.epochs = 2;
  options.restarts = 3;
  options.hidden = {4};
  const auto one = train(examples, Examples(kInputs), options);
  options.threads = 3;
  const auto three = train(examples, Examples(kInputs), options);
  ASSERT_TRUE(one && three);
  EXPECT_EQ(content_hash(one->network), content_hash(three->network));
}

TEST(Adversary, BallsAreNormAndRadius) {
  const auto ball = parse_ball("l1:2.5");
  ASSERT_TRUE(ball);
  EXPECT_EQ(ball->norm, Norm::l1);
  EXPECT_EQ(ball->radius, 2.5);
  for (const char* text : {"", "linf", "linf:", ":1", "l3:1", "l0:3", "linf:0", "linf:-0.1",
                           "linf:nan", "linf:inf", "linf:0.1x", "linf 0.1"}) {
    const auto refused = parse_ball(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().kind, Error::Kind::bad_request) << text;
  }
}

TEST(Adversary, RefusesWhatMakesNoSense) {
  const Examples examples = three_classes(100, 73);
  Examples outside(kInputs);
  outside.add(Eigen::VectorXd::Constant(kInputs, 1.5), 0);
  const auto refused = [&](const auto& change, const Examples& extra) {
    TrainOptions options = without_hidden_layer("linf:0.1");
    options.epochs = 1;
    change(*options.adversarial);
    const auto result = train(examples, extra, options);
    return !result && result.error().kind == Error::Kind::bad_request;
  };
  const Examples none(kInputs);
  EXPECT_FALSE(refused([](AdversarialOptions&) {}, none));
  EXPECT_TRUE(refused([](AdversarialOptions&) {}, outside));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.balls.clear(); }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.balls[0].norm = Norm::l0; }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.balls[0].radius = 0; }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.steps = 0; }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.reach = 0; }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.clean_share = 1; }, none));
  EXPECT_TRUE(refused([](AdversarialOptions& o) { o.ramp = -1; }, none));
}

}  // namespace
}  // namespace brink
