// Signed gradients of the least slack (Madry et al. 2018), each input's step a share of its own
// width; the shares fall from a third to a hundredth. In every other start inactive neurons let a
// little of the gradient through: in deep networks many a region is beyond neurons that are dead
// all around the middle of the box (784-256x6-10 within 0.05: a slack of -0.73 from any of 400
// starts, 0.9 with the leak; a tenth is too much). Over large boxes of few inputs rows are met near
// edges (ACAS Xu 1_9, property 7: 2 of 10,000 random starts get there, 3 of 500 points of faces are
// there).
#include "brink/search/box_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "brink/search/layer_products.h"

namespace brink::search {

namespace {

constexpr double kFirstStep = 0.3, kLastStep = 0.004;
constexpr double kLeak = 0.02;
/// On faces an input is at each side so many times as often as between them.
constexpr double kInside = 2;

}  // namespace

RowMatrix random_starts(const Box& box, int count, Random& random) {
  RowMatrix starts(count, box.size());
  starts.row(0) = 0.5 * (box.lower + box.upper);
  for (Eigen::Index b = 1; b < count; ++b) {
    for (Eigen::Index i = 0; i < box.size(); ++i) {
      starts(b, i) = random.uniform(box.lower(i), box.upper(i));
    }
  }
  return starts;
}

RowMatrix random_on_faces(const Box& box, int count, Random& random) {
  RowMatrix points(count, box.size());
  for (Eigen::Index b = 0; b < count; ++b) {
    for (Eigen::Index i = 0; i < box.size(); ++i) {
      const double where = random.uniform(-kInside, 1 + kInside);
      points(b, i) = where < 0   ? box.lower(i)
                     : where > 1 ? box.upper(i)
                                 : box.lower(i) + where * (box.upper(i) - box.lower(i));
    }
  }
  return points;
}

BoxFind attack_box(const Problem& problem, const Box& box, RowMatrix starts, int steps,
                   const Deadline& deadline) {
  const Network& network = problem.network();
  const int hidden = problem.hidden_layers();
  const Eigen::Index count = starts.rows();
  const Eigen::VectorXd widths = box.upper - box.lower;
  const double fall = std::pow(kLastStep / kFirstStep, 1.0 / std::max(1, steps - 1));
  std::vector<RowMatrix> x(static_cast<std::size_t>(hidden) + 1);
  RowMatrix slope, before;
  BoxFind best;
  best.slack = -std::numeric_limits<double>::infinity();
  x[0] = std::move(starts);
  double step = kFirstStep;
  for (int round = 0;; ++round, step *= fall) {
    for (int k = 1; k <= hidden; ++k) {
      const Layer& layer = network.layer(k);
      RowMatrix& y = x[static_cast<std::size_t>(k)];
      walk_on(layer.weights, x[static_cast<std::size_t>(k - 1)], y);
      y.rowwise() += layer.bias.transpose();
      for (Eigen::Index j = 0; j < y.cols(); ++j) {
        if (!layer.is_linear(j)) y.col(j) = y.col(j).cwiseMax(0.0);
      }
    }
    const RowMatrix slacks =
        (x.back() * problem.rows().transpose()).rowwise() - problem.rhs().transpose();
    slope.resize(count, problem.rows().cols());
    for (Eigen::Index b = 0; b < count; ++b) {
      Eigen::Index least = 0;
      const double slack = slacks.row(b).minCoeff(&least);
      if (slack > best.slack) best = {x[0].row(b), slack};
      slope.row(b) = problem.rows().row(least);
    }
    if (round == steps || deadline.expired()) return best;
    for (int k = hidden; k >= 1; --k) {
      const Layer& layer = network.layer(k);
      const RowMatrix& after = x[static_cast<std::size_t>(k)];
      for (Eigen::Index j = 0; j < slope.cols(); ++j) {
        if (layer.is_linear(j)) continue;
        for (Eigen::Index b = 0; b < count; ++b) {
          if (after(b, j) <= 0) slope(b, j) *= b % 2 == 0 && count > 1 ? kLeak : 0;
        }
      }
      walk_back(layer.weights, slope, before);
      slope.swap(before);
    }
    for (Eigen::Index b = 0; b < count; ++b) {
      for (Eigen::Index i = 0; i < widths.size(); ++i) {
        const double g = slope(b, i);
        const double moved = x[0](b, i) + (g > 0 ? 1 : g < 0 ? -1 : 0) * step * widths(i);
        x[0](b, i) = std::clamp(moved, box.lower(i), box.upper(i));
      }
    }
  }
}

}  // namespace brink::search
