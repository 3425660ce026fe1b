// A box is a ball without a radius, so all that bounds a closest example's nodes (worker.h) bounds
// a set's. First attacks, on every set; backward substitution over each box, which excludes most
// sets; then a tree for each of the others, whose root is tightened over the set's rows. Threads
// take nodes of all trees from one stack.
#include "brink/search/phase_search.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>

#include "brink/search/ball_substitution.h"
#include "brink/search/box_attack.h"
#include "brink/search/branching.h"
#include "brink/search/claims.h"
#include "brink/search/leaf.h"
#include "brink/search/open_nodes.h"
#include "brink/search/parameters.h"
#include "brink/search/set_search.h"
#include "brink/search/slope_ascent.h"
#include "brink/search/slope_tightening.h"
#include "brink/search/slope_trees.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

constexpr int kNeuronsTogether = 32;
constexpr double kWeightsTogether = 1e7;
constexpr int kSetSteps = 60;
constexpr double kLeafLeads[] = {1e-2, 1e-3, 1e-4, 1e-5, 1e-6};

/// One set's tree.
struct SetTree {
  SetTree(Problem problem_, int set_, const Ball& ball_)
      : problem(std::move(problem_)), set(set_), ball(ball_) {}

  Problem problem;
  int set;
  Ball ball;
  Intervals root;                                         ///< once it has been bounded
  double slack = 0;                                       ///< of the attack's best point
  double most = std::numeric_limits<double>::infinity();  ///< proven: no point has a larger
  std::atomic<std::int64_t> seen = 0;
  std::atomic<std::int64_t> open = 1;  ///< nodes
};

struct TreeNode {
  SetTree* tree = nullptr;
  Node node;
  bool fresh = false;  ///< a root that is not tightened yet
  double worth = 0;
};

class PhaseSearch : SetSearch<TreeNode> {
 public:
  PhaseSearch(const Network& network, const UnsafeQuestion& question, const Deadline& deadline,
              const UnsafeOptions& options)
      : SetSearch(network, question, deadline, options, 0) {}

  UnsafeResult run() {
    plant();
    attack_all(parameters().property_first_starts, parameters().property_steps);
    if (!stack_.stopped()) exclude();
    const bool bounds_first = bounds_are_cheaper();
    if (bounds_first && !stack_.stopped()) tighten_together();
    if (!stack_.stopped()) attack_all(parameters().property_starts, parameters().property_steps);
    if (!bounds_first && !stack_.stopped()) tighten_together();
    std::sort(trees_.begin(), trees_.end(),
              [](const auto& a, const auto& b) { return a->slack < b->slack; });
    for (const auto& tree : trees_) stack_.push({tree.get(), {}, true, tree->most});
    std::vector<Thread> threads(static_cast<std::size_t>(options_.threads));
    for (;;) {
      parallel_for(options_.threads, options_.threads, [&](int t) {
        Thread& thread = threads[static_cast<std::size_t>(t)];
        stack_.run([&](TreeNode node) { take_up(thread, std::move(node)); });
      });
      if (!stack_.resume()) break;
      deepen();
    }
    for (const Thread& thread : threads) count([&](Statistics& of) { of.add(thread.statistics); });
    return result();
  }

 private:
  struct Thread {
    std::map<const SetTree*, std::unique_ptr<Bounder>> bounders;
    std::map<const SetTree*, PointPool> pools;
    Statistics statistics;
  };

  void plant() {
    std::map<int, const Problem*> of_box;
    for (std::size_t s = 0; s < question_.sets.size(); ++s) {
      const UnsafeSet& set = question_.sets[s];
      const Box& box = question_.boxes[static_cast<std::size_t>(set.box)];
      const Eigen::VectorXd middle = 0.5 * (box.lower + box.upper);
      const Problem*& first = of_box[set.box];
      Problem problem = first != nullptr ? Problem(*first, set.region)
                                         : Problem(network_, middle, box, set.region);
      problem.tell(options_.claims, true);
      Ball ball(Norm::linf, middle, box, 0);
      ball.set_radius(2 * ball.largest_radius() + 1);
      trees_.push_back(std::make_unique<SetTree>(std::move(problem), static_cast<int>(s), ball));
      if (first == nullptr) first = &trees_.back()->problem;
    }
  }

