// One incumbent for all regions, a tree per region, and a ladder of smaller balls for the bound.
//
// The tree's open nodes say only "not excluded at the incumbent's radius". A stopped search owes
// a useful bound, so smaller balls, where relaxations are tight, are excluded on the side: half of
// the incumbent's radius, then nearer and nearer, each with a share of the time spent so far.
#include "brink/search/closest_search.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/search/attack.h"
#include "brink/search/leaf.h"

namespace brink::search {

namespace {

constexpr double kLadderAfter = 2;     ///< seconds before the ladder starts
constexpr double kLadderShare = 0.15;  ///< of the time, for the ladder

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
    incumbent_.on_improvement = [this](double) { tell(); };
  }

  ClosestResult run() {
    if (problems_.front().hidden_layers() == 0) return without_hidden_layer();
    heuristics();
    std::vector<std::unique_ptr<Tree>> trees;
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      trees.push_back(
          std::make_unique<Tree>(problems_[r], regions_[r], ball_, incumbent_, result_.statistics));
      bounds_.push_back(0);
    }
    result_.finished = true;
    for (std::size_t r = 0; r < trees.size(); ++r) {
      const double share = deadline_.remaining() / static_cast<double>(trees.size() - r);
      close_region(*trees[r], r, deadline_.within(share));
    }
    return conclude();
  }

 private:
  ClosestResult conclude() {
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
      ball_.set_radius(std::min(ball_.radius(), incumbent_.search_radius()));
      const LeafResult leaf = solve_leaf(problems_[r], regions_[r], {}, ball_, deadline_);
      if (leaf.point) incumbent_.offer(regions_[r], *leaf.point);
      const bool first = std::isinf(incumbent_.distance());
      bounds_.push_back(!leaf.empty ? leaf.bound
                        : first     ? std::numeric_limits<double>::infinity()
                                    : ball_.radius());
      result_.finished = result_.finished && (leaf.empty || leaf.point.has_value());
    }
    return conclude();
  }

  double total_bound() const {
    double bound = bounds_.empty() ? 0 : *std::min_element(bounds_.begin(), bounds_.end());
    return std::min(bound, incumbent_.distance());
  }

  void tell() {
    if (options_.on_change)
      options_.on_change(incumbent_.distance(), total_bound(), watch_.seconds());
  }

  void raise(std::size_t region, double bound) {
    if (bound <= bounds_[region]) return;
    bounds_[region] = bound;
    tell();
  }

  double search_radius() const { return std::min(incumbent_.search_radius(), ball_.radius()); }

  /// Attacks in shrinking balls until they fail.
  void heuristics() {
    const Stopwatch watch;
    Random random(options_.seed);
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      for (int start = 0; start < 3; ++start) shrink(r, start, random);
    }
    result_.statistics.heuristic_seconds += watch.seconds();
  }

  void shrink(std::size_t r, int start, Random& random) {
    constexpr std::array kLeaks = {0.3, 0.1, 0.6};
    const Problem& problem = problems_[r];
    Ball ball = ball_;
    double radius = search_radius();
    if (std::isinf(incumbent_.distance())) {
      // Grow from small balls: a nearer first find, and iterates that stay sparse.
      radius = ball_.radius() / 256;
    }
    for (int attempt = 0; attempt < 12 && !deadline_.expired(); ++attempt) {
      ball.set_radius(std::min(radius, ball_.radius()));
      Eigen::VectorXd from = Eigen::VectorXd::Zero(problem.image().size());
      if (start > 0) {
        Eigen::VectorXd noise(from.size());
        for (double& value : noise) value = random.normal();
        ball.support(noise, &from);
        from *= 0.5;
      }
      const auto point = attack(problem, ball, from, kLeaks[static_cast<std::size_t>(start)], 12);
      if (point && incumbent_.offer(regions_[r], *point)) {
        radius = 0.97 * search_radius();
      } else if (std::isinf(incumbent_.distance())) {
        if (radius >= ball_.radius()) return;
        radius *= 2;
      } else {
        return;
      }
    }
  }

  void close_region(Tree& tree, std::size_t r, const Deadline& deadline) {
    Outcome outcome = tree.exclude(search_radius(), deadline.within(kLadderAfter));
    if (outcome == Outcome::stopped && !deadline.expired()) {
      climb(r, deadline);
      outcome = tree.resume(deadline);
    }
    switch (outcome) {
      case Outcome::empty:
        raise(r, finished_bound(tree));
        break;
      case Outcome::doubtful:
        raise(r, std::min(tree.excluded_bound(), tree.doubtful_bound()));
        result_.finished = false;
        break;
      case Outcome::stopped:
        raise(r, tree.open_bound());
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

  /// The ladder.
  void climb(std::size_t r, const Deadline& deadline) {
    double share = 0.5;
    for (int rung = 0; rung < 6 && !deadline.expired(); ++rung) {
      const double upper = search_radius();
      const double radius = bounds_[r] + share * (upper - bounds_[r]);
      const double budget = std::max(0.05, kLadderShare * watch_.seconds());
      Tree tree(problems_[r], regions_[r], ball_, incumbent_, result_.statistics);
      const Outcome outcome = tree.exclude(radius, deadline.within(budget));
      if (outcome == Outcome::empty) {
        raise(r, tree.excluded_bound());
      } else {
        share *= 0.5;
      }
    }
  }

  const std::vector<OutputRegion>& regions_;
  Deadline deadline_;
  ClosestOptions options_;
  Stopwatch watch_;
  Incumbent incumbent_;
  Ball ball_;
  std::vector<Problem> problems_;
  std::vector<double> bounds_;
  ClosestResult result_;
};

}  // namespace

ClosestResult search_closest(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options) {
  return ClosestSearch(network, question, regions, image, deadline, options).run();
}

}  // namespace brink::search
