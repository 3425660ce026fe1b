// Exact answers on one pattern.
//
// L1, Linf: LP over the moves p, n. Its claim is the bound that the multipliers prove; an
// infeasible LP proves nothing by itself, so the largest slack t of G x >= h + t is bounded instead
// (that LP always has a solution) and must be negative.
// L2: the dual of the projection is a bound at any multipliers.
// L0: minimise the number of moved pixels by branch and bound on "moved / not moved", with the LP
// sum p_j / room_j as bound: that the count is whole makes it strong. Pixels whose reduced cost
// says that moving them takes the bound beyond the limit are pinned, which leaves a few dozen.
#include "brink/search/leaf.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "brink/pattern/projection.h"
#include "brink/solve/lp.h"

namespace brink::search {

namespace {

const Column kElastic{"", -1e4, 1e4, -1, false};  ///< t of G x >= h + t
constexpr double kWhole = 1e-6;  ///< a bound must exceed a whole number by this to exclude it

/// Columns that move a pixel up or down, in one piece or in segments; rows G (x~ + moves) >= h.
struct MoveProgram {
  struct Move {
    Eigen::Index pixel;
    double sign;
  };
  Program program;
  std::vector<Move> moves;  ///< of the first columns
};

/// `pieces`: segments of the pixel's largest move; their costs are the slopes of f~.
void add_moves(MoveProgram& result, const Problem& problem, int pieces) {
  const Eigen::VectorXd& image = problem.image();
  for (Eigen::Index j = 0; j < image.size(); ++j) {
    const double up = problem.reach().upper(j) - image(j);
    const double down = image(j) - problem.reach().lower(j);
    const double width = std::max(up, down) / pieces;
    for (const double sign : {1.0, -1.0}) {
      const double room = sign > 0 ? up : down;
      for (int i = 0; i < pieces && i * width < room; ++i) {
        const double length = pieces == 1 ? room : std::min(width, room - i * width);
        result.program.add_column({"", 0, length, (2 * i + 1) * width, false});
        result.moves.push_back({j, sign});
      }
    }
  }
}

MoveProgram move_program(const Problem& problem, const PatternPolytope& polytope, bool elastic,
                         int pieces = 1) {
  MoveProgram result;
  add_moves(result, problem, pieces);
  if (elastic) {
    for (Column& column : result.program.columns) column.cost = 0;
    result.program.add_column(kElastic);
  }
  const Eigen::VectorXd at_image = polytope.rows * problem.image();
  for (Eigen::Index r = 0; r < polytope.rhs.size(); ++r) {
    Row row;
    for (std::size_t c = 0; c < result.moves.size(); ++c) {
      const auto& move = result.moves[c];
      const double g = polytope.rows(r, move.pixel);
      if (g != 0) row.terms.push_back({static_cast<int>(c), move.sign * g});
    }
    if (elastic) row.terms.push_back({static_cast<int>(result.moves.size()), -1});
    row.lower = polytope.rhs(r) - at_image(r);
    result.program.rows.push_back(std::move(row));
  }
  return result;
}

/// Room for what the rows lose by being computed: pattern rows are products of weights.
PatternPolytope relaxed(PatternPolytope polytope, const Problem& problem) {
  const Eigen::VectorXd size = polytope.rows.cwiseAbs() * problem.reach().upper.cwiseAbs().cwiseMax(
                                                              problem.reach().lower.cwiseAbs()) +
                               polytope.rhs.cwiseAbs();
  polytope.rhs -= 1e-13 * size;
  return polytope;
}

Eigen::VectorXd moved(const Problem& problem, const MoveProgram& program,
                      const std::vector<double>& values) {
  Eigen::VectorXd x = problem.image();
  for (std::size_t c = 0; c < program.moves.size(); ++c) {
    x(program.moves[c].pixel) += program.moves[c].sign * values[c];
  }
  return x;
}

bool proven_empty(const Problem& problem, const PatternPolytope& polytope) {
  LpSolver lp(move_program(problem, polytope, true).program);
  const LpSolution solution = lp.solve();
  return lp.safe_bound(solution.duals) > 0;  // -t > 0
}

/// `squared`: the costs add up to the square of the distance.
LeafResult by_cost(const Problem& problem, const PatternPolytope& polytope,
                   const MoveProgram& moves, const Ball& ball, bool squared = false) {
  LpSolver lp(moves.program);
  const LpSolution solution = lp.solve();
  LeafResult result;
  if (solution.status == SolveStatus::infeasible) {
    result.empty = proven_empty(problem, polytope);
    return result;
  }
  if (solution.status != SolveStatus::optimal) return result;
  const double bound = std::max(0.0, lp.safe_bound(solution.duals));
  result.bound = squared ? std::sqrt(bound) * (1 - 1e-15) : bound;
  result.empty = result.bound > ball.radius();
  result.point = moved(problem, moves, solution.values);
  return result;
}

LeafResult leaf_l1(const Problem& problem, const PatternPolytope& polytope, const Ball& ball) {
  MoveProgram moves = move_program(problem, polytope, false);
  for (Column& column : moves.program.columns) column.cost = 1;
  return by_cost(problem, polytope, moves, ball);
}

LeafResult leaf_linf(const Problem& problem, const PatternPolytope& polytope, const Ball& ball) {
  MoveProgram moves = move_program(problem, polytope, false);
  double longest = 0;
  for (Column& column : moves.program.columns) {
    column.cost = 0;
    longest = std::max(longest, column.upper);
  }
  const int w = moves.program.add_column({"", 0, longest, 1, false});
  for (std::size_t j = 0; j < moves.moves.size(); ++j) {
    Row row;
    row.terms = {{w, 1.0}, {static_cast<int>(j), -1.0}};
    row.lower = 0;
    moves.program.rows.push_back(std::move(row));
  }
  return by_cost(problem, polytope, moves, ball);
}

LeafResult leaf_l2(const Problem& problem, const PatternPolytope& polytope, const Ball& ball) {
  if (ball.breakpoints() > 0) {
    return by_cost(problem, polytope,
                   move_program(problem, polytope, false, ball.breakpoints() - 1), ball, true);
  }
  LeafResult result;
  const auto projection = project(problem.image(), polytope.rows, polytope.rhs, problem.reach());
  if (!projection) {
    result.empty = proven_empty(problem, polytope);
    return result;
  }
  result.bound = std::sqrt(std::max(0.0, projection->squared_bound * (1 - 1e-10) - 1e-12));
  result.empty = result.bound > ball.radius();
  result.point = projection->point;
  return result;
}

/// Branch and bound over which pixels move.
class PixelSearch {
 public:
  PixelSearch(const Problem& problem, const PatternPolytope& polytope, int limit,
              const Deadline& deadline)
      : problem_(problem),
        polytope_(polytope),
        moves_(move_program(problem, polytope, false)),
        lp_(with_costs()),
        limit_(limit),
        deadline_(deadline) {}

