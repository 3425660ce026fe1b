#include "brink/pattern/polish.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/pattern/near_pattern.h"
#include "brink/pattern/segment_projection.h"

namespace brink {

namespace {

/// How far the region's rows are moved inward, one after the other, until the forward pass agrees.
/// Rounding in the pass is about 1e-14 of the activations, the LP's own tolerance 1e-9.
constexpr std::array kInward = {0.0, 1e-14, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5};

/// The lead's multiples that are tried where float32 asks for more than the lead.
constexpr std::array kMoreLead = {1.25, 2.0, 4.0, 16.0};

/// Changes smaller than this, of the largest, are the solver's noise: the pixel is put back.
constexpr double kNoise = 1e-11;

/// Times the distance of the point at hand: what is farther is not looked at.
constexpr double kFar = 8;

Eigen::VectorXd clean(const Eigen::VectorXd& x, const Eigen::VectorXd& image, const Box& reach) {
  Eigen::VectorXd result = x.cwiseMax(reach.lower).cwiseMin(reach.upper);
  const double noise = kNoise * (result - image).lpNorm<Eigen::Infinity>();
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (std::abs(result(j) - image(j)) < noise) result(j) = image(j);
  }
  return result;
}

/// The right sides with the region's rows moved inward.
Eigen::VectorXd moved_inward(const PatternPolytope& polytope, double inward) {
  Eigen::VectorXd rhs = polytope.rhs;
  rhs.tail(rhs.size() - polytope.phase_rows).array() += inward;
  return rhs;
}

/// Linearised L2: goes on from one right side to the next.
class SegmentPattern final : public PatternSolver {
 public:
  SegmentPattern(const PatternPolytope& polytope, const Eigen::VectorXd& image, const Box& reach,
                 int breakpoints)
      : polytope_(polytope), technique_(polytope.rows, image, reach, breakpoints) {}

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    return technique_.nearest(moved_inward(polytope_, inward), deadline).point;
  }

 private:
  const PatternPolytope& polytope_;
  SegmentProjection technique_;
};

using Check = std::function<bool(const Eigen::VectorXd&)>;

/// A lead, how far inward to try, and when it is met.
struct Aim {
  std::vector<double> inward;
  Check passes;
};

/// On the segment from `outside` to `inside` (which passes), a passing point near `outside`.
Eigen::VectorXd nearest_passing(const Eigen::VectorXd& outside, const Eigen::VectorXd& inside,
                                const Eigen::VectorXd& image, const Box& reach,
                                const Check& passes) {
  double low = 0, high = 1;
  Eigen::VectorXd best = inside;
  for (int round = 0; round < 30; ++round) {
    const double middle = 0.5 * (low + high);
    const Eigen::VectorXd x = clean(outside + middle * (inside - outside), image, reach);
    if (passes(x)) {
      best = x;
      high = middle;
    } else {
      low = middle;
    }
  }
  return best;
}

std::optional<Eigen::VectorXd> ladder(PatternSolver& solver, const Eigen::VectorXd& image,
                                      const Box& reach, const Aim& aim, const Deadline& deadline) {
  std::optional<Eigen::VectorXd> outside;
  for (const double inward : aim.inward) {
    if (deadline.expired()) break;
    const auto found = solver.nearest(inward, deadline);
    if (!found) continue;
    const Eigen::VectorXd x = clean(*found, image, reach);
    if (aim.passes(x)) {
      return outside ? nearest_passing(*outside, x, image, reach, aim.passes) : x;
    }
    outside = x;
  }
  return std::nullopt;
}

std::vector<std::optional<Eigen::VectorXd>> ladders(PatternSolver& solver,
                                                    const Eigen::VectorXd& image, const Box& reach,
                                                    const std::vector<Aim>& aims,
                                                    const Deadline& deadline) {
  std::vector<std::optional<Eigen::VectorXd>> found;
  for (const Aim& aim : aims) found.push_back(ladder(solver, image, reach, aim, deadline));
  return found;
}

/// The pixels in which x differs from the image, all others pinned to the image.
Box changed_only(Box reach, const Eigen::VectorXd& x, const Eigen::VectorXd& image) {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (x(j) == image(j)) reach.lower(j) = reach.upper(j) = image(j);
  }
  return reach;
}

