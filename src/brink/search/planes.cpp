#include "brink/search/planes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/base/clones.h"
#include "brink/search/parameters.h"
#include "brink/search/plane_shapes.h"

namespace brink::search {

namespace {

/// L1, L0: R as a factor of the threshold of w. Tried: 0.7, 1, 1.1, and R moved downhill (twice the
/// time a pass for a tenth of the nodes).
constexpr float kRoom = 0.8F;

/// Of p, where both parts of k are equal: so much of p, and of w.
template <class Real>
struct Shares {
  Real part = 1, rest = 0;
};

/// So that both parts of k are equal, and k.
template <class Real>
Real balance(const PlaneParts<Real>& parts, const PlaneWhole<Real>& all, Real center,
             Shares<Real>& shares) {
  const Real apart = center + parts.above - parts.below;
  Real below = parts.below, above = parts.above;
  if (apart > 0) {
    const Real room = all.below - parts.below + parts.above;
    const Real rest = room > 0 ? std::min(apart / room, Real(1)) : Real(0);
    shares.part = 1 - rest;
    shares.rest = rest;
    below = shares.part * parts.below + rest * all.below;
    above = shares.part * parts.above;
  } else {
    const Real room = parts.below + all.above - parts.above;
    const Real part = room > 0 ? std::max(1 + apart / room, Real(0)) : Real(1);
    shares.part = part;
    shares.rest = 0;
    below = part * parts.below;
    above = part * parts.above + (1 - part) * all.above;
  }
  return std::max(below, center + above);
}

/// direction += factor p.
template <class Real>
BRINK_CLONED void add_plane(std::size_t count, const Real* slopes, const Real* weights,
                            const Shares<Real>& shares, Real factor, Real* direction) {
  const Real part = factor * shares.part, rest = factor * shares.rest;
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) direction[i] += part * slopes[i] + rest * weights[i];
}

/// Scratch space of one thread, for a plane's p.
template <class Real>
Real* scratch(Eigen::Index size) {
  thread_local std::vector<Real> slopes;
  slopes.resize(static_cast<std::size_t>(size));
  return slopes.data();
}

BRINK_CLONES PlaneWhole<float> whole_single(const PlaneInputs<float>& inputs, const float* weights,
                                            float threshold) {
  return planes::whole(inputs, weights, threshold);
}

BRINK_CLONES PlaneWhole<double> whole_double(const PlaneInputs<double>& inputs,
                                             const double* weights, double threshold) {
  return planes::whole(inputs, weights, threshold);
}

BRINK_CLONES PlaneParts<float> parts_single(const PlaneInputs<float>& inputs, const float* weights,
                                            const PlaneLevel<float>& level,
                                            const PlaneWhole<float>& all, float* slopes) {
  return planes::parts(inputs, weights, level, all, slopes);
}

BRINK_CLONES PlaneParts<double> parts_double(const PlaneInputs<double>& inputs,
                                             const double* weights, const PlaneLevel<double>& level,
                                             const PlaneWhole<double>& all, double* slopes) {
  return planes::parts(inputs, weights, level, all, slopes);
}

BRINK_CLONES void add_single(std::size_t count, const float* slopes, const float* weights,
                             const Shares<float>& shares, float factor, float* direction) {
  add_plane(count, slopes, weights, shares, factor, direction);
}

BRINK_CLONES void add_double(std::size_t count, const double* slopes, const double* weights,
                             const Shares<double>& shares, double factor, double* direction) {
  add_plane(count, slopes, weights, shares, factor, direction);
}

/// p d.
BRINK_CLONES float at(const PlaneInputs<float>& inputs, const float* weights,
                      const PlaneLevel<float>& level, const Shares<float>& shares,
                      const float* change) {
  return planes::value(inputs, weights, level, shares.part, shares.rest, change);
}

/// As it is, within what the formulas are valid for (a threshold below 0 would bound nothing).
PlaneLevel<double> believed_level(const Planes& planes, Eigen::Index j, Norm norm) {
  const auto level = static_cast<double>(planes.levels(j));
  const auto second = static_cast<double>(planes.seconds(j));
  if (norm == Norm::linf) return {level, 0};
  return {std::max(0.0, std::min(1.0, level)), std::max(0.0, second)};
}

BRINK_CLONES void approach(std::size_t count, const float* origin, const float* unit,
                           const float* change, float share, float* place) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    const float to = unit[i] > 0 ? (change[i] - origin[i]) / unit[i] : place[i];
    place[i] += share * (to - place[i]);
  }
}

/// What a move of all inputs on which |w| > T g costs (L1, L0).
BRINK_CLONES float cost_beyond(const PlaneInputs<float>& inputs, const float* weights,
                               float threshold) {
  float cost = 0;
#pragma omp simd reduction(+ : cost)
  for (std::size_t i = 0; i < inputs.count; ++i) {
    const float w = std::abs(weights[i]);
    const float up = w > threshold * inputs.up_gauge[i] ? inputs.up[i] * inputs.up_gauge[i] : 0.0F;
    const float down =
        w > threshold * inputs.down_gauge[i] ? inputs.down[i] * inputs.down_gauge[i] : 0.0F;
    cost += up > down ? up : down;
  }
  return cost;
}

}  // namespace

