#include "cases.h"

#include <algorithm>
#include <cmath>

#include "cells.h"
#include "graphs.h"
#include "random_network.h"

namespace brink::oracle {

namespace {

using testing::random_network;
using testing::random_point;

template <class T>
T pick(Random& random, std::initializer_list<T> choices) {
  return choices.begin()[random.index(static_cast<int>(choices.size()))];
}

std::vector<int> draw_sizes(Random& random) {
  std::vector<int> sizes{2 + random.index(5)};
  const int hidden = 2 + random.index(2);
  for (int k = 0; k < hidden; ++k) sizes.push_back(2 + random.index(3));
  sizes.push_back(2 + random.index(3));
  return sizes;
}

/// Neuron 0 copied over neuron 1 in every hidden layer: two binaries, one hyperplane.
void make_twins(Network& network) {
  for (int k = 1; k < network.depth(); ++k) {
    Layer& layer = network.layers[static_cast<std::size_t>(k - 1)];
    layer.weights.dense().row(1) = layer.weights.dense().row(0);
    layer.bias(1) = layer.bias(0);
  }
}

/// Weights in -2..2 and biases in -1..1: walls meet in corners, outputs tie.
void make_integer(Network& network) {
  for (Layer& layer : network.layers) {
    layer.weights.dense() =
        (1.2 * layer.weights.dense()).array().round().cwiseMax(-2.0).cwiseMin(2.0);
    layer.bias = (2 * layer.bias).array().round().cwiseMax(-1.0).cwiseMin(1.0);
  }
}

/// A hidden layer of zeros: the outputs do not depend on the input, or hardly.
void make_dead(Network& network, Random& random) {
  const int k = random.index(network.depth() - 1);
  Layer& layer = network.layers[static_cast<std::size_t>(k)];
  layer.weights.dense().row(0).setZero();
  if (random.index(2) == 0) layer.weights.dense().setZero();
  if (random.index(2) == 0) layer.bias.setZero();
}

Box draw_box(Random& random, Eigen::Index n) {
  const int kind = random.index(4);
  if (kind == 0) return Box::uniform(n, -1, 2);
  if (kind > 1) return Box::uniform(n, 0, 1);
  Box box{random_point(n, random, -1, 0.4), Eigen::VectorXd(n)};
  for (Eigen::Index j = 0; j < n; ++j) box.upper(j) = box.lower(j) + random.uniform(0, 1.5);
  if (random.index(3) == 0) box.upper(0) = box.lower(0);  // a pixel that cannot move
  return box;
}

Eigen::VectorXd draw_image(Random& random, const Box& box) {
  const bool corner = random.index(4) == 0;  // on the boundary of the box, as black pixels are
  Eigen::VectorXd image(box.size());
  for (Eigen::Index j = 0; j < image.size(); ++j) {
    const double t = corner ? random.index(2) : random.uniform();
    image(j) = t == 1 ? box.upper(j) : box.lower(j) + t * (box.upper(j) - box.lower(j));
  }
  return image;
}

ClosestQuestion draw_question(Random& random, const Network& network) {
  const auto classes = static_cast<int>(network.output_size());
  ClosestQuestion question = papers_question();
  question.norm = kAllNorms[static_cast<std::size_t>(random.index(4))];
  if (question.norm == Norm::l2 && random.index(2) == 0) {
    question.breakpoints = pick(random, {5, 9, 17});
  }
  using Kind = TargetRule::Kind;
  question.target = pick<TargetRule>(random, {{Kind::shift, 1 + random.index(classes)},
                                              {Kind::any, 0},
                                              {Kind::fixed, random.index(classes)}});
  question.margin = pick(random, {1.0, 1.2, 1.2, 2.0});
  question.target_min = pick<std::optional<double>>(random, {std::nullopt, 0.0, 0.001, 0.001, 0.1});
  if (network.output == OutputKind::relu && !question.target_min) question.target_min = 0.0;
  question.cap = pick<std::optional<double>>(
      random, {std::nullopt, std::nullopt, std::nullopt, 0.2, 0.2, 0.05});
  if (random.index(40) == 0) question.cap = 0.0;
  question.box = draw_box(random, network.input_size());
  if (question.margin == 1) {
    question.lead =
        pick<std::optional<double>>(random, {std::nullopt, std::nullopt, 0.0, 0.01, 0.1});
  }
  return question;
}

/// Classes of random points of the box.
std::vector<int> classes_seen(const Network& network, const Box& box, Random& random) {
  std::vector<int> seen;
  for (int i = 0; i < 100; ++i) {
    const int label = classify(network, draw_image(random, box));
    if (label >= 0 && std::find(seen.begin(), seen.end(), label) == seen.end()) {
      seen.push_back(label);
    }
  }
  return seen;
}

/// Most networks are right about some image; the others make a `misclassified` case.
void draw_right_image(Case& c, Random& random) {
  for (int tries = 0; tries < 30 && c.label < 0; ++tries) {
    c.image = draw_image(random, c.question.box);
    c.label = classify(c.network, c.image);
  }
  if (c.label < 0) c.label = 0;
}

/// The target becomes a class that points of the box have, where there is one besides the label.
void aim_at_seen_class(Case& c, std::vector<int> classes, Random& random) {
  std::erase(classes, c.label);
  if (classes.empty()) return;
  const int target =
      classes[static_cast<std::size_t>(random.index(static_cast<int>(classes.size())))];
  const auto count = static_cast<int>(c.network.output_size());
  TargetRule& rule = c.question.target;
  if (rule.kind == TargetRule::Kind::fixed) rule.value = target;
  if (rule.kind == TargetRule::Kind::shift) rule.value = (target - c.label + count) % count;
}

}  // namespace

void make_linear_units(Network& network, Random& random) {
  for (int k = 1; k < network.depth(); ++k) {
    Layer& layer = network.layers[static_cast<std::size_t>(k - 1)];
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      layer.linear.push_back(random.index(3) == 0 ? 1 : 0);
      if (layer.linear.back() == 0 || random.index(2) == 0) continue;
      const int carried = random.index(static_cast<int>(layer.weights.cols()));
      layer.weights.dense().row(j) =
          Eigen::VectorXd::Unit(layer.weights.cols(), carried).transpose();
      layer.bias(j) = 0;
    }
    if (random.index(2) == 0) layer.weights = LinearMap::Sparse(layer.weights.dense().sparseView());
  }
}

