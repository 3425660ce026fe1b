#include "brink/search/plane_inputs.h"

#include <algorithm>
#include <cmath>

#include "brink/search/parameters.h"

namespace brink::search {

namespace {

/// L2: a side that is shorter than this part of the radius limits a move before the sphere does.
constexpr double kShortSide = 1.0 / 30;
constexpr double kTinySide = 1e-6;

}  // namespace

template <class Real>
PlaneBall<Real>::PlaneBall(const Ball& ball) : norm_(ball.norm()) {
  const double radius =
      norm_ == Norm::l0 ? std::floor(ball.radius() + 1e-9) : std::max(ball.radius(), 0.0);
  radius_ = static_cast<Real>(radius);
  if (norm_ == Norm::linf) {
    up_ = ball.box().most.template cast<Real>();
    down_ = -ball.box().least.template cast<Real>();
    origin = -down_;
    unit = up_ + down_;
    return;
  }
  const Eigen::ArrayXd up = ball.upper().array(), down = -ball.lower().array();
  up_ = up.matrix().template cast<Real>();
  down_ = down.matrix().template cast<Real>();
  origin = Vector::Zero(ball.size());
  if (norm_ == Norm::l2) {
    up_gauge_ = (up > kShortSide * radius).template cast<Real>().matrix();
    down_gauge_ = (down > kShortSide * radius).template cast<Real>().matrix();
    unit = Vector::Constant(ball.size(), radius_);
    return;
  }
  const Eigen::ArrayXd both = up + down;
  const auto gauge = [&](const Eigen::ArrayXd& side) -> Eigen::ArrayXd {
    Eigen::ArrayXd cost = Eigen::ArrayXd::Ones(side.size());
    if (norm_ == Norm::l0) cost = side.max(kTinySide).inverse();
    return (both > 0).select((side > 0).select(cost, 1 / kTinySide), 0.0);
  };
  up_gauge_ = gauge(up).matrix().template cast<Real>();
  down_gauge_ = gauge(down).matrix().template cast<Real>();
  lean_ = (both > 0)
              .select(2 * ((up - down) / both.max(kTinySide)).cube(), 0.0)
              .matrix()
              .template cast<Real>();
  const Eigen::ArrayXd farther = up.max(down);
  unit = (norm_ == Norm::l0 ? farther : farther.min(radius)).matrix().template cast<Real>();
}

template <class Real>
PlaneInputs<Real> PlaneBall<Real>::at(const float* place) const {
  PlaneInputs<Real> inputs;
  inputs.norm = norm_;
  inputs.count = static_cast<std::size_t>(up_.size());
  inputs.radius = radius_;
  inputs.sharpness = static_cast<Real>(parameters().plane_sharpness);
  inputs.up = up_.data();
  inputs.down = down_.data();
  inputs.up_gauge = up_gauge_.data();
  inputs.down_gauge = down_gauge_.data();
  inputs.lean = lean_.data();
  inputs.place = place;
  return inputs;
}

template class PlaneBall<float>;
template class PlaneBall<double>;

}  // namespace brink::search
