// A node's program, kept and changed from node to node; points of the ball as they are asked for.
//
// Of a neuron's two columns only x_k is one: s_k is the slack of its defining row, so the rows of
// inactive neurons leave the simplex's kernel. A triangle is written over the layer before,
//     x_k - l y_k <= l (-L_k),   l = U_k / (U_k - L_k),
// for the same reason.
// Tried and dropped: pixel columns (every pivot passes over a thousand of them, and L2 needs
// planes by the hundred in that space); describing Z from outside by cuts u z <= h(u) in the
// directions that the multipliers give (stalls: those directions do not separate the program's
// point, 12,000 nodes where points need 100).
#include "brink/search/relaxation.h"
#include "brink/search/parameters.h"

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
constexpr double kThin = 1e-5;  ///< triangles are written at least this wide (looser, so sound)

/// The columns' bounds alone keep neuron j of layer k inactive: its row would say nothing.
bool inactive_anyway(const Problem& problem, const Intervals& root, int k, int j) {
  const Layer& layer = problem.network().layer(k);
  double highest = layer.bias(j);
  layer.weights.each_in_row(j, [&](Eigen::Index i, double w) {
    if (k == 1) {
      highest += w * (w > 0 ? problem.reach().upper(i) : problem.reach().lower(i));
    } else {
      const int id = problem.neuron(k - 1, static_cast<int>(i));
      highest += w * (w > 0 ? root.most(id) : root.least(id));
    }
  });
  return highest <= 0;
}

}  // namespace

std::size_t Relaxation::bytes(const Problem& problem, const Intervals& root) {
  std::size_t columns = 1, rows = 1 + static_cast<std::size_t>(problem.rhs().size());
  for (int id = 0; id < problem.neurons(); ++id) {
    if (root.inactive(id)) continue;
    ++columns;
    rows += root.unstable(id) ? 2 : 1;
  }
  columns += static_cast<std::size_t>(point_columns(problem.first_width()));
  return (2 * rows * columns + std::min(rows, columns) * columns) * sizeof(double);
}

Relaxation::Relaxation(const Problem& problem, const Intervals& root)
    : problem_(&problem), bytes_(bytes(problem, root)), simplex_(0, 0, 0) {
  build(root);
}

void Relaxation::build(const Intervals& root) {
  const Problem& problem = *problem_;
  int columns = 0, rows = static_cast<int>(problem.rhs().size()) + 1;
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      const int id = problem.neuron(k, j);
      Slot& slot = slots_.emplace_back();
      slot.layer = k;
      slot.index = j;
      if (root.inactive(id) && inactive_anyway(problem, root, k, j)) continue;
      slot.x = columns++;
      rows += root.unstable(id) ? 2 : 1;
    }
  }
  margin_column_ = columns++;
  first_point_column_ = columns;
  simplex_ = DualSimplex(columns, point_columns(problem_->first_width()), rows);
  dense_.assign(static_cast<std::size_t>(columns), 0);
  hull_row_ = simplex_.add_row(dense_, 1, 0, 2);
  for (int k = 1; k <= problem.hidden_layers(); ++k) add_layer(k, root);
  first_margin_row_ = simplex_.rows();
  for (int i = 0; i < static_cast<int>(problem.rhs().size()); ++i) add_margin_row(i, root);
  load(root);
}

/// The defining rows, then the triangles: a column of the layer before has one span in them.
void Relaxation::add_layer(int k, const Intervals& root) {
  const Layer& layer = problem_->network().layer(k);
  const auto first = static_cast<std::size_t>(problem_->neuron(k, 0));
  const auto end = first + static_cast<std::size_t>(layer.weights.rows());
  for (std::size_t id = first; id < end; ++id) {
    Slot& slot = slots_[id];
    if (slot.x < 0) continue;
    const double constant = fill_pre_activation(slot, 1);
    dense_[static_cast<std::size_t>(slot.x)] = -1;
    slot.row = simplex_.add_row(dense_, -constant, 0, 0);
    slot.s = simplex_.slack(slot.row);
    std::fill(dense_.begin(), dense_.end(), 0.0);
  }
  for (std::size_t id = first; id < end; ++id) {
    Slot& slot = slots_[id];
    if (slot.x < 0 || !root.unstable(static_cast<int>(id))) continue;
    slot.triangle = simplex_.add_row({}, 0, 0, 0);
    write_triangle(slot, std::min(root.lower[id], -kThin), std::max(root.upper[id], kThin));
  }
}

