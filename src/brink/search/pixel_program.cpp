// By the search's own simplex: with a few dozen columns a warm solve by CLP takes three times as
// long, most of it on the way in and out. CLP is asked where the simplex gives up or where what it
// says cannot be proven.
#include "brink/search/pixel_program.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "brink/solve/lp.h"

namespace brink::search {

namespace {

constexpr double kUnit = 2.3e-16;  ///< of rounding, twice over for comfort
/// The objective may be so far from what its multipliers prove, of itself.
constexpr double kProven = 1e-7;
/// Moves by less than this share of their room are rounding.
constexpr double kNoise = 1e-11;

std::vector<double> as_vector(const Eigen::VectorXd& numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace

PixelProgram::PixelProgram(RowMatrix rows, Eigen::VectorXd rhs, Eigen::VectorXd rooms)
    : rows_(std::move(rows)),
      rhs_(std::move(rhs)),
      rooms_(std::move(rooms)),
      costs_(Eigen::VectorXd::Zero(rooms_.size())),
      open_(rooms_),
      simplex_(static_cast<int>(rows_.cols()), 0, static_cast<int>(rows_.rows())) {
  for (Eigen::Index j = 0; j < columns(); ++j) {
    simplex_.set_column(static_cast<int>(j), 0, rooms_(j));
  }
  for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
    // rows v + w = rhs, w from what the box allows to 0.
    const double most = rows_.row(r).cwiseMax(0.0).dot(rooms_);
    simplex_.add_row(as_vector(rows_.row(r).transpose()), rhs_(r),
                     std::min(0.0, rhs_(r) - most) - 1, 0);
  }
}

void PixelProgram::set_cost(Eigen::Index column, double cost) {
  if (costs_(column) == cost) return;
  costs_(column) = cost;
  simplex_.set_cost(static_cast<int>(column), cost);
}

void PixelProgram::set_open(Eigen::Index column, bool open) {
  open_(column) = open ? rooms_(column) : 0;
  simplex_.set_column(static_cast<int>(column), 0, open_(column));
}

PixelProgram::Answer PixelProgram::solve(double enough, const Deadline& deadline) {
  using Status = DualSimplex::Status;
  // A little more, since the proof loses a little.
  const double cutoff = enough + 2 * kProven * (1 + std::abs(enough));
  Status status = simplex_.solve(cutoff, deadline);
  Answer answer = proven(simplex_.multipliers(), status != Status::infeasible);
  if (answer.bound > enough) return answer;
  if (status == Status::cutoff) {
    status = simplex_.solve(std::numeric_limits<double>::infinity(), deadline);
    answer = proven(simplex_.multipliers(), status != Status::infeasible);
  }
  const double objective = simplex_.objective();
  if (status == Status::optimal && answer.bound >= objective - kProven * (1 + objective)) {
    answer.values = values();
    return answer;
  }
  return deadline.expired() ? Answer{} : solve_afresh(deadline);
}

Eigen::VectorXd PixelProgram::values() const {
  Eigen::VectorXd values(columns());
  for (Eigen::Index j = 0; j < columns(); ++j) {
    const double value = std::min(simplex_.value(static_cast<int>(j)), open_(j));
    values(j) = value > kNoise * rooms_(j) ? value : 0;
  }
  return values;
}

/// For any multipliers >= 0: cost v >= multipliers rhs + sum_j min(0, reduced_j room_j), less what
/// rounding does to the sums. Without costs, above 0: there is no v.
PixelProgram::Answer PixelProgram::proven(const std::vector<double>& multipliers,
                                          bool with_costs) const {
  Answer answer;
  Eigen::VectorXd sizes = with_costs ? costs_ : Eigen::VectorXd::Zero(columns());
  answer.reduced = sizes;
  double bound = 0, magnitude = 0;
  for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
    const double multiplier = multipliers[static_cast<std::size_t>(r)];
    if (!(multiplier > 0) || std::isinf(multiplier)) continue;
    answer.reduced -= multiplier * rows_.row(r).transpose();
    sizes += multiplier * rows_.row(r).cwiseAbs().transpose();
    bound += multiplier * rhs_(r);
    magnitude += std::abs(multiplier * rhs_(r));
  }
  const auto operations = static_cast<double>(2 * rows_.rows() + columns() + 4);
  bound += answer.reduced.cwiseMin(0.0).dot(open_);
  bound -= kUnit * operations * (magnitude + sizes.dot(open_));
  answer.doubts = kUnit * operations * sizes;
  if (with_costs) {
    answer.bound = std::isnan(bound) ? answer.bound : bound;
  } else if (bound > 0) {
    answer.bound = std::numeric_limits<double>::infinity();
  }
  return answer;
}

PixelProgram::Answer PixelProgram::solve_afresh(const Deadline& deadline) const {
  Program program;
  for (Eigen::Index j = 0; j < columns(); ++j) {
    program.add_column({"", 0, open_(j), costs_(j), false});
  }
  for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
    Row& row = program.rows.emplace_back();
    row.lower = rhs_(r);
    for (Eigen::Index j = 0; j < columns(); ++j) {
      if (rows_(r, j) != 0) row.terms.push_back({static_cast<int>(j), rows_(r, j)});
    }
  }
  LpSolver lp(program);
  const LpSolution solution = lp.solve(deadline);
  Answer answer = proven(solution.duals, true);
  if (solution.status == SolveStatus::optimal) {
    answer.values = Eigen::Map<const Eigen::VectorXd>(solution.values.data(), columns());
  } else if (solution.status == SolveStatus::infeasible &&
             proven_infeasible(std::move(program), deadline)) {
    answer.bound = std::numeric_limits<double>::infinity();
  }
  return answer;
}

PixelProgram PixelProgram::restricted(const std::vector<Eigen::Index>& columns) const {
  const RowMatrix narrow = rows_(Eigen::all, columns);
  const Eigen::VectorXd rooms = rooms_(columns);
  std::vector<Eigen::Index> kept;
  for (Eigen::Index r = 0; r < narrow.rows(); ++r) {
    if (narrow.row(r).cwiseMin(0.0).dot(rooms) < rhs_(r)) kept.push_back(r);
  }
  return {narrow(kept, Eigen::all), rhs_(kept), rooms};
}

}  // namespace brink::search
