// Training: the step against the formula, determinism, learning, restarts, refusals.
#include "brink/network/train.h"

#include <gtest/gtest.h>

#include <numeric>

#include "brink/network/evaluate.h"
#include "brink/network/sgd.h"
#include "three_classes.h"

namespace brink {
namespace {

using testing::dense;
using testing::kInputs;
using testing::three_classes;

double accuracy(const Network& network, const Examples& examples) {
  return evaluate(
             network, examples.count(), [&](int i) { return dense(examples, i); },
             [&](int i) { return examples.label(i); }, 1)
      .accuracy();
}

double mean_loss(const Network& network, const Examples& examples, const std::vector<int>& batch) {
  double sum = 0;
  for (const int i : batch) {
    const Eigen::VectorXd y = logits(network, dense(examples, i));
    sum += std::log(y.array().exp().sum()) - y(examples.label(i));
  }
  return sum / static_cast<double>(batch.size());
}

TEST(Examples, KeepWhatTheyWereGiven) {
  Examples examples(3);
  examples.add(Eigen::Vector3d(0, 1, 0.2), 1);
  examples.add(Eigen::Vector3d(0.25, 0, -1), 4);
  EXPECT_EQ(examples.classes(), 5);
  Examples twice(3);
  twice.add(examples);
  twice.add(examples);
  ASSERT_EQ(twice.count(), 4);
  EXPECT_EQ(dense(twice, 2), Eigen::VectorXd(Eigen::Vector3d(0, 1, static_cast<double>(0.2F))));
  EXPECT_EQ(dense(twice, 3), Eigen::VectorXd(Eigen::Vector3d(0.25, 0, -1)));
  EXPECT_EQ(twice.label(2), 1);
  EXPECT_EQ(twice.label(3), 4);
}

// Every weight and bias of every layer: a step without momentum moves it by -rate times the
// difference quotient of the loss.
TEST(Sgd, StepFollowsTheSlopeOfTheLoss) {
  Random random(31);
  const Examples examples = three_classes(7, 32);
  const std::vector<int> batch = {0, 2, 3, 5, 6};
  Sgd sgd({kInputs, 5, 4, 3}, random);
  const Network before = sgd.network();
  constexpr float kRate = 0.25F;
  sgd.step(examples, batch, kRate, 0);
  const Network after = sgd.network();
  constexpr double kStep = 1e-5;
  for (std::size_t k = 0; k < before.layers.size(); ++k) {
    const auto expect_moved = [&](auto part) {
      for (Eigen::Index i = 0; i < part(before.layers[k]).size(); ++i) {
        Network up = before, down = before;
        part(up.layers[k])(i) += kStep;
        part(down.layers[k])(i) -= kStep;
        const double slope =
            (mean_loss(up, examples, batch) - mean_loss(down, examples, batch)) / (2 * kStep);
        const double moved = part(after.layers[k])(i) - part(before.layers[k])(i);
        EXPECT_NEAR(moved, -static_cast<double>(kRate) * slope, 2e-6) << "layer " << k + 1;
      }
    };
    expect_moved([](auto& layer) { return layer.weights.dense().reshaped(); });
    expect_moved([](auto& layer) -> auto& { return layer.bias; });
  }
}

TEST(Sgd, MomentumRepeatsThePartOfAStep) {
  const Examples examples = three_classes(20, 33);
  const std::vector<int> batch = {0, 1, 2, 3, 4, 5};
  Random random(34);
  Sgd sgd({kInputs, 6, 3}, random);
  const Network start = sgd.network();
  sgd.step(examples, batch, 0.1F, 0.5F);
  const Network once = sgd.network();
  sgd.step(examples, batch, 0, 0.5F);  // no new slope: half of the first step again
  const Network twice = sgd.network();
  for (std::size_t k = 0; k < 2; ++k) {
    const Eigen::MatrixXd first = once.layers[k].weights.dense() - start.layers[k].weights.dense();
    const Eigen::MatrixXd second = twice.layers[k].weights.dense() - once.layers[k].weights.dense();
    EXPECT_GT(first.norm(), 1e-3);
    EXPECT_LE((second - 0.5 * first).cwiseAbs().maxCoeff(), 1e-6) << "layer " << k + 1;
  }
}

// Both kinds of steps, mixed: they share the velocities.
TEST(Sgd, DenseStepsAreTheSame) {
  const Examples examples = three_classes(20, 52);
  Random random(53);
  Sgd sparse({kInputs, 6, 4, 3}, random);
  Sgd mixed = sparse;
  for (int i = 0; i < 12; ++i) {
    const std::vector<int> batch = {i, i + 1, i + 5, i + 8};
    sparse.step(examples, batch, 0.1F, 0.9F);
    if (i % 3 == 1) {
      mixed.step(examples, batch, 0.1F, 0.9F);
    } else {
      mixed.step(examples.dense(batch), 0.1F, 0.9F);
    }
  }
  for (int k = 1; k <= 3; ++k) {
    const Layer a = sparse.network().layer(k), b = mixed.network().layer(k);
    EXPECT_LE((a.weights.dense() - b.weights.dense()).cwiseAbs().maxCoeff(), 1e-5) << "layer " << k;
    EXPECT_LE((a.bias - b.bias).cwiseAbs().maxCoeff(), 1e-5) << "layer " << k;
  }
}

TEST(Sgd, ShrinkingLeavesBiasesAlone) {
  const Examples examples = three_classes(20, 54);
  Random random(55);
  Sgd sgd({kInputs, 5, 3}, random);
  sgd.step(examples, std::vector<int>{0, 1, 2}, 0.1F, 0);
  const Network before = sgd.network();
  sgd.shrink(0.5F);
  const Network after = sgd.network();
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(after.layers[k].weights.dense(), 0.5 * before.layers[k].weights.dense());
    EXPECT_EQ(after.layers[k].bias, before.layers[k].bias);
    EXPECT_GT(after.layers[k].bias.norm(), 0);
  }
}

TEST(Sgd, InitialWeightsHaveHesVariance) {
  Random random(35);
  const Network network = Sgd({400, 50, 30}, random).network();
  for (const Layer& layer : network.layers) {
    const auto count = static_cast<double>(layer.weights.dense().size());
    const double variance = layer.weights.dense().squaredNorm() / count;
    const double expected = 2.0 / static_cast<double>(layer.weights.cols());
    // A sum of squares of `count` normals: relative deviation sqrt(2 / count).
    EXPECT_NEAR(variance / expected, 1, 5 * std::sqrt(2 / count));
    EXPECT_EQ(layer.bias, Eigen::VectorXd::Zero(layer.bias.size()));
  }
}

TEST(Sgd, SettledNeuronsStartWithMeanAndDeviationOne) {
  Random random(36);
  const Examples examples = three_classes(500, 37);
  std::vector<int> which(400);
  std::iota(which.begin(), which.end(), 50);
  Sgd sgd({kInputs, 6, 5, 3}, random);
  sgd.settle(examples, which);
  const Network network = sgd.network();
  for (int k = 1; k <= 3; ++k) {
    Eigen::MatrixXd y(network.width(k), 400);
    for (int i = 0; i < 400; ++i) {
      y.col(i) = pre_activations(
          network,
          dense(examples, which[static_cast<std::size_t>(i)]))[static_cast<std::size_t>(k - 1)];
    }
    const Eigen::VectorXd mean = y.rowwise().mean();
    const Eigen::VectorXd variance = (y.colwise() - mean).array().square().rowwise().mean();
    EXPECT_LE((mean.array() - (k < 3 ? 1 : 0)).abs().maxCoeff(), 1e-4) << "layer " << k;
    EXPECT_LE((variance.array() - 1).abs().maxCoeff(), 1e-4) << "layer " << k;
  }
}

TEST(Sgd, NeuronsThatDoNotVaryAreNotSettled) {
  Examples examples(2);
  for (int i = 0; i < 10; ++i) examples.add(Eigen::Vector2d(0, 0), i % 2);
  const std::vector<int> which = {0, 1, 2, 3, 4, 5};
  Random random(38);
  Sgd sgd({2, 4, 2}, random);
  const std::string before = content_hash(sgd.network());
  sgd.settle(examples, which);
  EXPECT_EQ(content_hash(sgd.network()), before);
}

TEST(Train, LearnsToTellClassesApart) {
  TrainOptions options;
  options.hidden = {6, 5};
  options.epochs = 20;
  const auto trained = train(three_classes(2000, 41), Examples(kInputs), options);
  ASSERT_TRUE(trained) << trained.error().message;
  EXPECT_EQ(trained->network.depth(), 3);
  EXPECT_EQ(trained->network.output, OutputKind::linear);
  EXPECT_TRUE(trained->held_out.empty());
  EXPECT_GT(accuracy(trained->network, three_classes(2000, 42)), 0.95);
}

TEST(Train, EveryWeightIsAFloat) {
  TrainOptions options;
  options.hidden = {6};
  options.epochs = 2;
  const auto trained = train(three_classes(200, 43), Examples(kInputs), options);
  ASSERT_TRUE(trained);
  for (const Layer& layer : trained->network.layers) {
    EXPECT_EQ(layer.weights.dense(), layer.weights.dense().cast<float>().cast<double>());
    EXPECT_EQ(layer.bias, layer.bias.cast<float>().cast<double>());
  }
}

TEST(Train, TheSeedDecidesAndNotTheThreads) {
  const Examples examples = three_classes(300, 44);
  TrainOptions options;
  options.hidden = {5};
  options.epochs = 3;
  options.restarts = 4;
  options.seed = 7;
  const auto one = train(examples, Examples(kInputs), options);
  options.threads = 3;
  const auto three = train(examples, Examples(kInputs), options);
  options.seed = 8;
  const auto other = train(examples, Examples(kInputs), options);
  ASSERT_TRUE(one && three && other);
  EXPECT_EQ(content_hash(one->network), content_hash(three->network));
  EXPECT_EQ(one->held_out, three->held_out);
  EXPECT_NE(content_hash(one->network), content_hash(other->network));
}

TEST(Train, TheBestRestartIsTheAnswer) {
  const Examples examples = three_classes(400, 45);
  TrainOptions options;
  options.hidden = {2, 2};  // touchy: some restarts die
  options.epochs = 5;
  options.restarts = 8;
  const auto trained = train(examples, Examples(kInputs), options);
  ASSERT_TRUE(trained);
  ASSERT_EQ(trained->held_out.size(), 8U);
  const auto best = std::max_element(trained->held_out.begin(), trained->held_out.end());
  EXPECT_EQ(trained->chosen, best - trained->held_out.begin());
  EXPECT_LT(*std::min_element(trained->held_out.begin(), trained->held_out.end()), *best);
  EXPECT_NEAR(accuracy(trained->network, three_classes(1000, 46)), *best, 0.25);
}

TEST(Train, ExtraExamplesAreLearnt) {
  // Without them, nothing says that an image with all pixels lit is of class 2.
  Examples extra(kInputs);
  for (int i = 0; i < 200; ++i) extra.add(Eigen::VectorXd::Ones(kInputs), 2);
  TrainOptions options;
  options.hidden = {8};
  options.epochs = 10;
  const auto with = train(three_classes(600, 47), extra, options);
  ASSERT_TRUE(with);
  EXPECT_EQ(classify(with->network, Eigen::VectorXd::Ones(kInputs)), 2);
}

TEST(Train, WeightDecayMakesWeightsSmaller) {
  TrainOptions options;
  options.hidden = {6};
  options.epochs = 10;
  const auto plain = train(three_classes(600, 56), Examples(kInputs), options);
  options.weight_decay = 1;
  const auto decayed = train(three_classes(600, 56), Examples(kInputs), options);
  ASSERT_TRUE(plain && decayed);
  for (int k = 1; k <= 2; ++k) {
    EXPECT_LT(decayed->network.layer(k).weights.dense().norm(),
              0.9 * plain->network.layer(k).weights.dense().norm());
  }
}

TEST(Train, EpochsAreReportedAndInterruptsObeyed) {
  const Examples examples = three_classes(100, 48);
  TrainOptions options;
  options.hidden = {3};
  options.epochs = 5;
  options.restarts = 3;
  std::atomic<bool> stop = false;
  std::atomic<int> epochs = 0;
  options.on_epoch = [&] { ++epochs; };
  ASSERT_TRUE(train(examples, Examples(kInputs), options, &stop));
  EXPECT_EQ(epochs, 15);
  options.on_epoch = [&] { stop = true; };
  const auto stopped = train(examples, Examples(kInputs), options, &stop);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, Error::Kind::interrupted);
}

