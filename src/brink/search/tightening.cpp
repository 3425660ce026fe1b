// Optimisation-based bound tightening in the ball (Tjeng et al. 2019, with the incumbent's ball).
//
// Layer 1 is closed form. Deeper neurons are maximised and minimised over the whole relaxation, the
// output rows included: a point that is of interest fools the network, which says as much about
// a neuron as the ball does. A side is left as soon as it settles the neuron's sign.
#include "brink/search/tightening.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "brink/search/ball_substitution.h"
#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/slope_tightening.h"
#include "brink/search/slope_trees.h"

namespace brink::search {

namespace {

void first_layer(const Problem& problem, const Ball& ball, Intervals& bounds) {
  for (int j = 0; j < problem.first_width(); ++j) {
    const Eigen::VectorXd weights = problem.network().layer(1).weights.row(j);
    const auto up = ball.support(weights);
    const auto down = ball.support(-weights);
    const double center = problem.first_center()(j);
    const double doubt = problem.first_doubt()(j);
    const auto id = static_cast<std::size_t>(j);
    bounds.upper[id] = std::min(bounds.upper[id], center + up.value + up.error + doubt);
    bounds.lower[id] = std::max(bounds.lower[id], center - down.value - down.error - doubt);
  }
}

/// Values of y that programs have reached: a side that one of them came near cannot move far.
class Reached {
 public:
  explicit Reached(int neurons)
      : lowest_(static_cast<std::size_t>(neurons), std::numeric_limits<double>::infinity()),
        highest_(lowest_.size(), -std::numeric_limits<double>::infinity()) {}

  void note(const NodeBound& bound) {
    if (!bound.solved) return;
    for (std::size_t i = 0; i < lowest_.size(); ++i) {
      const NeuronState& state = bound.states[i];
      lowest_[i] = std::min(lowest_[i], state.x - state.s);
      highest_[i] = std::max(highest_[i], state.x - state.s);
    }
  }
  /// Is there hope to move the lower (sign 1) or upper side by a share of the width?
  bool hope(const Intervals& bounds, std::size_t i, double sign) const {
    const double room = sign > 0 ? lowest_[i] - bounds.lower[i] : bounds.upper[i] - highest_[i];
    return room > parameters().hope * (bounds.upper[i] - bounds.lower[i]);
  }

 private:
  std::vector<double> lowest_, highest_;
};

/// A node's bounds while its neurons are bounded one after another.
class NodeTightening {
 public:
  NodeTightening(const Problem& problem, Bounder& bounder, const Ball& ball, PointPool& pool,
                 const Deadline& deadline, Statistics& statistics)
      : problem_(problem),
        bounder_(bounder),
        ball_(ball),
        pool_(pool),
        deadline_(deadline),
        statistics_(statistics),
        reached_(problem.neurons()) {}

  std::optional<Intervals> run(Intervals bounds) {
    const NodeBound margin = minimise(bounds, {}, parameters().root_rounds);
    if (margin.exceeds(0)) return tell(bounds, margin), std::nullopt;
    std::optional<Intervals> tighter = std::move(bounds);
    for (int k = 1; k <= problem_.hidden_layers(); ++k) {
      const auto width = static_cast<int>(problem_.network().width(k));
      for (int j = 0; j < width; ++j) {
        if (deadline_.expired()) return tighter;
        if (!neuron(problem_.neuron(k, j), *tighter)) return std::nullopt;
      }
      tighter = propagated(problem_, ball_, *tighter, k + 1);
      if (!tighter) return std::nullopt;
    }
    return tighter;
  }

 private:
  NodeBound minimise(const Intervals& bounds, const Objective& objective, int rounds) {
    NodeBound bound = statistics_.count(
        bounder_.minimise(bounds, objective, ball_, pool_, 0.0, rounds, deadline_));
    reached_.note(bound);
    return bound;
  }
  void tell(const Intervals& bounds, const NodeBound& bound) {
    problem_.claims().proven(problem_, bounds, bound.cost, ball_, bound.proof);
  }

  /// Both sides; false: no point is left.
  bool neuron(int id, Intervals& bounds) {
    const auto i = static_cast<std::size_t>(id);
    for (const double sign : {1.0, -1.0}) {
      if (!bounds.unstable(id)) return true;
      if (!reached_.hope(bounds, i, sign)) continue;
      const NodeBound bound = minimise(bounds, {id, sign}, parameters().neuron_rounds);
      tell(bounds, bound);
      if (bound.empty()) return false;
      if (sign > 0) {
        bounds.lower[i] = std::max(bounds.lower[i], *bound.value);
      } else {
        bounds.upper[i] = std::min(bounds.upper[i], -*bound.value);
      }
      if (bounds.lower[i] > bounds.upper[i]) return false;
    }
    return true;
  }

