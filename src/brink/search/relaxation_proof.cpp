// What a program's multipliers prove: the Lagrangian's bound, rounding accounted for.
//
// Given multipliers y of the rows and v of x^1 - s^1 = y^1(x~) + W^1 d, the Lagrangian keeps only
// the neurons' boxes and phases and the ball:
//     bound = y b + v y^1(x~) - h(-W^1' v) + sum over neurons of the least r_x x + r_s s,
// r the reduced costs, (x, s) in the neuron's box with x = 0 or s = 0. The triangles need no
// multipliers of their own: that least value is taken at their corners.
// A first-layer column that sits at a side which came from the ball (U_k, -L_k) is one more
// multiplier on the same equation, so v is moved until that column's reduced cost vanishes: h is
// sublinear, which makes the bound better. A side that was tightened says more than the ball does,
// and then v as solved may prove more: both are tried, and the program is extended in the direction
// as solved, the only one that it must answer.
#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/relaxation.h"

namespace brink::search {

double Relaxation::cost(const Objective& objective, bool ray, int column) const {
  if (ray) return 0;
  if (objective.neuron < 0) return column == margin_column_ ? -1 : 0;
  const Slot& slot = slots_[static_cast<std::size_t>(objective.neuron)];
  if (column == slot.x) return objective.sign;
  return column == slot.s ? -objective.sign : 0;
}

double Relaxation::triangle_multiplier(const Slot& slot) const {
  if (slot.triangle < 0) return 0;
  return std::min(0.0, simplex_.multipliers()[static_cast<std::size_t>(slot.triangle)]);
}

double Relaxation::first_layer_multiplier(const Slot& slot, double v, double r_x,
                                          double r_s) const {
  const double inf = std::numeric_limits<double>::infinity();
  // A settled phase: of an inactive neuron the side y_k <= 0 counts, as solved.
  if (slot.triangle < 0) return slot.upper > 0 ? r_x : v;
  // What the triangle takes off both: (1 - l) x + l s <= l (-L).
  const double triangle = triangle_multiplier(slot);
  r_x -= triangle * (1 - slot.slope);
  r_s -= triangle * slot.slope;
  const bool x_moves = simplex_.upper(slot.x) > simplex_.lower(slot.x);
  const bool s_moves = simplex_.upper(slot.s) > simplex_.lower(slot.s);
  const double high = x_moves ? r_x : inf;
  const double low = s_moves ? -r_s : -inf;
  return std::min(std::max(v, std::min(low, high)), std::max(low, high));
}

/// min of r_x x + r_s s over a neuron's box, one of them zero while its phase is open.
double Relaxation::least(const Slot& slot, double r_x, double r_s) const {
  const double x_low = simplex_.lower(slot.x), x_high = simplex_.upper(slot.x);
  const double s_low = simplex_.lower(slot.s), s_high = simplex_.upper(slot.s);
  if (x_low == 0 && s_low == 0) return std::min({0.0, r_x * x_high, r_s * s_high});
  return std::min(r_x * x_low, r_x * x_high) + std::min(r_s * s_low, r_s * s_high);
}

/// A sum with what its rounding is charged by.
struct Relaxation::Tally {
  double value = 0, size = 0;
  double scale = 1;  ///< of a reduced cost's terms
  void add(double term) {
    value += term;
    size += std::abs(term);
  }
};

/// defining_, and in combined_ the rows of layers 2.. and the margins, by columns.
Relaxation::Tally Relaxation::combine_rows() {
  const auto& multipliers = simplex_.multipliers();
  Tally tally;
  combined_.assign(static_cast<std::size_t>(simplex_.columns()), 0);
  const auto add_row = [&](int row, double y) {
    if (y == 0) return;
    simplex_.add_row_to(row, y, combined_.data());
    tally.add(y * simplex_.rhs(row));
    tally.scale += std::abs(y) * largest_entry_;
  };
  // A triangle is a row of x_k and s_k less l times the neuron's defining row. The bound needs the
  // second part only: least() knows the first.
  defining_.assign(slots_.size(), 0);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    defining_[i] = multipliers[static_cast<std::size_t>(slot.row)];
    if (slot.triangle >= 0) {
      defining_[i] -= slot.slope * multipliers[static_cast<std::size_t>(slot.triangle)];
    }
    if (slot.layer > 1) add_row(slot.row, defining_[i]);
  }
  for (int row = first_margin_row_; row < simplex_.rows(); ++row) {
    const double y = std::max(0.0, multipliers[static_cast<std::size_t>(row)]);
    add_row(row, y);
    tally.size += y * problem_->rhs_magnitudes()(row - first_margin_row_);
  }
  return tally;
}

double Relaxation::lagrangian(Tally tally, const Objective& objective, bool ray, const Ball& ball,
                              bool move) {
  Eigen::VectorXd v = Eigen::VectorXd::Zero(problem_->first_width());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    double r_x = cost(objective, ray, slot.x) - combined_[static_cast<std::size_t>(slot.x)];
    double r_s = cost(objective, ray, slot.s);
    const double room = simplex_.upper(slot.x) + simplex_.upper(slot.s);
    double y = defining_[i];
    if (slot.layer == 1) {
      v(slot.index) = move ? first_layer_multiplier(slot, -y, r_x, r_s) : -y;
      y = -v(slot.index);
      r_x += y;
      tally.size += std::abs(y) * room;
    }
    r_s -= y;
    tally.add(least(slot, r_x, r_s));
    tally.size += tally.scale * room;
  }
  const double r =
      cost(objective, ray, margin_column_) - combined_[static_cast<std::size_t>(margin_column_)];
  tally.add(std::min(r * simplex_.lower(margin_column_), r * simplex_.upper(margin_column_)));
  tally.size += tally.scale * margin_limit_;
  for (Eigen::Index j = 0; j < v.size(); ++j) tally.add(v(j) * problem_->first_center()(j));

  direction_ = -v;
  problem_->first_direction(direction_, pixel_direction_);
  const Ball::Support support = ball.support(pixel_direction_, &candidate_);
  const double operations = simplex_.rows() + simplex_.columns() + 16;
  const double unit_roundoff = std::numeric_limits<double>::epsilon();
  const double doubt = unit_roundoff * operations * tally.size +
                       v.cwiseAbs().dot(problem_->first_doubt()) + support.error;
  outside_ball_ = tally.value - doubt;
  return outside_ball_ - support.value;
}

double Relaxation::prove(const Objective& objective, bool ray, const Ball& ball, double enough,
                         bool hopeless) {
  const Tally rows = combine_rows();
  if (hopeless) return lagrangian(rows, objective, ray, ball, false);
  const double moved = lagrangian(rows, objective, ray, ball, true);
  if (moved > enough) return moved;
  const double outside_ball = outside_ball_;
  const Eigen::VectorXd pixel_direction = pixel_direction_;
  const double solved = lagrangian(rows, objective, ray, ball, false);
  if (solved >= moved) return solved;
  outside_ball_ = outside_ball;
  pixel_direction_ = pixel_direction;
  return moved;
}

}  // namespace brink::search
