// Multipliers from a small linear program, bounds from the Lagrangian.
//
// Given multipliers y of the rows and v of x^1 - s^1 = y^1(x~) + W^1 d, the Lagrangian keeps only
// the columns' boxes and the ball:
//     bound = y b + v y^1(x~) - h(-W^1' v) + sum over columns of min over the box of its reduced
//     cost
// A first-layer column that sits at a side which came from the ball (U_k, -L_k) is one more
// multiplier on the same equation, so v is moved until that column's reduced cost vanishes: h is
// sublinear, which makes the bound better. A side that was tightened says more than the ball does,
// and then v as solved may prove more: both are tried, and the program is extended in the direction
// as solved, the only one that it must answer.
// Tried and dropped: pixel columns (every pivot passes over a thousand of them, and L2 needs
// planes by the hundred in that space); describing Z from outside by cuts u z <= h(u) in the
// directions that the multipliers give (stalls: those directions do not separate the program's
// point, 12,000 nodes where points need 100).
#include "brink/search/relaxation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/base/random.h"

namespace brink::search {

namespace {

constexpr double kBig = 1e7;  ///< sides of slacks that have none
/// Perturbation of the costs: the margin objective has one nonzero cost, hence ties everywhere.
constexpr double kPerturbation = 1e-7;
constexpr double kSharpPerturbation = 1e-11;
constexpr int kRecentPoints = 256;  ///< of the pool that pricing looks at
constexpr int kPointsARound = 3;    ///< from the pool, besides the new one
constexpr double kRewrite = 0.02;   ///< a triangle follows bounds that moved by this share
constexpr double kThin = 1e-5;      ///< triangles are written at least this wide (looser, so sound)
/// Bound and program have met when this share is open: of the margin, of a neuron's side, of an
/// extreme.
constexpr double kMet = 0.02, kNeuronMet = 0.1, kSharpMet = 0.1;

double unit_roundoff() {
  return std::numeric_limits<double>::epsilon();
}

}  // namespace

int PointPool::add(const Problem& problem, const Eigen::VectorXd& change, const Ball& ball) {
  if (added_ == 0) radius_ = ball.radius();
  Point point;
  point.change = change / ball.shrinking(radius_, ball.radius());
  point.image = problem.first_weights() * point.change;
  points_.push_back(std::move(point));
  if (points_.size() > kPointsKept) points_.pop_front();
  return added_++;
}

Relaxation::Relaxation(const Problem& problem, const Phasing& root, Statistics& statistics)
    : problem_(&problem), statistics_(&statistics), simplex_(0, 0) {
  build(root);
}

void Relaxation::build(const Phasing& root) {
  const Problem& problem = *problem_;
  slots_.assign(static_cast<std::size_t>(problem.neurons()), {});
  int columns = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (root.upper[i] <= 0) continue;
    slots_[i].x = columns++;
    if (root.lower[i] < 0) slots_[i].s = columns++;
  }
  margin_column_ = columns++;
  simplex_ = DualSimplex(columns, kPoints);
  first_point_column_ = columns;
  largest_entry_ =
      std::max(1.0, problem.rows().size() > 0 ? problem.rows().cwiseAbs().maxCoeff() : 0);
  for (int k = 2; k <= problem.hidden_layers(); ++k) {
    largest_entry_ =
        std::max(largest_entry_, problem.network().layer(k).weights.cwiseAbs().maxCoeff());
  }
  dense_.assign(static_cast<std::size_t>(columns), 0);
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) add_neuron(k, j, root);
  }
  first_margin_row_ = simplex_.rows();
  for (int i = 0; i < static_cast<int>(problem.rhs().size()); ++i) add_margin_row(i, root);
  fixed_rows_ = first_link_row_ = simplex_.rows();
  for (int j = 0; j < problem.first_width(); ++j) {
    Slot& slot = slots_[static_cast<std::size_t>(j)];
    if (slot.x < 0) continue;
    dense_[static_cast<std::size_t>(slot.x)] = 1;
    if (slot.s >= 0) dense_[static_cast<std::size_t>(slot.s)] = -1;
    slot.row = simplex_.add_row(dense_, problem.first_center()(j), 0, 0);
    std::fill(dense_.begin(), dense_.end(), 0.0);
  }
  hull_row_ = simplex_.add_row(dense_, 1, 0, 2);
  load(root);
}