bool planes_apply(const Problem& problem, const Ball& ball) {
  return problem.planes() && std::isfinite(ball.radius()) && ball.breakpoints() == 0 &&
         !ball.has_costs() && !problem.network().layers.front().weights.is_sparse();
}

PlanesProof add_planes(const Problem& problem, const Planes& planes, const Ball& ball,
                       Eigen::VectorXd& direction) {
  const PlaneBall<double> sides(ball);
  const PlaneInputs<double> inputs = sides.at(planes.place.data());
  PlanesProof proof;
  double* slopes = scratch<double>(ball.size());
  const double unit = std::numeric_limits<double>::epsilon();
  const double operations =
      static_cast<double>(ball.size()) + static_cast<double>(planes.weights.size()) + 16;
  for (Eigen::Index j = 0; j < planes.weights.size(); ++j) {
    const double weight = planes.weights(j);
    if (!(weight > 0)) continue;
    const double* weights = problem.first_row(static_cast<int>(j));
    const PlaneLevel<double> level = believed_level(planes, j, inputs.norm);
    const PlaneWhole<double> all = whole_double(inputs, weights, level.second);
    const PlaneParts<double> parts = parts_double(inputs, weights, level, all, slopes);
    const double center = problem.first_center()(j);
    Shares<double> shares;
    const double constant = balance(parts, all, center, shares);
    add_double(inputs.count, slopes, weights, shares, weight, direction.data());
    const Eigen::Map<const Eigen::VectorXd> p(slopes, ball.size());
    const double size = all.below + all.above + std::abs(center) + p.cwiseAbs().dot(sides.unit);
    proof.constant -= weight * constant;
    proof.doubt += weight * (2 * unit * operations * size + problem.first_doubt()(j));
  }
  return proof;
}

PlaneRows::PlaneRows(const Problem& problem, const Ball& ball, const LiveLayers& live,
                     Eigen::Index count)
    : live_(live),
      first_width_(problem.first_width()),
      norm_(ball.norm()),
      radius_(static_cast<float>(ball.radius())),
      ball_(ball) {
  const auto width = static_cast<Eigen::Index>(live.neurons(1).size());
  taken_ = FloatRows::Ones(count, width);
  levels_ = seconds_ = moves_ = next_seconds_ = constants_ = parts_ = rests_ =
      FloatRows::Zero(count, width);
  whole_.resize(static_cast<std::size_t>(width));
  place_ = FloatRows::Constant(count, ball.size(), norm_ == Norm::linf ? 0.5F : 0.0F);
  directions_ = FloatRows::Zero(count, ball.size());
  best_levels_ = levels_;
  best_seconds_ = seconds_;
  best_place_ = place_;
}

void PlaneRows::begin(Eigen::Index b, const NeuronLines& lines, const Planes* start) {
  const auto sharpness = static_cast<float>(parameters().plane_sharpness);
  const bool known = start != nullptr && !start->empty();
  if (known) place_.row(b) = start->place.transpose();
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    taken_(b, j) = lines.open[j];
    const float slope = lines.slope[j];
    const int neuron = live_.neurons(1)[static_cast<std::size_t>(j)];
    if (known && (norm_ == Norm::linf || start->seconds(neuron) > 0)) {
      levels_(b, j) = start->levels(neuron);
      seconds_(b, j) = start->seconds(neuron);
    } else {
      levels_(b, j) = norm_ == Norm::linf ? 0.5F + (slope - 0.5F) / sharpness : slope;
      if (taken_(b, j) > 0) seconds_(b, j) = second(j, slope, -lines.low[j] / (1 - slope));
    }
    next_seconds_(b, j) = seconds_(b, j);
  }
}

/// A plane's second number at first: what the chord's slope and the neuron's width make it.
float PlaneRows::second(Eigen::Index j, float slope, float width) {
  if (norm_ == Norm::linf) return 0;
  if (norm_ == Norm::l2) return slope * (1 - slope) * width / std::max(radius_ * radius_, 1e-12F);
  if (thresholds_.size() == 0) thresholds_ = Eigen::VectorXf::Constant(levels_.cols(), -1);
  if (thresholds_(j) < 0) {
    const PlaneInputs<float> inputs = ball_.at(place_.data());
    const Eigen::Map<const Eigen::ArrayXf> weights(live_.first_row(j), place_.cols());
    float low = 0;
    float high = norm_ == Norm::l1 ? weights.abs().maxCoeff()
                                   : (weights * ball_.unit.array()).abs().maxCoeff();
    for (int halving = 0; halving < 12; ++halving) {
      const float middle = (low + high) / 2;
      (cost_beyond(inputs, weights.data(), middle) > inputs.radius ? low : high) = middle;
    }
    thresholds_(j) = high;
  }
  return kRoom * thresholds_(j);
}

