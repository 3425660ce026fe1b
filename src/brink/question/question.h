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

/// What the network must make of the changed image: a class, or for a network of one output a value
/// on the other side of a threshold.
struct TargetRule {
  enum class Kind { shift, any, fixed, above, below };
  Kind kind = Kind::any;
  int value = 0;  ///< shift: target = (label + value) mod classes; fixed: the class

  double threshold = 0;  ///< above: y >= threshold; below: y <= threshold

  bool is_threshold() const { return kind == Kind::above || kind == Kind::below; }
  /// "shift:5", "any", "7", "above:0.5", "below:-2".
  static Expected<TargetRule> parse(std::string_view text);
  std::string text() const;
};

/// min dist(x, x~) over x in box, |x_j - x~_j| <= cap, x_t >= margin x_j for j != t, and the
/// target's floor. Constraints are closed: at margin 1 a tie counts as fooled. As it is, the
/// nearest input that the network takes for any other class.
struct ClosestQuestion {
  Norm norm = Norm::l1;
  TargetRule target;
  double margin = 1;                 ///< >= 1
  std::optional<double> target_min;  ///< >= 0, floor on the target's activation; 0 is the papers'
                                     ///< literal model; empty ("none"): no floor, y_t >= margin y_j
                                     ///< and y_t >= y_j (linear outputs)
  /// >= 0: returned images meet every condition by so much, y_t >= margin y_j + lead. Bounds and
  /// `infeasible` speak of lead 0 all the same. Empty: as much as float32 rounding can take away
  /// at the image that is found (network/float32.h) if the margin is 1, else 0.
  std::optional<double> lead;
  double ending_doubt = 0;         ///< added to that: kEndingDoubt where a Softmax follows
  std::optional<double> cap;       ///< >= 0
  Box box;                         ///< n_0 pixels
  std::optional<int> breakpoints;  ///< >= 2, L2 only: the papers' linearisation
  /// >= 2: the image returned has changed pixels on so many evenly spaced levels of the box only.
  /// Bounds speak of images of any levels.
  std::optional<int> levels;

  /// Inputs that stay at the image's own value.
  std::vector<int> frozen;

  /// > 0, of each input's change (ask/weights.h): in L0 what it costs, at whatever length. Empty:
  /// all 1.
  Eigen::VectorXd weights;

  /// Images must lie deeper than the boundary.
  bool leads() const { return lead ? *lead > 0 : margin == 1; }
  /// What makes the question unanswerable for this network.
  Expected<void> check(const Network& network) const;
  /// All options in one canonical line; equal lines, equal questions (box by its hash).
  std::string text() const;
};

/// The papers' question: the class five further, margin 1.2, a floor of 0.001 (Fischetti & Jo
/// 2018; the floor, which keeps all-zero outputs out, is ours).
ClosestQuestion papers_question();

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
  double lead = 0;  ///< by which the rows were moved inward
};

/// How far inside a region an image has to lie.
struct Lead {
  double value = 0;      ///< every row by so much, besides the region's own lead
  bool float32 = false;  ///< and so that every float32 pass takes it for the target
};

/// The lead that the question gives the images found for `image`: its own, or, where it leaves it
/// open, what float32 can take away at `found` (taken for `target`; empty: nothing is known yet),
/// and a little more for images that are found later.
Lead lead_of(const ClosestQuestion& question, const Network& network, const Eigen::VectorXd& image,
             const Eigen::VectorXd& found, int target);

/// The region with every row moved inward.
OutputRegion moved_inward(OutputRegion region, double lead);

/// The regions of the question for an image of class `label`: one, two with target_min 0 and relu
/// outputs, or so many for each class other than the label. Empty when the target is the label.
std::vector<OutputRegion> output_regions(const ClosestQuestion& question, const Network& network,
                                         int label);

/// The same question of a network whose outputs are 2^exponent times as large (the lead is not
/// touched).
ClosestQuestion with_outputs_scaled(ClosestQuestion question, int exponent);

/// The distance that is asked for: of the changes times their weights; in L0 the weights of those
/// inputs that differ.
double weighted_distance(const ClosestQuestion& question, const Eigen::VectorXd& x,
                         const Eigen::VectorXd& image);

/// The box of inputs the question allows: box, cap and frozen inputs around the image. Computed
/// once so that a capped change never exceeds the cap by rounding.
Box reach(const ClosestQuestion& question, const Eigen::VectorXd& image);

/// How far from a proven bound a distance may be to count as optimal: 1e-6 of it (true L2: 1e-4),
/// and never less than 1e-12 of the box's width.
double optimality_slack(const ClosestQuestion& question, double distance);

/// Does the plain forward pass on x, in double precision (outputs_in_file), meet the region's
/// conditions exactly as the question words them (not as linear rows), by the lead, and does x lie
/// in the reach? An all-zero output leads by nothing.
bool fools(const ClosestQuestion& question, const Network& network, const OutputRegion& region,
           const Eigen::VectorXd& image, const Eigen::VectorXd& x, const Lead& lead = {});

}  // namespace brink
