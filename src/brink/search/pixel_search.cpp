// Branch and bound on "moved / not moved", with the LP sum w_j p_j / room_j as bound: that the sum
// of the costs is whole makes it strong. A pixel that moves costs w_j (1), at whatever length.
// Reduced costs decide pixels: those that a bound within the limit cannot move are pinned, those
// that it cannot do without move. The root's pins, all but a few dozen, leave the program for good.
#include "brink/search/pixel_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "brink/search/move_program.h"
#include "brink/search/open_nodes.h"
#include "brink/search/pixel_program.h"

namespace brink::search {

namespace {

/// A bound must exceed a whole number by this, and by so much of it, to exclude it.
constexpr double kWhole = 1e-6, kWholeShare = 1e-12;

class PixelSearch {
 public:
  PixelSearch(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
              const Deadline& deadline)
      : problem_(problem),
        ball_(ball),
        moves_(possible_moves(
            {problem.reach().lower - problem.image(), problem.reach().upper - problem.image()})),
        program_(whole_program(problem, polytope, moves_)),
        limit_(std::floor(ball.radius() + 1e-9)),
        beyond_(limit_ + kWhole + kWholeShare * limit_),
        deadline_(deadline) {
    begin();
  }

  LeafResult run(std::int64_t most) {
    open_.push({});
    while (!open_.empty() && !best_ && solves_ < most) expand(*this, open_.pop(), open_);
    LeafResult result;
    result.unfinished = !open_.empty() && !best_;
    result.empty = exhausted_ && open_.empty() && !best_;
    result.bound = result.empty ? limit_ + 1 : std::max(0.0, std::ceil(root_ - (beyond_ - limit_)));
    result.point = best_;
    result.programs = solves_;
    return result;
  }

  struct Bound {
    PixelProgram::Answer answer;
    double cost = 0;  ///< lower bound, of all that move, by the answer's multipliers
    int column = -1;  ///< to branch on
  };

  // A question of expand().
  /// What moves by decision costs so much; the program becomes the node's.
  std::optional<double> enter(const Node& node) {
    if (deadline_.expired()) {
      exhausted_ = false;
      return std::nullopt;
    }
    std::vector<State> states(moves_.size(), State::open);
    for (const Step* step = node.path.get(); step != nullptr; step = step->before.get()) {
      const auto decide = [&](int column, bool moves) {
        states[static_cast<std::size_t>(column)] = moves ? State::moving : State::pinned;
      };
      for (const Change& change : step->changes) decide(change.what, change.lower > 0);
      if (step->split.what >= 0) decide(step->split.what, step->split.on);
    }
    double decided = 0;
    for (std::size_t c = 0; c < states.size(); ++c) {
      const bool moving = states[c] == State::moving;
      decided += moving ? cost(c) : 0;
      if (states[c] == states_[c]) continue;
      const auto column = static_cast<Eigen::Index>(c);
      program_.set_cost(column, moving ? 0 : cost(c) / moves_[c].room);
      program_.set_open(column, states[c] != State::pinned);
    }
    states_ = std::move(states);
    return decided;
  }

  Bound bound(Node& node, double decided) {
    ++solves_;
    Bound bound{program_.solve(beyond_ - decided, deadline_), 0, -1};
    bound.cost = decided + bound.answer.bound;
    if (solves_ == 1) root_ = bound.cost;
    if (bound.answer.values.size() > 0) bound.column = most_open(bound.answer.values);
    node.bound = bound.cost;
    return bound;
  }

  Verdict judge(Node& node, double decided, const Bound& bound) {
    if (std::max(0.0, bound.answer.bound) > beyond_ - decided) return Verdict::closed;
    const Eigen::VectorXd& values = bound.answer.values;
    if (values.size() == 0) {
      exhausted_ = false;
      return Verdict::closed;
    }
    if (bound.column < 0 || cost_of(values) <= limit_) {
      best_ = moved(values);
      return Verdict::closed;
    }
    if (solves_ == 1) {
      drop(bound);
      return Verdict::again;
    }
    node.note(decided_by(bound));
    return Verdict::open;
  }

  std::array<Split, 2> divide(double /*decided*/, const Bound& bound) const {
    const bool likely = share(bound.answer.values, static_cast<std::size_t>(bound.column)) >= 0.5;
    return {{{bound.column, !likely}, {bound.column, likely}}};
  }
  static std::int64_t seen() { return 0; }

 private:
  enum class State : char { open, pinned, moving };  ///< of a column; moving: it costs as a whole

