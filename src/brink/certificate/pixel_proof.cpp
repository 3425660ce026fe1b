// A program's multipliers pi >= 0 of the rows "phase kept" and "in the region" give those of the
// layers, from the last one back: with v what later layers ask of an activation, an active neuron
// has v + pi, an inactive one -pi, a linear one v. Then every neuron's least term is its pi times
// a distance from its phase's end, and the rest is the program's own bound.
#include "brink/certificate/pixel_proof.h"

#include <algorithm>
#include <cmath>

#include "brink/certificate/region_proof.h"

namespace brink::certificate {

using search::Ball;
using search::Multipliers;

Multipliers layered(const search::Problem& problem, const Intervals& settled,
                    const std::vector<double>& rows) {
  const auto count = static_cast<std::size_t>(problem.rhs().size());
  const std::size_t phases = rows.size() - count;
  Multipliers result;
  result.neurons = Eigen::VectorXd::Zero(problem.neurons());
  result.rows.resize(problem.rhs().size());
  for (std::size_t i = 0; i < count; ++i) {
    result.rows(static_cast<Eigen::Index>(i)) = std::max(0.0, rows[phases + i]);
  }
  std::vector<double> own(static_cast<std::size_t>(problem.neurons()), 0.0);
  std::size_t next = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!settled.is_linear(static_cast<int>(i))) own[i] = std::max(0.0, rows[next++]);
  }
  for (int k = problem.hidden_layers(); k >= 1; --k) {
    const Eigen::VectorXd asked = -carried_back(problem, k, result);
    for (Eigen::Index j = 0; j < asked.size(); ++j) {
      const int neuron = problem.neuron(k, static_cast<int>(j));
      const double pi = own[static_cast<std::size_t>(neuron)];
      result.neurons(neuron) = settled.inactive(neuron) ? -pi : asked(j) + pi;
    }
  }
  return result;
}

namespace {

/// Those of the moves that violate a row of the program the least; empty: none has to.
Multipliers of_least_violation(const search::Problem& problem, const Intervals& settled,
                               Program program, const Row* budget, const Deadline& deadline) {
  const std::size_t count = program.rows.size();
  for (Column& column : program.columns) column.cost = 0;
  const int violation = program.add_column({"", -kInfinity, kInfinity, 1, false});
  for (Row& row : program.rows) row.terms.push_back({violation, 1});
  if (budget != nullptr) program.rows.push_back(*budget);
  LpSolution solution = LpSolver(program).solve(deadline);
  if (solution.status != SolveStatus::optimal || solution.objective <= 0) return {};
  solution.duals.resize(count);
  return layered(problem, settled, solution.duals);
}

}  // namespace

Multipliers least_violation(const search::Problem& problem, const OutputRegion& region,
                            const Ball& ball, const Intervals& settled, const Deadline& deadline) {
  search::MoveProgram moves =
      move_program(problem, pattern_polytope(problem.network(), problem.phases(settled), region));
  Row budget;
  budget.upper = ball.radius();
  for (std::size_t c = 0; c < moves.moves.size(); ++c) {
    double& upper = moves.program.columns[c].upper;
    if (ball.norm() == Norm::linf) upper = std::min(upper, ball.radius());
    budget.terms.push_back({static_cast<int>(c), 1});
  }
  return of_least_violation(problem, settled, std::move(moves.program),
                            ball.norm() == Norm::l1 ? &budget : nullptr, deadline);
}

/// With the pixels that stay, whatever the others cost.
Multipliers PixelProof::least_violated() const {
  Program program = moves_.program;
  for (std::size_t c = 0; c < costs_.size(); ++c) {
    const auto pixel = static_cast<std::size_t>(moves_.moves[c].pixel);
    if (states_[pixel] == kStays) program.columns[c].upper = 0;
  }
  return of_least_violation(problem_, settled_, std::move(program), nullptr, deadline_);
}