/// dense_ += factor times the neuron's pre-activation over the columns; returns its constant.
double Relaxation::fill_pre_activation(const Slot& slot, double factor) {
  if (slot.layer == 1) {
    dense_.resize(static_cast<std::size_t>(simplex_.columns()), 0);
    for (std::size_t c = 0; c < point_columns_.size(); ++c) {
      dense_[static_cast<std::size_t>(first_point_column_) + c] +=
          factor * point_columns_[c].image(slot.index);
    }
    return problem_->first_center()(slot.index);
  }
  const Layer& layer = problem_->network().layer(slot.layer);
  const auto before = static_cast<std::size_t>(problem_->neuron(slot.layer - 1, 0));
  layer.weights.each_in_row(slot.index, [&](Eigen::Index i, double weight) {
    const int x = slots_[before + static_cast<std::size_t>(i)].x;
    if (x >= 0) dense_[static_cast<std::size_t>(x)] += factor * weight;
  });
  return layer.bias(slot.index);
}

void Relaxation::add_margin_row(int i, const Intervals& root) {
  const int last = problem_->hidden_layers();
  double size = std::abs(problem_->rhs()(i)) + 1;
  for (int j = 0; j < static_cast<int>(problem_->rows().cols()); ++j) {
    const auto id = static_cast<std::size_t>(problem_->neuron(last, j));
    if (slots_[id].x < 0) continue;
    dense_[static_cast<std::size_t>(slots_[id].x)] = problem_->rows()(i, j);
    size += std::abs(problem_->rows()(i, j)) * root.size(static_cast<int>(id));
  }
  margin_limit_ = std::max(margin_limit_, size);
  dense_[static_cast<std::size_t>(margin_column_)] = -1;
  simplex_.add_row(dense_, problem_->rhs()(i), -kBig, 0);
  std::fill(dense_.begin(), dense_.end(), 0.0);
}

/// x_k - l y_k <= l (-L_k),  l = U_k / (U_k - L_k).
void Relaxation::write_triangle(Slot& slot, double lower, double upper) {
  slot.triangle_lower = lower;
  slot.triangle_upper = upper;
  slot.slope = upper / (upper - lower);
  const double constant = fill_pre_activation(slot, -slot.slope);
  dense_[static_cast<std::size_t>(slot.x)] = 1;
  simplex_.overwrite_row(slot.triangle, dense_, slot.slope * (constant - lower));
  simplex_.set_column(simplex_.slack(slot.triangle), 0, -2 * slot.slope * lower);
  dense_.assign(static_cast<std::size_t>(first_point_column_), 0);
}

void Relaxation::load(const Intervals& node) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    const auto id = static_cast<int>(i);
    const bool linear = node.is_linear(id);
    slot.upper = linear ? std::numeric_limits<double>::infinity() : node.upper[i];
    const double x_high = node.most(id);
    simplex_.set_column(slot.x, std::min(node.least(id), x_high), x_high);
    const double s_high = linear ? 0 : std::max(0.0, -node.lower[i]);
    simplex_.set_column(slot.s, std::min(std::max(0.0, -slot.upper), s_high), s_high);
    if (slot.triangle < 0) continue;
    // The row must never be tighter than the node's bounds (they may come from another branch).
    const double lower = std::min(node.lower[i], slot.triangle_lower);
    const double upper = std::max(node.upper[i], slot.triangle_upper);
    if (lower < slot.triangle_lower || upper > slot.triangle_upper) {
      write_triangle(slot, lower, upper);
    }
    const bool open = node.lower[i] < -kThin && node.upper[i] > kThin;
    if (open && (node.upper[i] < (1 - parameters().rewrite) * slot.triangle_upper ||
                 node.lower[i] > (1 - parameters().rewrite) * slot.triangle_lower)) {
      write_triangle(slot, node.lower[i], node.upper[i]);
    }
  }
}

void Relaxation::set_objective(const Objective& objective) {
  Random noise(7);
  const double size = objective.sharp ? kSharpPerturbation : kPerturbation;
  const bool margin = objective.neuron < 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.x < 0) continue;
    const double sign = static_cast<int>(i) == objective.neuron ? objective.sign : 0;
    simplex_.set_cost(slot.x, sign, size * noise.uniform(0.5, 1));
    simplex_.set_cost(slot.s, -sign, size * noise.uniform(0.5, 1));
  }
  simplex_.set_column(margin_column_, margin ? -margin_limit_ : 0, margin_limit_);
  simplex_.set_cost(margin_column_, margin ? -1 : 0, margin ? 0 : size);
}

