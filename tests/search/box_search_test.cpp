// Whatever the search by boxes believes holds at points that a test can find.
#include "brink/search/box_search.h"

#include <gtest/gtest.h>

#include <mutex>

#include "brink/search/box_bounds.h"
#include "brink/search/claims.h"
#include "brink/search/phase_search.h"
#include "brink/search/tightening.h"
#include "random_network.h"
#include "sanitized.h"

namespace brink::search {
namespace {

Eigen::VectorXd random_in(const Box& box, Random& random) {
  Eigen::VectorXd x(box.size());
  for (Eigen::Index i = 0; i < x.size(); ++i) x(i) = random.uniform(box.lower(i), box.upper(i));
  return x;
}

Box random_part(const Box& box, Random& random) {
  const Eigen::VectorXd a = random_in(box, random), b = random_in(box, random);
  return {a.cwiseMin(b), a.cwiseMax(b)};
}

OutputRegion random_region(const Network& network, Random& random, double spare) {
  OutputRegion region;
  const Eigen::VectorXd y =
      logits(network, testing::random_point(network.input_size(), random, -1, 1));
  for (int count = 1 + random.index(3); count > 0; --count) {
    OutputRow row{Eigen::VectorXd(y.size()), 0};
    for (double& value : row.coefficients) value = random.normal();
    row.rhs = row.coefficients.dot(y) + spare * random.uniform(-0.5, 1);
    region.rows.push_back(row);
  }
  return region;
}

TEST(BoxBounds, ContainEveryPointOfAPart) {
  Random random(7);
  for (int round = 0; round < 60; ++round) {
    const Network network = testing::random_network({3, 6, 5, 4, 2}, random);
    const Box whole = Box::uniform(3, -1, 1);
    const OutputRegion region = random_region(network, random, 1);
    const Problem problem(network, Eigen::VectorXd::Zero(3), whole, region);
    const Box part = random_part(whole, random);
    const Problem of_part(network, 0.5 * (part.lower + part.upper), part, region);
    BoxBounds bounder(problem);
    Intervals bounds = box_bounds(problem);
    ASSERT_TRUE(bounder.tighten(part, bounds));
    const InputForms forms = bounder.rows(of_part);
    for (int i = 0; i < 50; ++i) {
      const Eigen::VectorXd x = random_in(part, random);
      const auto y = pre_activations(network, x);
      for (int k = 1; k < network.depth(); ++k) {
        for (Eigen::Index j = 0; j < network.width(k); ++j) {
          const auto id = static_cast<std::size_t>(problem.neuron(k, static_cast<int>(j)));
          const double value = y[static_cast<std::size_t>(k - 1)](j);
          EXPECT_LE(bounds.lower[id], value + 1e-13);
          EXPECT_GE(bounds.upper[id], value - 1e-13);
        }
      }
      for (Eigen::Index r = 0; r < forms.c.size(); ++r) {
        const OutputRow& row = region.rows[static_cast<std::size_t>(r)];
        const double slack = row.coefficients.dot(y.back()) - row.rhs;
        EXPECT_GE(forms.a.row(r).dot(x) + forms.c(r), slack - 1e-12);
      }
    }
  }
}

TEST(BoxBounds, AreExactWhereAllPhasesAreSettled) {
  Network network;
  network.layers.push_back({Eigen::MatrixXd::Identity(2, 2), Eigen::VectorXd::Constant(2, 3)});
  network.layers.push_back({Eigen::MatrixXd::Ones(1, 2), Eigen::VectorXd::Zero(1)});
  OutputRegion region;
  region.rows.push_back({Eigen::VectorXd::Ones(1), 5});
  const Problem problem(network, Eigen::VectorXd::Zero(2), Box::uniform(2, -1, 1), region);
  BoxBounds bounder(problem);
  Intervals bounds = box_bounds(problem);
  ASSERT_TRUE(bounder.tighten(problem.reach(), bounds));
  const InputForms forms = bounder.rows(problem);  // x + y + 6 - 5
  EXPECT_NEAR(forms.a(0, 0), 1, 1e-12);
  EXPECT_NEAR(forms.c(0), 1, 1e-9);
}

TEST(InputForms, NeverCutOffWhatMeetsThem) {
  Random random(9);
  int cut = 0, excluded = 0;
  for (int round = 0; round < 400; ++round) {
    const Box box = random_part(Box::uniform(3, -2, 2), random);
    InputForms forms{RowMatrix(2, 3), Eigen::VectorXd(2)};
    for (Eigen::Index r = 0; r < 2; ++r) {
      for (Eigen::Index i = 0; i < 3; ++i) forms.a(r, i) = random.normal();
      forms.c(r) = random.normal() - forms.a.row(r).dot(0.5 * (box.lower + box.upper));
    }
    Box left = box;
    const bool none = !clip(forms, left), together = excludes(forms, box);
    cut += left == box ? 0 : 1;
    excluded += none || together ? 1 : 0;
    for (int i = 0; i < 100; ++i) {
      const Eigen::VectorXd x = random_in(box, random);
      if (((forms.a * x + forms.c).array() < 0).any()) continue;
      EXPECT_FALSE(none);
      EXPECT_FALSE(together);
      EXPECT_TRUE(left.contains(x));
    }
  }
  EXPECT_GT(cut, 100);
  EXPECT_GT(excluded, 20);
}

/// Tries claims on random points.
class Probes : public ClaimLog {
 public:
  void empty_box(const Problem& problem, const Box& box) override { none_meets(problem, box); }
  void empty_ball(const Problem& problem, const Ball& /*ball*/) override {
    none_meets(problem, problem.reach());
  }
  void proven(const Problem& problem, const Intervals& bounds, const Cost& cost,
              const Ball& /*ball*/, const Proof& proof) override {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < kPoints; ++i) {
      const Eigen::VectorXd x = random_in(problem.reach(), random_);
      const auto y = pre_activations(problem.network(), x);
      std::vector<double> all;
      for (std::size_t k = 0; k + 1 < y.size(); ++k)
        all.insert(all.end(), y[k].begin(), y[k].end());
      bool within = true;
      for (std::size_t j = 0; j < all.size(); ++j) {
        within = within && all[j] >= bounds.lower[j] && all[j] <= bounds.upper[j];
      }
      if (!within || (!cost.margin && problem.slack(x) < 0)) continue;
      ++met;
      const double reached = cost.margin ? -problem.slack(x)
                             : cost.neuron < 0
                                 ? 0
                                 : cost.sign * all[static_cast<std::size_t>(cost.neuron)];
      EXPECT_LE(proof.value, reached + 1e-9);
    }
  }
  int met = 0, boxes = 0;