void Relaxation::add_neuron(int k, int j, const Phasing& root) {
  const Problem& problem = *problem_;
  const Layer& layer = problem.network().layer(k);
  const auto id = static_cast<std::size_t>(problem.neuron(k, j));
  Slot& slot = slots_[id];
  if (slot.x < 0) return;
  const auto set = [this](int column, double value) {
    if (column >= 0) dense_[static_cast<std::size_t>(column)] = value;
  };
  if (k > 1) {
    for (int i = 0; i < static_cast<int>(layer.weights.cols()); ++i) {
      set(slots_[static_cast<std::size_t>(problem.neuron(k - 1, i))].x, layer.weights(j, i));
    }
    set(slot.x, -1);
    set(slot.s, 1);
    slot.row = simplex_.add_row(dense_, -layer.bias(j), 0, 0);
    std::fill(dense_.begin(), dense_.end(), 0.0);
  }
  if (slot.s < 0) return;
  slot.triangle_lower = std::min(root.lower[id], -kThin);
  slot.triangle_upper = std::max(root.upper[id], kThin);
  set(slot.x, 1 / slot.triangle_upper);
  set(slot.s, -1 / slot.triangle_lower);
  slot.triangle = simplex_.add_row(dense_, 1, 0, 2);
  std::fill(dense_.begin(), dense_.end(), 0.0);
}

void Relaxation::add_margin_row(int i, const Phasing& root) {
  const int last = problem_->hidden_layers();
  double size = std::abs(problem_->rhs()(i)) + 1;
  for (int j = 0; j < static_cast<int>(problem_->rows().cols()); ++j) {
    const auto id = static_cast<std::size_t>(problem_->neuron(last, j));
    if (slots_[id].x < 0) continue;
    dense_[static_cast<std::size_t>(slots_[id].x)] = problem_->rows()(i, j);
    size += std::abs(problem_->rows()(i, j)) * root.upper[id];
  }
  margin_limit_ = std::max(margin_limit_, size);
  dense_[static_cast<std::size_t>(margin_column_)] = -1;
  simplex_.add_row(dense_, problem_->rhs()(i), -kBig, 0);
  std::fill(dense_.begin(), dense_.end(), 0.0);
}

void Relaxation::rewrite_triangle(Slot& slot, double lower, double upper) {
  slot.triangle_lower = lower;
  slot.triangle_upper = upper;
  simplex_.set_coefficient(slot.triangle, slot.x, 1 / upper);
  simplex_.set_coefficient(slot.triangle, slot.s, -1 / lower);
}

void Relaxation::load(const Phasing& node) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    slot.lower = node.lower[i];
    slot.upper = node.upper[i];
    const double x_high = std::max(0.0, slot.upper);
    simplex_.set_column(slot.x, std::min(std::max(0.0, slot.lower), x_high), x_high);
    if (slot.s < 0) continue;
    const double s_high = std::max(0.0, -slot.lower);
    simplex_.set_column(slot.s, std::min(std::max(0.0, -slot.upper), s_high), s_high);
    // The row must never be tighter than the node's bounds (they may come from another branch).
    const double lower = std::min(slot.lower, slot.triangle_lower);
    const double upper = std::max(slot.upper, slot.triangle_upper);
    if (lower < slot.triangle_lower || upper > slot.triangle_upper) {
      rewrite_triangle(slot, lower, upper);
    }
    const bool open = slot.lower < -kThin && slot.upper > kThin;
    if (open && (slot.upper < (1 - kRewrite) * slot.triangle_upper ||
                 slot.lower > (1 - kRewrite) * slot.triangle_lower)) {
      rewrite_triangle(slot, slot.lower, slot.upper);
    }
  }
}

void Relaxation::set_objective(const Objective& objective) {
  Random noise(7);
  const double size = objective.sharp ? kSharpPerturbation : kPerturbation;
  for (const Slot& slot : slots_) {
    if (slot.x >= 0) simplex_.set_cost(slot.x, size * noise.uniform(0.5, 1));
    if (slot.s >= 0) simplex_.set_cost(slot.s, size * noise.uniform(0.5, 1));
  }
  const bool margin = objective.neuron < 0;
  simplex_.set_column(margin_column_, margin ? -margin_limit_ : 0, margin_limit_);
  simplex_.set_cost(margin_column_, margin ? -1 : size);
  if (margin) return;
  const Slot& slot = slots_[static_cast<std::size_t>(objective.neuron)];
  simplex_.set_cost(slot.x, objective.sign);
  if (slot.s >= 0) simplex_.set_cost(slot.s, -objective.sign);
}

double Relaxation::cost(const Objective& objective, bool ray, int column) const {
  if (ray) return 0;
  if (objective.neuron < 0) return column == margin_column_ ? -1 : 0;
  const Slot& slot = slots_[static_cast<std::size_t>(objective.neuron)];
  if (column == slot.x) return objective.sign;
  return slot.s >= 0 && column == slot.s ? -objective.sign : 0;
}

