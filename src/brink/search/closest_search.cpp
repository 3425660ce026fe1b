// One incumbent for all regions, a tree per region in slices with heuristics between, and a ladder
// of smaller balls (ladder.h) for the bound: whenever the effort has quadrupled, and once more when
// the time is nearly up.
#include "brink/search/closest_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/heuristic.h"
#include "brink/search/ladder.h"
#include "brink/search/leaf.h"

namespace brink::search {

namespace {

// In Statistics::effort; ten thousand take 0.1 to 0.3 seconds.
constexpr std::int64_t kLadderAfter = 400'000;  ///< and each time the effort has quadrupled
constexpr std::int64_t kFirstSlice = 10'000;    ///< of the tree between heuristics
constexpr double kLastShare = 0.1;  ///< of the time: the ladder, from where it is by then
constexpr std::int64_t kLongestSlice = 150'000;
constexpr double kSliceGrowth = 1.3;
constexpr double kHeuristicShare = 0.15;  ///< of a slice
constexpr int kPatience = 8;              ///< rounds of local search without a find

std::int64_t share_of(double share, std::int64_t effort) {
  return static_cast<std::int64_t>(share * static_cast<double>(effort));
}

class ClosestSearch {
 public:
  ClosestSearch(const Network& network, const ClosestQuestion& question,
                const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                const Deadline& deadline, const ClosestOptions& options)
      : regions_(regions),
        deadline_(deadline),
        options_(options),
        incumbent_(network, question, image, options.gap),
        ball_(question.norm, image, reach(question, image), 0, question.breakpoints.value_or(0)) {
    ball_.set_radius(ball_.largest_radius());
    for (const OutputRegion& region : regions) {
      problems_.emplace_back(network, image, reach(question, image), region);
    }
    for (std::size_t r = 0; r < regions.size(); ++r) {
      ladders_.emplace_back(problems_[r], regions[r], ball_, incumbent_, result_.statistics,
                            options.threads, options.spare);
      ladders_[r].on_raise = [this] { tell(); };
    }
    incumbent_.on_improvement = [this](double) { tell(); };
  }

  ClosestResult run() {
    if (problems_.front().hidden_layers() == 0) return without_hidden_layer();
    heuristics();
    result_.finished = true;
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      const double share = deadline_.remaining() / static_cast<double>(regions_.size() - r);
      Tree tree(problems_[r], regions_[r], ball_, incumbent_, result_.statistics, options_.threads,
                options_.spare);
      close_region(tree, r, deadline_.within(share));
    }
    return conclude();
  }

 private:
  ClosestResult conclude() {
    result_.statistics.patterns = incumbent_.patterns();
    result_.statistics.pattern_seconds = incumbent_.pattern_seconds();
    result_.distance = incumbent_.distance();
    result_.image = incumbent_.image();
    result_.region = incumbent_.region();
    result_.bound = std::min(total_bound(), result_.distance);
    return std::move(result_);
  }

  /// An affine network is one leaf.
  ClosestResult without_hidden_layer() {
    result_.finished = true;
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      LeafResult leaf;
      do {  // a find need not be the nearest (L0)
        ball_.set_radius(ladders_[r].search_radius());
        leaf = solve_leaf(problems_[r], regions_[r], {}, ball_, deadline_);
      } while (!leaf.empty && leaf.point && incumbent_.offer(regions_[r], *leaf.point));
      const double excluded = std::isinf(incumbent_.distance())
                                  ? std::numeric_limits<double>::infinity()
                                  : beyond(ball_.norm(), ball_.radius());
      ladders_[r].raise(leaf.empty ? excluded : leaf.bound);
      const bool closed = leaf.empty || leaf.bound >= incumbent_.search_radius();
      result_.finished = result_.finished && closed;
    }
    return conclude();
  }

  double total_bound() const {
    double bound = incumbent_.distance();
    for (const Ladder& ladder : ladders_) bound = std::min(bound, ladder.bound());
    return bound;
  }

