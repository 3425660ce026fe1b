// A first bound without a program (first_bound.h), then heuristics; where there are many neurons,
// gradients before these (gradient_attack.h), and regions that backward substitution excludes over
// the ball of the nearest find have neither heuristics nor tree. One incumbent for all regions, a
// tree per region in slices with heuristics between, and a ladder of smaller balls (ladder.h) for
// the bound: whenever the effort has quadrupled, and once more when the time is nearly up. Regions
// take turns, so that each soon has a bound and a find in one shrinks the balls of all. Tried and
// dropped: region after region, each with its share of the time (a bound of 0 after a hard first).
#include "brink/search/closest_regions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/affine.h"
#include "brink/search/ball_substitution.h"
#include "brink/search/claims.h"
#include "brink/search/first_bound.h"
#include "brink/search/gradient_attack.h"
#include "brink/search/heuristic.h"
#include "brink/search/joint_ladder.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

class ClosestSearch {
 public:
  ClosestSearch(const Network& network, const ClosestQuestion& question,
                const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                const Deadline& deadline, const ClosestOptions& options)
      : regions_(regions),
        deadline_(deadline),
        options_(options),
        network_(network),
        question_(question),
        image_(image),
        incumbent_(network, question, image, options.gap, deadline),
        ball_(question.norm, image, reach(question, image), 0, question.breakpoints.value_or(0),
              question.weights) {
    const double whole = ball_.largest_radius();
    ball_.set_radius(std::min(whole, options.within));
    if (options.within < whole) horizon_ = beyond(question.norm, options.within);
    for (const OutputRegion& region : regions) {
      if (problems_.empty()) {
        problems_.emplace_back(network, image, reach(question, image), region);
        problems_.front().tell(options.claims, true);
      } else {
        problems_.emplace_back(problems_.front(), region);
      }
    }
    for (std::size_t r = 0; r < regions.size(); ++r) {
      ladders_.emplace_back(problems_[r], regions[r], ball_, incumbent_, shared_,
                            result_.statistics, options.threads, options.spare);
      ladders_[r].on_raise = [this] { tell(); };
    }
    led_bounds_.assign(regions.size(), 0);
    incumbent_.on_improvement = [this] { tell(); };
  }

