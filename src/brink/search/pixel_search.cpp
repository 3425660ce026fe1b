// Branch and bound on "moved / not moved", with the LP sum p_j / room_j as bound: that the count is
// whole makes it strong. Pixels whose reduced cost says that moving them takes the bound beyond the
// limit are pinned; those of the root, all but a few dozen, leave the program for good.
#include "brink/search/pixel_search.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "brink/search/move_program.h"
#include "brink/solve/lp.h"

namespace brink::search {

namespace {

constexpr double kWhole = 1e-6;  ///< a bound must exceed a whole number by this to exclude it
/// Of a sum of products, relative to the sum of their sizes.
constexpr double kRounding = 1e-13;

class PixelSearch {
 public:
  PixelSearch(const Problem& problem, const PatternPolytope& polytope, int limit,
              const Deadline& deadline)
      : problem_(problem),
        polytope_(polytope),
        moves_(move_program(problem, polytope)),
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
    const LpSolution solution = lp_->solve(deadline_);
    if (solution.status == SolveStatus::infeasible) return none_left();
    if (solution.status != SolveStatus::optimal) return false;
    const double bound = forced + std::max(0.0, lp_->safe_bound(solution.duals));
    if (forced == 0 && root_ < 0) root_ = bound;
    if (bound > limit_ + kWhole) return true;
    const int column = most_open(solution.values);
    if (column < 0 || moved_columns(solution.values) <= limit_) {
      best_ = moved(problem_.image(), moves_, solution.values);
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
  /// of 1 and its reduced cost times its room. The multipliers are those of safe_bound(), which
  /// leaves out the negative ones.
  void pin_hopeless(const std::vector<double>& duals, double bound) {
    const Eigen::VectorXd pi =
        Eigen::Map<const Eigen::VectorXd>(duals.data(), polytope_.rows.rows()).cwiseMax(0.0);
    const Eigen::VectorXd worth = polytope_.rows.transpose() * pi;
    const Eigen::VectorXd rounding = kRounding * (polytope_.rows.cwiseAbs().transpose() * pi);
    const std::vector<char> known = pinned_columns();
    for (std::size_t j = 0; j < costs_.size(); ++j) {
      if (costs_[j] == 0 || known[j] != 0) continue;
      const auto& move = moves_.moves[j];
      const double reduced =
          (1 - kRounding) * costs_[j] - move.sign * worth(move.pixel) - rounding(move.pixel);
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

  /// Proves that the pinned pixels leave no point.
  bool none_left() const {
    Program program = moves_.program;
    for (const int column : pinned_) program.columns[static_cast<std::size_t>(column)].upper = 0;
    return proven_infeasible(std::move(program), deadline_);
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

LeafResult fewest_pixels(const Problem& problem, const PatternPolytope& polytope, int limit,
                         const Deadline& deadline) {
  return PixelSearch(problem, polytope, limit, deadline).run();
}

}  // namespace brink::search