  void attack_all(int starts, int steps) {
    parallel_for(static_cast<int>(trees_.size()), options_.threads, [&](int i) {
      if (stack_.stopped() || deadline_.expired()) return;
      SetTree& tree = *trees_[static_cast<std::size_t>(i)];
      Random random(options_.seed + static_cast<std::uint64_t>(tree.set + starts));
      const Box& box = tree.problem.reach();
      const BoxFind find = attack_box(tree.problem, box, random_starts(box, starts, random), steps,
                                      deadline_.within(0.1 * deadline_.remaining()));
      tree.slack = find.slack;
      if (find.slack >= 0) offer(tree.set, find.x);
    });
  }

  /// Sets that backward substitution excludes, a box at a time; the roots of the others.
  void exclude() {
    for (const auto& [number, trees] : by_box()) {
      const Problem& first = trees.front()->problem;
      const BallSubstitution probe(first, trees.front()->ball, true, deadline_,
                                   BallSubstitution::Of::open);
      const Intervals walked = probe.intervals();
      first.claims().contained(first, trees.front()->ball, walked);
      boxes_[number] = walked;
      for (SetTree* tree : trees) {
        if (deadline_.expired()) return;
        tree->root = walked;
        if (!probe.excludes(tree->problem)) continue;
        tree->problem.claims().empty_ball(tree->problem, tree->ball);
        close(*tree);
      }
    }
    std::erase_if(trees_, [](const auto& tree) { return tree->set < 0; });
  }

  /// Than attacks on all sets, by passes through the network.
  bool bounds_are_cheaper() const {
    double bounds = 0, attacks = 0;
    for (const auto& [number, trees] : by_box()) {
      bounds += 2.0 * trees.front()->root.unstable_count() * parameters().neuron_steps;
      attacks += static_cast<double>(trees.size()) * parameters().property_starts *
                 parameters().property_steps;
    }
    return bounds < attacks;
  }

  void tighten_together() {
    for (const auto& [number, trees] : by_box()) {
      if (deadline_.expired()) break;  // exclude() may have left roots without bounds
      tighten_together(trees);
    }
    std::erase_if(trees_, [](const auto& tree) { return tree->set < 0; });
  }

  /// Those with nodes left.
  std::map<int, std::vector<SetTree*>> by_box() const {
    std::map<int, std::vector<SetTree*>> result;
    for (const auto& tree : trees_) {
      if (tree->set < 0 || tree->open == 0) continue;
      result[question_.sets[static_cast<std::size_t>(tree->set)].box].push_back(tree.get());
    }
    return result;
  }

  void close(SetTree& tree) {
    count([](Statistics& of) { ++of.pruned_by_bound; });
    tree.set = -1;
  }

