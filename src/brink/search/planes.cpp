#include "brink/search/planes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/base/clones.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

/// Of all inputs, at least so many count as on their way where a level is moved.
constexpr float kLeastRamp = 0.1F;

/// What a neuron's m_i are made of.
template <class Real>
struct Places {
  std::size_t count;
  const Real* least;  ///< of the box
  const Real* most;
  const float* place;
  Real sharpness;
};

/// How a neuron's inputs take part: m_i, or where both parts of k are equal, a share of these and
/// the rest of none or of all inputs.
template <class Real>
struct Shares {
  Real middle = 0;  ///< of m, where the place is
  Real part = 1, rest = 0;
};

template <class Real>
struct Parts {
  Real below = 0, above = 0;          ///< max -p d, max (w - p) d
  Real all_below = 0, all_above = 0;  ///< where p = w, and p = 0
  Real ramp = 0;                      ///< how much below - above moves by the level, a sharpness
};

template <class Real>
BRINK_CLONED Real within_unit(Real m) {
  const Real above = m > 0 ? m : Real(0);
  return above < 1 ? above : Real(1);
}

template <class Real>
BRINK_CLONED Real middle_of(const Places<Real>& places, Real level) {
  return Real(0.5) + places.sharpness * (level - Real(0.5));
}

template <class Real>
BRINK_CLONED Parts<Real> parts_of(const Places<Real>& places, const Real* weights, Real level) {
  const Real middle = middle_of(places, level), sharpness = places.sharpness;
  const Real* least = places.least;
  const Real* most = places.most;
  const float* place = places.place;
  Real below = 0, above = 0, all_below = 0, all_above = 0, ramp = 0;
#pragma omp simd reduction(+ : below, above, all_below, all_above, ramp)
  for (std::size_t i = 0; i < places.count; ++i) {
    const Real w = weights[i];
    const Real plus = w > 0 ? w : Real(0), minus = plus - w;
    const Real move = sharpness * (static_cast<Real>(place[i]) - Real(0.5));
    const Real raw = middle - (w > 0 ? move : -move);
    const Real m = within_unit(raw);
    const Real down = minus * most[i] - plus * least[i], up = plus * most[i] - minus * least[i];
    below += m * down;
    above += up - m * up;
    all_below += down;
    all_above += up;
    const Real started = raw > 0 ? down + up : Real(0);
    ramp += raw < 1 ? started : Real(0);
  }
  return {below, above, all_below, all_above, ramp};
}

/// So that both parts of k are equal, and k.
template <class Real>
Real balance(const Parts<Real>& parts, Real center, Shares<Real>& shares) {
  const Real apart = center + parts.above - parts.below;
  Real below = parts.below, above = parts.above;
  if (apart > 0) {
    const Real room = parts.all_below - parts.below + parts.above;
    const Real rest = room > 0 ? std::min(apart / room, Real(1)) : Real(0);
    shares.part = 1 - rest;
    shares.rest = rest;
    below = shares.part * parts.below + rest * parts.all_below;
    above = shares.part * parts.above;
  } else {
    const Real room = parts.below + parts.all_above - parts.above;
    const Real part = room > 0 ? std::max(1 + apart / room, Real(0)) : Real(1);
    shares.part = part;
    shares.rest = 0;
    below = part * parts.below;
    above = part * parts.above + (1 - part) * parts.all_above;
  }
  return std::max(below, center + above);
}

/// direction += factor p.
template <class Real>
BRINK_CLONED void add_plane(const Places<Real>& places, const Real* weights,
                            const Shares<Real>& shares, Real factor, Real* direction) {
  const Real middle = shares.middle, part = factor * shares.part, rest = factor * shares.rest;
  const Real sharpness = places.sharpness;
  const float* place = places.place;
#pragma omp simd
  for (std::size_t i = 0; i < places.count; ++i) {
    const Real w = weights[i];
    const Real move = sharpness * (static_cast<Real>(place[i]) - Real(0.5));
    const Real m = within_unit(middle - (w > 0 ? move : -move));
    direction[i] += (part * m + rest) * w;
  }
}

BRINK_CLONES Parts<float> parts_single(const Places<float>& places, const float* weights,
                                       float level) {
  return parts_of(places, weights, level);
}

