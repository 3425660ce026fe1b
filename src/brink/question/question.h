// The questions as values: what is asked about a network and an image. See docs/questions.md.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/error.h"
#include "brink/base/norm.h"
#include "brink/network/network.h"

namespace brink {

/// Which class the changed image must be taken for.
struct TargetRule {
  enum class Kind { shift, any, fixed };
  Kind kind = Kind::shift;
  int value =
      5;  ///< shift: target = (label + value) mod classes (the seeds' rule); fixed: the class

  /// "shift:5", "any", "7".
  static Expected<TargetRule> parse(std::string_view text);
  std::string text() const;
};

/// min dist(x, x~) over x in box, |x_j - x~_j| <= cap, x_t >= margin x_j for j != t, and the
/// target's floor. Constraints are closed: at margin 1 a tie counts as fooled.
struct ClosestQuestion {
  Norm norm = Norm::l1;
  TargetRule target;
  double margin = 1.2;                       ///< >= 1
  std::optional<double> target_min = 0.001;  ///< >= 0, floor on the target's activation; 0 is the
                                             ///< seeds' literal model; empty ("none"): no floor,
                                             ///< y_t >= margin y_j and y_t >= y_j (linear outputs)
  std::optional<double> cap;                 ///< >= 0
  Box box;                                   ///< n_0 pixels
  std::optional<int> breakpoints;            ///< >= 2, L2 only: the seeds' linearisation

  /// What makes the question unanswerable for this network.
  Expected<void> check(const Network& network) const;
  /// All options in one canonical line; equal lines, equal questions (box by its hash).
  std::string text() const;
};

/// One linear condition on the output pre-activations: coefficients . y^K >= rhs.
struct OutputRow {
  Eigen::VectorXd coefficients;
  double rhs = 0;
};

/// A polyhedron of outputs that counts as fooled. A question asks for the union of its regions.
struct OutputRegion {
  int target = 0;
  bool all_zero = false;  ///< the literal model's second half, {every y_j <= 0}
  std::vector<OutputRow> rows;
};

/// The regions of the question for an image of class `label`: one, two with target_min 0 and relu
/// outputs, or so many for each class other than the label. Empty when the target is the label.
std::vector<OutputRegion> output_regions(const ClosestQuestion& question, const Network& network,
                                         int label);

/// The box of inputs the question allows: box and cap around the image. Computed once so that a
/// capped change never exceeds the cap by rounding.
Box reach(const ClosestQuestion& question, const Eigen::VectorXd& image);

/// How far from a proven bound a distance may be to count as optimal: 1e-6 of it (true L2: 1e-4),
/// and never less than 1e-12 of the box's width.
double optimality_slack(const ClosestQuestion& question, double distance);

/// Does the plain forward pass on x, in double precision, meet the region's conditions exactly as
/// the question words them (not as linear rows), and does x lie in the reach?
bool fools(const ClosestQuestion& question, const Network& network, const OutputRegion& region,
           const Eigen::VectorXd& image, const Eigen::VectorXd& x);

}  // namespace brink
