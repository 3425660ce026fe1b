// A small branch and bound for each side of each open neuron, neurons of one layer after another.
#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "brink/base/parallel.h"
#include "brink/search/branching.h"
#include "brink/search/claims.h"
#include "brink/search/open_nodes.h"
#include "brink/search/parameters.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

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
      if (expansion == 1 && least() < at_root + parameters().tree_gain * width) break;
      for (int child = 0; child < 2; ++child) expand(*this, open_.pop(), open_);
    }
    return least();
  }

  std::optional<Intervals> enter(const Node& node) const {
    auto bounds = problem_.within(root_, node);
    if (!bounds) problem_.claims().contradicted(problem_, root_, node);
    return bounds;
  }
  NodeBound bound(Node& node, const Intervals& bounds) {
    NodeBound bound = statistics_.count(bounder_.minimise(bounds, objective_, ball_, pool_, 0.0,
                                                          parameters().tree_rounds, deadline_));
    if (!bound.empty()) node.bound = std::max(node.bound, *bound.value);
    return bound;
  }
  Verdict judge(const Node& node, const Intervals& bounds, const NodeBound& bound) {
    if (!bound.empty() && node.bound <= 0 && !bounds.settled()) return Verdict::open;
    problem_.claims().proven(problem_, bounds, bound.cost, ball_, bound.proof);
    if (!bound.empty()) closed_ = std::min(closed_, node.bound);
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
                 const Intervals& known, int expansions, const Deadline& deadline)
      : problem_(problem),
        ball_(ball),
        bounds_(known),
        expansions_(expansions),
        deadline_(deadline) {
    for (PointPool* pool : pools) {
      hands_.push_back(std::make_unique<Hand>());
      hands_.back()->pool = pool;
      hands_.back()->bounder = make_bounder(problem, known);
    }
  }

  std::optional<Intervals> run() {
    if (root_is_empty()) return std::nullopt;
    for (int k = 1; k <= problem_.hidden_layers(); ++k) {
      layer(k);
      if (empty_) return std::nullopt;
      auto further = problem_.propagate(std::move(bounds_), k + 1);
      if (!further) return std::nullopt;
      bounds_ = std::move(*further);
    }
    return bounds_;
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

  /// The margin first, as for a node: programs that have too few points for its rows say nothing
  /// about neurons.
  bool root_is_empty() {
    return std::any_of(hands_.begin(), hands_.end(), [this](const auto& hand) {
      const NodeBound margin = hand->statistics.count(hand->bounder->minimise(
          bounds_, {}, ball_, *hand->pool, 0.0, parameters().tree_root_rounds, deadline_));
      if (!margin.exceeds(0)) return false;
      problem_.claims().proven(problem_, bounds_, margin.cost, ball_, margin.proof);
      return true;
    });
  }

  void layer(int k) {
    const auto width = static_cast<int>(problem_.network().width(k));
    const auto threads = static_cast<int>(hands_.size());
    std::atomic<int> next = 0;
    parallel_for(threads, threads, [&](int hand) {
      for (int j = next++; j < width && !empty_; j = next++) {
        const int id = problem_.neuron(k, j);
        for (const double sign : {1.0, -1.0}) {
          side(*hands_[static_cast<std::size_t>(hand)], id, sign);
        }
      }
    });
  }

  void side(Hand& hand, int id, double sign) {
    Intervals now;
    {
      const std::lock_guard lock(mutex_);
      if (deadline_.expired() || !bounds_.unstable(id)) return;
      now = bounds_;
    }
    const double bound = NeuronTree(problem_, *hand.bounder, ball_, *hand.pool, {id, sign}, now,
                                    deadline_, hand.statistics)
                             .run(expansions_);
    const std::lock_guard lock(mutex_);
    double& lower = bounds_.lower[static_cast<std::size_t>(id)];
    double& upper = bounds_.upper[static_cast<std::size_t>(id)];
    if (sign > 0) {
      lower = std::max(lower, bound);
    } else {
      upper = std::min(upper, -bound);
    }
    if (lower > upper) empty_ = true;
  }

  const Problem& problem_;
  const Ball& ball_;
  Intervals bounds_;
  int expansions_;
  Deadline deadline_;
  std::vector<std::unique_ptr<Hand>> hands_;
  std::mutex mutex_;
  std::atomic<bool> empty_ = false;
};

}  // namespace

std::optional<Intervals> tighten_by_trees(const Problem& problem, const Ball& ball,
                                          const std::vector<PointPool*>& pools,
                                          const Intervals& known, int expansions,
                                          const Deadline& deadline, Statistics& statistics) {
  if (deadline.expired() || !programs_pay(problem, known)) return known;
  TreeTightening work(problem, ball, pools, known, expansions, deadline);
  auto tighter = work.run();
  statistics.add(work.statistics());
  return tighter;
}

}  // namespace brink::search