/// Puts pixels back one by one, the dearest first, of these the smallest change first, where the
/// network stays fooled.
Eigen::VectorXd put_back(Eigen::VectorXd x, const ClosestQuestion& question,
                         const Eigen::VectorXd& image, const Check& passes,
                         const Deadline& deadline) {
  std::vector<Eigen::Index> changed;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (x(j) != image(j)) changed.push_back(j);
  }
  std::sort(changed.begin(), changed.end(), [&](Eigen::Index a, Eigen::Index b) {
    const auto& cost = question.weights;
    if (cost.size() > 0 && cost(a) != cost(b)) return cost(a) > cost(b);
    return std::abs(x(a) - image(a)) < std::abs(x(b) - image(b));
  });
  for (const Eigen::Index j : changed) {
    if (deadline.expired()) break;
    const double kept = x(j);
    x(j) = image(j);
    if (!passes(x)) x(j) = kept;
  }
  return x;
}

/// L0: among the pixels allowed to move, a sparse L1 solution names the few that must; on these
/// the Linf-style interior is not needed, only a point that passes.
std::vector<std::optional<Eigen::VectorXd>> polish_count(
    const Network& network, const Phases& phases, const OutputRegion& region,
    const ClosestQuestion& question, const Eigen::VectorXd& image, const Eigen::VectorXd& point,
    const std::vector<Aim>& aims, const Deadline& deadline) {
  const Box restricted = changed_only(reach(question, image), point, image);
  const auto solver = near_pattern(Norm::l1, network, phases, region, image, restricted, kInfinity);
  auto found = ladders(*solver, image, restricted, aims, deadline);
  for (std::size_t i = 0; i < aims.size(); ++i) {
    if (found[i]) found[i] = put_back(*found[i], question, image, aims[i].passes, deadline);
  }
  return found;
}

}  // namespace

double linearised_distance(const ClosestQuestion& question, const Eigen::VectorXd& image,
                           const Eigen::VectorXd& x) {
  const Box box = reach(question, image);
  const int segments = question.breakpoints.value_or(2) - 1;
  double sum = 0;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const double longest = std::max(box.upper(j) - image(j), image(j) - box.lower(j));
    const double d = std::abs(x(j) - image(j));
    if (longest <= 0 || d == 0) continue;
    sum += interpolated_square(d, longest / segments);
  }
  return std::sqrt(sum);
}

double measured_distance(const ClosestQuestion& question, const Eigen::VectorXd& image,
                         const Eigen::VectorXd& x) {
  return question.breakpoints ? linearised_distance(question, image, x)
                              : weighted_distance(question, x, image);
}

std::vector<std::optional<Eigen::VectorXd>> polish(
    const Network& network, const ClosestQuestion& question, const OutputRegion& region,
    const Eigen::VectorXd& image, const Phases& phases, const Eigen::VectorXd& point,
    const Deadline& deadline, const std::vector<Lead>& leads) {
  std::vector<Aim> aims;
  for (const Lead& lead : leads) {
    Aim& aim = aims.emplace_back();
    for (const double inward : kInward) aim.inward.push_back(lead.value + inward);
    if (lead.float32) {
      const double least = region.lead + lead.value;
      for (const double more : kMoreLead) aim.inward.push_back(more * least - region.lead);
    }
    aim.passes = [&network, &question, &region, &image, &lead](const Eigen::VectorXd& x) {
      return fools(question, network, region, image, x, lead);
    };
  }
  if (question.norm == Norm::l0) {
    return polish_count(network, phases, region, question, image, point, aims, deadline);
  }
  const Box box = reach(question, image);
  if (question.norm == Norm::l2 && question.breakpoints) {
    const PatternPolytope polytope = pattern_polytope(network, phases, region);
    SegmentPattern solver(polytope, image, box, *question.breakpoints);
    return ladders(solver, image, box, aims, deadline);
  }
  const double far = kFar * distance(question.norm, point, image);
  const auto solver =
      near_pattern(question.norm, network, phases, region, image, box, far > 0 ? far : kInfinity);
  return ladders(*solver, image, box, aims, deadline);
}

}  // namespace brink
