// Optimisation-based bound tightening in the ball (Tjeng et al. 2019, with the incumbent's ball).
//
// Layer 1 is closed form. Deeper neurons are maximised and minimised over the whole relaxation, the
// output rows included: a point that is of interest fools the network, which says as much about
// a neuron as the ball does. A side is left as soon as it settles the neuron's sign.
#include "brink/search/tightening.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "brink/base/parallel.h"
#include "brink/search/ball_substitution.h"
#include "brink/search/branching.h"
#include "brink/search/open_nodes.h"

namespace brink::search {

namespace {

constexpr int kRootRounds = 60;
constexpr int kNeuronRounds = 8;
constexpr double kSubstitutionShare = 0.2;  ///< of the time, where no program fits
constexpr double kTreeGain = 0.01;  ///< of the width: what a first branching must gain for more
constexpr double kHope = 0.1;       ///< of the width: a side that can move less is left alone

void first_layer(const Problem& problem, const Ball& ball, Intervals& phasing) {
  for (int j = 0; j < problem.first_width(); ++j) {
    const Eigen::VectorXd weights = problem.first_weights().row(j).transpose();
    const auto up = ball.support(weights);
    const auto down = ball.support(-weights);
    const double center = problem.first_center()(j);
    const double doubt = problem.first_doubt()(j);
    const auto id = static_cast<std::size_t>(j);
    phasing.upper[id] = std::min(phasing.upper[id], center + up.value + up.error + doubt);
    phasing.lower[id] = std::max(phasing.lower[id], center - down.value - down.error - doubt);
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
  bool hope(const Intervals& phasing, std::size_t i, double sign) const {
    const double room = sign > 0 ? lowest_[i] - phasing.lower[i] : phasing.upper[i] - highest_[i];
    return room > kHope * (phasing.upper[i] - phasing.lower[i]);
  }

 private:
  std::vector<double> lowest_, highest_;
};

/// Both sides of one neuron; false: the relaxation is empty.
bool tighten_neuron(Bounder& bounder, const Ball& ball, PointPool& pool, int id, Intervals& phasing,
                    Reached& reached, const Deadline& deadline, Statistics& statistics) {
  const auto i = static_cast<std::size_t>(id);
  for (const double sign : {1.0, -1.0}) {
    if (!phasing.unstable(id)) return true;
    if (!reached.hope(phasing, i, sign)) continue;
    const NodeBound bound = statistics.count(
        bounder.minimise(phasing, {id, sign}, ball, pool, 0.0, kNeuronRounds, deadline));
    reached.note(bound);
    if (bound.empty()) return false;
    if (sign > 0) {
      phasing.lower[i] = std::max(phasing.lower[i], *bound.value);
    } else {
      phasing.upper[i] = std::min(phasing.upper[i], -*bound.value);
    }
    if (phasing.lower[i] > phasing.upper[i]) return false;
  }
  return true;
}

/// A lower bound of sign * y over the bounds, by a small tree: a question of expand().
class NeuronTree {
 public:
  NeuronTree(const Problem& problem, Bounder& bounder, const Ball& ball, PointPool& pool,
             const Objective& objective, const Intervals& root, const Deadline& deadline,
             Statistics& statistics)
      : problem_(problem),
        bounder_(bounder),
        ball_(ball),
        pool_(pool),
        objective_(objective),
        root_(root),
        deadline_(deadline),
        statistics_(statistics) {}

  /// By so many expansions, less where the sign is settled or the first shows little; infinity: the
  /// root is empty.
  double run(int expansions) {
    open_.push({});
    expand(*this, open_.pop(), open_);
    const auto id = static_cast<std::size_t>(objective_.neuron);
    const double at_root = least(), width = root_.upper[id] - root_.lower[id];
    for (int expansion = 0; expansion < expansions && !open_.empty(); ++expansion) {
      if (least() > 0 || closed_ <= open_.least_bound() || deadline_.expired()) break;
      if (expansion == 1 && least() < at_root + kTreeGain * width) break;
      for (int child = 0; child < 2; ++child) expand(*this, open_.pop(), open_);
    }
    return least();
  }

  std::optional<Intervals> enter(const Node& node) const { return problem_.within(root_, node); }
  NodeBound bound(Node& node, const Intervals& bounds) {
    NodeBound bound = statistics_.count(
        bounder_.minimise(bounds, objective_, ball_, pool_, 0.0, kNeuronRounds, deadline_));
    if (!bound.empty()) node.bound = std::max(node.bound, *bound.value);
    return bound;
  }
  Verdict judge(const Node& node, const Intervals& bounds, const NodeBound& bound) {
    if (bound.empty()) return Verdict::closed;
    if (node.bound <= 0 && !bounds.settled()) return Verdict::open;
    closed_ = std::min(closed_, node.bound);
    return Verdict::closed;
  }
  static std::array<Split, 2> divide(const Intervals& bounds, const NodeBound& bound) {
    return phase_split(bounds, bound.states);
  }
  static std::int64_t seen() { return 0; }

 private:
  double least() const { return std::min(closed_, open_.least_bound()); }

  const Problem& problem_;
  Bounder& bounder_;
  const Ball& ball_;
  PointPool& pool_;
  Objective objective_;
  const Intervals& root_;
  Deadline deadline_;
  Statistics& statistics_;
  OpenNodes open_{OpenNodes::kBestFirst};
  double closed_ = std::numeric_limits<double>::infinity();
};

/// Neurons of one layer after another, those of a layer over threads, each with what is known by
/// then.
class TreeTightening {
 public:
  /// `pools`: one per thread.
  TreeTightening(const Problem& problem, const Ball& ball, const std::vector<PointPool*>& pools,
                 Intervals& phasing, int expansions, const Deadline& deadline)
      : problem_(problem),
        ball_(ball),
        phasing_(phasing),
        expansions_(expansions),
        deadline_(deadline) {
    for (PointPool* pool : pools) {
      hands_.push_back(std::make_unique<Hand>());
      hands_.back()->pool = pool;
      hands_.back()->bounder = make_bounder(problem, phasing);
    }
  }

  /// The margin first, as in tighten_node(): programs that have too few points for its rows say
  /// nothing about neurons. False: proven empty.
  bool root() {
    return std::none_of(hands_.begin(), hands_.end(), [this](const auto& hand) {
      return hand->statistics
          .count(hand->bounder->minimise(phasing_, {}, ball_, *hand->pool, 0.0, kRootRounds,
                                         deadline_))
          .exceeds(0);
    });
  }

  /// False: proven empty.
  bool layer(int k) {
    const auto width = static_cast<int>(problem_.network().width(k));
    const auto threads = static_cast<int>(hands_.size());
    std::atomic<int> next = 0;
    parallel_for(threads, threads, [&](int hand) {
      for (int j = next++; j < width && possible_; j = next++) {
        const int id = problem_.neuron(k, j);
        for (const double sign : {1.0, -1.0})
          side(*hands_[static_cast<std::size_t>(hand)], id, sign);
      }
    });
    return possible_;
  }

  Statistics statistics() const {
    Statistics sum;
    for (const auto& hand : hands_) sum.add(hand->statistics);
    return sum;
  }

 private:
  struct Hand {
    Statistics statistics;
    PointPool* pool = nullptr;
    std::unique_ptr<Bounder> bounder;
  };

  void side(Hand& hand, int id, double sign) {
    Intervals now;
    {
      const std::lock_guard lock(mutex_);
      if (deadline_.expired() || !phasing_.unstable(id)) return;
      now = phasing_;
    }
    const double bound = NeuronTree(problem_, *hand.bounder, ball_, *hand.pool, {id, sign}, now,
                                    deadline_, hand.statistics)
                             .run(expansions_);
    const std::lock_guard lock(mutex_);
    double& lower = phasing_.lower[static_cast<std::size_t>(id)];
    double& upper = phasing_.upper[static_cast<std::size_t>(id)];
    if (sign > 0) {
      lower = std::max(lower, bound);
    } else {
      upper = std::min(upper, -bound);
    }
    if (lower > upper) possible_ = false;
  }

  const Problem& problem_;
  const Ball& ball_;
  Intervals& phasing_;
  int expansions_;
  Deadline deadline_;
  std::vector<std::unique_ptr<Hand>> hands_;
  std::mutex mutex_;
  std::atomic<bool> possible_ = true;
};

}  // namespace

bool tighten_by_trees(const Problem& problem, const Ball& ball,
                      const std::vector<PointPool*>& pools, Intervals& phasing, int expansions,
                      const Deadline& deadline, Statistics& statistics) {
  if (deadline.expired() || !program_fits(problem, phasing)) return true;
  TreeTightening work(problem, ball, pools, phasing, expansions, deadline);
  bool possible = work.root();
  for (int k = 1; k <= problem.hidden_layers() && possible; ++k) {
    possible = work.layer(k) && problem.propagate(phasing, k + 1);
  }
  statistics.add(work.statistics());
  return possible;
}

Intervals box_bounds(const Problem& problem) {
  Intervals phasing;
  const auto count = static_cast<std::size_t>(problem.neurons());
  phasing.lower.assign(count, -1e300);
  phasing.upper.assign(count, 1e300);
  const Ball box(Norm::linf, problem.image(), problem.reach(), 1e300);
  first_layer(problem, box, phasing);
  problem.propagate(phasing, 2);
  return phasing;
}

Intervals ball_bounds(const Problem& problem, const Ball& ball) {
  Intervals phasing = box_bounds(problem);
  first_layer(problem, ball, phasing);
  problem.propagate(phasing, 2);
  return phasing;
}

bool tighten_node(const Problem& problem, Bounder& bounder, const Ball& ball, PointPool& pool,
                  Intervals& phasing, const Deadline& deadline, Statistics& statistics) {
  const NodeBound margin =
      statistics.count(bounder.minimise(phasing, {}, ball, pool, 0.0, kRootRounds, deadline));
  if (margin.exceeds(0)) return false;
  if (!bounder.bounds_neurons()) return true;
  Reached reached(problem.neurons());
  reached.note(margin);
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    const auto width = static_cast<int>(problem.network().width(k));
    for (int j = 0; j < width; ++j) {
      if (deadline.expired()) return true;
      const int id = problem.neuron(k, j);
      if (!tighten_neuron(bounder, ball, pool, id, phasing, reached, deadline, statistics)) {
        return false;
      }
    }
    if (!problem.propagate(phasing, k + 1)) return false;
  }
  return true;
}

bool tighten(const Problem& problem, const Ball& ball, PointPool& pool, Intervals& phasing,
             const Deadline& deadline, Statistics& statistics) {
  first_layer(problem, ball, phasing);
  if (!problem.propagate(phasing, 2)) return false;
  if (deadline.expired()) return true;
  if (!program_fits(problem, phasing)) {
    const Deadline share = deadline.within(kSubstitutionShare * deadline.remaining());
    if (!phasing.meet(BallSubstitution(problem, ball, true, share).intervals())) return false;
    if (!problem.propagate(phasing, 2)) return false;
  }
  const auto bounder = make_bounder(problem, phasing);
  return tighten_node(problem, *bounder, ball, pool, phasing, deadline, statistics);
}

}  // namespace brink::search
