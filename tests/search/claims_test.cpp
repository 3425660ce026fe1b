// Whatever a search believes holds for the points that a test can find.
#include "brink/search/claims.h"

#include <gtest/gtest.h>

#include <mutex>

#include "brink/pattern/polish.h"
#include "brink/search/extreme.h"
#include "search/asked.h"

namespace brink::search {
namespace {

/// A point of a claim's ball, its hidden pre-activations and its slack.
struct Probed {
  Eigen::VectorXd x;
  std::vector<double> y;
  double slack = 0;
};

bool lies_within(const Intervals& bounds, const Probed& point, double room = 0) {
  for (std::size_t i = 0; i < point.y.size(); ++i) {
    if (point.y[i] < bounds.lower[i] - room || point.y[i] > bounds.upper[i] + room) return false;
  }
  return true;
}

/// Tries every claim on points of its ball.
class Checker : public ClaimLog {
 public:
  explicit Checker(const ClosestQuestion& question) : question_(question) {}

  void proven(const Problem& problem, const Intervals& bounds, const Cost& cost, const Ball& ball,
              const Proof& proof) override {
    const std::lock_guard lock(mutex_);
    ++proofs;
    for (const Probed& point : points(problem, ball)) {
      if (!lies_within(bounds, point)) continue;
      if (cost.margin) {
        ++met;
        EXPECT_LE(proof.value, -point.slack + 1e-9);
      } else if (point.slack >= 0) {
        ++met;
        const double reached =
            cost.neuron < 0 ? 0 : cost.sign * point.y[static_cast<std::size_t>(cost.neuron)];
        EXPECT_LE(proof.value, reached + 1e-9);
      }
    }
  }

  void contradicted(const Problem& problem, const Intervals& root, const Node& node) override {
    const std::lock_guard lock(mutex_);
    ++contradictions;
    Intervals asked = root;
    for (const Step* step = node.path.get(); step != nullptr; step = step->before.get()) {
      if (step->split.what >= 0) {
        const auto id = static_cast<std::size_t>(step->split.what);
        (step->split.on ? asked.lower : asked.upper)[id] = 0;
      }
      for (const Change& change : step->changes) {
        const auto id = static_cast<std::size_t>(change.what);
        asked.lower[id] = std::max(asked.lower[id], change.lower);
        asked.upper[id] = std::min(asked.upper[id], change.upper);
      }
    }
    const Ball box(Norm::linf, problem.image(), problem.reach(), 1e300);
    for (const Probed& point : points(problem, box)) EXPECT_FALSE(lies_within(asked, point));
  }

  void pattern(const Problem& problem, const OutputRegion& region, const Phases& phases,
               const Ball& ball, double distance) override {
    const std::lock_guard lock(mutex_);
    ++patterns;
    const Problem asked(problem, region);
    for (const Probed& point : points(asked, ball)) {
      if (point.slack < 0 || phases_at(problem.network(), point.x) != phases) continue;
      ++met;
      EXPECT_GE(measured_distance(question_, problem.image(), point.x), distance - 1e-9);
    }
  }

  void empty_ball(const Problem& problem, const Ball& ball) override {
    const std::lock_guard lock(mutex_);
    ++balls;
    for (const Probed& point : points(problem, ball)) EXPECT_LT(point.slack, 0);
  }

  void contained(const Problem& problem, const Ball& ball, const Intervals& bounds) override {
    const std::lock_guard lock(mutex_);
    ++containers;
    for (const Probed& point : points(problem, ball)) {
      EXPECT_TRUE(lies_within(bounds, point, 1e-12));
    }
  }

  void nothing_within(const Problem& problem, const Ball& ball, const Intervals& bounds) override {
    const std::lock_guard lock(mutex_);
    ++contradictions;
    for (const Probed& point : points(problem, ball)) {
      EXPECT_FALSE(point.slack >= 0 && lies_within(bounds, point));
    }
  }

  void pattern_extreme(const Problem& problem, const Phases& phases, double highest) override {
    const std::lock_guard lock(mutex_);
    ++patterns;
    const Ball box(Norm::linf, problem.image(), problem.reach(), 1e300);
    for (const Probed& point : points(problem, box)) {
      if (phases_at(problem.network(), point.x) != phases) continue;
      ++met;
      EXPECT_LE(point.slack, highest + 1e-9);
    }
  }

  int proofs = 0, contradictions = 0, patterns = 0, balls = 0, containers = 0;
  int met = 0;  ///< points that a claim spoke of

 private:
  std::vector<Probed> points(const Problem& problem, const Ball& ball) {
    std::vector<Probed> result;
    for (int i = 0; i < 12; ++i) {
      Eigen::VectorXd direction(ball.size()), change;
      for (double& value : direction) value = random_.normal();
      ball.support(direction, &change);
      Probed point;
      point.x = problem.image_with((i % 3 == 0 ? 0.999 : random_.uniform()) * change);
      const auto all = pre_activations(problem.network(), point.x);
      for (std::size_t k = 0; k + 1 < all.size(); ++k) {
        point.y.insert(point.y.end(), all[k].begin(), all[k].end());
      }
      point.slack = problem.slack(point.x);
      result.push_back(std::move(point));
    }
    return result;
  }

  const ClosestQuestion& question_;
  Random random_{3};
  std::mutex mutex_;
};

class ClaimsOf : public ::testing::TestWithParam<Norm> {};

TEST_P(ClaimsOf, AClosestSearchHold) {
  int met = 0, proofs = 0, patterns = 0, contradictions = 0, containers = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Asked asked(GetParam(), seed);
    asked.network = testing::random_network({5, 8, 6, 4}, random, 2);
    asked.image = testing::random_point(5, random);
    asked.question.box = Box::uniform(5, 0, 1);
    asked.question.lead = 0.01;
    asked.question.target = {TargetRule::Kind::any, -1};
    const int label = classify(asked.network, asked.image);
    asked.regions = output_regions(asked.question, asked.network, label);
    Checker checker(asked.question);
    ClosestOptions options;
    options.threads = seed % 2 == 0 ? 1 : 2;
    options.claims = &checker;
    search_closest(asked.network, asked.question, asked.regions, asked.image, {}, options);
    met += checker.met;
    proofs += checker.proofs;
    patterns += checker.patterns;
    contradictions += checker.contradictions;
    containers += checker.containers;
  }
  EXPECT_GT(met, 50);
  EXPECT_GT(proofs, 50);
  EXPECT_GT(patterns + contradictions, 0);
  EXPECT_GT(containers, 10);
}
INSTANTIATE_TEST_SUITE_P(Norms, ClaimsOf, ::testing::ValuesIn(kNorms),
                         [](const auto& norm) { return std::string(name(norm.param)); });

TEST(ClaimsOf, ASearchForExtremesHold) {
  int met = 0, proofs = 0;
  const ClosestQuestion none;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Network network = testing::random_network({6, 8, 6, 2}, random, 3);
    const Bounds bounds = interval_bounds(network, Box::uniform(6, 0, 1));
    Checker checker(none);
    ExtremeOptions options;
    options.claims = &checker;
    const auto found =
        search_extreme(network, bounds, 3, Eigen::VectorXd::Unit(2, seed % 2), {}, options);
    EXPECT_TRUE(found.finished);
    met += checker.met;
    proofs += checker.proofs;
  }
  EXPECT_GT(met, 50);
  EXPECT_GT(proofs, 20);
}

}  // namespace
}  // namespace brink::search
