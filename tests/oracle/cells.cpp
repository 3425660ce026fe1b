#include "cells.h"

#include <algorithm>

namespace brink::oracle {

namespace {

struct Interval {
  Real low = 0, high = 0;
};

/// a v + b over the box alone.
Interval box_range(const Polytope& p, const Vector& a, Real b) {
  Interval range{b, b};
  for (Eigen::Index j = 0; j < a.size(); ++j) {
    range.low += a(j) * (a(j) > 0 ? p.lo(j) : p.hi(j));
    range.high += a(j) * (a(j) > 0 ? p.hi(j) : p.lo(j));
  }
  return range;
}

class Enumeration {
 public:
  Enumeration(const Network& network, int last) : network_(network), last_(last) {}

  /// `input` is x^{k-1}; phases of layer k's neurons below `j` are chosen in `chosen` (x^k).
  void descend(const Polytope& polytope, const AffineMap& input, int k) {
    const Layer& layer = network_.layer(k);
    const Matrix weights = layer.weights.to_dense().cast<Real>();
    const AffineMap y{weights * input.matrix, weights * input.offset + layer.bias.cast<Real>()};
    if (k == last_) {
      cells.push_back({polytope, y});
      return;
    }
    choose(polytope, y, y, k, 0);
  }

  std::vector<Cell> cells;

 private:
  void choose(const Polytope& polytope, const AffineMap& y, const AffineMap& x, int k,
              Eigen::Index j) {
    if (j == y.offset.size()) {
      descend(polytope, x, k + 1);
      return;
    }
    if (network_.layer(k).is_linear(j)) return choose(polytope, y, x, k, j + 1);
    const Vector a = y.matrix.row(j).transpose();
    const Interval range = box_range(polytope, a, y.offset(j));
    // On the wall both phases say the same, so a neuron that touches 0 needs only one of them.
    if (range.low >= 0) return choose(polytope, y, x, k, j + 1);
    AffineMap silent = x;
    silent.matrix.row(j).setZero();
    silent.offset(j) = 0;
    if (range.high <= 0) return choose(polytope, y, silent, k, j + 1);
    for (const int sign : {1, -1}) {
      Polytope half = polytope;
      half.require(sign * a, -sign * y.offset(j));
      if (least_violation(half) > kFeasible) continue;
      choose(half, y, sign > 0 ? x : silent, k, j + 1);
    }
  }

  const Network& network_;
  int last_;
};

}  // namespace

std::vector<Cell> linear_cells(const Network& network, const Box& box,
                               const Eigen::VectorXd& origin, int layer) {
  const Vector o = origin.cast<Real>();
  const Polytope whole{box.lower.cast<Real>() - o, box.upper.cast<Real>() - o, {}, {}};
  if ((whole.lo.array() > whole.hi.array()).any()) return {};
  Enumeration enumeration(network, layer);
  enumeration.descend(whole, {Matrix::Identity(o.size(), o.size()), o}, 1);
  return std::move(enumeration.cells);
}

Polytope relaxed(Polytope polytope, Real slack) {
  for (Real& bound : polytope.rhs) bound -= slack;
  return polytope;
}

Range output_range(const std::vector<Cell>& cells, Eigen::Index j) {
  Range result{1, 0};  // crossed: none yet
  for (const Cell& cell : cells) {
    const Polytope p = relaxed(cell.polytope, kFeasible);
    const Vector a = cell.output.matrix.row(j).transpose();
    const Real b = cell.output.offset(j);
    const Interval outer = box_range(p, a, b);
    const Real low = outer.low + minimise(p, {{0, a, b - outer.low}}, 1)->value;
    const Real high = outer.high - minimise(p, {{0, -a, outer.high - b}}, 1)->value;
    const bool first = result.low > result.high;
    result.low = first ? low : std::min(result.low, low);
    result.high = first ? high : std::max(result.high, high);
  }
  return result;
}

Vector forward(const Network& network, const Eigen::VectorXd& x) {
  Vector value = x.cast<Real>();
  for (std::size_t k = 0; k < network.layers.size(); ++k) {
    const Layer& layer = network.layers[k];
    for (Eigen::Index j = 0; k > 0 && j < value.size(); ++j) {
      if (!network.layers[k - 1].is_linear(j)) value(j) = std::max(Real(0), value(j));
    }
    value = (layer.weights.to_dense().cast<Real>() * value + layer.bias.cast<Real>()).eval();
  }
  return value;
}

}  // namespace brink::oracle