std::vector<double> Relaxation::fixed_multipliers() const {
  const auto& all = simplex_.multipliers();
  std::vector<double> y(all.begin(), all.begin() + fixed_rows_);
  for (const Slot& slot : slots_) {
    if (slot.triangle < 0) continue;
    auto& multiplier = y[static_cast<std::size_t>(slot.triangle)];
    multiplier = std::min(0.0, multiplier);
  }
  for (int i = first_margin_row_; i < fixed_rows_; ++i) {
    auto& multiplier = y[static_cast<std::size_t>(i)];
    multiplier = std::max(0.0, multiplier);
  }
  return y;
}

double Relaxation::first_layer_multiplier(const Slot& slot, double v, double r_x,
                                          double r_s) const {
  const double inf = std::numeric_limits<double>::infinity();
  if (slot.s < 0) return r_x;
  const bool x_moves = simplex_.upper(slot.x) > simplex_.lower(slot.x);
  const bool s_moves = simplex_.upper(slot.s) > simplex_.lower(slot.s);
  const double high = x_moves ? r_x : inf;
  const double low = s_moves ? -r_s : -inf;
  return std::min(std::max(v, std::min(low, high)), std::max(low, high));
}

double Relaxation::lagrangian(const Objective& objective, bool ray, const Ball& ball, bool move) {
  const std::vector<double> y = fixed_multipliers();
  Eigen::VectorXd v = Eigen::VectorXd::Zero(problem_->first_width());
  for (Eigen::Index j = 0; j < v.size(); ++j) {
    const int row = slots_[static_cast<std::size_t>(j)].row;
    if (row >= 0) v(j) = simplex_.multipliers()[static_cast<std::size_t>(row)];
  }
  simplex_.combine_rows(fixed_rows_, y.data(), combined_);
  const auto reduced = [&](int column) {
    return cost(objective, ray, column) - combined_[static_cast<std::size_t>(column)];
  };
  double value = 0, size = 0;
  const auto add = [&](double term) {
    value += term;
    size += std::abs(term);
  };
  for (int i = 0; i < fixed_rows_; ++i) add(y[static_cast<std::size_t>(i)] * simplex_.rhs(i));
  // Least value of reduced cost times column over its box. The reduced cost is itself a sum, of
  // terms no larger than `scale`; a triangle's entry times its column's room is at most 1.
  double scale = 1;
  for (const double multiplier : y) scale += std::abs(multiplier) * largest_entry_;
  for (const Slot& slot : slots_) {
    if (slot.triangle >= 0) size += 2 * std::abs(y[static_cast<std::size_t>(slot.triangle)]);
  }
  const auto add_column = [&](int column, double r) {
    const double low = simplex_.lower(column), high = simplex_.upper(column);
    add(std::min(r * low, r * high));
    size += scale * std::max(std::abs(low), std::abs(high));
  };
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    double r_x = reduced(slot.x);
    double r_s = slot.s >= 0 ? reduced(slot.s) : 0;
    const auto j = static_cast<Eigen::Index>(i);
    if (j < v.size()) {
      if (move) v(j) = first_layer_multiplier(slot, v(j), r_x, r_s);
      r_x -= v(j);
      r_s += v(j);
      const double room = simplex_.upper(slot.x) + (slot.s >= 0 ? simplex_.upper(slot.s) : 0);
      size += std::abs(v(j)) * room;
    }
    add_column(slot.x, r_x);
    if (slot.s >= 0) add_column(slot.s, r_s);
  }
  add_column(margin_column_, reduced(margin_column_));
  for (Eigen::Index j = 0; j < v.size(); ++j) add(v(j) * problem_->first_center()(j));

  direction_ = -v;
  pixel_direction_.noalias() = problem_->first_weights().transpose() * direction_;
  support_ = ball.support(pixel_direction_, &candidate_);
  const double operations = fixed_rows_ + simplex_.columns() + 16;
  const double doubt = unit_roundoff() * operations * size +
                       v.cwiseAbs().dot(problem_->first_doubt()) + support_.error;
  outside_ball_ = value - doubt;
  return outside_ball_ - support_.value;
}

