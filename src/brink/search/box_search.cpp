// Boxes of inputs, those first whose bound is farthest from a proof, each shared by all sets that
// are still open in it. A box's neurons are bounded anew, from its parent's bounds; every row is
// then a linear function of the inputs, from above, which excludes a set (its rows together) or
// cuts the box. Where that is not enough the slopes of the relaxation climb (slope_ascent.h), from
// those of the parent. Halved is the input that weighs most in the rows' functions, times its
// width. Tried and dropped: the widest (eight times as many boxes on ACAS Xu property 3); the
// slopes of the climbed bound (twenty times: they lose sight of inputs); thirty steps of climbing
// instead of eight (twice the time).
#include "brink/search/box_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "brink/search/box_attack.h"
#include "brink/search/box_bounds.h"
#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/set_search.h"
#include "brink/search/slope_ascent.h"
#include "brink/search/tightening.h"

namespace brink::search {

namespace {

constexpr int kMostCuts = 4;
constexpr int kLeafStarts = 4;
/// Points of the whole box's faces: at first, and again one time in so many boxes.
constexpr int kFirstFacePoints = 128, kFacePoints = 512;
constexpr std::int64_t kFacesEvery = 1000;
constexpr std::size_t kFewBoxes = 4000;  ///< waiting; each takes some kilobytes
constexpr double kFirst = std::numeric_limits<double>::infinity();
/// Of its first width: an input that is narrower is not halved any more.
constexpr double kLeastShare = 1e-12;

struct BoxNode {
  Box box;
  std::vector<int> sets;
  std::shared_ptr<const BoxBounds> bounder;  ///< of the whole box; null: the root
  std::shared_ptr<const Intervals> known;    ///< of its parent; null: the root
  std::shared_ptr<const Slopes> slopes;      ///< of its parent's only set; null: none
  double worth = 0;                          ///< its parent's bound on what rows are exceeded by
};

/// A node while it is bounded.
struct Opened {
  std::shared_ptr<const BoxBounds> bounder;
  Box box;
  Intervals bounds;
  std::vector<int> sets;
  std::vector<InputForms> forms;  ///< of each
  double worth = 0;
};

/// The least box around several.
class Hull {
 public:
  explicit Hull(const Box& most) : box_{most.upper, most.lower} {}
  void add(const Box& box) {
    box_.lower = box_.lower.cwiseMin(box.lower);
    box_.upper = box_.upper.cwiseMax(box.upper);
  }
  const Box& box() const { return box_; }

 private:
  Box box_;
};

double middle_of(double lower, double upper) {
  return 0.5 * (lower + upper);
}

/// Neighbouring doubles have nothing between them.
bool parts(double lower, double upper) {
  return lower < middle_of(lower, upper) && middle_of(lower, upper) < upper;
}

/// What of a box's volume a part of it has, over the inputs that vary.
double share_of_volume(const Box& part, const Box& box) {
  double share = 1;
  for (Eigen::Index i = 0; i < box.size(); ++i) {
    const double width = box.upper(i) - box.lower(i);
    if (width > 0) share *= (part.upper(i) - part.lower(i)) / width;
  }
  return share;
}

class BoxSearch : SetSearch<BoxNode> {
 public:
  BoxSearch(const Network& network, const UnsafeQuestion& question, const Deadline& deadline,
            const UnsafeOptions& options)
      : SetSearch(network, question, deadline, options, kFewBoxes) {}

  UnsafeResult run() {
    for (BoxNode& root : roots()) stack_.push(std::move(root));
    return run_threads([this] { stack_.run([this](const BoxNode& node) { expand(node); }); });
  }

  OpenSets bound_roots() {
    OpenSets open;
    open.excess = -kFirst;
    for (const BoxNode& root : roots()) {
      const auto opened =
          deadline_.expired()
              ? std::optional<Opened>(Opened{nullptr, root.box, {}, root.sets, {}, kFirst})
              : bounded(root);
      if (!opened) continue;
      open.sets.insert(open.sets.end(), opened->sets.begin(), opened->sets.end());
      open.excess = std::max(open.excess, opened->worth);
    }
    std::sort(open.sets.begin(), open.sets.end());
    return open;
  }

 private:
  /// The first box last.
  std::vector<BoxNode> roots() {
    std::vector<BoxNode> result;
    for (const Box& box : question_.boxes)
      result.push_back({box, {}, nullptr, nullptr, nullptr, kFirst});
    for (std::size_t s = 0; s < question_.sets.size(); ++s) {
      const int box = question_.sets[s].box;
      result[static_cast<std::size_t>(box)].sets.push_back(static_cast<int>(s));
    }
    std::erase_if(result, [](const BoxNode& root) { return root.sets.empty(); });
    std::reverse(result.begin(), result.end());
    if (!result.empty()) {
      const BoxNode& first = result.back();
      prototype_.emplace(problem_of(first.box, first.sets.front()), question_.twins);
    }
    return result;
  }

  Problem problem_of(const Box& box, int set) const {
    Problem problem(network_, 0.5 * (box.lower + box.upper), box, region(set));
    problem.tell(options_.claims);
    return problem;
  }