 private:
  static constexpr int kPoints = 200;
  void none_meets(const Problem& problem, const Box& box) {
    const std::lock_guard lock(mutex_);
    ++boxes;
    for (int i = 0; i < kPoints; ++i) {
      EXPECT_LT(problem.slack(random_in(box, random_)), 1e-12);
    }
  }
  std::mutex mutex_;
  Random random_{5};
};

/// Both searches on the same random sets; what they claim, and whether they agree.
TEST(UnsafeSearch, ClaimsHoldAndBothWaysAgree) {
  Random random(21);
  Probes probes;
  int none = 0, found = 0;
  for (int round = 0; round < 60; ++round) {
    const Network network = testing::random_network({3, 8, 8, 3}, random);
    UnsafeQuestion question;
    for (int b = 0; b < 2; ++b) {
      question.boxes.push_back(random_part(Box::uniform(3, -1, 1), random));
      question.sets.push_back({b, random_region(network, random, 2)});
    }
    UnsafeOptions options;
    options.threads = 2;
    options.claims = &probes;
    options.accept = [&](int set, const Eigen::VectorXd& x) {
      const UnsafeSet& sought = question.sets[static_cast<std::size_t>(set)];
      EXPECT_TRUE(question.boxes[static_cast<std::size_t>(sought.box)].contains(x));
      const Eigen::VectorXd y = logits(network, x);
      for (const OutputRow& row : sought.region.rows) {
        if (row.coefficients.dot(y) < row.rhs) return false;
      }
      return true;
    };
    const Deadline deadline = Deadline::after(60);
    const auto by_boxes = search_boxes(network, question, deadline, options).outcome;
    const auto by_phases = search_phases(network, question, deadline, options).outcome;
    EXPECT_EQ(by_boxes, by_phases) << round;
    none += by_boxes == UnsafeOutcome::none ? 1 : 0;
    found += by_boxes == UnsafeOutcome::found ? 1 : 0;
  }
  EXPECT_GT(none, 5);
  EXPECT_GT(found, 5);
  EXPECT_GT(probes.boxes, 50);
  EXPECT_GT(probes.met, 50);
}

TEST(UnsafeSearch, StopsAtTheDeadline) {
  Random random(3);
  const Network network = testing::random_network({4, 60, 60, 60, 2}, random, 2.5);
  UnsafeQuestion question;
  question.boxes.push_back(Box::uniform(4, -50, 50));
  question.sets.push_back({0, random_region(network, random, 0)});
  UnsafeOptions options;
  options.accept = [](int, const Eigen::VectorXd&) { return false; };
  const Stopwatch watch;
  const auto result = search_unsafe(network, question, Deadline::after(0.5), options);
  EXPECT_EQ(result.outcome, UnsafeOutcome::stopped);
  EXPECT_LT(watch.seconds(), testing::in_time(5));
}

}  // namespace
}  // namespace brink::search
