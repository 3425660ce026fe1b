// A small branch and bound for each side of each open neuron, neurons of one layer after another.
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "brink/base/parallel.h"
#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/side_tree.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

/// A lower bound of sign * y over the bounds, by a small tree.
class NeuronTree {
 public:
  NeuronTree(const Problem& problem, Bounder& bounder, const Ball& ball, PointPool& pool,
             const Objective& objective, const Intervals& root, const Deadline& deadline,
             Statistics& statistics)
      : bounder_(bounder),
        ball_(ball),
        pool_(pool),
        root_(root),
        deadline_(deadline),
        statistics_(statistics),
        tree_(problem, root, objective) {}

  /// By so many expansions, less where the sign is settled or the first shows little; infinity: the
  /// root is empty.
  double run(int expansions) {
    expand();
    const auto id = static_cast<std::size_t>(tree_.objective().neuron);
    const double at_root = tree_.bound(), width = root_.upper[id] - root_.lower[id];
    for (int expansion = 0; expansion < expansions; ++expansion) {
      if (tree_.done() || deadline_.expired()) break;
      if (expansion == 1 && tree_.bound() < at_root + parameters().tree_gain * width) break;
      for (int child = 0; child < 2; ++child) expand();
    }
    return tree_.bound();
  }

 private:
  void expand() {
    auto node = tree_.take();
    if (!node) return;
    const NodeBound bound = statistics_.count(bounder_.minimise(
        node->bounds, tree_.objective(), ball_, pool_, 0.0, parameters().tree_rounds, deadline_));
    tree_.answer(std::move(*node), bound, ball_);
  }

  Bounder& bounder_;
  const Ball& ball_;
  PointPool& pool_;
  const Intervals& root_;
  Deadline deadline_;
  Statistics& statistics_;
  SideTree tree_;
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