TEST(Train, RefusesWhatMakesNoSense) {
  const Examples examples = three_classes(100, 49);
  const Examples none(kInputs);
  const auto refused = [](const Expected<TrainResult>& result) {
    return !result && result.error().kind == Error::Kind::bad_request;
  };
  TrainOptions options;
  options.hidden = {3, 0};
  EXPECT_TRUE(refused(train(examples, none, options)));
  options.hidden = {3};
  options.epochs = 0;
  EXPECT_TRUE(refused(train(examples, none, options)));
  options.epochs = 1;
  options.learning_rate = 0;
  EXPECT_TRUE(refused(train(examples, none, options)));
  options.learning_rate = 0.01;
  options.momentum = 1;
  EXPECT_TRUE(refused(train(examples, none, options)));
  options.momentum = 0.9;
  for (const double decay : {-0.1, 100.0}) {  // 100 times the rate of 0.01 leaves nothing
    options.weight_decay = decay;
    EXPECT_TRUE(refused(train(examples, none, options)));
  }
  options.weight_decay = 0;
  EXPECT_TRUE(refused(train(none, none, options)));
  EXPECT_FALSE(refused(train(examples, Examples(kInputs + 1), options)));  // there are none
  Examples other_size(kInputs + 1);
  other_size.add(Eigen::VectorXd::Ones(kInputs + 1), 0);
  EXPECT_TRUE(refused(train(examples, other_size, options)));
  Examples other_class(kInputs);
  other_class.add(Eigen::VectorXd::Ones(kInputs), 3);
  EXPECT_TRUE(refused(train(examples, other_class, options)));
  options.restarts = 2;
  EXPECT_TRUE(refused(train(three_classes(9, 50), none, options)));
}

TEST(Train, DivergenceIsAFailureAndNoNetwork) {
  TrainOptions options;
  options.hidden = {8, 8};
  options.epochs = 3;
  options.learning_rate = 1e30;
  options.warmup = 0;
  const auto diverged = train(three_classes(300, 51), Examples(kInputs), options);
  ASSERT_FALSE(diverged);
  EXPECT_EQ(diverged.error().kind, Error::Kind::failure);
}

}  // namespace
}  // namespace brink