  LeafResult run() {
    LeafResult result;
    result.empty = exhaust(0);
    result.bound = result.empty ? limit_ + 1.0 : std::max(0.0, std::ceil(root_ - 1e-6));
    result.point = best_;
    result.programs = solves_;
    return result;
  }

 private:
  std::unique_ptr<LpSolver> with_costs() {
    for (Column& column : moves_.program.columns) {
      column.cost = 1 / column.upper;
      costs_.push_back(column.cost);
    }
    return std::make_unique<LpSolver>(moves_.program);
  }

  /// True when no choice of pixels below this node moves at most `limit_`.
  bool exhaust(int forced) {
    if (deadline_.expired()) return false;
    ++solves_;
    const LpSolution solution = lp_->solve();
    if (solution.status == SolveStatus::infeasible) return proven_infeasible();
    if (solution.status != SolveStatus::optimal) return false;
    const double bound = forced + std::max(0.0, lp_->safe_bound(solution.duals));
    if (forced == 0 && root_ < 0) root_ = bound;
    if (bound > limit_ + kWhole) return true;
    const int column = most_open(solution.values);
    if (column < 0 || moved_columns(solution.values) <= limit_) {
      best_ = moved(problem_, moves_, solution.values);
      return false;
    }
    const std::size_t kept = pinned_.size();
    pin_hopeless(solution.duals, bound);
    if (solves_ == 1) {
      drop_pinned();
      return exhaust(0);
    }
    const bool empty = branch(column, solution.values[static_cast<std::size_t>(column)], forced);
    while (pinned_.size() > kept) unpin();
    return empty;
  }

  /// The likelier choice first.
  bool branch(int column, double value, int forced) {
    const auto i = static_cast<std::size_t>(column);
    const bool likely_moved = value * costs_[i] >= 0.5;
    bool empty = true;
    for (const bool is_moved : {likely_moved, !likely_moved}) {
      if (is_moved) {  // at whatever length: it costs one
        const double kept = std::exchange(costs_[i], 0);
        lp_->set_costs(costs_);
        empty = exhaust(forced + 1) && empty;
        costs_[i] = kept;
        lp_->set_costs(costs_);
      } else {
        pin(column);
        empty = exhaust(forced) && empty;
        unpin();
      }
      if (best_) return false;
    }
    return empty;
  }

  void pin(int column) {
    pinned_.push_back(column);
    lp_->set_column_bounds(column, 0, 0);
  }

