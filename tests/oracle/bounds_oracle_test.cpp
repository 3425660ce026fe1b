// Exact bounds against enumeration: the range of every neuron over the cells of its network.
#include <gtest/gtest.h>

#include "bounds_cases.h"
#include "brink/tighten/tighten.h"
#include "cases.h"
#include "cells.h"
#include "graphs.h"

namespace brink {

namespace {

/// The size of what is summed in y^k: what rounding and tolerances are relative to.
double magnitude(const Network& network, const Bounds& bounds, int k, Eigen::Index j) {
  if (k == 1) return 1;
  double size = 1;
  for (Eigen::Index i = 0; i < network.width(k - 1); ++i) {
    size += std::abs(network.layer(k).weights.at(j, i)) *
            bounds.intervals().size(bounds.neurons().number(k - 1, i));
  }
  return size;
}

void expect_ranges(const testing::BoundsCase& c, const std::string& solver, double& worst) {
  TightenOptions options;
  options.request = *parse_bound_method("exact");
  options.solver = solver;
  const auto bounds = tighten(c.network, c.box, options);
  ASSERT_TRUE(bounds) << c.name;
  for (int k = 1; k <= c.network.depth(); ++k) {
    const auto cells = oracle::linear_cells(c.network, c.box, c.box.lower, k);
    for (Eigen::Index j = 0; j < c.network.width(k); ++j) {
      const oracle::Range range = oracle::output_range(cells, j);
      const NeuronBounds& b = bounds->at(k, j);
      const double low = static_cast<double>(range.low), high = static_cast<double>(range.high);
      const double below = (low - b.lower) / std::max(1.0, std::abs(low));
      const double above = (b.upper - high) / std::max(1.0, std::abs(high));
      const double size = magnitude(c.network, *bounds, k, j);
      const double rounding = 1e-11 * size;
      const double slack = solver == "search" ? kBoundSlack : kBoundSlack * size;
      const std::string where = fmt::format("{} {} y_{}^{}", c.name, solver, j, k);
      EXPECT_GE(below, -rounding) << where;
      EXPECT_GE(above, -rounding) << where;
      EXPECT_LE(below, slack) << where;
      EXPECT_LE(above, slack) << where;
      worst = std::max({worst, below, above});
    }
  }
}

class BoundsOracle : public ::testing::TestWithParam<const char*> {};

TEST_P(BoundsOracle, DegenerateCases) {
  double worst = 0;
  for (const auto& c : testing::bounds_cases()) {
    if (c.box.size() <= 6) expect_ranges(c, GetParam(), worst);
  }
  RecordProperty("worst", fmt::format("{}", worst));
}

TEST_P(BoundsOracle, RandomNetworks) {
  Random random(99);
  double worst = 0;
  for (int i = 0; i < 25; ++i) {
    std::vector<int> sizes = {2 + random.index(4)};
    for (int k = 2 + random.index(2); k > 0; --k) sizes.push_back(2 + random.index(3));
    sizes.push_back(2);
    const double scale = random.uniform(0.5, 3);
    Network network = testing::random_network(sizes, random, scale);
    if (i % 3 == 2) oracle::make_linear_units(network, random);
    const double low = random.uniform(-1, 0.5);
    expect_ranges({fmt::format("random {}", i), std::move(network),
                   Box::uniform(sizes[0], low, low + random.uniform(0.1, 2))},
                  GetParam(), worst);
  }
  RecordProperty("worst", fmt::format("{}", worst));
}

TEST_P(BoundsOracle, Graphs) {
  Random random(98);
  double worst = 0;
  for (int i = 0; i < 25; ++i) {
    std::string operators;
    Network network = oracle::draw_graph(random, operators);
    const double low = random.uniform(-1, 0.5);
    const Box box = Box::uniform(network.input_size(), low, low + random.uniform(0.1, 2));
    expect_ranges({operators, std::move(network), box}, GetParam(), worst);
  }
  RecordProperty("worst", fmt::format("{}", worst));
}

INSTANTIATE_TEST_SUITE_P(Solvers, BoundsOracle, ::testing::Values("search", "cbc"),
                         [](const auto& solver) { return std::string(solver.param); });

}  // namespace

}  // namespace brink