PixelProof::PixelProof(const search::Problem& problem, const OutputRegion& region, const Ball& ball,
                       const Intervals& settled, FewDigits& digits, Records& records,
                       const Deadline& deadline)
    : problem_(problem),
      ball_(ball),
      settled_(settled),
      digits_(digits),
      records_(records),
      deadline_(deadline),
      moves_(move_program(problem,
                          pattern_polytope(problem.network(), problem.phases(settled), region))),
      states_(static_cast<std::size_t>(ball.size()), kOpen),
      limit_(std::floor(ball.radius() + 1e-9)) {
  for (std::size_t c = 0; c < moves_.moves.size(); ++c) {
    Column& column = moves_.program.columns[c];
    column.cost = ball.cost(moves_.moves[c].pixel) / column.upper;
    costs_.push_back(column.cost);
  }
  lp_ = std::make_unique<LpSolver>(moves_.program);
}

Gap PixelProof::node(double spent) {
  if (deadline_.expired() || records_.failed()) return Gap::time;
  if (spent > limit_) return records_.close_empty(), Gap::none;
  const LpSolution solution = lp_->solve(deadline_);
  const bool infeasible = solution.status == SolveStatus::infeasible;
  if (!infeasible && solution.status != SolveStatus::optimal) {
    return deadline_.expired() ? Gap::time : Gap::rounding;
  }
  const std::vector<double>& multipliers = infeasible ? solution.ray : solution.duals;
  const bool beyond = infeasible || solution.objective + spent > limit_;
  if (beyond && !multipliers.empty()) {
    const auto written =
        digits_.empty(settled_, layered(problem_, settled_, multipliers), ball_of_node());
    if (written) return records_.close(written->multipliers), Gap::none;
  }
  if (infeasible) {
    const Multipliers found = least_violated();
    if (found.rows.size() == 0) return Gap::rounding;
    const auto written = digits_.empty(settled_, found, ball_of_node());
    if (!written) return Gap::rounding;
    records_.close(written->multipliers);
    return Gap::none;
  }
  const int column = most_open(solution.values);
  if (column < 0) return Gap::rounding;
  return divide(static_cast<std::size_t>(column), spent);
}

Gap PixelProof::divide(std::size_t column, double spent) {
  const Eigen::Index pixel = moves_.moves[column].pixel;
  records_.pixel(pixel);
  for (const int state : {kStays, kMoves}) {
    decide(pixel, state);
    const Gap gap = node(spent + (state == kMoves ? ball_.cost(pixel) : 0));
    if (gap != Gap::none) return gap;
  }
  decide(pixel, kOpen);
  records_.leave();
  return Gap::none;
}

void PixelProof::decide(Eigen::Index pixel, int state) {
  states_[static_cast<std::size_t>(pixel)] = state;
  for (std::size_t c = 0; c < costs_.size(); ++c) {
    if (moves_.moves[c].pixel != pixel) continue;
    const Column& own = moves_.program.columns[c];
    lp_->set_column_bounds(static_cast<int>(c), 0, state == kStays ? 0 : own.upper);
    costs_[c] = state == kMoves ? 0 : own.cost;
  }
  lp_->set_costs(costs_);
}

Ball PixelProof::ball_of_node() const {
  Box reach = problem_.reach();
  Eigen::VectorXd costs(ball_.size());
  double left = limit_;
  for (Eigen::Index j = 0; j < ball_.size(); ++j) {
    const int state = states_[static_cast<std::size_t>(j)];
    costs(j) = state == kMoves ? 0 : ball_.cost(j);
    if (state == kMoves) left -= ball_.cost(j);
    if (state == kStays) reach.lower(j) = reach.upper(j) = problem_.image()(j);
  }
  return Ball(Norm::l0, problem_.image(), reach, left, 0, std::move(costs));
}

/// The column whose share of its room is nearest one half; -1: all are 0, 1 or free already.
int PixelProof::most_open(const std::vector<double>& values) const {
  int best = -1;
  double best_share = 1e-6;
  for (std::size_t c = 0; c < costs_.size(); ++c) {
    if (costs_[c] == 0) continue;
    const double gone = values[c] / moves_.program.columns[c].upper;
    const double open = std::min(gone, 1 - gone);
    if (open <= best_share) continue;
    best_share = open;
    best = static_cast<int>(c);
  }
  return best;
}

}  // namespace brink::certificate