BRINK_CLONES Parts<double> parts_double(const Places<double>& places, const double* weights,
                                        double level) {
  return parts_of(places, weights, level);
}

BRINK_CLONES void add_single(const Places<float>& places, const float* weights,
                             const Shares<float>& shares, float factor, float* direction) {
  add_plane(places, weights, shares, factor, direction);
}

BRINK_CLONES void add_double(const Places<double>& places, const double* weights,
                             const Shares<double>& shares, double factor, double* direction) {
  add_plane(places, weights, shares, factor, direction);
}

/// p d.
BRINK_CLONES float at(const Places<float>& places, const float* weights,
                      const Shares<float>& shares, const float* change) {
  const float middle = shares.middle, part = shares.part, rest = shares.rest;
  const float sharpness = places.sharpness;
  const float* place = places.place;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < places.count; ++i) {
    const float w = weights[i];
    const float move = sharpness * (place[i] - 0.5F);
    const float m = within_unit(middle - (w > 0 ? move : -move));
    sum += (part * m + rest) * w * change[i];
  }
  return sum;
}

BRINK_CLONES void approach(std::size_t count, const float* least, const float* most,
                           const float* change, float share, float* place) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) {
    const float width = most[i] - least[i];
    const float to = width > 0 ? (change[i] - least[i]) / width : 0.5F;
    place[i] += share * (to - place[i]);
  }
}

Places<float> places_single(const Ball& ball, const float* place) {
  return {static_cast<std::size_t>(ball.size()), ball.box_single().least.data(),
          ball.box_single().most.data(), place, static_cast<float>(parameters().plane_sharpness)};
}

}  // namespace

bool planes_apply(const Problem& problem, const Ball& ball) {
  return problem.planes() && ball.norm() == Norm::linf && std::isfinite(ball.radius()) &&
         !problem.network().layers.front().weights.is_sparse();
}

PlanesProof add_planes(const Problem& problem, const Planes& planes, const Ball& ball,
                       Eigen::VectorXd& direction) {
  const Places<double> places{static_cast<std::size_t>(ball.size()), ball.box().least.data(),
                              ball.box().most.data(), planes.place.data(),
                              parameters().plane_sharpness};
  PlanesProof proof;
  const double unit = std::numeric_limits<double>::epsilon();
  const double operations =
      static_cast<double>(ball.size()) + static_cast<double>(planes.weights.size()) + 16;
  for (Eigen::Index j = 0; j < planes.weights.size(); ++j) {
    const double weight = planes.weights(j);
    if (!(weight > 0)) continue;
    const double* weights = problem.first_row(static_cast<int>(j));
    const double level = static_cast<double>(planes.levels(j));
    const Parts<double> parts = parts_double(places, weights, level);
    const double center = problem.first_center()(j);
    Shares<double> shares{middle_of(places, level)};
    const double constant = balance(parts, center, shares);
    add_double(places, weights, shares, weight, direction.data());
    const double size = parts.all_below + parts.all_above + std::abs(center);
    proof.constant -= weight * constant;
    proof.doubt += weight * (2 * unit * operations * size + problem.first_doubt()(j));
  }
  return proof;
}

PlaneRows::PlaneRows(const Problem& problem, const Ball& ball, const LiveLayers& live,
                     Eigen::Index count)
    : ball_(ball), live_(live), first_width_(problem.first_width()) {
  const auto width = static_cast<Eigen::Index>(live.neurons(1).size());
  taken_ = FloatRows::Ones(count, width);
  levels_ = moves_ = constants_ = parts_ = rests_ = FloatRows::Zero(count, width);
  place_ = FloatRows::Constant(count, ball.size(), 0.5F);
  directions_ = FloatRows::Zero(count, ball.size());
  best_levels_ = levels_;
  best_place_ = place_;
}

void PlaneRows::begin(Eigen::Index b, const NeuronLines& lines, const Planes* start) {
  const auto sharpness = static_cast<float>(parameters().plane_sharpness);
  const bool known = start != nullptr && !start->empty();
  if (known) place_.row(b) = start->place.transpose();
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    const float slope = lines.slope[j];
    taken_(b, j) = lines.open[j];
    levels_(b, j) = known ? start->levels(live_.neurons(1)[static_cast<std::size_t>(j)])
                          : 0.5F + (slope - 0.5F) / sharpness;
  }
}