  void tell() {
    if (options_.on_change)
      options_.on_change(incumbent_.distance(), total_bound(), watch_.seconds());
  }

  void beat(const Tree& tree) {
    if (!options_.on_beat) return;
    options_.on_beat({incumbent_.distance(), total_bound(), result_.statistics.nodes,
                      tree.open_nodes(), watch_.seconds()});
  }

  void heuristics() {
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      heuristics_.push_back(std::make_unique<Heuristic>(problems_[r], regions_[r], ball_,
                                                        incumbent_, options_.seed + r));
      heuristics_[r]->open(kPatience, deadline_);
      result_.statistics.add(heuristics_[r]->take_statistics());
    }
  }

  /// The tree in slices, with heuristics between them.
  Outcome work(Tree& tree, std::size_t r, const Budget& budget) {
    const std::int64_t start = result_.statistics.effort;
    const auto left = [&] { return budget.effort - (result_.statistics.effort - start); };
    std::int64_t slice = std::min(kFirstSlice, budget.effort);
    Outcome outcome = tree.started()
                          ? tree.resume({budget.deadline, slice})
                          : tree.exclude(ladders_[r].search_radius(), {budget.deadline, slice});
    while (outcome == Outcome::stopped && !budget.deadline.expired() && left() > 0) {
      heuristics_[r]->go_on({budget.deadline, share_of(kHeuristicShare, slice)});
      result_.statistics.add(heuristics_[r]->take_statistics());
      slice = std::min(
          {share_of(kSliceGrowth, slice) + 1, kLongestSlice, std::max<std::int64_t>(left(), 1)});
      beat(tree);
      outcome = tree.resume({budget.deadline, slice});
    }
    return outcome;
  }

  void close_region(Tree& tree, std::size_t r, const Deadline& deadline) {
    Ladder& ladder = ladders_[r];
    const Deadline most = deadline.within((1 - kLastShare) * deadline.remaining());
    Outcome outcome = work(tree, r, {most, kLadderAfter});
    while (outcome == Outcome::stopped && !ladder.closed() && !most.expired()) {
      ladder.climb(most);
      outcome = work(tree, r, {most, 3 * result_.statistics.effort});
    }
    if (outcome == Outcome::stopped && !ladder.closed() && !deadline.expired()) {
      ladder.climb_at_last(deadline);  // unless interrupted
      outcome = work(tree, r, {deadline});
    }
    if (outcome == Outcome::stopped && ladder.closed()) {  // by a rung
      if (std::isinf(incumbent_.distance())) ladder.raise(incumbent_.distance());
      return;
    }
    switch (outcome) {
      case Outcome::empty:
        ladder.raise(finished_bound(tree));
        break;
      case Outcome::doubtful:
        ladder.raise(std::min(tree.excluded_bound(), tree.doubtful_bound()));
        result_.finished = false;
        break;
      case Outcome::stopped:
        ladder.raise(tree.open_bound());
        result_.finished = false;
        break;
    }
  }

  /// What an exhausted tree proves: nothing within its radius; nothing at all if that was the whole
  /// reach and no image is known.
  double finished_bound(const Tree& tree) const {
    if (std::isinf(incumbent_.distance()) && tree.radius() >= ball_.radius()) {
      return std::numeric_limits<double>::infinity();
    }
    return tree.excluded_bound();
  }

  const std::vector<OutputRegion>& regions_;
  Deadline deadline_;
  ClosestOptions options_;
  Stopwatch watch_;
  Incumbent incumbent_;
  Ball ball_;
  std::vector<Problem> problems_;
  std::vector<std::unique_ptr<Heuristic>> heuristics_;
  std::vector<Ladder> ladders_;
  ClosestResult result_;
};

}  // namespace

ClosestResult search_closest(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options) {
  return ClosestSearch(network, question, regions, image, deadline, options).run();
}

}  // namespace brink::search
