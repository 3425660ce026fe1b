#include "brink/pattern/polish.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/formulate/formulate.h"
#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/pattern/segment_projection.h"
#include "brink/solve/lp.h"

namespace brink {

namespace {

/// How far the region's rows are moved inward, one after the other, until the forward pass agrees.
/// Rounding in the pass is about 1e-14 of the activations, the LP's own tolerance 1e-9.
constexpr std::array kInward = {0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5};

/// Changes smaller than this are the solver's noise: the pixel is put back.
constexpr double kNoise = 1e-11;

Eigen::VectorXd clean(const Eigen::VectorXd& x, const Eigen::VectorXd& image, const Box& reach) {
  Eigen::VectorXd result = x.cwiseMax(reach.lower).cwiseMin(reach.upper);
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (std::abs(result(j) - image(j)) < kNoise) result(j) = image(j);
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

/// L1: the distance's tight encoding over the polytope's rows.
class LinearPattern final : public PatternSolver {
 public:
  LinearPattern(const PatternPolytope& polytope, const ClosestQuestion& question,
                const Eigen::VectorXd& image)
      : polytope_(polytope), lp_(build(question, image)) {}

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    for (Eigen::Index r = polytope_.phase_rows; r < polytope_.rhs.size(); ++r) {
      lp_.set_row_bounds(first_row_ + static_cast<int>(r), polytope_.rhs(r) + inward, kInfinity);
    }
    const LpSolution solution = lp_.solve(deadline);
    if (solution.status != SolveStatus::optimal) return std::nullopt;
    return input_values(encoding_, solution.values);
  }

 private:
  LpSolver build(const ClosestQuestion& question, const Eigen::VectorXd& image) {
    Program program;
    encoding_.inputs = add_distance(program, question, image, {});
    first_row_ = static_cast<int>(program.rows.size());
    for (Eigen::Index r = 0; r < polytope_.rhs.size(); ++r) {
      Affine row;
      for (Eigen::Index j = 0; j < image.size(); ++j) {
        const double weight = polytope_.rows(r, j);
        if (weight == 0) continue;
        const Affine& input = encoding_.inputs[static_cast<std::size_t>(j)];
        row.constant += weight * input.constant;
        for (const Term& term : input.terms) {
          row.terms.push_back({term.column, weight * term.coefficient});
        }
      }
      shift_.push_back(row.constant);
      program.add_row(fmt::format("pattern_{}", r), row, polytope_.rhs(r), kInfinity);
    }
    // add_row moved the constants to the sides; later bounds are set on the moved rows.
    for (Eigen::Index r = 0; r < polytope_.rhs.size(); ++r) {
      polytope_.rhs(r) -= shift_[static_cast<std::size_t>(r)];
    }
    return LpSolver(program);
  }

  PatternPolytope polytope_;
  NetworkEncoding encoding_;
  std::vector<double> shift_;
  int first_row_ = 0;
  LpSolver lp_;
};

/// True L2.
class EuclideanPattern final : public PatternSolver {
 public:
  EuclideanPattern(const PatternPolytope& polytope, const Eigen::VectorXd& image, Box reach)
      : polytope_(polytope), image_(image), reach_(std::move(reach)) {}

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    const auto projection = project(image_, polytope_.rows, moved_inward(polytope_, inward), reach_,
                                    kInfinity, deadline);
    if (!projection) return std::nullopt;
    return projection->point;
  }

 private:
  const PatternPolytope& polytope_;
  const Eigen::VectorXd& image_;
  Box reach_;
};

/// Linearised L2 and Linf: techniques that go on from one right side to the next.
template <typename Technique>
class ProjectedPattern final : public PatternSolver {
 public:
  template <typename... Arguments>
  explicit ProjectedPattern(const PatternPolytope& polytope, const Arguments&... arguments)
      : polytope_(polytope), technique_(polytope.rows, arguments...) {}

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    return technique_.nearest(moved_inward(polytope_, inward), deadline).point;
  }

 private:
  const PatternPolytope& polytope_;
  Technique technique_;
};

using Check = std::function<bool(const Eigen::VectorXd&)>;

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
                                      const Box& reach, const Check& passes,
                                      const Deadline& deadline) {
  std::optional<Eigen::VectorXd> outside;
  for (const double inward : kInward) {
    if (deadline.expired()) break;
    const auto found = solver.nearest(inward, deadline);
    if (!found) continue;
    const Eigen::VectorXd x = clean(*found, image, reach);
    if (passes(x)) {
      return outside ? nearest_passing(*outside, x, image, reach, passes) : x;
    }
    outside = x;
  }
  return std::nullopt;
}

/// The pixels in which x differs from the image, all others pinned to the image.
Box changed_only(Box reach, const Eigen::VectorXd& x, const Eigen::VectorXd& image) {
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (x(j) == image(j)) reach.lower(j) = reach.upper(j) = image(j);
  }
  return reach;
}

/// Puts pixels back one by one, smallest change first, where the network stays fooled.
Eigen::VectorXd put_back(Eigen::VectorXd x, const Eigen::VectorXd& image, const Check& passes,
                         const Deadline& deadline) {
  std::vector<Eigen::Index> changed;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    if (x(j) != image(j)) changed.push_back(j);
  }
  std::sort(changed.begin(), changed.end(), [&](Eigen::Index a, Eigen::Index b) {
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
std::optional<Eigen::VectorXd> polish_count(const PatternPolytope& polytope,
                                            const ClosestQuestion& question,
                                            const Eigen::VectorXd& image,
                                            const Eigen::VectorXd& point, const Check& passes,
                                            const Deadline& deadline) {
  ClosestQuestion restricted = question;
  restricted.norm = Norm::l1;
  restricted.cap.reset();
  restricted.box = changed_only(reach(question, image), point, image);
  LinearPattern solver(polytope, restricted, image);
  const auto x = ladder(solver, image, restricted.box, passes, deadline);
  if (!x) return std::nullopt;
  return put_back(*x, image, passes, deadline);
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
                              : distance(question.norm, x, image);
}

std::optional<Eigen::VectorXd> polish(const Network& network, const ClosestQuestion& question,
                                      const OutputRegion& region, const Eigen::VectorXd& image,
                                      const Phases& phases, const Eigen::VectorXd& point,
                                      const Deadline& deadline) {
  const PatternPolytope polytope = pattern_polytope(network, phases, region);
  const Check passes = [&](const Eigen::VectorXd& x) {
    return fools(question, network, region, image, x);
  };
  const Box box = reach(question, image);
  if (question.norm == Norm::l0)
    return polish_count(polytope, question, image, point, passes, deadline);
  if (question.norm == Norm::l2 && question.breakpoints) {
    ProjectedPattern<SegmentProjection> solver(polytope, image, box, *question.breakpoints);
    return ladder(solver, image, box, passes, deadline);
  }
  if (question.norm == Norm::l2) {
    EuclideanPattern solver(polytope, image, box);
    return ladder(solver, image, box, passes, deadline);
  }
  if (question.norm == Norm::linf) {
    ProjectedPattern<LinfProjection> solver(polytope, image, box);
    return ladder(solver, image, box, passes, deadline);
  }
  LinearPattern solver(polytope, question, image);
  return ladder(solver, image, box, passes, deadline);
}

}  // namespace brink