  ClosestResult run() {
    if (problems_.front().hidden_layers() == 0) return without_hidden_layer();
    first_bound_ = first_bound(problems_, ball_, share_of_time(parameters().first_bound_share));
    if (first_bound_ > 0) tell();
    std::vector<bool> excluded(regions_.size());
    if (problems_.front().is_large()) {
      // Within a radius there may be nothing to be found.
      if (!std::isinf(horizon_)) excluded = without_programs();
      if (std::find(excluded.begin(), excluded.end(), false) != excluded.end()) descend();
      if (!std::isinf(incumbent_.distance())) {
        choose_lead();
        offer_nearest(finds_, regions_, incumbent_);  // the lead asks for more
        excluded = without_programs();
      }
    }
    const bool chosen = !std::isinf(incumbent_.distance());
    heuristics(excluded);
    if (!chosen) choose_lead();  // images kept with one lead need not have another
    result_.finished = true;
    trees_.resize(regions_.size());
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      if (excluded[r]) continue;
      trees_[r] = std::make_unique<Tree>(problems_[r], regions_[r], ball_, incumbent_, whole_,
                                         result_.statistics, options_.threads, options_.spare,
                                         incumbent_.lead(regions_[r]));
    }
    take_turns();
    return conclude();
  }

 private:
  ClosestResult conclude() {
    result_.statistics.patterns = incumbent_.patterns();
    result_.statistics.pattern_seconds = incumbent_.pattern_seconds();
    result_.lead = incumbent_.lead();
    result_.distance = incumbent_.led_distance();
    result_.image = incumbent_.led_image();
    result_.region = incumbent_.led_region();
    result_.bound = std::min(total_bound(), result_.distance);
    result_.nothing = result_.finished && std::isinf(result_.bound);
    // What no image of lead 0 can do, none with more can.
    result_.lead_bound = std::numeric_limits<double>::infinity();
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      const double known = incumbent_.lead(regions_[r]) > 0 ? led_bounds_[r] : 0;
      if (regions_[r].all_zero && incumbent_.lead().value > 0) continue;  // it has none with a lead
      result_.lead_bound = std::min(result_.lead_bound, std::max(known, ladders_[r].bound()));
    }
    result_.lead_bound = std::min({result_.lead_bound, result_.distance, horizon_});
    return std::move(result_);
  }

  void choose_lead() {
    const OutputRegion* region = incumbent_.region();
    Lead lead = lead_of(question_, network_, image_, incumbent_.image(),
                        region ? region->target : regions_.front().target);
    if (lead.float32) lead.value = std::max(lead.value, options_.least_lead);
    incumbent_.set_lead(lead);
  }

  /// An affine network is one leaf.
  ClosestResult without_hidden_layer() {
    result_.finished = true;
    for (std::size_t r = 0; r < regions_.size(); ++r) ladders_[r].raise(one_leaf(r, 0));
    choose_lead();
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      const double lead = incumbent_.lead(regions_[r]);
      led_bounds_[r] = ladders_[r].bound();
      if (lead > 0 && !std::isinf(led_bounds_[r])) led_bounds_[r] = one_leaf(r, lead);
    }
    result_.ended = result_.finished || !deadline_.expired();
    return conclude();
  }

  double one_leaf(std::size_t r, double lead) {
    const AffineBound leaf =
        bound_affine(problems_[r], regions_[r], ball_, incumbent_, lead, horizon_, deadline_);
    result_.statistics.doubtful += leaf.closed ? 0 : 1;
    result_.finished = result_.finished && leaf.closed;
    return leaf.bound;
  }

  double total_bound() const {
    double bound = std::min(incumbent_.distance(), horizon_);
    for (const Ladder& ladder : ladders_) bound = std::min(bound, ladder.bound());
    return std::max(bound, std::min({first_bound_, incumbent_.distance(), horizon_}));
  }

  void tell() {
    if (options_.on_change)
      options_.on_change(incumbent_.led_distance(), total_bound(), watch_.seconds());
  }

  void beat() {
    if (!options_.on_beat) return;
    std::size_t open = 0;
    for (const auto& tree : trees_) open += tree ? tree->open_nodes() : 0;
    options_.on_beat({incumbent_.led_distance(), total_bound(), result_.statistics.nodes, open,
                      watch_.seconds()});
  }

  /// First images by gradients.
  void descend() {
    const Stopwatch watch;
    finds_ = gradient_attack(problems_, ball_, first_bound_, options_.seed,
                             share_of_time(parameters().gradient_share));
    descended_ = !finds_.empty() || !std::isinf(horizon_);
    offer_nearest(finds_, regions_, incumbent_);
    result_.statistics.heuristic_seconds += watch.seconds();
  }

  /// All that trees go through.
  Ball nearest_ball() const {
    Ball ball = ball_;
    ball.set_radius(
        std::min(ball_.radius(), std::max(incumbent_.led_radius(), incumbent_.search_radius())));
    return ball;
  }

  /// Regions that have nothing nearer than the incumbent, as backward substitution shows.
  std::vector<bool> without_programs() {
    std::vector<bool> excluded(regions_.size());
    const Stopwatch watch;
    const Ball ball = nearest_ball();
    const Deadline share = share_of_time(parameters().first_bound_share);
    const BallSubstitution probe(problems_.front(), ball, true, share);
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      excluded[r] = probe.excludes(problems_[r]);
      if (!excluded[r]) continue;
      problems_[r].claims().empty_ball(problems_[r], ball);
      ladders_[r].raise(beyond(ball.norm(), ball.radius()));
      led_bounds_[r] = beyond(ball.norm(), ball.radius());
    }
    result_.statistics.tightening_seconds += watch.seconds();
    return excluded;
  }

  void heuristics(const std::vector<bool>& excluded) {
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      heuristics_.push_back(std::make_unique<Heuristic>(problems_[r], regions_[r], ball_,
                                                        incumbent_, options_.seed + r));
      // Where there are many neurons gradients have been further.
      if (excluded[r] || (problems_.front().is_large() && descended_)) continue;
      const auto left =
          static_cast<double>(std::count(excluded.begin() + r, excluded.end(), false));
      heuristics_[r]->open(parameters().patience, share_of_time(parameters().opening_share / left));
      result_.statistics.add(heuristics_[r]->take_statistics());
      if (regions_.size() > 1) heuristics_[r]->let_go_of_program();
    }
  }

  static std::int64_t share_of(std::int64_t effort, double share) {
    return static_cast<std::int64_t>(share * static_cast<double>(effort));
  }

  Deadline share_of_time(double share) const {
    return deadline_.within(share * deadline_.remaining());
  }

  void take_turns() {
    if (problems_.front().is_large()) {
      take_turns_jointly();
    } else {
      take_turns_alone();
    }
    result_.ended = true;
    // What open nodes prove is asked for once the time is up.
    const Deadline grace = deadline_.extended(parameters().grace);
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      if (trees_[r]) settle(r, Outcome::stopped);  // others' finds may have closed it
      if (!trees_[r]) continue;
      result_.ended = false;
      ladders_[r].raise(trees_[r]->open_bound(grace));
      result_.finished = false;
    }
  }

  void take_turns_alone() {
    const Deadline most = share_of_time(1 - parameters().last_share);
    round(most, parameters().ladder_after);
    while (!settled() && !most.expired()) {
      climb(most);
      if (settled()) break;
      round(most, 3 * result_.statistics.effort / static_cast<std::int64_t>(open_regions()));
    }
    if (deadline_.expired()) return;  // interrupted
    each_open(deadline_, [&](std::size_t r, const Deadline& turn) {
      ladders_[r].climb_at_last(turn);
      return ladders_[r].closed() ? Outcome::stopped : work(r, {turn});
    });
  }

  /// Trees that will not be done in time have a small part of it, ladders the rest.
  void take_turns_jointly() {
    JointLadder joint(ladders_, problems_.front(), ball_, shared_, options_.threads,
                      result_.statistics);
    round(share_of_time(parameters().joint_before), parameters().joint_after);
    // A ladder at its end takes no effort: there are more rungs than doublings.
    constexpr std::int64_t kMostRung = std::int64_t{1} << 50;
    for (std::int64_t rung = parameters().joint_rung; !settled() && !deadline_.expired();
         rung = std::min(4 * rung, kMostRung)) {
      const std::int64_t before = result_.statistics.effort;
      joint.climb(deadline_, rung);
      each_open(deadline_, [](std::size_t, const Deadline&) { return Outcome::stopped; });
      if (settled()) return;
      const std::int64_t effort = result_.statistics.effort;
      // Within a radius the answer is that of the whole ball.
      const bool hopeful = !std::isinf(horizon_) ||
                           joint.expected_effort() < parameters().joint_hope * effort_left();
      const std::int64_t turn = hopeful ? 3 * effort : (effort - before) / 4;
      deepen(turn);
      round(deadline_, std::max<std::int64_t>(1, turn / static_cast<std::int64_t>(open_regions())));
    }
  }

  /// The trees' roots by small trees, if these take no more effort than so much.
  void deepen(std::int64_t effort) {
    if (whole_.deepening_effort() > effort) return;
    const Stopwatch watch;
    whole_.deepen(problems_.front(), nearest_ball(), options_.threads, share_of_time(0.5),
                  result_.statistics);
    result_.statistics.tightening_seconds += watch.seconds();
    each_open(deadline_, [&](std::size_t r, const Deadline& turn) {
      if (trees_[r]->started()) trees_[r]->retighten(turn);
      return Outcome::stopped;
    });
  }

  /// By what a second has brought so far.
  double effort_left() const {
    const auto effort = static_cast<double>(result_.statistics.effort);
    return effort * deadline_.remaining() / std::max(1e-3, watch_.seconds());
  }

  void climb(const Deadline& deadline) {
    each_open(deadline, [&, open = open_regions()](std::size_t r, const Deadline& turn) {
      ladders_[r].climb(turn, 1.0 / static_cast<double>(open));
      return Outcome::stopped;
    });
  }

  std::size_t open_regions() const {
    return static_cast<std::size_t>(std::count_if(
        trees_.begin(), trees_.end(), [](const auto& tree) { return tree != nullptr; }));
  }
  bool settled() const { return open_regions() == 0; }
  void round(const Deadline& deadline, std::int64_t effort) {
    each_open(deadline, [&](std::size_t r, const Deadline& turn) {
      return work(r, {turn, effort});
    });
  }

  /// `turn(r, its share of the time left)` for each open region.
  template <class Turn>
  void each_open(const Deadline& deadline, Turn turn) {
    std::size_t left = open_regions();
    for (std::size_t r = 0; r < regions_.size(); ++r) {
      if (!trees_[r]) continue;
      const double share = deadline.remaining() / static_cast<double>(left--);
      settle(r, turn(r, deadline.within(share)));
      if (open_regions() < 2) continue;
      if (trees_[r]) trees_[r]->let_go_of_programs();
      heuristics_[r]->let_go_of_program();
    }
  }

  /// The tree in slices, with heuristics between them.
  Outcome work(std::size_t r, const Budget& budget) {
    Tree& tree = *trees_[r];
    const std::int64_t start = result_.statistics.effort;
    const auto left = [&] { return budget.effort - (result_.statistics.effort - start); };
    std::int64_t slice = std::min(parameters().first_slice, budget.effort);
    const double radius = std::min(ball_.radius(), incumbent_.tree_radius(regions_[r]));
    Outcome outcome = tree.started() ? tree.resume({budget.deadline, slice})
                                     : tree.exclude(radius, {budget.deadline, slice});
    while (outcome == Outcome::stopped && !budget.deadline.expired() && left() > 0) {
      heuristics_[r]->go_on({budget.deadline, share_of(slice, parameters().heuristic_share)});
      result_.statistics.add(heuristics_[r]->take_statistics());
      slice = std::min({share_of(slice, parameters().slice_growth) + 1, parameters().longest_slice,
                        std::max<std::int64_t>(left(), 1)});
      beat();
      outcome = tree.resume({budget.deadline, slice});
    }
    return outcome;
  }

  /// What is proven of a region whose tree is done, or whose ladder has closed it.
  void settle(std::size_t r, Outcome outcome) {
    Ladder& ladder = ladders_[r];
    const Tree& tree = *trees_[r];
    if (outcome == Outcome::stopped) {
      if (!ladder.closed()) return;
      if (std::isinf(incumbent_.distance())) ladder.raise(incumbent_.distance());
    } else {
      const bool whole = outcome == Outcome::empty && tree.radius() >= ball_.radius();
      const bool none = whole && std::isinf(incumbent_.distance());
      ladder.raise(finished_bound(none, tree.excluded_bound()));
      const bool none_led = whole && std::isinf(incumbent_.led_distance());
      led_bounds_[r] = finished_bound(none_led, tree.led_bound());
      result_.finished = result_.finished && outcome == Outcome::empty;
    }
    trees_[r].reset();
  }

  /// What an exhausted tree proves: nothing within its radius; nothing at all if that was the whole
  /// reach and no image is known.
  static double finished_bound(bool nothing, double bound) {
    return nothing ? std::numeric_limits<double>::infinity() : bound;
  }

  const std::vector<OutputRegion>& regions_;
  Deadline deadline_;
  ClosestOptions options_;
  Stopwatch watch_;
  const Network& network_;
  const ClosestQuestion& question_;
  const Eigen::VectorXd& image_;
  Incumbent incumbent_;
  BallBounds shared_, whole_;  ///< of rungs, and of the trees
  Ball ball_;
  std::vector<Problem> problems_;
  std::vector<std::unique_ptr<Heuristic>> heuristics_;
  std::vector<Ladder> ladders_;
  std::vector<double> led_bounds_;            ///< of points with the lead; ladders_ have the rest
  std::vector<std::unique_ptr<Tree>> trees_;  ///< none: the region is settled
  double first_bound_ = 0;                    ///< of all regions
  double horizon_ = std::numeric_limits<double>::infinity();  ///< what is farther is not looked for
  std::vector<GradientFind> finds_;                           ///< by gradients, to be offered yet
  bool descended_ = false;  ///< to a find, or to none within the horizon
  ClosestResult result_;
};

}  // namespace

ClosestResult search_regions(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options) {
  return ClosestSearch(network, question, regions, image, deadline, options).run();
}

}  // namespace brink::search
