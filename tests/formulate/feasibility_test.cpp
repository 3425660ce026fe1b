// Every forward pass is a feasible point of every formulation, and its objective is its distance.
#include <gtest/gtest.h>

#include "brink/base/deadline.h"
#include "filled.h"
#include "random_network.h"
#include "sanitized.h"

namespace brink {
namespace {

using testing::Filled;
using testing::plain_interval_bounds;
using testing::random_network;
using testing::random_point;

struct Case {
  Network network;
  Bounds bounds;
  ClosestQuestion question = papers_question();
  Eigen::VectorXd image, x;
  OutputRegion region;
};

/// x in reach of the image, some pixels unchanged; the region's rows are met with a little room.
Case random_case(Random& random, Norm norm) {
  Case c;
  c.network = random_network({4, 3, 4, 3}, random, 2);
  c.question = testing::question(norm, 4);
  c.question.box = Box::uniform(4, -0.5, 1.5);
  if (random.index(2) == 0) c.question.cap = random.uniform(0.1, 1);
  c.bounds = plain_interval_bounds(c.network, c.question.box);
  c.image = random_point(4, random, -0.5, 1.5);
  if (random.index(2) == 0) c.image(0) = 1.5;  // a column less
  const Box box = reach(c.question, c.image);
  c.x = c.image;
  for (Eigen::Index j = 0; j < 4; ++j) {
    if (random.index(3) > 0) c.x(j) = random.uniform(box.lower(j), box.upper(j));
  }
  for (int r = 0; r < 2; ++r) {
    const Eigen::VectorXd row = random_point(3, random, -1, 1);
    c.region.rows.push_back({row, row.dot(logits(c.network, c.x)) - 1e-3});
  }
  return c;
}

/// f~(d) on N breakpoints of [0, D], D the largest move.
double interpolated(const Case& c, int count) {
  const Box box = reach(c.question, c.image);
  double sum = 0;
  for (Eigen::Index j = 0; j < c.x.size(); ++j) {
    const double largest = std::max(box.upper(j) - c.image(j), c.image(j) - box.lower(j));
    const double d = std::abs(c.x(j) - c.image(j)), h = largest / (count - 1);
    const double left = std::min(std::floor(d / h), count - 2.0) * h;
    sum += left * left + (d - left) * (2 * left + h);
  }
  return sum;
}

double tangent_envelope(const Case& c, const std::vector<std::vector<double>>& tangents) {
  double sum = 0;
  for (Eigen::Index j = 0; j < c.x.size(); ++j) {
    const double d = std::abs(c.x(j) - c.image(j));
    double best = 0;
    for (const double a : tangents[static_cast<std::size_t>(j)]) {
      best = std::max(best, 2 * a * d - a * a);
    }
    sum += best;
  }
  return sum;
}

/// Calls `visit(options)` for both formulations, basic and not.
template <class Visit>
void for_encodings(Visit visit) {
  for (const Formulation formulation : {Formulation::bigm, Formulation::indicator}) {
    for (const bool basic : {false, true}) {
      EncodingOptions options;
      options.formulation = formulation;
      options.basic = basic;
      visit(options);
    }
  }
}

void expect_feasible(const Case& c, const ClosestModel& model, double objective) {
  ASSERT_TRUE(check(model.program)) << check(model.program).error().message;
  const std::vector<double> values = Filled(model.program, c.network, c.image, c.x).values();
  EXPECT_LE(max_violation(model.program, values), 1e-9) << to_text(model.program);
  EXPECT_NEAR(objective_value(model.program, values), objective, 1e-9);
  EXPECT_LE((input_values(model.encoding, values) - c.x).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(Feasibility, ForwardPassesFitEveryFormulation) {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    for (const Norm norm : {Norm::l0, Norm::l1, Norm::linf}) {
      const Case c = random_case(random, norm);
      for_encodings([&](const EncodingOptions& options) {
        for (const DistanceForm form : {DistanceForm::papers, DistanceForm::tight}) {
          const ClosestModel model = closest_model(c.network, c.bounds, c.question, c.region,
                                                   c.image, options, {form, nullptr});
          expect_feasible(c, model, distance(norm, c.x, c.image));
        }
      });
    }
  }
}

TEST(Feasibility, L2ByBreakpoints) {
  Random random(2);
  for (int round = 0; round < 20; ++round) {
    for (const int count : {2, 3, 5, 9, 17}) {
      Case c = random_case(random, Norm::l2);
      c.question.breakpoints = count;
      const double objective = interpolated(c, count);
      EXPECT_GE(objective, std::pow(distance(Norm::l2, c.x, c.image), 2) - 1e-12);
      for (const DistanceForm form : {DistanceForm::papers, DistanceForm::tight}) {
        const ClosestModel model =
            closest_model(c.network, c.bounds, c.question, c.region, c.image, {}, {form, nullptr});
        expect_feasible(c, model, objective);
      }
    }
  }
}

TEST(Feasibility, L2ByTangents) {
  Random random(3);
  for (int round = 0; round < 100; ++round) {
    const Case c = random_case(random, Norm::l2);
    std::vector<std::vector<double>> tangents;
    for (int j = 0; j < 4; ++j) {
      std::vector<double> points = {0};
      for (int i = random.index(4); i > 0; --i) points.push_back(random.uniform(0, 2));
      std::sort(points.begin(), points.end());
      tangents.push_back(points);
    }
    const double objective = tangent_envelope(c, tangents);
    EXPECT_LE(objective, std::pow(distance(Norm::l2, c.x, c.image), 2) + 1e-12);
    expect_feasible(c,
                    closest_model(c.network, c.bounds, c.question, c.region, c.image, {},
                                  {DistanceForm::tight, &tangents}),
                    objective);
  }
}

TEST(Feasibility, L2WithoutLinearisationIsRefused) {
  Random random(4);
  const Case c = random_case(random, Norm::l2);
  Program program;
  EXPECT_THROW(add_distance(program, c.question, c.image, {}), std::invalid_argument);
}

TEST(Feasibility, AWrongPhaseOrOutputIsNotFeasible) {
  Random random(5);
  int flips = 0;
  for (int round = 0; round < 50; ++round) {
    const Case c = random_case(random, Norm::l1);
    for_encodings([&](const EncodingOptions& options) {
      ClosestModel model =
          closest_model(c.network, c.bounds, c.question, c.region, c.image, options, {});
      const auto values = Filled(model.program, c.network, c.image, c.x).values();
      const auto y = pre_activations(c.network, c.x);
      for (std::size_t k = 0; k < model.encoding.neurons.size(); ++k) {
        for (std::size_t j = 0; j < model.encoding.neurons[k].size(); ++j) {
          const int z = model.encoding.neurons[k][j].z;
          const double size = std::abs(y[k](static_cast<Eigen::Index>(j)));
          if (z < 0 || size < 1e-3) continue;
          auto flipped = values;
          flipped[static_cast<std::size_t>(z)] = 1 - flipped[static_cast<std::size_t>(z)];
          EXPECT_GE(max_violation(model.program, flipped), size - 1e-9);
          ++flips;
        }
      }
      Row& fooled = model.program.rows.back();
      fooled.lower += 2e-3;  // 1e-3 more than the point reaches
      EXPECT_NEAR(max_violation(model.program, values), 1e-3, 1e-9);
    });
  }
  EXPECT_GT(flips, 500);
}

TEST(Feasibility, OnlyUnstableNeuronsHaveABinary) {
  Random random(6);
  for (int round = 0; round < 20; ++round) {
    Case c = random_case(random, Norm::l1);
    c.network.layers[0].bias(0) += 10;  // active
    c.network.layers[0].bias(1) -= 10;  // inactive
    c.bounds = plain_interval_bounds(c.network, c.question.box);
    EncodingOptions options;
    const auto tight = closest_model(c.network, c.bounds, c.question, {}, c.image, options, {});
    int unstable = 0;
    for (int k = 1; k < 3; ++k) {
      for (const NeuronBounds& neuron : c.bounds.layer(k)) {
        unstable += neuron.lower < 0 && neuron.upper > 0;
      }
    }
    EXPECT_EQ(tight.program.integer_count(), unstable);
    options.basic = true;
    const auto basic = closest_model(c.network, c.bounds, c.question, {}, c.image, options, {});
    EXPECT_EQ(basic.program.integer_count(), 3 + 4);
  }
}

TEST(Feasibility, GeneralModel) {
  Random random(7);
  for (int round = 0; round < 50; ++round) {
    for (const OutputKind output : {OutputKind::linear, OutputKind::relu}) {
      Network network = random_network({3, 4, 3, 2}, random, 2, output);
      const Box box = Box::uniform(3, 0, 1);
      const Bounds bounds = plain_interval_bounds(network, box);
      const Eigen::VectorXd x = random_point(3, random);
      const auto y = pre_activations(network, x);
      GeneralCosts costs{{}, {{}, {}, {}}, {{}, {}, {}}, {{}, {}, {}}};
      double objective = 0;
      for (Eigen::Index j = 0; j < 3; ++j) {
        costs.input.push_back(random.normal());
        objective += costs.input.back() * x(j);
      }
      for (std::size_t k = 0; k < 3; ++k) {
        for (const double value : y[k]) {
          const bool linear = k == 2 && output == OutputKind::linear;
          for (auto* list : {&costs.x, &costs.s, &costs.z}) (*list)[k].push_back(random.normal());
          objective += costs.x[k].back() * (linear ? value : std::max(0.0, value));
          if (linear) continue;
          objective += costs.s[k].back() * std::max(0.0, -value);
          objective += costs.z[k].back() * (value > 0 ? 0 : 1);
        }
      }
      for_encodings([&](const EncodingOptions& options) {
        const GeneralModel model = general_model(network, bounds, box, costs, options);
        ASSERT_TRUE(check(model.program));
        const auto values = Filled(model.program, network, x, x).values();
        EXPECT_LE(max_violation(model.program, values), 1e-9);
        EXPECT_NEAR(objective_value(model.program, values), objective, 1e-9);
      });
    }
  }
}

TEST(Feasibility, BuildingAModelOfImageSizeIsFast) {
  Random random(8);
  const Network network = random_network({3072, 256, 256, 10}, random);
  const ClosestQuestion question = testing::question(Norm::linf, 3072);
  const Bounds bounds = plain_interval_bounds(network, question.box);
  const Eigen::VectorXd image = random_point(3072, random);
  const Stopwatch watch;
  const ClosestModel model = closest_model(network, bounds, question, {}, image, {}, {});
  EXPECT_LT(watch.seconds(), testing::in_time(20));  // 0.3 s in Release
  EXPECT_EQ(model.program.columns.size(), 2 * 3072 + 1 + 2 * 512 + model.program.integer_count());
}

}  // namespace
}  // namespace brink
