// Linear relaxations walked back to the first layer's values (CROWN, Zhang et al. 2018;
// bounds/symbolic.cpp says how), where the ball's support function ends it; some rows at a time, so
// that the clock is looked at.
//
// Rounding: every sum here is charged a share of the sizes of all that was added or cancelled on
// its way, |a| (|W| X + |b|) a layer, times more operations than there were.
#include "brink/search/ball_substitution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/layer_products.h"

namespace brink::search {

namespace {

constexpr double kUnit = std::numeric_limits<double>::epsilon();
constexpr Eigen::Index kRowsAtOnce = 64;

Eigen::VectorXd to_vector(const std::vector<double>& values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

Eigen::VectorXd size_of(const Box& range) {
  return range.lower.cwiseAbs().cwiseMax(range.upper.cwiseAbs());
}

}  // namespace

BallSubstitution::BallSubstitution(const Problem& problem, const Ball& ball, bool walk_back,
                                   const Deadline& deadline, Of of)
    : problem_(problem), ball_(ball), deadline_(deadline) {
  const Network& network = problem.network();
  operations_ =
      64 + static_cast<double>(problem.neurons() + network.input_size() + network.output_size());
  first_layer();
  for (int k = 2; k <= problem.hidden_layers(); ++k) {
    const Layer& layer = network.layer(k);
    const Box range = activations(k - 1);
    sizes_.emplace_back(layer.weights.absolute(size_of(range)) + layer.bias.cwiseAbs());
    const Intervals step = interval_step(layer, range.lower.data(), range.upper.data());
    Eigen::VectorXd lower = to_vector(step.lower), upper = to_vector(step.upper);
    if (walk_back && !deadline_.expired()) walk_layer(k, of, lower, upper);
    lower_.push_back(std::move(lower));
    upper_.push_back(std::move(upper));
  }
}

/// Both sides of its neurons, some at a time.
void BallSubstitution::walk_layer(int k, Of of, Eigen::VectorXd& lower,
                                  Eigen::VectorXd& upper) const {
  const Layer& layer = problem_.network().layer(k);
  std::vector<Eigen::Index> chosen;
  for (Eigen::Index j = 0; j < lower.size(); ++j) {
    if (of == Of::all || layer.is_linear(j) || (lower(j) < 0 && upper(j) > 0)) chosen.push_back(j);
  }
  const auto count = static_cast<Eigen::Index>(chosen.size());
  for (Eigen::Index first = 0; first < count && !deadline_.expired(); first += kRowsAtOnce) {
    const Eigen::Index some = std::min(kRowsAtOnce, count - first);
    Forms up{RowMatrix(some, layer.weights.cols()), Eigen::VectorXd(some), Eigen::VectorXd(some)};
    for (Eigen::Index r = 0; r < some; ++r) {
      const Eigen::Index j = chosen[static_cast<std::size_t>(first + r)];
      up.a.row(r) = layer.weights.row(j);
      up.c(r) = layer.bias(j);
      up.size(r) = sizes_.back()(j);
    }
    Forms down{-up.a, -up.c, up.size};
    const Eigen::VectorXd highs = highest(std::move(up), k - 1);
    const Eigen::VectorXd lows = -highest(std::move(down), k - 1);
    for (Eigen::Index r = 0; r < some; ++r) {
      const Eigen::Index j = chosen[static_cast<std::size_t>(first + r)];
      upper(j) = std::min(upper(j), highs(r));
      lower(j) = std::max(lower(j), lows(r));
    }
  }
}

bool BallSubstitution::excludes(const Problem& problem) const {
  const double largest =
      problem.row_magnitude() * size_of(activations(problem.hidden_layers())).sum();
  const Eigen::VectorXd size = problem.rhs_magnitudes().array() + largest;
  const Eigen::VectorXd values =
      highest(problem.rows(), -problem.rhs(), size, problem.hidden_layers());
  return (values.array() < 0).any();
}

/// Of x^k.
Box BallSubstitution::activations(int k) const {
  const auto layer = static_cast<std::size_t>(k - 1);
  Box range{lower_[layer], upper_[layer]};
  problem_.network().layer(k).activate(range.lower);
  problem_.network().layer(k).activate(range.upper);
  return range;
}

Intervals BallSubstitution::intervals() const {
  Intervals result{{}, {}, problem_.linear()};
  for (std::size_t k = 0; k < lower_.size(); ++k) {
    result.lower.insert(result.lower.end(), lower_[k].begin(), lower_[k].end());
    result.upper.insert(result.upper.end(), upper_[k].begin(), upper_[k].end());
  }
  return result;
}

void BallSubstitution::first_layer() {
  const Eigen::Index width = problem_.first_width();
  Eigen::VectorXd lower(width), upper(width);
  for (Eigen::Index j = 0; j < width; ++j) {
    const Eigen::VectorXd weights = problem_.network().layer(1).weights.row(j);
    const Ball::Support up = ball_.support(weights), down = ball_.support(-weights);
    const double center = problem_.first_center()(j), doubt = problem_.first_doubt()(j);
    upper(j) = center + up.value + up.error + doubt;
    lower(j) = center - down.value - down.error - doubt;
  }
  lower_.push_back(std::move(lower));
  upper_.push_back(std::move(upper));
}

/// From forms of x^k to forms of y^k that are nowhere below.
void BallSubstitution::relax(Forms& forms, int k) const {
  const auto layer = static_cast<std::size_t>(k - 1);
  const Eigen::Index width = forms.a.cols();
  // Of a positive coefficient slope and constant of the line above, of others the slope below.
  Eigen::ArrayXd above(width), constant = Eigen::ArrayXd::Zero(width), below(width);
  for (Eigen::Index j = 0; j < width; ++j) {
    const double lower = lower_[layer](j), upper = upper_[layer](j);
    if (lower >= 0 || problem_.network().layer(k).is_linear(j)) {
      above(j) = below(j) = 1;
    } else if (upper <= 0) {
      above(j) = below(j) = 0;
    } else {
      above(j) = upper / (upper - lower);
      constant(j) = std::max(-above(j) * lower, (1 - above(j)) * upper);
      below(j) = upper > -lower ? 1 : 0;
    }
  }
  for (Eigen::Index r = 0; r < forms.a.rows(); ++r) {
    auto a = forms.a.row(r).array().transpose();
    const double added = (a.max(0.0) * constant).sum();
    forms.c(r) += added;
    forms.size(r) += added;
    a = (a > 0).select(a * above, a * below);
  }
}

/// The largest values of forms of x^k over the ball; infinite when the deadline has come.
Eigen::VectorXd BallSubstitution::highest(Forms forms, int k) const {
  const Eigen::VectorXd unknown =
      Eigen::VectorXd::Constant(forms.c.size(), std::numeric_limits<double>::infinity());
  RowMatrix before;
  for (; k > 1; --k) {
    if (deadline_.expired()) return unknown;
    const Layer& layer = problem_.network().layer(k);
    relax(forms, k);
    forms.c += forms.a * layer.bias;
    forms.size += forms.a.cwiseAbs() * sizes_[static_cast<std::size_t>(k - 2)];
    walk_back(layer.weights, forms.a, before);
    forms.a.swap(before);
  }
  relax(forms, 1);
  const RowMatrix sizes = forms.a.cwiseAbs();
  forms.c += forms.a * problem_.first_center();
  forms.size += sizes * problem_.first_center().cwiseAbs();
  const Eigen::VectorXd doubts = sizes * problem_.first_doubt();
  walk_back(problem_.network().layer(1).weights, forms.a, before);
  Eigen::VectorXd direction;
  for (Eigen::Index r = 0; r < forms.c.size(); ++r) {
    if (deadline_.expired()) return unknown;
    direction = before.row(r);
    const Ball::Support support = ball_.support(direction);
    forms.c(r) += support.value + support.error + 2 * doubts(r) +
                  4 * kUnit * operations_ * (forms.size(r) + std::abs(support.value));
  }
  return forms.c;
}

Eigen::VectorXd BallSubstitution::highest(const RowMatrix& weights,
                                          const Eigen::VectorXd& constants,
                                          const Eigen::VectorXd& sizes, int k) const {
  Eigen::VectorXd result(constants.size());
  for (Eigen::Index first = 0; first < result.size(); first += kRowsAtOnce) {
    const Eigen::Index count = std::min(kRowsAtOnce, result.size() - first);
    result.segment(first, count) =
        highest({weights.middleRows(first, count), constants.segment(first, count),
                 sizes.segment(first, count)},
                k);
  }
  return result;
}

}  // namespace brink::search