void Relaxation::enter(const PointPool& pool, int id) {
  const Eigen::VectorXd& point = pool.point(id).image;
  std::vector<double> entries(static_cast<std::size_t>(simplex_.rows()), 0.0);
  for (Eigen::Index j = 0; j < point.size(); ++j) {
    const Slot& slot = slots_[static_cast<std::size_t>(j)];
    if (slot.x < 0) continue;
    entries[static_cast<std::size_t>(slot.row)] = point(j);
    if (slot.triangle < 0) continue;
    entries[static_cast<std::size_t>(slot.triangle)] = -slot.slope * point(j);
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

void Relaxation::price(const Priced& priced, const Ball& ball, PointPool& pool) {
  const int fresh = pool.add(*problem_, priced.maximiser, ball);
  std::vector<std::pair<double, int>> known;
  double entered = 0;  // the best that the program has already
  for (const PointColumn& column : point_columns_) {
    entered = std::max(entered, priced.first.dot(column.image));
  }
  for (int id = std::max(pool.begin(), fresh - parameters().recent_points); id < fresh; ++id) {
    const double worth = priced.first.dot(pool.point(id).image);
    if (worth > entered * (1 + 1e-9)) known.emplace_back(worth, id);
  }
  enter(pool, fresh);
  const auto count = std::min<std::size_t>(known.size(), parameters().points_a_round);
  std::partial_sort(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(count), known.end(),
                    std::greater<>());
  for (std::size_t i = 0; i < count; ++i) enter(pool, known[i].second);
}

void Relaxation::scale_to(const Ball& ball, const PointPool& pool) {
  simplex_.set_rhs(hull_row_, pool.end() == 0 ? 1.0 : ball.shrinking(pool.radius(), ball.radius()));
}

NodeBound Relaxation::minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                               PointPool& pool, double enough, int rounds,
                               const Deadline& deadline) {
  load(node);
  if (point_columns_.empty()) {
    const int latest = point_columns(problem_->first_width()) / 2;
    const int first = std::max(pool.begin(), pool.end() - latest);
    for (int id = first; id < pool.end(); ++id) enter(pool, id);
  }
  set_objective(objective);
  NodeBound result;
  result.value = -std::numeric_limits<double>::infinity();
  const long iterations = simplex_.iterations();
  const int points = pool.end();
  const double inf = std::numeric_limits<double>::infinity();
  double cutoff = objective.whole ? inf : enough;
  int early_ends = 0;
  DualSimplex::Status status{};
  for (int round = 1; round <= rounds; ++round) {
    scale_to(ball, pool);
    status = simplex_.solve(cutoff, deadline);
    const bool ray = status == DualSimplex::Status::infeasible;
    const bool optimal = status == DualSimplex::Status::optimal;
    // No bound can beat the value of an optimal program while its points are within the ball.
    const bool hopeless =
        optimal && objective.neuron < 0 && !objective.sharp && simplex_.objective() <= enough;
    const Cost cost = ray ? objective.no_cost() : objective.cost();
    Priced priced = prove_node(node, cost, ball, ray ? 0 : enough, hopeless && !objective.radius);
    const double bound = priced.proof.value;
    result.maximiser = priced.maximiser;
    if (ray && bound > 0) {
      result.value.reset();
      result.proof = std::move(priced.proof);
      result.cost = cost;
      break;
    }
    if (!ray && bound > *result.value) {
      result.value = bound;
      result.proof = std::move(priced.proof);
      result.cost = cost;
    }
    if (!ray && (*result.value > enough || status == DualSimplex::Status::stalled)) break;
    if (status == DualSimplex::Status::cutoff) {
      cutoff =
          ++early_ends < parameters().early_ends ? enough + (simplex_.objective() - bound) : inf;
    } else if (optimal) {
      if (hopeless) break;
      const double met = objective.sharp         ? parameters().sharp_met
                         : objective.neuron >= 0 ? parameters().neuron_met
                                                 : parameters().met;
      const double program = simplex_.objective();
      if (program - *result.value <= met * std::abs(program - enough)) break;
    }
    if (round < rounds) price(priced, ball, pool);
  }
  result.solved = status == DualSimplex::Status::optimal;
  read_solution(result);
  result.effort = simplex_.iterations() - iterations;
  result.points = pool.end() - points;
  return result;
}

}  // namespace brink::search