void Relaxation::enter(const PointPool& pool, int id) {
  const Eigen::VectorXd& point = pool.point(id).image;
  std::vector<double> entries(static_cast<std::size_t>(simplex_.rows()), 0.0);
  for (Eigen::Index j = 0; j < point.size(); ++j) {
    const Slot& slot = slots_[static_cast<std::size_t>(j)];
    if (slot.x >= 0) entries[static_cast<std::size_t>(slot.row)] = -point(j);
  }
  entries[static_cast<std::size_t>(hull_row_)] = 1;
  if (!simplex_.full()) {
    simplex_.add_column(entries, 0, 1);
    point_columns_.push_back({id, point});
    return;
  }
  // Take the place of the point that is farthest from being of use; one at its upper side only if
  // all are (after an infeasible program they may be).
  int worst = -1;
  const auto less_use = [this](int a, int b) {
    const bool a_used = simplex_.value(a) > 0, b_used = simplex_.value(b) > 0;
    if (a_used != b_used) return b_used;
    return simplex_.reduced_cost(a) > simplex_.reduced_cost(b);
  };
  for (std::size_t c = 0; c < point_columns_.size(); ++c) {
    const int column = first_point_column_ + static_cast<int>(c);
    if (simplex_.is_basic(column)) continue;
    if (worst < 0 || less_use(column, worst)) worst = column;
  }
  if (worst < 0) return;
  simplex_.overwrite_column(worst, entries);
  point_columns_[static_cast<std::size_t>(worst - first_point_column_)] = {id, point};
}

void Relaxation::price(const Ball& ball, PointPool& pool) {
  const int fresh = pool.add(*problem_, candidate_, ball);
  ++statistics_->points;
  std::vector<std::pair<double, int>> known;
  double entered = 0;  // the best that the program has already
  for (const PointColumn& column : point_columns_) {
    entered = std::max(entered, direction_.dot(column.image));
  }
  for (int id = std::max(pool.begin(), fresh - kRecentPoints); id < fresh; ++id) {
    const double worth = direction_.dot(pool.point(id).image);
    if (worth > entered * (1 + 1e-9)) known.emplace_back(worth, id);
  }
  enter(pool, fresh);
  const auto count = std::min<std::size_t>(known.size(), kPointsARound);
  std::partial_sort(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(count), known.end(),
                    std::greater<>());
  for (std::size_t i = 0; i < count; ++i) enter(pool, known[i].second);
}

void Relaxation::scale_to(const Ball& ball, const PointPool& pool) {
  simplex_.set_rhs(hull_row_, pool.end() == 0 ? 1.0 : ball.shrinking(pool.radius(), ball.radius()));
}

double Relaxation::prove(const Objective& objective, bool ray, const Ball& ball, double enough) {
  const double moved = lagrangian(objective, ray, ball, true);
  if (moved > enough) return moved;
  const double outside_ball = outside_ball_;
  const Eigen::VectorXd pixel_direction = pixel_direction_;
  const double solved = lagrangian(objective, ray, ball, false);
  if (solved >= moved) return solved;
  outside_ball_ = outside_ball;
  pixel_direction_ = pixel_direction;
  return moved;
}

DualSimplex::Status Relaxation::solve() {
  const long before = simplex_.iterations();
  const auto status = simplex_.solve();
  statistics_->iterations += simplex_.iterations() - before;
  statistics_->effort += simplex_.iterations() - before;
  return status;
}

NodeBound Relaxation::minimise(const Objective& objective, const Ball& ball, PointPool& pool,
                               double enough, int rounds) {
  if (point_columns_.empty()) {
    const int first = std::max(pool.begin(), pool.end() - kPoints / 2);
    for (int id = first; id < pool.end(); ++id) enter(pool, id);
  }
  set_objective(objective);
  NodeBound result;
  result.value = -std::numeric_limits<double>::infinity();
  for (int round = 1; round <= rounds; ++round) {
    scale_to(ball, pool);
    status_ = solve();
    const bool ray = status_ == DualSimplex::Status::infeasible;
    const double bound = prove(objective, ray, ball, ray ? 0 : enough);
    if (ray) {
      result.infeasible = bound > 0;
      if (result.infeasible || round == rounds) return result;
      price(ball, pool);
      continue;
    }
    result.value = std::max(result.value, bound);
    if (result.value > enough || status_ == DualSimplex::Status::stalled) return result;
    const double program = simplex_.objective();  // within the hull: cannot be beaten by any bound
    if (objective.neuron < 0 && !objective.sharp && program <= enough) return result;
    const double met = objective.sharp ? kSharpMet : objective.neuron >= 0 ? kNeuronMet : kMet;
    if (program - result.value <= met * std::abs(program - enough)) return result;
    if (round < rounds) price(ball, pool);
  }
  return result;
}

}  // namespace brink::search
