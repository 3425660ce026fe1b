// Branch and bound on "moved / not moved", with the LP sum w_j p_j / room_j as bound: that the sum
// of the costs is whole makes it strong. A pixel that moves costs w_j (1), at whatever length.
// Pixels whose reduced cost says that moving them takes the bound beyond the limit are pinned;
// those of the root, all but a few dozen, leave the program for good.
#include "brink/search/pixel_search.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "brink/search/move_program.h"
#include "brink/search/open_nodes.h"
#include "brink/solve/lp.h"

namespace brink::search {

namespace {

/// A bound must exceed a whole number by this, and by so much of it, to exclude it.
constexpr double kWhole = 1e-6, kWholeShare = 1e-12;
/// Of a sum of products, relative to the sum of their sizes.
constexpr double kRounding = 1e-13;

class PixelSearch {
 public:
  PixelSearch(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
              const Deadline& deadline)
      : problem_(problem),
        polytope_(polytope),
        ball_(ball),
        moves_(move_program(problem, polytope)),
        lp_(with_costs()),
        limit_(std::floor(ball.radius() + 1e-9)),
        beyond_(limit_ + kWhole + kWholeShare * limit_),
        deadline_(deadline) {}

  LeafResult run() {
    open_.push({});
    while (!open_.empty() && !best_) expand(*this, open_.pop(), open_);
    LeafResult result;
    result.empty = exhausted_ && !best_;
    result.bound = result.empty ? limit_ + 1 : std::max(0.0, std::ceil(root_ - (beyond_ - limit_)));
    result.point = best_;
    result.programs = solves_;
    return result;
  }

  struct Bound {
    LpSolution solution;
    double cost = 0;  ///< lower bound, of all that move
    int column = -1;  ///< to branch on
  };

  // A question of expand().
  /// What moves by decision costs so much; the program becomes the node's.
  std::optional<double> enter(const Node& node) {
    if (deadline_.expired()) {
      exhausted_ = false;
      return std::nullopt;
    }
    std::vector<char> moving(costs_.size(), 0), pinned(costs_.size(), 0);
    double decided = 0;
    for (const Step* step = node.path.get(); step != nullptr; step = step->before.get()) {
      for (const Change& change : step->changes) pinned[static_cast<std::size_t>(change.what)] = 1;
      if (step->split.what < 0) continue;
      const auto column = static_cast<std::size_t>(step->split.what);
      (step->split.on ? moving : pinned)[column] = 1;
      decided += step->split.on ? cost(column) : 0;
    }
    for (std::size_t c = 0; c < costs_.size(); ++c) {
      const Column& column = moves_.program.columns[c];
      costs_[c] = moving[c] != 0 ? 0 : column.cost;
      if (pinned[c] == pinned_[c]) continue;
      lp_->set_column_bounds(static_cast<int>(c), 0, pinned[c] != 0 ? 0 : column.upper);
    }
    pinned_ = std::move(pinned);
    lp_->set_costs(costs_);
    return decided;
  }

  Bound bound(Node& node, double decided) {
    ++solves_;
    Bound bound{lp_->solve(deadline_), 0, -1};
    if (bound.solution.status != SolveStatus::optimal) return bound;
    bound.cost = decided + std::max(0.0, lp_->safe_bound(bound.solution.duals));
    if (solves_ == 1) root_ = bound.cost;
    bound.column = most_open(bound.solution.values);
    node.bound = bound.cost;
    return bound;
  }

  Verdict judge(Node& node, double /*decided*/, const Bound& bound) {
    const LpSolution& solution = bound.solution;
    if (solution.status != SolveStatus::optimal) {
      const bool empty = solution.status == SolveStatus::infeasible && none_left();
      exhausted_ = exhausted_ && empty;
      return Verdict::closed;
    }
    if (bound.cost > beyond_) return Verdict::closed;
    if (bound.column < 0 || cost_of(solution.values) <= limit_) {
      // A move all the way may round to beyond the box's side.
      best_ = moved(problem_.image(), moves_, solution.values)
                  .cwiseMax(problem_.reach().lower)
                  .cwiseMin(problem_.reach().upper);
      return Verdict::closed;
    }
    std::vector<Change> pins = hopeless(solution.duals, bound.cost);
    if (solves_ == 1) {
      drop(pins);
      return Verdict::again;
    }
    node.note(std::move(pins));
    return Verdict::open;
  }

  std::array<Split, 2> divide(double /*decided*/, const Bound& bound) const {
    const auto column = static_cast<std::size_t>(bound.column);
    const bool likely = share(bound.solution.values, column) >= 0.5;
    return {{{bound.column, !likely}, {bound.column, likely}}};
  }
  static std::int64_t seen() { return 0; }