  static PixelProgram whole_program(const Problem& problem, const PatternPolytope& polytope,
                                    const std::vector<Move>& moves) {
    RowMatrix rows(polytope.rows.rows(), std::ssize(moves));
    Eigen::VectorXd rooms(std::ssize(moves));
    for (Eigen::Index c = 0; c < rows.cols(); ++c) {
      const Move& move = moves[static_cast<std::size_t>(c)];
      rows.col(c) = move.sign * polytope.rows.col(move.pixel);
      rooms(c) = move.room;
    }
    return {std::move(rows), polytope.rhs - polytope.rows * problem.image(), std::move(rooms)};
  }

  /// The root of the program at hand.
  void begin() {
    states_.assign(moves_.size(), State::open);
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      program_.set_cost(static_cast<Eigen::Index>(c), cost(c) / moves_[c].room);
    }
  }

  /// Of the pixel, once it has moved.
  double cost(std::size_t column) const { return ball_.cost(moves_[column].pixel); }
  /// Of its way.
  double share(const Eigen::VectorXd& values, std::size_t column) const {
    return values(static_cast<Eigen::Index>(column)) / moves_[column].room;
  }
  double cost_of(const Eigen::VectorXd& values) const {
    double sum = 0;
    for (std::size_t c = 0; c < moves_.size(); ++c) sum += share(values, c) > 0 ? cost(c) : 0;
    return sum;
  }

  /// A move all the way may round to beyond the box's side.
  Eigen::VectorXd moved(const Eigen::VectorXd& values) const {
    Eigen::VectorXd x = problem_.image();
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      x(moves_[c].pixel) += moves_[c].sign * values(static_cast<Eigen::Index>(c));
    }
    return x.cwiseMax(problem_.reach().lower).cwiseMin(problem_.reach().upper);
  }

  /// Reduced-cost fixing: at these multipliers the bound with a column moved is higher by the least
  /// of its cost and its reduced cost times its room; and with a column at 0 by what a negative one
  /// takes from it.
  std::vector<Change> decided_by(const Bound& bound) const {
    std::vector<Change> changes;
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      if (states_[c] != State::open || cost(c) == 0) continue;
      const auto column = static_cast<Eigen::Index>(c);
      const double reduced = bound.answer.reduced(column), doubt = bound.answer.doubts(column);
      const double moves = std::min(cost(c), (reduced - doubt) * moves_[c].room);
      const double stays = -(reduced + doubt) * moves_[c].room;
      const bool pinned = bound.cost + moves > beyond_;
      const bool forced = bound.cost + stays > beyond_;
      if (!pinned && !forced) continue;
      const double least = pinned ? 0 : 1;
      changes.push_back({static_cast<int>(c), least, least});
    }
    return changes;
  }

  /// The program without the columns pinned at the root, for the whole tree.
  void drop(const Bound& bound) {
    std::vector<char> pinned(moves_.size(), 0);
    for (const Change& change : decided_by(bound)) {
      pinned[static_cast<std::size_t>(change.what)] = change.lower > 0 ? 0 : 1;
    }
    std::vector<Eigen::Index> kept;
    std::vector<Move> moves;
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      if (pinned[c] != 0) continue;
      kept.push_back(static_cast<Eigen::Index>(c));
      moves.push_back(moves_[c]);
    }
    program_ = program_.restricted(kept);
    moves_ = std::move(moves);
    begin();
  }

  /// The column whose share of its room is nearest one half; -1 if all are 0, 1 or free already.
  int most_open(const Eigen::VectorXd& values) const {
    int best = -1;
    double best_share = 1e-6;
    for (std::size_t j = 0; j < moves_.size(); ++j) {
      if (states_[j] == State::moving || cost(j) == 0) continue;
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
  const Ball& ball_;
  std::vector<Move> moves_;
  PixelProgram program_;
  std::vector<State> states_;  ///< in the program as it is
  double limit_;               ///< of the costs
  double beyond_;              ///< a bound that excludes all within it
  Deadline deadline_;
  OpenNodes open_{OpenNodes::kDepthFirst};
  bool exhausted_ = true;  ///< so far every node was closed by proof
  double root_ = -1;
  std::int64_t solves_ = 0;
  std::optional<Eigen::VectorXd> best_;
};

}  // namespace

LeafResult fewest_pixels(const Problem& problem, const PatternPolytope& polytope, const Ball& ball,
                         const Deadline& deadline, std::int64_t most) {
  return PixelSearch(problem, polytope, ball, deadline).run(most);
}

}  // namespace brink::search
