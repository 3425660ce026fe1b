#include "brink/pattern/polish.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/pattern/segment_projection.h"
#include "brink/solve/lp.h"

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

/// The nearest point of the pattern with the region's rows moved inward, by one technique.
class PatternSolver {
 public:
  virtual ~PatternSolver() = default;
  virtual std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) = 0;
};

/// Seen from the image, near it.
class NearPattern : public PatternSolver {
 public:
  NearPattern(NearPolytope near, Eigen::Index phase_rows, const Eigen::VectorXd& image)
      : near_(std::move(near)), phase_rows_(phase_rows), image_(image) {}

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    Eigen::VectorXd rhs = near_.rhs;
    rhs.tail(rhs.size() - phase_rows_).array() += inward / near_.unit;
    const auto change = shortest(rhs, deadline);
    if (!change) return std::nullopt;
    return image_ + near_.unit * *change;
  }

 protected:
  virtual std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs,
                                                  const Deadline& deadline) = 0;
  const NearPolytope& near() const { return near_; }

 private:
  NearPolytope near_;
  Eigen::Index phase_rows_;
  const Eigen::VectorXd& image_;
};

/// L1: a program over the moves up and down.
class LinearPattern final : public NearPattern {
 public:
  LinearPattern(NearPolytope near, Eigen::Index phase_rows, const Eigen::VectorXd& image)
      : NearPattern(std::move(near), phase_rows, image), lp_(build()) {}

 private:
  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs,
                                          const Deadline& deadline) override {
    for (Eigen::Index r = 0; r < rhs.size(); ++r) {
      lp_.set_row_bounds(static_cast<int>(r), rhs(r), kInfinity);
    }
    const LpSolution solution = lp_.solve(deadline);
    if (solution.status != SolveStatus::optimal) return std::nullopt;
    Eigen::VectorXd change = near().origin();
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      change(moves_[c].pixel) += moves_[c].sign * solution.values[c];
    }
    return change;
  }

  LpSolver build() {
    Program program;
    for (Eigen::Index j = 0; j < near().box.size(); ++j) {
      for (const double sign : {1.0, -1.0}) {
        const double room = sign > 0 ? near().box.upper(j) : -near().box.lower(j);
        if (room <= 0) continue;
        program.add_column({"", 0, room, 1, false});
        moves_.push_back({j, sign});
      }
    }
    for (Eigen::Index r = 0; r < near().rhs.size(); ++r) {
      Row row;
      for (std::size_t c = 0; c < moves_.size(); ++c) {
        const double weight = moves_[c].sign * near().rows(r, moves_[c].pixel);
        if (weight != 0) row.terms.push_back({static_cast<int>(c), weight});
      }
      row.lower = near().rhs(r);
      program.rows.push_back(std::move(row));
    }
    return LpSolver(program);
  }

  struct Move {
    Eigen::Index pixel;
    double sign;
  };
  std::vector<Move> moves_;
  LpSolver lp_;
};

/// True L2.
class EuclideanPattern final : public NearPattern {
 public:
  using NearPattern::NearPattern;

 private:
  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs,
                                          const Deadline& deadline) override {
    const auto projection =
        project(near().origin(), near().rows, rhs, near().box, kInfinity, deadline);
    if (!projection) return std::nullopt;
    return projection->point;
  }
};

/// Goes on from one right side to the next.
class LinfPattern final : public NearPattern {
 public:
  LinfPattern(NearPolytope near, Eigen::Index phase_rows, const Eigen::VectorXd& image)
      : NearPattern(std::move(near), phase_rows, image),
        technique_(this->near().rows, this->near().origin(), this->near().box) {}

 private:
  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs,
                                          const Deadline& deadline) override {
    return technique_.nearest(rhs, deadline).point;
  }

  LinfProjection technique_;
};

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
    const PatternPolytope& polytope, const Eigen::VectorXd& slacks, const ClosestQuestion& question,
    const Eigen::VectorXd& image, const Eigen::VectorXd& point, const std::vector<Aim>& aims,
    const Deadline& deadline) {
  const Box restricted = changed_only(reach(question, image), point, image);
  LinearPattern solver(near_polytope(polytope, slacks, image, restricted, kInfinity),
                       polytope.phase_rows, image);
  auto found = ladders(solver, image, restricted, aims, deadline);
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
  const PatternPolytope polytope = pattern_polytope(network, phases, region);
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
  const Box box = reach(question, image);
  const Eigen::VectorXd slacks = pattern_slacks(network, phases, region, image);
  if (question.norm == Norm::l0) {
    return polish_count(polytope, slacks, question, image, point, aims, deadline);
  }
  const auto by = [&](PatternSolver&& solver) {
    return ladders(solver, image, box, aims, deadline);
  };
  if (question.norm == Norm::l2 && question.breakpoints) {
    return by(SegmentPattern(polytope, image, box, *question.breakpoints));
  }
  const double far = kFar * distance(question.norm, point, image);
  NearPolytope near = near_polytope(polytope, slacks, image, box, far > 0 ? far : kInfinity);
  if (question.norm == Norm::l2) {
    return by(EuclideanPattern(std::move(near), polytope.phase_rows, image));
  }
  if (question.norm == Norm::linf) {
    return by(LinfPattern(std::move(near), polytope.phase_rows, image));
  }
  return by(LinearPattern(std::move(near), polytope.phase_rows, image));
}

}  // namespace brink