  /// Slopes bound the open neurons without any set's rows, a layer at a time; then each set is
  /// tried with as many steps as it may take.
  void tighten_together(const std::vector<SetTree*>& trees) {
    const Problem& problem = trees.front()->problem;
    const Ball& ball = trees.front()->ball;
    Intervals bounds = trees.front()->root;
    const int number = question_.sets[static_cast<std::size_t>(trees.front()->set)].box;
    for (int k = 2; problem.is_large() && k <= problem.hidden_layers(); ++k) {
      std::vector<int> open;
      for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
        if (bounds.unstable(problem.neuron(k, j))) open.push_back(problem.neuron(k, j));
      }
      const int together = neurons_together();
      const int pieces = (static_cast<int>(open.size()) + together - 1) / together;
      const Intervals known = bounds;
      parallel_for(pieces, options_.threads, [&](int piece) {
        if (deadline_.expired()) return;
        const auto begin = open.begin() + std::ptrdiff_t{piece} * together;
        const auto end = open.end() - begin > together ? begin + together : open.end();
        SlopeMemory memory;
        bound_some(problem, ball, known, {begin, end}, false, memory, deadline_, bounds);
      });
      auto next = problem.propagate(std::move(bounds), k + 1);
      if (!next) return;  // by rounding only: the box has points
      bounds = std::move(*next);
    }
    parallel_for(static_cast<int>(trees.size()), options_.threads, [&](int i) {
      trees[static_cast<std::size_t>(i)]->root = bounds;
      try_root(*trees[static_cast<std::size_t>(i)]);
    });
    boxes_[number] = std::move(bounds);
  }

  void try_root(SetTree& tree) {
    const Cost cost{.margin = true};
    std::optional<LiveLayers> live;
    auto run = SlopeAscent(tree.problem, tree.ball, live)
                   .run({{&tree.root, cost, 0.0, nullptr}}, kSetSteps, false, deadline_);
    const Proof proof =
        prove(tree.problem, tree.root, cost, std::move(run.results[0].multipliers), tree.ball);
    tree.most = std::min(tree.most, -proof.value);
    if (!(proof.value > 0)) return;
    tree.problem.claims().proven(tree.problem, tree.root, cost, tree.ball, proof);
    close(tree);
  }

  /// Nodes have taken half as much as the last trees of single neurons: larger ones now, for all
  /// sets of a box that are still open. Open nodes meet the new roots when they are taken up.
  void deepen() {
    std::int64_t effort = 0;
    for (const auto& box : by_box()) {
      const std::vector<SetTree*>& trees = box.second;
      Intervals& known = boxes_[box.first];
      const Problem& problem = trees.front()->problem;
      const Ball& ball = trees.front()->ball;
      auto deeper = tighten_by_slope_trees(problem, ball, known, expansions_, options_.threads,
                                           deadline_.within(0.5 * deadline_.remaining()));
      problem.claims().contained(problem, ball, deeper.bounds);
      effort += deeper.effort;
      count([&](Statistics& of) {
        of.side_expansions = std::max<std::int64_t>(of.side_expansions, deeper.expansions);
      });
      parallel_for(static_cast<int>(trees.size()), options_.threads, [&](int i) {
        SetTree& tree = *trees[static_cast<std::size_t>(i)];
        auto root = meet(std::move(tree.root), deeper.bounds);
        if (root) root = tree.problem.propagate(std::move(*root), 2);
        if (!root) return close(tree);  // by its rows, earlier
        tree.root = std::move(*root);
        try_root(tree);
      });
      known = std::move(deeper.bounds);
    }
    expansions_ = larger_trees(expansions_);
    // Trees that are done take no more: nodes do.
    turn_ = std::max(2 * turn_, effort / 2);
    left_for_nodes_ = turn_;
  }

  /// Fewer in a large network, so that the clock is looked at.
  int neurons_together() const {
    double weights = 1;
    for (const Layer& layer : network_.layers) {
      weights += static_cast<double>(layer.weights.entries());
    }
    return std::clamp(static_cast<int>(kWeightsTogether / weights), 1, kNeuronsTogether);
  }

  void take_up(Thread& thread, TreeNode item) {
    SetTree& tree = *item.tree;
    if (tree.set < 0) return;
    if (deadline_.expired()) return give_up(tree.most);
    const std::int64_t before = thread.statistics.effort;
    if (item.fresh) {
      auto root = rooted(thread, tree);
      if (!root) return close(tree);
      tree.root = std::move(*root);
    }
    Question question{*this, thread, tree};
    OpenNodes open(OpenNodes::kDepthFirst);
    search::expand(question, std::move(item.node), open);
    tree.open += static_cast<std::int64_t>(open.size()) - 1;
    for (Node& node : open.take_all()) stack_.push({&tree, std::move(node), false, tree.most});
    left_for_nodes_ -= thread.statistics.effort - before;
    if (left_for_nodes_ < 0 && tree.problem.is_large()) stack_.pause();
  }

  /// Tightened over the set's rows; nothing: the set has no point.
  std::optional<Intervals> rooted(Thread& thread, SetTree& tree) {
    PointPool& pool = thread.pools[&tree];
    const auto bounder = make_bounder(tree.problem, tree.root);
    const Stopwatch watch;
    auto tighter = tighten_node(tree.problem, *bounder, tree.ball, pool, tree.root, deadline_,
                                thread.statistics);
    thread.statistics.tightening_seconds += watch.seconds();
    return tighter;
  }

  /// Of expand() (open_nodes.h).
  struct Question {
    PhaseSearch& search;
    Thread& thread;
    SetTree& tree;

    std::int64_t seen() const { return tree.seen.load(); }

    Bounder& bounder() {
      auto& known = thread.bounders[&tree];
      if (!known) known = make_bounder(tree.problem, tree.root);
      return *known;
    }

    std::optional<Intervals> enter(Node& node) {
      auto bounds = tree.problem.within(tree.root, node);
      if (!bounds) {
        tree.problem.claims().contradicted(tree.problem, tree.root, node);
        ++thread.statistics.pruned_by_interval;
        return std::nullopt;
      }
      const std::int64_t number = ++tree.seen;
      ++thread.statistics.nodes;
      const bool programs = bounder().slopes() == nullptr;
      const std::int64_t large = programs ? parameters().large_subtree : parameters().slope_subtree;
      if (node.is_root() || number - node.made < large) return bounds;
      auto tighter = tighten_node(tree.problem, bounder(), tree.ball, thread.pools[&tree], *bounds,
                                  search.deadline_, thread.statistics);
      if (tighter) node.note(changes_between(*bounds, *tighter));
      return tighter;
    }

    NodeBound bound(const Node& node, const Intervals& bounds) {
      const int rounds = bounder().slopes() == nullptr ? parameters().node_rounds
                         : bounds.settled()            ? parameters().leaf_steps
                                                       : parameters().slope_steps;
      NodeBound bound = thread.statistics.count(
          bounder().minimise(bounds, {.start = node.slopes.get()}, tree.ball, thread.pools[&tree],
                             0, rounds, search.deadline_));
      if (bound.exceeds(0)) {
        tree.problem.claims().proven(tree.problem, bounds, bound.cost, tree.ball, bound.proof);
      }
      return bound;
    }

    Verdict judge(Node& node, const Intervals& bounds, const NodeBound& bound) {
      if (bound.exceeds(0)) {
        ++thread.statistics.pruned_by_bound;
        return Verdict::closed;
      }
      node.slopes = bound.slopes;
      if (search.deadline_.expired() || search.stack_.stopped()) return Verdict::again;
      if (search.attacked(thread, tree, bound)) return Verdict::again;
      return bounds.settled() ? search.close_leaf(thread, tree, bounds) : Verdict::open;
    }

    std::array<Split, 2> divide(const Intervals& bounds, const NodeBound& bound) const {
      return phase_split(bounds, bound.states);
    }
  };

  bool attacked(Thread& thread, SetTree& tree, const NodeBound& bound) {
    const bool often = tree.seen % parameters().box_attack_every == 0;
    const int steps = often ? parameters().box_attack_steps : 0;
    const Eigen::VectorXd change = change_of(bound, thread.pools[&tree], tree.ball);
    const RowMatrix start = tree.problem.image_with(change).transpose();
    const BoxFind find = attack_box(tree.problem, tree.problem.reach(), start, steps, deadline_);
    return find.slack >= 0 && offer(tree.set, find.x);
  }

  Verdict close_leaf(Thread& thread, SetTree& tree, const Intervals& bounds) {
    ++thread.statistics.leaves;
    const OutputRegion& region = this->region(tree.set);
    const Phases phases = tree.problem.phases(bounds);
    const LeafResult leaf = solve_leaf(tree.problem, region, phases, tree.ball, deadline_);
    tree.problem.claims().pattern(
        tree.problem, region, phases, tree.ball,
        leaf.empty ? std::numeric_limits<double>::infinity() : leaf.bound);
    if (leaf.empty) return Verdict::closed;
    if (leaf.point && offer(tree.set, *leaf.point)) return Verdict::closed;
    for (const double share : kLeafLeads) {  // the nearest point has nothing to spare
      if (deadline_.expired()) break;
      const OutputRegion inner = moved_inward(region, share * tree.problem.row_magnitude());
      const LeafResult deeper = solve_leaf(tree.problem, inner, phases, tree.ball, deadline_);
      if (!deeper.empty && deeper.point && offer(tree.set, *deeper.point)) return Verdict::closed;
    }
    if (deadline_.expired()) return Verdict::again;
    leave(tree.most);
    ++thread.statistics.doubtful;
    return Verdict::closed;
  }

  std::vector<std::unique_ptr<SetTree>> trees_;
  std::map<int, Intervals> boxes_;  ///< bounds of all their points, whatever the rows
  int expansions_ = parameters().side_expansions;
  std::int64_t turn_ = parameters().side_after;  ///< of nodes, in effort
  std::atomic<std::int64_t> left_for_nodes_ = turn_;
};

}  // namespace

UnsafeResult search_phases(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options) {
  return PhaseSearch(network, question, deadline, options).run();
}

}  // namespace brink::search
