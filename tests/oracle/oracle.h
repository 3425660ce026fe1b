// The closest adversarial example of a tiny network by brute force.
//
// For every cell of linear_cells and every convex part of the fooled set the nearest point of a
// polytope is found: an LP for L1, Linf and the linearised L2, least distance programming for L2,
// subsets of changed pixels in order of size for L0. The minimum over all of them is the answer.
//
// The fooled set is taken apart twice. `fooled_parts` follows the question's words (spec: x_t >=
// margin x_j, the floor on x_t, x = max(0, y) for relu outputs by choosing each output's phase);
// `region_parts` uses brink's output_regions. The tests demand the same answer from both.
#pragma once

#include <optional>

#include "brink/question/question.h"
#include "cells.h"

namespace brink::oracle {

/// normal y^K >= rhs for each row.
struct OutputPart {
  std::vector<Vector> normals;
  std::vector<Real> rhs;
  int conditions = 0;  ///< the first so many are the question's own; the rest choose phases
};

std::vector<OutputPart> fooled_parts(const ClosestQuestion& question, const Network& network,
                                     int label);
/// `leads`: without the all-zero region, which leads by nothing.
std::vector<OutputPart> region_parts(const ClosestQuestion& question, const Network& network,
                                     int label, bool leads = false);

/// What the distance of an answer is measured by.
enum class Measure { norm, linearised };  ///< linearised: sqrt(sum f~(d_j)) by question.breakpoints

/// Cells of the question's reach around the image.
std::vector<Cell> reach_cells(const ClosestQuestion& question, const Network& network,
                              const Eigen::VectorXd& image);

/// min dist over cells and parts, with `shift` added to the right side of the question's own
/// conditions (asked a little more, or less). Empty: infeasible.
std::optional<Real> nearest(const ClosestQuestion& question, Measure measure,
                            const std::vector<Cell>& cells, const std::vector<OutputPart>& parts,
                            Real shift = 0);

/// Is x in the box and the cap, and does it meet the question for this target up to `slack`, by the
/// long-double forward pass? With all_zero: are all outputs <= 0?
bool is_fooled(const ClosestQuestion& question, const Network& network,
               const Eigen::VectorXd& image, const Eigen::VectorXd& x, int target, bool all_zero,
               Real slack);

}  // namespace brink::oracle
