// Projected gradient ascent on the cross-entropy, a mini-batch at a time.
//
//     x <- project(x + step direction(dL/dx)),   step = reach radius / steps
//
// The direction is the norm's steepest (Boyd & Vandenberghe 2004, section 9.4): the signs for Linf,
// the slope over its length for L2. For L1 it is one pixel, which reaches the wall of [0, 1] long
// before the step is used up; so a step fills pixels, steepest first (Croce & Hein 2021, "Mind the
// box"). Projection: clipping for Linf, scaling for L2, a soft threshold for L1 (Duchi,
// Shalev-Shwartz, Singer & Chandra 2008). x and its origin lie in the box, and all three only
// shorten each pixel's change: the result lies in it too.
//
// Random start: anywhere in the ball for Linf; for L1 and L2 a step along random slopes. Without
// one, training by a single step finds networks whose slopes lie (Wong, Rice & Kolter 2020).
//
// Tried: a heap of all pixels for the L1 step, four times slower than scanning for the steepest
// few. One step instead of three gives the same distances at small radii, seven a little more at
// the price of accuracy (docs/hardening.md).
#include "brink/network/adversary.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "brink/network/soft_threshold.h"

namespace brink {

namespace {

Expected<void> check(const NormBall& ball) {
  if (ball.norm == Norm::l0) {
    return bad_request("adversarial training in l0 has no slope to climb: use l1, l2 or linf");
  }
  if (!(ball.radius > 0) || !std::isfinite(ball.radius)) {
    return bad_request("the radius {} of adversarial training is not a number above 0",
                       ball.radius);
  }
  return {};
}

/// The L1 step: scans for the steepest pixel as often as it takes, for of hundreds few are moved.
void fill_steepest(const Eigen::Ref<const Eigen::VectorXf>& slope, float length,
                   Eigen::Ref<Eigen::VectorXf> x) {
  // 0 where there is no room to move.
  Eigen::VectorXf steepness =
      (slope.array() > 0)
          .select((x.array() < 1).select(slope, 0.0F), (x.array() > 0).select(-slope, 0.0F));
  while (length > 0) {
    const float steepest = steepness.maxCoeff();
    if (!(steepest > 0)) return;
    const auto j = std::find(steepness.begin(), steepness.end(), steepest) - steepness.begin();
    steepness(j) = 0;
    const float move = std::min(length, slope(j) > 0 ? 1 - x(j) : x(j));
    x(j) += slope(j) > 0 ? move : -move;
    length -= move;
  }
}

float threshold_of(const Eigen::VectorXf& change, float radius) {
  std::vector<float> sizes;
  for (const float d : change) {
    if (d != 0) sizes.push_back(std::abs(d));
  }
  return soft_threshold(std::move(sizes), radius);
}

}  // namespace

Expected<NormBall> parse_ball(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return bad_request("'{}' is no ball for adversarial training: use NORM:RADIUS, e.g. linf:0.1",
                       text);
  }
  const auto norm = parse_norm(text.substr(0, colon));
  if (!norm) return tl::unexpected(norm.error());
  NormBall ball{.norm = *norm};
  const std::string_view radius = text.substr(colon + 1);
  const auto [end, code] =
      std::from_chars(radius.data(), radius.data() + radius.size(), ball.radius);
  if (code != std::errc() || end != radius.data() + radius.size()) {
    return bad_request("'{}': the radius '{}' is not a number above 0", text, radius);
  }
  if (auto ok = check(ball); !ok) return tl::unexpected(ok.error());
  return ball;
}

Expected<void> check(const AdversarialOptions& options) {
  if (options.balls.empty()) return bad_request("adversarial training needs a norm and a radius");
  for (const NormBall& ball : options.balls) {
    if (auto ok = check(ball); !ok) return ok;
  }
  if (options.steps < 1 || !(options.reach > 0) || !std::isfinite(options.reach)) {
    return bad_request("attack steps {} must be at least 1, their reach {} above 0", options.steps,
                       options.reach);
  }
  if (!(options.clean_share >= 0 && options.clean_share < 1)) {
    return bad_request("the clean share {} is not in [0, 1)", options.clean_share);
  }
  if (!(options.ramp >= 0)) {
    return bad_request("the radius' ramp of {} epochs is not 0 or more", options.ramp);
  }
  return {};
}

void ascend(Norm norm, const Eigen::Ref<const Eigen::VectorXf>& slope, float length,
            Eigen::Ref<Eigen::VectorXf> x) {
  if (norm == Norm::l1) return fill_steepest(slope, length, x);
  if (norm == Norm::linf) {
    x += length * slope.cwiseSign();
  } else if (const float size = slope.norm(); size > 0) {
    x += length / size * slope;
  }
  x = x.cwiseMax(0.0F).cwiseMin(1.0F);
}

void project(const NormBall& ball, const Eigen::Ref<const Eigen::VectorXf>& origin,
             Eigen::Ref<Eigen::VectorXf> x) {
  const auto radius = static_cast<float>(ball.radius);
  if (ball.norm == Norm::linf) {
    x = x.cwiseMax((origin.array() - radius).matrix()).cwiseMin((origin.array() + radius).matrix());
    return;
  }
  const Eigen::VectorXf change = x - origin;
  if (ball.norm == Norm::l2) {
    if (const float size = change.norm(); size > radius) x = origin + radius / size * change;
  } else if (change.lpNorm<1>() > radius) {
    const float threshold = threshold_of(change, radius);
    x = origin +
        change.cwiseSign().cwiseProduct((change.cwiseAbs().array() - threshold).max(0.0F).matrix());
  }
}

void Adversary::attack(Learner& learner, const NormBall& ball, std::span<const int> labels,
                       Random& random, Eigen::Ref<Eigen::MatrixXf> inputs) {
  const auto radius = static_cast<float>(ball.radius);
  const auto step = static_cast<float>(options_.reach * ball.radius / options_.steps);
  origin_ = inputs;
  Eigen::VectorXf noise(inputs.rows());
  for (Eigen::Index i = 0; i < inputs.cols(); ++i) {
    for (float& value : noise) value = static_cast<float>(random.uniform(-1, 1));
    auto x = inputs.col(i);
    if (ball.norm == Norm::linf) {
      x = (x + radius * noise).cwiseMax(0.0F).cwiseMin(1.0F);
    } else {
      ascend(ball.norm, noise, radius * static_cast<float>(random.uniform()), x);
    }
  }
  for (int s = 0; s < options_.steps; ++s) {
    const Eigen::MatrixXf& slopes = learner.input_slopes(inputs, labels);
    for (Eigen::Index i = 0; i < inputs.cols(); ++i) {
      ascend(ball.norm, slopes.col(i), step, inputs.col(i));
      project(ball, origin_.col(i), inputs.col(i));
    }
  }
}

}  // namespace brink