 private:
  std::unique_ptr<LpSolver> with_costs() {
    for (std::size_t c = 0; c < moves_.moves.size(); ++c) {
      Column& column = moves_.program.columns[c];
      column.cost = cost(c) / column.upper;
    }
    reset_costs();
    return std::make_unique<LpSolver>(moves_.program);
  }

  void reset_costs() {
    costs_.clear();
    for (const Column& column : moves_.program.columns) costs_.push_back(column.cost);
    pinned_.assign(costs_.size(), 0);
  }

  /// Of the pixel, once it has moved.
  double cost(std::size_t column) const { return ball_.cost(moves_.moves[column].pixel); }
  /// Of its way.
  double share(const std::vector<double>& values, std::size_t column) const {
    return values[column] / moves_.program.columns[column].upper;
  }
  double cost_of(const std::vector<double>& values) const {
    double sum = 0;
    for (std::size_t c = 0; c < costs_.size(); ++c) sum += values[c] > 0 ? cost(c) : 0;
    return sum;
  }

  /// Reduced-cost fixing: at these multipliers the bound with a column moved is higher by the least
  /// of its cost and its reduced cost times its room. The multipliers are those of safe_bound(),
  /// which leaves out the negative ones.
  std::vector<Change> hopeless(const std::vector<double>& duals, double bound) const {
    const Eigen::VectorXd pi =
        Eigen::Map<const Eigen::VectorXd>(duals.data(), polytope_.rows.rows()).cwiseMax(0.0);
    const Eigen::VectorXd worth = polytope_.rows.transpose() * pi;
    const Eigen::VectorXd rounding = kRounding * (polytope_.rows.cwiseAbs().transpose() * pi);
    std::vector<Change> pins;
    for (std::size_t j = 0; j < costs_.size(); ++j) {
      if (costs_[j] == 0 || pinned_[j] != 0) continue;
      const auto& move = moves_.moves[j];
      const double reduced =
          (1 - kRounding) * costs_[j] - move.sign * worth(move.pixel) - rounding(move.pixel);
      const double gain = std::min(cost(j), reduced * moves_.program.columns[j].upper);
      if (bound + gain > beyond_) pins.push_back({static_cast<int>(j), 0, 0});
    }
    return pins;
  }

  /// The program without the columns pinned at the root, for the whole tree.
  void drop(const std::vector<Change>& pins) {
    std::vector<char> known(costs_.size(), 0);
    for (const Change& pin : pins) known[static_cast<std::size_t>(pin.what)] = 1;
    std::vector<int> place(known.size(), -1);
    MoveProgram fewer;
    for (std::size_t j = 0; j < known.size(); ++j) {
      if (known[j] != 0) continue;
      place[j] = fewer.program.add_column(moves_.program.columns[j]);
      fewer.moves.push_back(moves_.moves[j]);
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
    reset_costs();
    lp_ = std::make_unique<LpSolver>(moves_.program);
  }

  /// Proves that the pinned pixels leave no point.
  bool none_left() const {
    Program program = moves_.program;
    for (std::size_t c = 0; c < pinned_.size(); ++c) {
      if (pinned_[c] != 0) program.columns[c].upper = 0;
    }
    return proven_infeasible(std::move(program), deadline_);
  }

  /// The column whose share of its room is nearest one half; -1 if all are 0, 1 or free already.
  int most_open(const std::vector<double>& values) const {
    int best = -1;
    double best_share = 1e-6;
    for (std::size_t j = 0; j < costs_.size(); ++j) {
      if (costs_[j] == 0) continue;
      const double gone = share(values, j);
      const double open = std::min(gone, 1 - gone);
      if (open > best_share) {
        best_share = open;
        best = static_cast<int>(j);
      }
    }
    return best;
  }

  const Problem& problem_;
  const PatternPolytope& polytope_;
  const Ball& ball_;
  MoveProgram moves_;
  std::vector<double> costs_;  ///< 0: it moves by decision
  std::vector<char> pinned_;   ///< held at 0
  std::unique_ptr<LpSolver> lp_;
  double limit_;   ///< of the costs
  double beyond_;  ///< a bound that excludes all within it
  Deadline deadline_;
  OpenNodes open_{OpenNodes::kDepthFirst};
  bool exhausted_ = true;  ///< so far every node was closed by proof
  double root_ = -1;
  std::int64_t solves_ = 0;
  std::optional<Eigen::VectorXd> best_;
};

}  // namespace

LeafResult fewest_pixels(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                         const Deadline& deadline) {
  return PixelSearch(problem, polytope, ball, deadline).run();
}

}  // namespace brink::search