Network draw_network(std::uint64_t seed, std::string& family) {
  Random random(seed);
  if (seed >= 64 * kOfGraphs) return draw_graph(random, family);
  const auto output = random.index(2) == 0 ? OutputKind::linear : OutputKind::relu;
  Network network = random_network(draw_sizes(random), random, random.uniform(1, 3), output);
  switch (random.index(8)) {
    case 0:
      family = "twins";
      make_twins(network);
      break;
    case 1:
      family = "integer";
      make_integer(network);
      break;
    case 2:
      family = "dead";
      make_dead(network, random);
      break;
    case 3:
      family = "large";
      for (Layer& layer : network.layers) layer.weights.dense() *= 4;
      break;
    default:
      family = "plain";
  }
  if (seed >= 64 * kWithLinearUnits) make_linear_units(network, random);
  return network;
}

Case draw_case(std::uint64_t seed) {
  Case c;
  c.seed = seed;
  Random random(seed + 0x5eed0000);
  // A network that takes everything for one class makes infeasible cases: one in twelve may.
  const bool any_network = random.index(12) == 0;
  std::vector<int> classes;
  for (std::uint64_t attempt = 0; attempt < 40; ++attempt) {
    c.network = draw_network(seed * 64 + attempt, c.family);
    c.question = draw_question(random, c.network);
    classes = classes_seen(c.network, c.question.box, random);
    if (any_network || classes.size() > 1) break;
  }
  if (seed % 2 == 0) c.network.maxima.clear();
  draw_right_image(c, random);
  if (random.index(10) > 0) aim_at_seen_class(c, classes, random);
  c.options.formulation = pick(random, {Formulation::bigm, Formulation::indicator});
  c.options.distance_form = pick(random, {DistanceForm::papers, DistanceForm::tight});
  c.options.basic = random.index(3) == 0;
  c.options.time_limit = 60;
  c.bounds = pick(random, {BoundsKind::interval, BoundsKind::enumerated});
  if (random.index(6) == 0) {
    c.question.frozen = {random.index(static_cast<int>(c.network.input_size()))};
  }
  return c;
}

std::string describe(const Case& c) {
  std::string sizes = fmt::format("{}", c.network.input_size());
  for (int k = 1; k <= c.network.depth(); ++k) sizes += fmt::format("-{}", c.network.width(k));
  return fmt::format(
      "BRINK_ORACLE_SEED={} [{} {} {}, label {}, {}, {}{}, {}, {}, {} bounds]", c.seed, c.family,
      sizes, name(c.network.output), c.label, c.question.text(),
      c.options.formulation == Formulation::bigm ? "bigm" : "indicator",
      c.network.maxima.empty() ? "" : " direct",
      c.options.distance_form == DistanceForm::papers ? "papers' form" : "tight form",
      c.options.basic ? "basic" : "not basic",
      c.bounds == BoundsKind::interval ? "interval" : "enumerated");
}

Bounds reference_bounds(const Network& network, const Box& box, BoundsKind kind) {
  constexpr double kWider = 1e-9;
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = kind == BoundsKind::interval ? "interval" : "exact";
  const auto source = kind == BoundsKind::interval ? BoundSource::interval : BoundSource::exact;
  Eigen::VectorXd low = box.lower, high = box.upper;
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    const Eigen::MatrixXd up = layer.weights.to_dense().cwiseMax(0.0),
                          down = layer.weights.to_dense().cwiseMin(0.0);
    Eigen::VectorXd l = up * low + down * high + layer.bias,
                    u = up * high + down * low + layer.bias;
    if (kind == BoundsKind::enumerated) {
      const auto cells = linear_cells(network, box, box.lower, k);
      for (Eigen::Index j = 0; j < l.size(); ++j) {
        const Range range = output_range(cells, j);
        l(j) = static_cast<double>(range.low);
        u(j) = static_cast<double>(range.high);
      }
    }
    std::vector<NeuronBounds> neurons;
    for (Eigen::Index j = 0; j < l.size(); ++j) {
      neurons.push_back({l(j) - kWider, u(j) + kWider, source, source});
    }
    bounds.add_layer(neurons, layer.linear);
    low = l.array() - kWider;
    high = u.array() + kWider;
    layer.activate(low);
    layer.activate(high);
  }
  return bounds;
}

}  // namespace brink::oracle