PlaneWhole<float> PlaneRows::whole(Eigen::Index b, Eigen::Index j,
                                   const PlaneInputs<float>& inputs) {
  auto& known = whole_[static_cast<std::size_t>(j)];
  if (!known) known = whole_single(inputs, live_.first_row(j), seconds_(b, j));
  return *known;
}

double PlaneRows::relax(Eigen::Index b, const NeuronLines& lines, const float* costs,
                        float* carried) {
  const PlaneInputs<float> inputs = ball_.at(place_.row(b).data());
  float* direction = directions_.row(b).data();
  float* slopes = scratch<float>(place_.cols());
  directions_.row(b).setZero();
  double sum = 0;
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (!goes_by_plane(b, j, costs)) continue;
    const float center = live_.constants(1)(j);
    const float* weights = live_.first_row(j);
    const PlaneWhole<float> all = whole(b, j, inputs);
    const PlaneParts<float> parts = parts_single(inputs, weights, level(b, j), all, slopes);
    Shares<float> shares;
    constants_(b, j) = balance(parts, all, center, shares);
    add_single(inputs.count, slopes, weights, shares, costs[j], direction);
    parts_(b, j) = shares.part;
    rests_(b, j) = shares.rest;
    moves_(b, j) = parts.slope > 0 ? (center + parts.above - parts.below) / parts.slope : 0.0F;
    if (norm_ == Norm::l2) {
      const float a = levels_(b, j);
      next_seconds_(b, j) =
          ((1 - a) * parts.below + a * parts.above) / std::max(radius_ * radius_, 1e-12F);
    }
    carried[j] = 0;
    const float chord = -lines.slope[j] * lines.low[j];
    sum += static_cast<double>(costs[j] * (constants_(b, j) - chord));
    ++loops_;
  }
  return sum;
}

void PlaneRows::follow(Eigen::Index b, const float* costs, const float* change, float* x) const {
  const PlaneInputs<float> inputs = ball_.at(place_.row(b).data());
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (goes_by_plane(b, j, costs)) x[j] = value(b, j, inputs, change);
  }
}

float PlaneRows::value(Eigen::Index b, Eigen::Index j, const PlaneInputs<float>& inputs,
                       const float* change) const {
  return constants_(b, j) + at(inputs, live_.first_row(j), level(b, j),
                               Shares<float>{parts_(b, j), rests_(b, j)}, change);
}

void PlaneRows::climb(const FloatRows& changes, float share) {
  for (Eigen::Index b = 0; b < place_.rows(); ++b) {
    approach(static_cast<std::size_t>(place_.cols()), ball_.origin.data(), ball_.unit.data(),
             changes.row(b).data(), share, place_.row(b).data());
  }
  const float outside =
      norm_ == Norm::linf ? 0.5F / static_cast<float>(parameters().plane_sharpness) : 0.0F;
  levels_ = (levels_ + moves_).cwiseMax(-outside).cwiseMin(1 + outside);
  seconds_ = next_seconds_;
}

void PlaneRows::keep(Eigen::Index b) {
  best_place_.row(b) = place_.row(b);
  best_levels_.row(b) = levels_.row(b);
  best_seconds_.row(b) = seconds_.row(b);
}

void PlaneRows::return_to_best() {
  place_ = best_place_;
  levels_ = best_levels_;
  seconds_ = best_seconds_;
}

void PlaneRows::prices(Eigen::Index b, const float* costs, float* prices) const {
  const PlaneInputs<float> inputs = ball_.at(place_.row(b).data());
  const Eigen::RowVectorXf change =
      ball_.origin.transpose().array() + place_.row(b).array() * ball_.unit.transpose().array();
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (!goes_by_plane(b, j, costs)) continue;
    const Eigen::Map<const Eigen::RowVectorXf> weights(live_.first_row(j), change.size());
    const float y = live_.constants(1)(j) + weights.dot(change);
    const float above = value(b, j, inputs, change.data()) - std::max(y, 0.0F);
    prices[j] = -costs[j] * std::max(above, 0.0F);
  }
}

Planes PlaneRows::result(Eigen::Index b, const float* costs) const {
  Planes result;
  result.place = place_.row(b).transpose();
  result.levels = Eigen::VectorXf::Constant(first_width_, 0.5F);
  result.seconds = Eigen::VectorXf::Zero(first_width_);
  result.weights = Eigen::VectorXd::Zero(first_width_);
  const std::vector<int>& neurons = live_.neurons(1);
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    result.levels(neurons[j]) = levels_(b, column);
    result.seconds(neurons[j]) = seconds_(b, column);
    if (goes_by_plane(b, column, costs))
      result.weights(neurons[j]) = -static_cast<double>(costs[j]);
  }
  return result;
}

}  // namespace brink::search
