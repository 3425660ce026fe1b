// Weights of any size: the MIP engine on networks whose neurons are measured in other units.
//
// A hidden neuron may be multiplied by any f > 0 if what it feeds divides by f, and all outputs by
// one factor: classes, fooled sets and distances stay. So the oracle is asked about the network as
// drawn, and the engine about the one with factors between 1e-6 and 1e7, neuron by neuron or layer
// by layer. An answer may say that it does not know; what it claims must be so.
//
//     BRINK_SCALES_CASES=500    networks in place of 40
//     BRINK_SCALES_FIRST=1000   seeds from there on
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "brink/ask/visualize.h"
#include "brink/base/random.h"
#include "brink/tighten/tighten.h"
#include "check.h"
#include "environment.h"

namespace brink::oracle {
namespace {

/// [k - 1][j]: y_j^k of the scaled network over that of the one drawn.
using Factors = std::vector<Eigen::VectorXd>;

double draw_factor(Random& random) {
  return std::pow(10, random.uniform(-6, 7));
}

Factors draw_factors(const Network& network, Random& random) {
  const bool by_layer = random.index(2) == 0;
  Factors factors;
  for (int k = 1; k <= network.depth(); ++k) {
    Eigen::VectorXd layer = Eigen::VectorXd::Constant(network.width(k), draw_factor(random));
    for (auto& factor : layer) {
      if (k < network.depth() && !by_layer) factor = draw_factor(random);
    }
    factors.push_back(std::move(layer));
  }
  return factors;
}

Network scaled(Network network, const Factors& factors) {
  for (std::size_t k = 0; k < factors.size(); ++k) {
    Layer& layer = network.layers[k];
    layer.weights = factors[k].asDiagonal() * layer.weights.dense();
    layer.bias = factors[k].cwiseProduct(layer.bias);
    if (k > 0) layer.weights.dense() *= factors[k - 1].cwiseInverse().asDiagonal();
  }
  return network;
}

/// What has been seen of all cases: how often claimed, how often not.
using Seen = std::map<std::string, int>;

/// `outputs`: their factor.
void ask_closest(const Case& drawn, const Case& asked, double outputs, Seen& seen) {
  const Bounds bounds = drawn.bounds == BoundsKind::interval
                            ? interval_bounds(asked.network, asked.question.box)
                            : symbolic_bounds(asked.network, asked.question.box);
  const ClosestAnswer answer =
      closest_by_mip(asked.network, bounds, asked.question, asked.image, asked.label, asked.options)
          .value();
  ++seen[fmt::format("closest {}", name(answer.status))];
  for (const std::string& complaint :
       false_claims(asked, find_truth(drawn, answer.lead / outputs), answer)) {
    ADD_FAILURE() << complaint << "\n  " << describe(drawn);
  }
}

/// One unit, chosen by the seed.
void ask_unit(const Case& drawn, const Case& asked, const Factors& factors, Seen& seen) {
  const Network& network = drawn.network;
  const int k = 1 + static_cast<int>(drawn.seed) % network.depth();
  const int j = static_cast<int>(drawn.seed / 7) % static_cast<int>(network.width(k));
  const Box& box = drawn.question.box;
  Range range = output_range(linear_cells(network, box, box.lower, k), j);
  const bool clipped = k < network.depth() || network.output == OutputKind::relu;
  const double largest = static_cast<double>(clipped ? std::max<Real>(0, range.high) : range.high);
  const Excitation found =
      excite_by_mip(asked.network, symbolic_bounds(asked.network, box), k, j, asked.options)
          .value();
  ++seen[fmt::format("unit {}", name(found.status))];
  const double factor = factors[static_cast<std::size_t>(k - 1)](j);
  const double size = std::max(1.0, std::abs(largest));
  const std::string where = fmt::format("unit {}:{} of {}", k, j, describe(drawn));
  EXPECT_LE(found.activation / factor, largest + 1e-9 * size) << where;
  EXPECT_GE(found.bound / factor, largest - 1e-9 * size) << where;
  if (found.status == AnswerStatus::optimal) {
    EXPECT_NEAR(found.activation / factor, largest, 2e-6 * size) << where;
    EXPECT_NEAR(found.bound / factor, largest, 2e-6 * size) << where;
  }
}

void ask_bounds(const Case& drawn, const Case& asked, const Factors& factors, Seen& seen) {
  TightenOptions options;
  options.request = *parse_bound_method("exact");
  options.solver = "cbc";
  const Box& box = drawn.question.box;
  const auto bounds = tighten(asked.network, box, options);
  ASSERT_TRUE(bounds) << describe(drawn);
  const Bounds symbolic = symbolic_bounds(drawn.network, box);
  for (int k = 1; k <= drawn.network.depth(); ++k) {
    const auto cells = linear_cells(drawn.network, box, box.lower, k);
    for (int j = 0; j < drawn.network.width(k); ++j) {
      const Range range = output_range(cells, j);
      const double low = static_cast<double>(range.low), high = static_cast<double>(range.high);
      const NeuronBounds& b = bounds->at(k, j);
      const NeuronBounds& r = symbolic.at(k, j);
      const double factor = factors[static_cast<std::size_t>(k - 1)](j);
      const double size = std::max({1.0, std::abs(r.lower), std::abs(r.upper)});
      const std::string where = fmt::format("neuron {}:{} of {}", k, j, describe(drawn));
      EXPECT_LE(b.lower / factor, low + 1e-9 * size) << where;
      EXPECT_GE(b.upper / factor, high - 1e-9 * size) << where;
      seen[fmt::format("bound {}", name(b.lower_source))] += k > 1;
      seen[fmt::format("bound {}", name(b.upper_source))] += k > 1;
      if (b.lower_source == BoundSource::exact) {
        EXPECT_NEAR(b.lower / factor, low, 2 * kBoundSlack * size) << where;
      }
      if (b.upper_source == BoundSource::exact) {
        EXPECT_NEAR(b.upper / factor, high, 2 * kBoundSlack * size) << where;
      }
    }
  }
}

TEST(ScalesOracle, NothingFalseIsClaimed) {
  const auto first = static_cast<std::uint64_t>(from_environment("BRINK_SCALES_FIRST", 200'000));
  const auto count = static_cast<std::uint64_t>(from_environment("BRINK_SCALES_CASES", 40));
  Seen seen;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Case drawn = draw_case(seed);
    Random random(seed);
    const Factors factors = draw_factors(drawn.network, random);
    Case asked = drawn;
    asked.network = scaled(drawn.network, factors);
    if (asked.question.target_min) *asked.question.target_min *= factors.back()(0);
    // A tie that rounding broke: not the same question.
    if (classify(asked.network, asked.image) != classify(drawn.network, drawn.image)) continue;
    ask_closest(drawn, asked, factors.back()(0), seen);
    ask_unit(drawn, asked, factors, seen);
    if (seed % 4 == 0) ask_bounds(drawn, asked, factors, seen);
  }
  for (const auto& [what, times] : seen) fmt::print("{}: {}\n", what, times);
  // Never false, but not silent either.
  EXPECT_GE(seen["closest optimal"] + seen["closest infeasible"], static_cast<int>(count * 3 / 4));
  EXPECT_GE(seen["closest optimal"], static_cast<int>(count / 4));
  EXPECT_LE(seen["closest time_limit"] + seen["closest error"], static_cast<int>(count / 10) + 2);
  EXPECT_LE(seen["unit gap"] + seen["unit error"] + seen["unit time_limit"],
            static_cast<int>(count / 20) + 1);
}

}  // namespace
}  // namespace brink::oracle