  const Problem& problem_;
  Bounder& bounder_;
  const Ball& ball_;
  PointPool& pool_;
  Deadline deadline_;
  Statistics& statistics_;
  Reached reached_;
};

}  // namespace

Intervals box_bounds(const Problem& problem) {
  const auto count = static_cast<std::size_t>(problem.neurons());
  constexpr double kFar = std::numeric_limits<double>::infinity();
  Intervals bounds{std::vector<double>(count, -kFar), std::vector<double>(count, kFar),
                   problem.linear()};
  const Ball box(Norm::linf, problem.image(), problem.reach(), 1e300);
  first_layer(problem, box, bounds);
  return problem.propagate(std::move(bounds), 2).value();
}

Intervals ball_bounds(const Problem& problem, const Ball& ball) {
  Intervals bounds = box_bounds(problem);
  first_layer(problem, ball, bounds);
  Intervals within = problem.propagate(std::move(bounds), 2).value();
  problem.claims().contained(problem, ball, within);
  return within;
}

std::optional<Intervals> tighten_node(const Problem& problem, Bounder& bounder, const Ball& ball,
                                      PointPool& pool, const Intervals& known,
                                      const Deadline& deadline, Statistics& statistics) {
  if (SlopeMemory* memory = bounder.slopes()) {
    return tighten_by_slopes(problem, ball, known, *memory, deadline, statistics);
  }
  return NodeTightening(problem, bounder, ball, pool, deadline, statistics).run(known);
}

const Intervals& BallBounds::over(const Problem& problem, const Ball& ball,
                                  const Deadline& deadline, Statistics& statistics) {
  if (hold(ball)) return bounds_;
  statistics.effort += problem.effort_of_passes(2 * problem.neurons());
  bounds_ = BallSubstitution(problem, ball, true, deadline).intervals();
  const bool larger = ball.radius() > radius_;
  smaller_expansions_ = larger ? std::max(smaller_expansions_, expansions_) : 0;
  expansions_ = 0;
  radius_ = deadline.expired() ? -1 : ball.radius();
  return bounds_;
}

bool BallBounds::hold(const Ball& ball) const {
  return ball.radius() <= radius_ && ball.radius() >= parameters().retighten * radius_;
}

bool BallBounds::shallow(const Ball& ball) const {
  if (hold(ball)) return expansions_ < smaller_expansions_;
  return ball.radius() > radius_ && std::max(expansions_, smaller_expansions_) > 0;
}

void BallBounds::deepen(const Problem& problem, const Ball& ball, int threads,
                        const Deadline& deadline, Statistics& statistics) {
  over(problem, ball, deadline, statistics);
  if (deadline.expired()) return;
  expansions_ = std::max(larger_trees(expansions_), smaller_expansions_);
  Ball known = ball;
  known.set_radius(radius_);
  auto deeper =
      tighten_by_slope_trees(problem, known, std::move(bounds_), expansions_, threads, deadline);
  bounds_ = std::move(deeper.bounds);
  deepening_effort_ = deeper.effort;
  statistics.effort += deeper.effort;
  statistics.side_expansions =
      std::max<std::int64_t>(statistics.side_expansions, deeper.expansions);
}

std::int64_t BallBounds::deepening_effort() const {
  return expansions_ > 0 ? parameters().side_growth * deepening_effort_ : deepening_effort_;
}

std::optional<Intervals> tighten(const Problem& problem, const Ball& ball, PointPool& pool,
                                 Intervals known, BallBounds& shared, const Deadline& deadline,
                                 Statistics& statistics) {
  first_layer(problem, ball, known);
  auto bounds = propagated(problem, ball, known, 2);
  if (!bounds || deadline.expired()) return bounds;
  if (!programs_pay(problem, *bounds)) {
    const Deadline share = deadline.within(parameters().substitution_share * deadline.remaining());
    const Intervals& walked = shared.over(problem, ball, share, statistics);
    problem.claims().contained(problem, ball, walked);
    bounds = meet(std::move(*bounds), walked);
    if (bounds) bounds = propagated(problem, ball, *bounds, 2);
    if (!bounds) return bounds;
  }
  const auto bounder = make_bounder(problem, *bounds);
  return tighten_node(problem, *bounder, ball, pool, *bounds, deadline, statistics);
}

}  // namespace brink::search