  void unpin() {
    const int column = pinned_.back();
    pinned_.pop_back();
    lp_->set_column_bounds(column, 0,
                           moves_.program.columns[static_cast<std::size_t>(column)].upper);
  }

  int moved_columns(const std::vector<double>& values) const {
    return static_cast<int>(
        std::count_if(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(costs_.size()),
                      [](double value) { return value > 0; }));
  }

  /// Reduced-cost fixing: at these multipliers the bound with a column moved is higher by the least
  /// of 1 and its reduced cost times its room.
  void pin_hopeless(const std::vector<double>& duals, double bound) {
    const Eigen::VectorXd worth =
        polytope_.rows.transpose() *
        Eigen::Map<const Eigen::VectorXd>(duals.data(), polytope_.rows.rows());
    const std::vector<char> known = pinned_columns();
    for (std::size_t j = 0; j < costs_.size(); ++j) {
      if (costs_[j] == 0 || known[j] != 0) continue;
      const auto& move = moves_.moves[j];
      const double reduced = costs_[j] - move.sign * worth(move.pixel);
      const double gain = std::min(1.0, reduced * moves_.program.columns[j].upper);
      if (bound + gain > limit_ + kWhole) pin(static_cast<int>(j));
    }
  }

  std::vector<char> pinned_columns() const {
    std::vector<char> known(costs_.size(), 0);
    for (const int column : pinned_) known[static_cast<std::size_t>(column)] = 1;
    return known;
  }

  /// The program without the columns pinned at the root, for the whole tree.
  void drop_pinned() {
    const std::vector<char> known = pinned_columns();
    std::vector<int> place(known.size(), -1);
    MoveProgram fewer;
    std::vector<double> costs;
    for (std::size_t j = 0; j < known.size(); ++j) {
      if (known[j] != 0) continue;
      place[j] = fewer.program.add_column(moves_.program.columns[j]);
      fewer.moves.push_back(moves_.moves[j]);
      costs.push_back(costs_[j]);
    }
    for (const Row& row : moves_.program.rows) {
      Row shorter;
      shorter.lower = row.lower;
      for (const Term& term : row.terms) {
        const int column = place[static_cast<std::size_t>(term.column)];
        if (column >= 0) shorter.terms.push_back({column, term.coefficient});
      }
      fewer.program.rows.push_back(std::move(shorter));
    }
    moves_ = std::move(fewer);
    costs_ = std::move(costs);
    pinned_.clear();
    lp_ = std::make_unique<LpSolver>(moves_.program);
  }

  /// Proves, by the elastic program, that the pinned pixels leave no point.
  bool proven_infeasible() const {
    Program elastic = moves_.program;
    for (Column& column : elastic.columns) column.cost = 0;
    for (const int column : pinned_) elastic.columns[static_cast<std::size_t>(column)].upper = 0;
    const int t = elastic.add_column(kElastic);
    for (Row& row : elastic.rows) row.terms.push_back({t, -1});
    LpSolver lp(elastic);
    return lp.safe_bound(lp.solve().duals) > 0;
  }

  /// The column whose share of its room is nearest one half; -1 if all are 0, 1 or free already.
  int most_open(const std::vector<double>& values) const {
    int best = -1;
    double best_share = 1e-6;
    for (std::size_t j = 0; j < costs_.size(); ++j) {
      if (costs_[j] == 0) continue;
      const double share = values[j] * costs_[j];
      const double open = std::min(share, 1 - share);
      if (open > best_share) {
        best_share = open;
        best = static_cast<int>(j);
      }
    }
    return best;
  }

  const Problem& problem_;
  const PatternPolytope& polytope_;
  MoveProgram moves_;
  std::vector<double> costs_;
  std::vector<int> pinned_;  ///< columns held at 0
  std::unique_ptr<LpSolver> lp_;
  int limit_;
  Deadline deadline_;
  double root_ = -1;
  std::int64_t solves_ = 0;
  std::optional<Eigen::VectorXd> best_;
};

}  // namespace

LeafResult solve_leaf(const Problem& problem, const OutputRegion& region, const Phases& phases,
                      const Ball& ball, const Deadline& deadline) {
  const PatternPolytope polytope =
      relaxed(pattern_polytope(problem.network(), phases, region), problem);
  switch (ball.norm()) {
    case Norm::l0: {
      const int limit = static_cast<int>(std::floor(ball.radius() + 1e-9));
      return PixelSearch(problem, polytope, limit, deadline).run();
    }
    case Norm::l1:
      return leaf_l1(problem, polytope, ball);
    case Norm::l2:
      return leaf_l2(problem, polytope, ball);
    case Norm::linf:
      return leaf_linf(problem, polytope, ball);
  }
  return {};
}

}  // namespace brink::search
