// The most exciting input of every unit against enumeration.
#include <gtest/gtest.h>

#include "brink/ask/unit_batch.h"
#include "cases.h"
#include "cells.h"

namespace brink::oracle {
namespace {

bool is_clipped(const Network& network, int k, int j) {
  return k < network.depth() ? !network.layer(k).is_linear(j) : network.output == OutputKind::relu;
}

/// max x_j^k over the box; hidden and relu units show max(0, y).
Real largest_activation(const Network& network, const Box& box, int k, int j) {
  const Real y = output_range(linear_cells(network, box, box.lower, k), j).high;
  return is_clipped(network, k, j) ? std::max<Real>(0, y) : y;
}

void check_unit(const Network& network, const Bounds& bounds, int k, int j,
                const Excitation& found) {
  ASSERT_EQ(name(found.status), name(AnswerStatus::optimal)) << found.note;
  const auto largest = static_cast<double>(largest_activation(network, bounds.box, k, j));
  const double scale = std::max(1.0, largest);
  EXPECT_NEAR(found.activation, largest, 1e-6 * scale);
  EXPECT_GE(found.bound, largest - 1e-9 * scale);  // the solver's bound, within its tolerance
  ASSERT_TRUE(bounds.box.contains(found.image));
  Network part{{network.layers.begin(), network.layers.begin() + k}, OutputKind::linear};
  Real y = forward(part, found.image)(j);
  if (is_clipped(network, k, j)) y = std::max<Real>(0, y);
  EXPECT_NEAR(found.activation, static_cast<double>(y), 1e-12 * scale);
}

/// min y_j^k over the box, by enumeration and by both engines.
void check_least(const Case& c, const Bounds& bounds, int k, int j) {
  const auto least = static_cast<double>(
      output_range(linear_cells(c.network, bounds.box, bounds.box.lower, k), j).low);
  const double scale = std::max(1.0, std::abs(least));
  UnitBatch batch;
  batch.network = &c.network;
  batch.bounds = &bounds;
  batch.least = true;
  for (const bool by_search : {true, false}) {
    // CBC takes case 15 for infeasible where bounds are as tight as enumerated ones: an error row.
    const Bounds looser = symbolic_bounds(c.network, bounds.box);
    if (!by_search) {
      batch.mip = c.options;
      batch.bounds = &looser;
    }
    const Excitation found = excite(batch, {k, j}).value();
    ASSERT_EQ(name(found.status), name(AnswerStatus::optimal)) << found.note;
    EXPECT_NEAR(found.activation, least, 1e-6 * scale);
    EXPECT_LE(found.bound, least + 1e-9 * scale);
    EXPECT_LE(found.bound, found.activation);
    ASSERT_TRUE(bounds.box.contains(found.image));
    EXPECT_EQ(found.activation,
              pre_activations(c.network, found.image)[static_cast<std::size_t>(k - 1)](j));
  }
}

class Visualize : public ::testing::TestWithParam<int> {};

TEST_P(Visualize, EveryUnitEqualsEnumeration) {
  const auto number = static_cast<std::uint64_t>(GetParam());
  const std::uint64_t first = number >= 40 ? kOfGraphs : number % 4 == 3 ? kWithLinearUnits : 70000;
  const Case c = draw_case(first + number);
  const Bounds bounds = reference_bounds(c.network, c.question.box, c.bounds);
  SCOPED_TRACE(describe(c));
  for (int k = 1; k <= c.network.depth(); ++k) {
    for (int j = 0; j < c.network.width(k); ++j) {
      SCOPED_TRACE(fmt::format("unit {}:{}", k, j));
      check_unit(c.network, bounds, k, j,
                 excite_by_mip(c.network, bounds, k, j, c.options).value());
      check_unit(c.network, bounds, k, j, excite_by_search(c.network, bounds, k, j, {}).value());
      check_least(c, bounds, k, j);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Visualize, ::testing::Range(0, 52));

}  // namespace
}  // namespace brink::oracle