double PlaneRows::relax(Eigen::Index b, const NeuronLines& lines, const float* costs,
                        float* carried) {
  const Places<float> places = places_single(ball_, place_.row(b).data());
  float* direction = directions_.row(b).data();
  directions_.row(b).setZero();
  double sum = 0;
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (!goes_by_plane(b, j, costs)) continue;
    const float center = live_.constants(1)(j);
    const Parts<float> parts = parts_single(places, live_.first_row(j), levels_(b, j));
    Shares<float> shares{middle_of(places, levels_(b, j))};
    constants_(b, j) = balance(parts, center, shares);
    add_single(places, live_.first_row(j), shares, costs[j], direction);
    parts_(b, j) = shares.part;
    rests_(b, j) = shares.rest;
    const float width = parts.all_below + parts.all_above;
    const float slope = places.sharpness * std::max(parts.ramp, kLeastRamp * width);
    moves_(b, j) = (center + parts.above - parts.below) / slope;
    carried[j] = 0;
    const float chord = -lines.slope[j] * lines.low[j];
    sum += static_cast<double>(costs[j] * (constants_(b, j) - chord));
    ++loops_;
  }
  return sum;
}

void PlaneRows::follow(Eigen::Index b, const float* costs, const float* change, float* x) const {
  const Places<float> places = places_single(ball_, place_.row(b).data());
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (!goes_by_plane(b, j, costs)) continue;
    x[j] = constants_(b, j) +
           at(places, live_.first_row(j),
              Shares<float>{middle_of(places, levels_(b, j)), parts_(b, j), rests_(b, j)}, change);
  }
}

void PlaneRows::climb(const FloatRows& changes, float share) {
  for (Eigen::Index b = 0; b < place_.rows(); ++b) {
    approach(static_cast<std::size_t>(place_.cols()), ball_.box_single().least.data(),
             ball_.box_single().most.data(), changes.row(b).data(), share, place_.row(b).data());
  }
  const float outside = 0.5F / static_cast<float>(parameters().plane_sharpness);
  levels_ = (levels_ + moves_).cwiseMax(-outside).cwiseMin(1 + outside);
}

void PlaneRows::keep(Eigen::Index b) {
  best_place_.row(b) = place_.row(b);
  best_levels_.row(b) = levels_.row(b);
}

void PlaneRows::return_to_best() {
  place_ = best_place_;
  levels_ = best_levels_;
}

void PlaneRows::prices(Eigen::Index b, const float* costs, float* prices) const {
  const Places<float> places = places_single(ball_, place_.row(b).data());
  const Eigen::RowVectorXf least = ball_.box_single().least, most = ball_.box_single().most;
  const Eigen::RowVectorXf change = least.array() + place_.row(b).array() * (most - least).array();
  for (Eigen::Index j = 0; j < levels_.cols(); ++j) {
    if (!goes_by_plane(b, j, costs)) continue;
    const Eigen::Map<const Eigen::RowVectorXf> weights(live_.first_row(j), change.size());
    const float y = live_.constants(1)(j) + weights.dot(change);
    const float x = constants_(b, j) +
                    at(places, weights.data(),
                       Shares<float>{middle_of(places, levels_(b, j)), parts_(b, j), rests_(b, j)},
                       change.data());
    prices[j] = -costs[j] * std::max(x - std::max(y, 0.0F), 0.0F);
  }
}

Planes PlaneRows::result(Eigen::Index b, const float* costs) const {
  Planes result;
  result.place = place_.row(b).transpose();
  result.levels = Eigen::VectorXf::Constant(first_width_, 0.5F);
  result.weights = Eigen::VectorXd::Zero(first_width_);
  const std::vector<int>& neurons = live_.neurons(1);
  for (std::size_t j = 0; j < neurons.size(); ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    result.levels(neurons[j]) = levels_(b, column);
    if (goes_by_plane(b, column, costs))
      result.weights(neurons[j]) = -static_cast<double>(costs[j]);
  }
  return result;
}

}  // namespace brink::search