  void expand(const BoxNode& node) {
    if (deadline_.expired()) return give_up(node.worth);
    const std::int64_t number = count([](Statistics& of) { return ++of.nodes; });
    auto opened = bounded(node);
    if (!opened) return;
    if (!node.known && attacked(*opened)) return;
    if (number % kFacesEvery == 0 && attacked_faces(node.sets, kFacePoints, number)) return;
    const bool alone = opened->sets.size() == 1;
    std::optional<Slopes> slopes;
    if (question_.twins.empty()) {
      slopes = climb(*opened, alone ? node.slopes.get() : nullptr, number);
    } else {
      attack_corners(*opened, number);
    }
    if (opened->sets.empty()) return;
    opened->worth = std::min(opened->worth, node.worth);
    if (stack_.stopped()) return give_up(opened->worth);
    divide(std::move(*opened), alone ? std::move(slopes) : std::nullopt);
  }

  /// Bounds of the neurons, cuts, bounds again while cuts take much; nothing: no set has a point.
  std::optional<Opened> bounded(const BoxNode& node) const {
    const Problem whole = problem_of(node.box, node.sets.front());
    Opened opened{
        node.bounder ? node.bounder : std::make_shared<const BoxBounds>(*prototype_, whole),
        node.box,
        node.known ? *node.known : box_bounds(whole),
        node.sets,
        {},
        0};
    BoxBounds bounder = *opened.bounder;
    for (int cut = 0; cut < kMostCuts; ++cut) {
      if (!bounder.tighten(opened.box, opened.bounds)) return std::nullopt;
      const std::vector<int> sets = std::exchange(opened.sets, {});
      opened.forms.clear();
      opened.worth = -kFirst;
      Hull left(opened.box);
      for (const int set : sets) {
        const Problem problem(whole, region(set));
        InputForms forms = bounder.rows(problem);
        opened.worth = std::max(opened.worth, least_highest(forms, opened.box));
        const auto part = part_of(problem, opened.box, forms);
        if (!part) continue;
        left.add(*part);
        opened.sets.push_back(set);
        opened.forms.push_back(std::move(forms));
      }
      if (opened.sets.empty()) return std::nullopt;
      const double share = share_of_volume(left.box(), opened.box);
      opened.box = left.box();
      if (share > parameters().box_again) break;
    }
    return opened;
  }

  /// What forms leave of a box for a problem's rows; nothing: no point.
  static std::optional<Box> part_of(const Problem& problem, const Box& box,
                                    const InputForms& forms) {
    Box part = box;
    if (excludes(forms, box) || !clip(forms, part)) {
      problem.claims().empty_box(problem, box);
      return std::nullopt;
    }
    for (Eigen::Index i = 0; i < box.size(); ++i) {
      Box off = box;
      off.upper(i) = std::nextafter(part.lower(i), -std::numeric_limits<double>::infinity());
      if (off.upper(i) >= off.lower(i)) problem.claims().empty_box(problem, off);
      off = box;
      off.lower(i) = std::nextafter(part.upper(i), std::numeric_limits<double>::infinity());
      if (off.upper(i) >= off.lower(i)) problem.claims().empty_box(problem, off);
    }
    return part;
  }

  /// Points of the faces of the sets' whole box; true: that was the end.
  bool attacked_faces(const std::vector<int>& sets, int points, std::int64_t number) {
    for (const int set : sets) {
      Random random(options_.seed + static_cast<std::uint64_t>(number + set));
      const Box& box = box_of(set);
      const BoxFind find =
          attack_box(problem_of(box, set), box, random_on_faces(box, points, random), 0, deadline_);
      if (find.slack >= 0 && offer(set, find.x)) return true;
    }
    return stack_.stopped();
  }

  /// From many starts; true: that was the end.
  bool attacked(const Opened& opened) {
    if (attacked_faces(opened.sets, kFirstFacePoints, 0)) return true;
    for (const int set : opened.sets) {
      Random random(options_.seed + static_cast<std::uint64_t>(set));
      const Problem problem = problem_of(opened.box, set);
      const BoxFind find = attack_box(
          problem, opened.box, random_starts(opened.box, parameters().property_starts, random),
          parameters().property_steps, deadline_);
      if (find.slack >= 0 && offer(set, find.x)) return true;
    }
    return stack_.stopped();
  }

  /// Where the rows' forms are highest.
  void attack_corners(const Opened& opened, std::int64_t number) {
    for (std::size_t at = 0; at < opened.sets.size() && !stack_.stopped(); ++at) {
      const Eigen::VectorXd slope = opened.forms[at].a.colwise().sum();
      const Eigen::VectorXd corner = (slope.array() > 0).select(opened.box.upper, opened.box.lower);
      const Problem problem = problem_of(opened.box, opened.sets[at]);
      const BoxFind find = attack_from(problem, opened.box, corner, number);
      if (find.slack >= 0) offer(opened.sets[at], find.x);
    }
  }

  /// Excludes sets by slopes that climb, and cuts the box by the last bound of each; where a bound
  /// is least an input is tried. The slopes of the last set.
  std::optional<Slopes> climb(Opened& opened, const Slopes* start, std::int64_t number) {
    const Problem whole = problem_of(opened.box, opened.sets.front());
    const Ball ball(Norm::linf, whole.image(), opened.box, std::numeric_limits<double>::infinity());
    const Cost cost{.margin = true};
    Hull left(opened.box);
    Opened open{opened.bounder, opened.box, std::move(opened.bounds), {}, {}, -kFirst};
    std::optional<Slopes> slopes;
    for (std::size_t at = 0; at < opened.sets.size(); ++at) {
      const int set = opened.sets[at];
      const Problem problem(whole, region(set));
      std::optional<LiveLayers> live;
      auto ascent =
          SlopeAscent(problem, ball, live)
              .run({{&open.bounds, cost, 0.0, start}}, parameters().box_steps, false, deadline_);
      Eigen::VectorXd farthest;
      const Proof proof = prove(problem, open.bounds, cost,
                                std::move(ascent.results[0].multipliers), ball, &farthest);
      if (proof.value > 0) {
        problem.claims().proven(problem, open.bounds, cost, ball, proof);
        continue;
      }
      const auto part = part_of(problem, opened.box, plane_of(proof, problem));
      if (!part) continue;
      const BoxFind find = attack_from(problem, opened.box, problem.image_with(farthest), number);
      if (find.slack >= 0 && offer(set, find.x)) break;
      left.add(*part);
      open.worth = std::max(open.worth, -proof.value);
      open.sets.push_back(set);
      open.forms.push_back(std::move(opened.forms[at]));
      slopes = std::move(ascent.results[0].slopes);
    }
    if (!open.sets.empty()) open.box = left.box();
    opened = std::move(open);
    return slopes;
  }

  BoxFind attack_from(const Problem& problem, const Box& box, const Eigen::VectorXd& x,
                      std::int64_t number) const {
    RowMatrix starts = x.transpose();
    if (number % parameters().box_attack_every != 0) {
      return attack_box(problem, box, std::move(starts), 0, deadline_);
    }
    Random random(options_.seed + static_cast<std::uint64_t>(number));
    RowMatrix more = random_starts(box, kLeafStarts, random);
    more.row(1) = starts.row(0);
    return attack_box(problem, box, std::move(more), parameters().box_attack_steps, deadline_);
  }

  /// Points that meet the rows have direction d >= what is outside of the ball, d from the image.
  static InputForms plane_of(const Proof& proof, const Problem& problem) {
    const Eigen::VectorXd size =
        problem.reach().lower.cwiseAbs().cwiseMax(problem.reach().upper.cwiseAbs());
    InputForms plane{proof.direction.transpose(), Eigen::VectorXd(1)};
    plane.c(0) = -proof.outside_ball - proof.direction.dot(problem.image());
    plane.c(0) += std::numeric_limits<double>::epsilon() *
                  static_cast<double>(16 + 2 * size.size()) *
                  (std::abs(proof.outside_ball) + proof.direction.cwiseAbs().dot(size));
    return plane;
  }

  void divide(Opened opened, std::optional<Slopes> slopes) {
    const Eigen::VectorXd widths = opened.box.upper - opened.box.lower;
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(widths.size());
    for (const InputForms& forms : opened.forms) {
      weights += forms.a.cwiseAbs().colwise().sum().transpose();
    }
    const double floor = parameters().box_floor * weights.maxCoeff();
    const Box& whole = box_of(opened.sets.front());
    Eigen::Index input = -1;
    double most = -1;
    for (Eigen::Index i = 0; i < widths.size(); ++i) {
      const double worth = (weights(i) + floor) * widths(i);
      if (!(widths(i) > kLeastShare * (whole.upper(i) - whole.lower(i))) || worth <= most) continue;
      if (!parts(opened.box.lower(i), opened.box.upper(i))) continue;
      most = worth;
      input = i;
    }
    if (input < 0) {
      leave(opened.worth);
      count([](Statistics& of) { ++of.doubtful; });
      return;
    }
    BoxNode low{opened.box,
                std::move(opened.sets),
                std::move(opened.bounder),
                std::make_shared<const Intervals>(std::move(opened.bounds)),
                slopes ? std::make_shared<const Slopes>(std::move(*slopes)) : nullptr,
                opened.worth};
    BoxNode high = low;
    const double middle = middle_of(opened.box.lower(input), opened.box.upper(input));
    low.box.upper(input) = high.box.lower(input) = middle;
    double slope = 0;
    for (const InputForms& forms : opened.forms) slope += forms.a.col(input).sum();
    // The half that the rows have more hope in comes first.
    if (slope > 0) std::swap(low, high);
    stack_.push(std::move(high));
    stack_.push(std::move(low));
  }

  std::optional<BoxBounds> prototype_;  ///< weights are the same for all boxes
};

}  // namespace

UnsafeResult search_boxes(const Network& network, const UnsafeQuestion& question,
                          const Deadline& deadline, const UnsafeOptions& options) {
  return BoxSearch(network, question, deadline, options).run();
}

OpenSets bound_whole_boxes(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options) {
  return BoxSearch(network, question, deadline, options).bound_roots();
}

}  // namespace brink::search
